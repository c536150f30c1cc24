"""A floor as SVG, in metres, for people: the site check's pictures, pages, prints. Pure text.

The view box is the floor's outline; y is turned over, since SVG counts downwards. Every shape carries
a class (``space retail``, ``wall``, ``door exit`` …), so that a page may restyle it.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, Literal
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from contracts.geometry import label_point, shape
from contracts.grid import WalkableGrid
from contracts.sitemap import Connector, Name, Point, Polygon, Ring, Site, Space
from contracts.walking import Leg

Language = Literal["zh", "en", "both"]
Layer = Literal["names", "gateways", "depots", "spots", "staff", "zones", "amenities"]
ALL_LAYERS: Final[tuple[Layer, ...]] = (
    "names",
    "gateways",
    "depots",
    "spots",
    "staff",
    "zones",
    "amenities",
)

MARGIN_M: Final = 3.0
FONT_MIN_M: Final = 0.7
"""Smaller names are left out: on a floor of 240 m they would be a pixel high."""
FONT_MAX_M: Final = 2.4
COVER: Final = 0.86
"""Share of a room's width that its name may take."""

STYLE: Final = """
.ground{fill:#d9d5cd}.space{fill:#e8edf4;stroke:none}.walkway,.unenclosedarea,.lobby{fill:#fbfaf6}
.retail{fill:#dde7f3}.room,.unspecified{fill:#e6e6ea}.foodservice{fill:#fbe6cf}.restroom{fill:#cfe8ee}
.mothersroom{fill:#f6dbe4}.firstaid{fill:#f7d4d0}.movietheater,.theater,.auditorium{fill:#e4dbf0}
.nonpublic,.storage,.structure,.serverroom,.kitchen{fill:#cbc7be}.office{fill:#dfe3d6}
.recreation,.fitnessroom{fill:#dcecd6}.parking{fill:#e4e4e2}.vegetation{fill:#c6dcb8}
.elevator{fill:#b9c6d2}.escalator{fill:#c9d6cf}.stairs,.steps{fill:#c4c9d6}.ramp{fill:#e9e2d0}
.opentobelow{fill:url(#void);stroke:#8a94a0;stroke-width:.25}
.fixture{fill:#d8cdb8;stroke:#a89a80;stroke-width:.12}.fixture.vegetation{fill:#a9cc92;stroke:#7ba663}
.fixture.water{fill:#bfe0ef;stroke:#86b9d1}.fixture.wall{fill:#555c66;stroke:none}
.wall{stroke:#6b727c;stroke-width:.22;stroke-linecap:square}.wall.outer{stroke:#3d434b;stroke-width:.6}
.wall.glass{stroke:#8fa3b8;stroke-width:.18}.door{stroke:#fbfaf6;stroke-width:.5}
.door.exit{stroke:#1d9a52;stroke-width:.9}.zone{fill:none;stroke:#8a5ad0;stroke-width:.3;stroke-dasharray:1 1}
.up{stroke:#1d7a46}.down{stroke:#b0561c}.run{stroke-width:.45;fill:none}.unreached{fill:#e02020;opacity:.55}
.way{fill:none;stroke:#0a62d0;stroke-width:.7;stroke-linejoin:round}.gateway{fill:#7b2fbf}.depot{fill:#0a7a6a}
.box{fill:#d0242b}.spot{fill:#222}.staff{fill:#0a62d0}.amenity{fill:#5a6675}
text{font-family:"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;fill:#333a44;
text-anchor:middle;dominant-baseline:central}.small{fill:#5a6572}.mark{fill:#fff;font-weight:700}
""".strip()

_VOID: Final = (
    '<pattern id="void" width="2" height="2" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="2" height="2" fill="#eef1f4"/><path d="M0 0V2" stroke="#c3cad2" stroke-width=".3"/>'
    "</pattern>"
)
_ARROW: Final = (
    '<marker id="arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="4" markerHeight="4" orient="auto">'
    '<path d="M0 0L6 3L0 6z" fill="context-stroke"/></marker>'
)


def floor_svg(
    site: Site,
    floor: str,
    layers: Collection[Layer] = ALL_LAYERS,
    language: Language = "both",
    grid: WalkableGrid | None = None,
    unreached: NDArray[np.bool_] | None = None,
    way: Iterable[Leg] = (),
) -> str:
    """One floor. ``unreached`` (n_cells,) marks cells of ``grid`` in red; ``way`` draws a route."""
    index = site.floor_index(floor)
    outline = site.floors[index].outline
    x0, y0, x1, y1 = shape(outline).buffer(MARGIN_M).bounds
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_n(x0)} {_n(-y1)} {_n(x1 - x0)} {_n(y1 - y0)}" '
        f'data-floor="{escape(floor)}">',
        f"<style>{STYLE}</style><defs>{_VOID}{_ARROW}</defs>",
        f'<path class="ground" d="{_path(outline)}"/>',
        *_spaces(site, floor),
        *_fixtures(site, floor),
        *_walls(site, floor),
        *_runs(site, floor),
    ]
    if grid is not None and unreached is not None:
        parts += _cells(grid, np.flatnonzero(unreached & (grid.floor == index)))
    parts += _installed(site, floor, layers)
    if "names" in layers:
        parts += _names(site, floor, language)
    parts += [_way(leg) for leg in way if leg.kind == "walk" and leg.floor == index]
    return "\n".join([*parts, "</svg>\n"])


def _n(value: float) -> str:
    """A number of metres, to the centimetre, as short as can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _xy(point: Point) -> str:
    return f"{_n(point[0])} {_n(-point[1])}"


def _ring(ring: Ring) -> str:
    return "M" + "L".join(_xy(corner) for corner in ring) + "Z"


def _path(polygon: Polygon) -> str:
    return "".join(_ring(ring) for ring in (polygon.outer, *polygon.holes))


def _spaces(site: Site, floor: str) -> Iterator[str]:
    """Biggest first, so that what lies within another is seen."""
    here = [space for space in site.spaces if space.floor == floor]
    for space in sorted(here, key=lambda space: -shape(space.polygon).area):
        words = " ".join(dict.fromkeys(["space", space.category.split(".")[0]]))
        data = f'data-id="{escape(space.space_id)}"'
        yield f'<path class="{words}" fill-rule="evenodd" {data} d="{_path(space.polygon)}"/>'


def _fixtures(site: Site, floor: str) -> Iterator[str]:
    for fixture in site.fixtures:
        if fixture.floor == floor:
            yield f'<path class="fixture {escape(fixture.category)}" d="{_path(fixture.polygon)}"/>'


def _walls(site: Site, floor: str) -> Iterator[str]:
    """Walls by weight in one path each, then the doors over them."""
    weights: dict[str, list[str]] = {}
    for wall in site.walls:
        if wall.floor == floor:
            weight = " outer" if wall.loss_db >= 12 else " glass" if wall.loss_db <= 3 else ""
            weights.setdefault(weight, []).append(f"M{_xy(wall.a)}L{_xy(wall.b)}")
    for weight, lines in sorted(weights.items()):
        yield f'<path class="wall{weight}" d="{"".join(lines)}"/>'
    for door in site.doors:
        if door.floor == floor:
            kind = "door exit" if door.exit else "door"
            yield f'<path class="{kind}" d="M{_xy(door.a)}L{_xy(door.b)}"/>'


def _runs(site: Site, floor: str) -> Iterator[str]:
    """Escalators and stairs as arrows from where one steps on, towards the next stop."""
    index = {entry.floor: number for number, entry in enumerate(site.floors)}
    for connector in site.connectors:
        for number, stop in enumerate(connector.stops):
            if stop.floor == floor and connector.kind == "lift":
                yield _mark(stop.at, "amenity", "⇅", 1.0)
            elif stop.floor == floor and number + 1 < len(connector.stops):
                onward = connector.stops[number + 1]
                up = index[onward.floor] > index[floor]
                yield _arrow(connector, stop.at, onward.at, up)


def _arrow(connector: Connector, start: Point, end: Point, up: bool) -> str:
    if math.dist(start, end) < 1.0:
        return _mark(start, "amenity", "≡", 0.9)
    kind = "up" if up else "down"
    both = ' marker-start="url(#arrow)"' if connector.both_ways else ""
    return f'<path class="run {kind}" marker-end="url(#arrow)"{both} d="M{_xy(start)}L{_xy(end)}"/>'


def _cells(grid: WalkableGrid, cells: NDArray[np.intp]) -> Iterator[str]:
    half, side = grid.cell_m / 2, _n(grid.cell_m)
    squares = [
        f"M{_xy((float(grid.x_m[cell]) - half, float(grid.y_m[cell]) + half))}h{side}v{side}h-{side}z"
        for cell in cells
    ]
    if squares:
        yield f'<path class="unreached" d="{"".join(squares)}"/>'


def _installed(site: Site, floor: str, layers: Collection[Layer]) -> Iterator[str]:
    """What stands on the floor besides its rooms, layer by layer."""
    drawn: dict[Layer, Callable[[Site, str], Iterator[str]]] = {
        "zones": _zones,
        "amenities": _amenities,
        "spots": _spots,
        "depots": _depots,
        "staff": _staff,
        "gateways": _gateways,
    }
    for layer, draw in drawn.items():
        if layer in layers:
            yield from draw(site, floor)


def _zones(site: Site, floor: str) -> Iterator[str]:
    for zone in site.zones:
        if zone.floor == floor:
            yield f'<path class="zone" d="{_path(zone.polygon)}"/>'


def _amenities(site: Site, floor: str) -> Iterator[str]:
    for amenity in site.amenities:
        if amenity.floor == floor:
            yield _mark(amenity.at, "amenity", _AMENITY_MARKS.get(amenity.category, "·"), 0.8)


def _spots(site: Site, floor: str) -> Iterator[str]:
    for spot in site.spots:
        if spot.floor == floor:
            yield _square((spot.x_m, spot.y_m), "spot", 0.5, spot.spot)


def _depots(site: Site, floor: str) -> Iterator[str]:
    for depot in site.depots:
        if depot.floor == floor:
            kind, letter = ("box", "+") if depot.kind == "emergency_box" else ("depot", "D")
            yield _mark((depot.x_m, depot.y_m), kind, letter, 1.1)


def _staff(site: Site, floor: str) -> Iterator[str]:
    for member in site.staff:
        if member.home_floor == floor:
            x, y = member.home
            yield f'<circle class="staff" cx="{_n(x)}" cy="{_n(-y)}" r=".6"/>'


def _gateways(site: Site, floor: str) -> Iterator[str]:
    for gateway in site.gateways:
        if gateway.floor == floor:
            yield _triangle((gateway.x_m, gateway.y_m), gateway.gateway)


_AMENITY_MARKS: Final = {
    "information": "i",
    "atm": "¥",
    "seating": "h",
    "lockers": "L",
    "drinkingfountain": "~",
}


def _mark(at: Point, kind: str, letter: str, radius_m: float) -> str:
    x, y = _n(at[0]), _n(-at[1])
    size = _n(1.3 * radius_m)
    circle = f'<circle class="{kind}" cx="{x}" cy="{y}" r="{_n(radius_m)}"/>'
    return f'{circle}<text class="mark" x="{x}" y="{y}" font-size="{size}">{letter}</text>'


def _square(at: Point, kind: str, half_m: float, title: str) -> str:
    x, y, side = _n(at[0] - half_m), _n(-at[1] - half_m), _n(2 * half_m)
    rect = f'<rect class="{kind}" x="{x}" y="{y}" width="{side}" height="{side}">'
    return f"{rect}<title>{escape(title)}</title></rect>"


def _triangle(at: Point, title: str) -> str:
    x, y = at[0], -at[1]
    d = f"M{_n(x)} {_n(y - 0.8)}L{_n(x + 0.7)} {_n(y + 0.5)}L{_n(x - 0.7)} {_n(y + 0.5)}z"
    return f'<path class="gateway" d="{d}"><title>{escape(title)}</title></path>'


def _names(site: Site, floor: str, language: Language) -> Iterator[str]:
    for space in site.spaces:
        if space.floor == floor and space.name is not None and space.category != "escalator":
            yield _label(space, space.name, language)


def _label(space: Space, name: Name, language: Language) -> str:
    """A name in its room, turned upright in narrow rooms, left out where it would be unreadable."""
    lines = [name.zh, name.en] if language == "both" else [name.zh if language == "zh" else name.en]
    lines = list(dict.fromkeys(lines))
    x0, y0, x1, y1 = shape(space.polygon).bounds
    width, height = x1 - x0, y1 - y0
    across, along = _font_m(lines, width, height), _font_m(lines, height, width)
    turned = along > 1.35 * across
    size = max(across, along) if turned else across
    if size < FONT_MIN_M:
        return ""
    x, y = label_point(space.polygon)
    rows = []
    for number, line in enumerate(lines):
        scale = 1.0 if number == 0 else 0.72
        offset = 0.0 if len(lines) == 1 else (-0.5 + 1.1 * number) * size
        kind = ' class="small"' if number else ""
        rows.append(f'<text{kind} y="{_n(offset)}" font-size="{_n(scale * size)}">{escape(line)}</text>')
    rotate = " rotate(-90)" if turned else ""
    return f'<g transform="translate({_n(x)} {_n(-y)}){rotate}">{"".join(rows)}</g>'


def _font_m(lines: list[str], width_m: float, height_m: float) -> float:
    """The height of letters with which all lines fit a box."""
    widest = max((0.72 if number else 1.0) * text_width(line) for number, line in enumerate(lines))
    tall = 1.2 if len(lines) == 1 else 2.3
    return min(FONT_MAX_M, COVER * width_m / max(widest, 0.5), COVER * height_m / tall)


def text_width(text: str) -> float:
    """Width of a text in its font's height: Chinese signs are square, Latin letters about half."""
    return sum(1.0 if ord(letter) >= 0x2E80 else 0.56 for letter in text)


def _way(leg: Leg) -> str:
    return f'<path class="way" d="M{"L".join(_xy(point) for point in leg.points)}"/>'
