"""A floor's plan as inline SVG for handhelds and customers: metres, y down, colours that CSS may override."""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from contracts.sitemap import Connector, Floor, Point, Polygon, Site, Space
from dashboard.frames import bounds

MARGIN_M: Final = 2.0
WALKWAYS: Final = ("walkway", "unspecified", "lobby", "movingwalkway")
FILLS: Final = {
    "walkway": "#f4f4f1",
    "opentobelow": "#dfe3e8",
    "restroom": "#cfe3ef",
    "foodservice": "#f3e3c8",
    "retail": "#e9e4dc",
    "elevator": "#c9d4c5",
    "escalator": "#c9d4c5",
    "stairs": "#c9d4c5",
}
OTHER_FILL: Final = "#e4e4e4"
SIGNS: Final = {"lift": "⇕", "escalator": "⇗", "stairs": "☰", "ramp": "∕"}
LABEL_HEIGHT_M: Final = 2.2
LABEL_FITS: Final = 0.55
"""Width of a Latin letter over its height; a CJK character is as wide as high."""


def floor_svg(site: Site, floor: str) -> str:
    """The plan of one floor.

    Raises:
        KeyError: no such floor.
    """
    described = site.floors[site.floor_index(floor)]
    x0, y0, x1, y1 = bounds(described)
    box = (
        f"{_n(x0 - MARGIN_M)} {_n(-y1 - MARGIN_M)} {_n(x1 - x0 + 2 * MARGIN_M)} {_n(y1 - y0 + 2 * MARGIN_M)}"
    )
    spaces = [space for space in site.spaces if space.floor == floor]
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="floor" viewBox="{box}" '
        f'data-floor={quoteattr(floor)} data-rev="{site.revision}" role="img">',
        f"<title>{escape(described.name.zh)} {escape(described.name.en)}</title>",
        _outline(described),
        _group("spaces", [_space(space) for space in sorted(spaces, key=_drawing_order)]),
        _group("fixtures", [_fixture(f.polygon) for f in site.fixtures if f.floor == floor]),
        _group("connectors", [_stop(c, s.at) for c in site.connectors for s in c.stops if s.floor == floor]),
        _group("labels", [_label(space) for space in spaces]),
        '<g class="overlay"></g></svg>',
    )
    return "\n".join(parts)


def _drawing_order(space: Space) -> tuple[bool, str]:
    """Walkways are the ground; rooms lie on it."""
    return (space.category not in WALKWAYS, space.space_id)


def _outline(floor: Floor) -> str:
    path = _path(floor.outline)
    return f'<g class="outline"><path d="{path}" fill="#fbfbf9" stroke="#8a8f98" stroke-width="0.4"/></g>'


def _group(name: str, parts: list[str]) -> str:
    return f'<g class="{name}">' + "".join(parts) + "</g>"


def _space(space: Space) -> str:
    fill = FILLS.get(space.category, OTHER_FILL)
    title = f"<title>{escape(space.name.zh)} {escape(space.name.en)}</title>" if space.name else ""
    return (
        f"<path class={quoteattr(f'space {space.category}')} data-id={quoteattr(space.space_id)} "
        f'd="{_path(space.polygon)}" fill="{fill}" fill-rule="evenodd" stroke="#b8b4ac" stroke-width="0.15">'
        f"{title}</path>"
    )


def _fixture(polygon: Polygon) -> str:
    return f'<path class="fixture" d="{_path(polygon)}" fill="#cfcac0" fill-rule="evenodd"/>'


def _stop(connector: Connector, at: Point) -> str:
    name = f"<title>{escape(connector.name.zh)} {escape(connector.name.en)}</title>" if connector.name else ""
    return (
        f'<g class="connector {connector.kind}" data-id={quoteattr(connector.connector_id)}>{name}'
        f'<circle cx="{_n(at[0])}" cy="{_n(-at[1])}" r="1.6" fill="#46604a"/>'
        f'<text x="{_n(at[0])}" y="{_n(-at[1] + 0.7)}" font-size="2" text-anchor="middle" fill="#fff">'
        f"{SIGNS[connector.kind]}</text></g>"
    )


def _label(space: Space) -> str:
    """The name in both languages where it fits into the space's box, else nothing."""
    if space.name is None:
        return ""
    xs = [x for x, _ in space.polygon.outer]
    ys = [y for _, y in space.polygon.outer]
    width, x, y = max(xs) - min(xs), (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return _text(space.name.zh, "zh", 1.0, width, x, y) + _text(space.name.en, "en", LABEL_FITS, width, x, y)


def _text(text: str, language: str, letter: float, width_m: float, x: float, y: float) -> str:
    if not text:
        return ""
    height_m = min(LABEL_HEIGHT_M, 0.9 * width_m / (letter * len(text)))
    if height_m < 0.6:
        return ""
    return (
        f'<text class="label {language}" lang="{language}" x="{_n(x)}" y="{_n(-y + height_m / 3)}" '
        f'font-size="{_n(height_m)}" text-anchor="middle" fill="#3a3f47">{escape(text)}</text>'
    )


def _path(polygon: Polygon) -> str:
    rings = (polygon.outer, *polygon.holes)
    return "".join("M" + "L".join(f"{_n(x)} {_n(-y)}" for x, y in ring) + "Z" for ring in rings)


def _n(value: float) -> str:
    """A coordinate to the centimetre, short."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
