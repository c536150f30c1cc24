"""Pictures for people: a floor as SVG with tracks, truths, ellipses or errors drawn over it."""

from collections.abc import Iterable
from pathlib import Path

from contracts.drawing import floor_svg
from contracts.sitemap import Site

STYLE = """<style>
.truth{fill:none;stroke:#1d9a52;stroke-width:.12}.said{fill:none;stroke:#0a62d0;stroke-width:.12}
.ellipse{fill:#0a62d0;fill-opacity:.04;stroke:#0a62d0;stroke-width:.04}.miss{stroke:#d0242b;stroke-width:.05}
.shade{fill:#6b3fa0}.good{fill:#1d9a52}.fair{fill:#e0a000}.bad{fill:#d0242b}
</style>"""


def write_floor(path: Path, site: Site, floor: str, shapes: Iterable[str]) -> None:
    """A floor of the site with shapes over it."""
    base = floor_svg(site, floor, layers=("gateways", "zones")).rstrip()
    assert base.endswith("</svg>")
    body = "\n".join([base.removesuffix("</svg>"), STYLE, *shapes, "</svg>", ""])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")


def line(kind: str, points: Iterable[tuple[float, float]]) -> str:
    """A path through points in metres."""
    corners = " ".join(f"{x:.2f},{-y:.2f}" for x, y in points)
    return f'<polyline class="{kind}" points="{corners}"/>'


def dot(kind: str, x_m: float, y_m: float, radius_m: float = 0.15) -> str:
    return f'<circle class="{kind}" cx="{x_m:.2f}" cy="{-y_m:.2f}" r="{radius_m:.2f}"/>'


def ellipse(x_m: float, y_m: float, major_m: float, minor_m: float, heading_deg: float) -> str:
    """The 95 % ellipse of an estimate."""
    turn = f"rotate({-heading_deg:.0f} {x_m:.2f} {-y_m:.2f})"
    size = f'rx="{major_m:.2f}" ry="{minor_m:.2f}"'
    return f'<ellipse class="ellipse" cx="{x_m:.2f}" cy="{-y_m:.2f}" {size} transform="{turn}"/>'


def shade(share: float, x_m: float, y_m: float, side_m: float) -> str:
    """A square of a map, the darker the larger ``share`` (0 to 1)."""
    corner = f'x="{x_m - side_m / 2:.1f}" y="{-y_m - side_m / 2:.1f}"'
    return f'<rect class="shade" {corner} width="{side_m:.1f}" height="{side_m:.1f}" opacity="{share:.2f}"/>'


def graded(error_m: float) -> str:
    """The class of a dot by its error: up to 2 m good, up to 5 m fair."""
    return "good" if error_m <= 2.0 else "fair" if error_m <= 5.0 else "bad"
