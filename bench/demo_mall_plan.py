"""How a floor of the demo mall is drawn: one quarter's way of building, turned over for the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import shapely
from shapely.geometry import box

from contracts.categories import kind_of
from contracts.geometry import polygon_of
from contracts.sitemap import Amenity, Door, Fixture, Name, Point, Polygon, Space

WIDTH_M, DEPTH_M = 240.0, 120.0
SIDE = (20.0, 23.5)
"""The side aisle behind the galleries' shops, from the south edge."""
HALL_Y, GALLERY_Y, RING_X = 56.0, 45.0, 43.0
"""South edge of the west hall, south and west edge of the ring of galleries."""

Room = tuple[float, str, str, str]
"""Width in metres, category, Chinese, English."""


@dataclass
class Plan:
    """A floor being drawn. Rectangles are given as in the south-west quarter and turned over."""

    floor: str
    outline: shapely.Polygon
    names: Iterator[tuple[str, str, str]]
    spaces: list[Space] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    fixtures: list[Fixture] = field(default_factory=list)
    amenities: list[Amenity] = field(default_factory=list)
    east: bool = False
    north: bool = False

    def at(self, x: float, y: float) -> Point:
        """A point in its own quarter, to the centimetre."""
        return (round(WIDTH_M - x if self.east else x, 2), round(DEPTH_M - y if self.north else y, 2))

    def area(self, x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
        (ax, ay), (bx, by) = self.at(x0, y0), self.at(x1, y1)
        return box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def add(self, area: shapely.Geometry, category: str, zh: str = "", en: str = "", name: str = "") -> None:
        """A unit, cut off where the building ends. Units without a name of their own are numbered."""
        for part in shapely.get_parts(area.intersection(self.outline)):
            if part.geom_type == "Polygon" and part.area >= 1.0:
                space_id = f"{self.floor}-{name or f'{len(self.spaces) + 1:03d}'}"
                if any(space.space_id == space_id for space in self.spaces):
                    space_id = f"{space_id}-{len(self.spaces) + 1}"
                label = Name(zh, en) if zh else None
                polygon = polygon_of(shapely.set_precision(part, 0.01))
                walkable = kind_of(category).walkable
                self.spaces.append(Space(space_id, self.floor, category, polygon, label, walkable))

    def shop(self, area: shapely.Polygon) -> None:
        category, zh, en = next(self.names)
        self.add(area, category, zh, en)

    def door(self, x: float, y: float, width: float, along: str, exit_: bool = False) -> None:
        """A gap centred at x, y, in a wall that runs along "x" or "y"."""
        dx, dy = (width / 2, 0.0) if along == "x" else (0.0, width / 2)
        self.doors.append(Door(self.floor, self.at(x - dx, y - dy), self.at(x + dx, y + dy), exit_))

    def put(self, category: str, x0: float, y0: float, x1: float, y1: float) -> None:
        """A fixture."""
        self.fixtures.append(Fixture(self.floor, category, polygon_of(self.area(x0, y0, x1, y1))))

    def row(
        self, x0: float, y0: float, x1: float, y1: float, widths: Iterable[float], front_y: float
    ) -> None:
        """Shops side by side, their widths stretched to fill, with their doors on the line ``front_y``."""
        widths = list(widths)
        edges = [x0]
        for width in widths:
            edges.append(round(edges[-1] + width * (x1 - x0) / sum(widths), 1))
        edges[-1] = x1
        for a, b in pairwise(edges):
            self.shop(self.area(a, y0, b, y1))
            self.door((a + b) / 2, front_y, min(4.0, (b - a) / 2), "x")

    def rooms(self, x0: float, y0: float, y1: float, rooms: Iterable[Room], front_y: float) -> None:
        """Service rooms side by side, with narrow doors where people go in."""
        x = x0
        for width, category, zh, en in rooms:
            self.add(self.area(x, y0, x + width, y1), category, zh, en)
            if category != "structure":
                self.door(x + width / 2, front_y, 1.4, "x")
            x += width


@dataclass(frozen=True)
class Quarter:
    """The rooms of one corner, up to the aisle at ``end``."""

    end: float
    hall: tuple[float, ...]
    """Relative widths of the shops facing the hall in the west."""
    gallery: tuple[float, ...]
    """Of those facing the ring."""
    strip: tuple[Room, ...]
    back: tuple[float, ...]
    """Of those behind the side aisle; without any the corner store reaches there."""
    anchor: tuple[str, str, str] | None
    """Category, Chinese, English of the corner store; None where it is drawn by itself."""
    lifts: bool = False


def corner(plan: Plan, quarter: Quarter) -> None:
    """Hall row, gallery row, service strip, back row, corner store."""
    low, high = SIDE
    end = quarter.end
    plan.row(0.0, GALLERY_Y, 38.0 if quarter.lifts else RING_X, HALL_Y, quarter.hall, HALL_Y)
    if quarter.lifts:
        lift_bank(plan)
    plan.row(RING_X, 28.0, end, GALLERY_Y, quarter.gallery, GALLERY_Y)
    strip(plan, RING_X, end, quarter.strip)
    plan.door(RING_X, (low + high) / 2, 3.0, "y")
    whole = plan.area(0.0, 0.0, RING_X, GALLERY_Y)
    if quarter.back:
        plan.row(RING_X, 0.0, end, low, quarter.back, low)
    else:
        whole = whole.union(plan.area(RING_X, 0.0, end, low))
        plan.door(end, low / 2, 6.0, "y")
        plan.door((RING_X + end) / 2, low, 4.0, "x")
    if quarter.anchor is not None:
        plan.add(whole, *quarter.anchor, name=corner_name(plan))


def corner_name(plan: Plan) -> str:
    return f"anchor-{'N' if plan.north else 'S'}{'E' if plan.east else 'W'}"


def middle(
    plan: Plan, x0: float, x1: float, rooms: tuple[Room, ...], counts: tuple[int, int], shaft: float
) -> None:
    """A block between two aisles: gallery row, service strip, back row. ``shaft`` metres of the gallery
    row's east end are left to the lifts."""
    plan.row(x0, 28.0, x1 - shaft, GALLERY_Y, uneven(counts[0]), GALLERY_Y)
    strip(plan, x0, x1, rooms)
    plan.row(x0, 0.0, x1, SIDE[0], uneven(counts[1]), SIDE[0])


def uneven(count: int) -> list[float]:
    """Relative widths with some variety."""
    return [1.0 + 0.18 * ((3 * index + count) % 4 - 1.5) for index in range(count)]


def strip(plan: Plan, x0: float, x1: float, rooms: tuple[Room, ...]) -> None:
    """Service rooms between the side aisle and the gallery's shops; what is left over is plant."""
    used = sum(room[0] for room in rooms)
    assert used <= x1 - x0, (plan.floor, x0, x1, used)
    plan.rooms(x0, SIDE[1], 28.0, rooms, SIDE[1])
    if x1 - x0 - used >= 1.0:
        plan.add(plan.area(x0 + used, SIDE[1], x1, 28.0), "structure")


def lift_bank(plan: Plan) -> None:
    """Two lifts facing the ring's west side, with the machine room behind them."""
    solid = plan.area(38.0, GALLERY_Y, RING_X, HALL_Y)
    for y in (46.5, 49.5):
        car = plan.area(40.5, y, RING_X, y + 3.0)
        plan.add(car, "elevator", "电梯", "Lift")
        plan.door(RING_X, y + 1.5, 1.8, "y")
        solid = solid.difference(car)
    plan.add(solid, "structure")


def public_ground(plan: Plan, pieces: Iterable[tuple[shapely.Polygon, str, str, str, str]]) -> None:
    """Corridors (area, category, name, Chinese, English), less whatever has been drawn already."""
    taken = shapely.union_all([_shape(space.polygon) for space in plan.spaces])
    for area, category, name, zh, en in pieces:
        plan.add(area.difference(taken), category, zh, en, name=name)
        taken = taken.union(area)


def _shape(polygon: Polygon) -> shapely.Polygon:
    return shapely.Polygon(polygon.outer, polygon.holes)
