"""Draws the demo mall and writes config/sites/demo: python -m bench.make_demo_mall [DIR]

Four floors of 240 x 120 m: a ring of galleries (the racetrack) around an atrium with bridges, side
aisles south and north of it, halls west and east. One quarter is drawn as the south-west one and
turned over for the others, with its own rooms on each floor.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import shapely
from shapely.geometry import box

from bench.demo_mall_names import SHOPS
from bench.demo_mall_people import installed
from contracts.geometry import polygon_of
from contracts.sitemap import (
    Amenity,
    Connector,
    Door,
    Fixture,
    Floor,
    Name,
    Point,
    Site,
    Space,
    Stop,
    Wall,
)
from contracts.walls import walls_of
from runtime.site_files import save_site

WIDTH_M, DEPTH_M = 240.0, 120.0
RING = (43.0, 45.0, 197.0, 75.0)
"""The galleries' outer edge; the void lies 7 m inside."""
VOID = (50.0, 52.0, 190.0, 68.0)
SIDE = (20.0, 23.5)
"""The side aisle, from the south."""
SHAFTS_NORTH = (113.0, 117.0)
"""Where the middle lifts stand, beside the north aisle."""
AISLES = {
    "S": ((66.0, 71.0), (115.0, 125.0), (169.0, 174.0)),
    "N": ((80.0, 85.0), (117.0, 123.0), (155.0, 160.0)),
}
BRIDGES = ((92.0, 98.0), (142.0, 148.0))

Room = tuple[float, str, str, str]
"""Width in metres, category, Chinese, English."""


@dataclass
class Plan:
    """A floor being drawn. Rectangles are given as in the south-west quarter and turned over."""

    floor: str
    outline: shapely.Polygon
    names: Iterator[tuple[str, str]]
    spaces: list[Space] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    fixtures: list[Fixture] = field(default_factory=list)
    amenities: list[Amenity] = field(default_factory=list)
    east: bool = False
    north: bool = False
    count: int = 0

    def at(self, x: float, y: float) -> Point:
        return (WIDTH_M - x if self.east else x, DEPTH_M - y if self.north else y)

    def area(self, x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
        (ax, ay), (bx, by) = self.at(x0, y0), self.at(x1, y1)
        return box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def add(self, shape: shapely.Polygon, category: str, zh: str = "", en: str = "", name: str = "") -> None:
        """A unit, cut off where the building ends."""
        for part in shapely.get_parts(shape.intersection(self.outline)):
            if part.geom_type == "Polygon" and part.area >= 1.0:
                self.count += 1
                label = Name(zh, en) if zh else None
                space_id = f"{self.floor}-{name}" if name else f"{self.floor}-{self.count:03d}"
                if space_id in {space.space_id for space in self.spaces}:
                    space_id = f"{space_id}-{self.count}"
                rounded = shapely.set_precision(part, 0.01)
                self.spaces.append(
                    Space(space_id, self.floor, category, polygon_of(rounded), label, walkable(category))
                )

    def shop(self, shape: shapely.Polygon, category: str = "retail") -> None:
        zh, en = next(self.names)
        self.add(shape, food(category, zh, en), zh, en)

    def door(self, x: float, y: float, width: float, along: str, exit_: bool = False) -> None:
        """A gap centred at x, y, in a wall that runs along "x" or "y"."""
        dx, dy = (width / 2, 0.0) if along == "x" else (0.0, width / 2)
        self.doors.append(Door(self.floor, self.at(x - dx, y - dy), self.at(x + dx, y + dy), exit_))

    def row(self, x0: float, y0: float, y1: float, widths: Iterable[float], front_y: float) -> None:
        """Shops side by side with their doors on the line ``front_y``."""
        x = x0
        for width in widths:
            self.shop(self.area(x, y0, x + width, y1))
            self.door(x + width / 2, front_y, min(4.0, width / 2), "x")
            x += width

    def rooms(self, x0: float, y0: float, y1: float, rooms: Iterable[Room], front_y: float) -> None:
        """Service rooms side by side, with narrow doors where people go in."""
        x = x0
        for width, category, zh, en in rooms:
            self.add(self.area(x, y0, x + width, y1), category, zh, en)
            if category != "structure":
                self.door(x + width / 2, front_y, 1.4, "x")
            x += width


def walkable(category: str) -> bool:
    return category not in ("opentobelow", "structure", "elevator", "escalator", "stairs", "vegetation")


_FOOD = (
    "Noodle Bakery Kitchen Canteen House Grill Garden Dining Coffee Tea Pot Congee Gelato Bowl Juice Soup Sushi "
    "Curry Deli Salad Buffet Fish Oven Wrap Stew Dumpling Pancake Wok Sichuan Hall Dongbei Court Spice Pier "
    "Deck Table Tap Dessert Ice Rolls Pudding Broth Clam Corner Cucina"
).split()
_NOT_FOOD = ("Jade", "Shuttle", "Camera", "Music", "Celadon", "Tap Dance", "Phone")


def food(category: str, zh: str, en: str) -> str:
    if category != "retail" or any(word in en for word in _NOT_FOOD):
        return category
    eats = any(word in en for word in _FOOD) and any(
        sign in zh
        for sign in "面茶焙小粥饭果花气功饼奶味杂冰咖汤寿厨锅楼食院鱼鸭料烤香牛素海餐酒甜羊饺卷虾巧"
    )
    return "foodservice" if eats else category


# --- what a floor is made of ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Quarter:
    """The rooms of one corner: widths of shops, rooms of the service strip, what the big stores are."""

    hall: tuple[float, ...]
    """Shops facing the west hall."""
    gallery: tuple[float, ...]
    """Shops facing the ring."""
    strip: tuple[Room, ...]
    back: tuple[float, ...]
    """Shops behind the side aisle."""
    anchor: tuple[str, str, str]
    """Category, Chinese, English of the corner store."""


WC_M, WC_F = ("restroom.male", "男卫生间", "Toilets men"), ("restroom.female", "女卫生间", "Toilets women")
WC_W = ("restroom.wheelchair", "无障碍卫生间", "Accessible toilet")
NURSING = ("mothersroom", "母婴室", "Nursing room")
CLEAN = ("storage", "保洁间", "Cleaning room")
STORE = ("storage", "库房", "Storage")
PLANT = ("structure", "", "")
STAIR = ("stairs", "楼梯", "Stairs")
SECURITY = ("office", "安保办公室", "Security office")
FIRST_AID = ("firstaid", "急救室", "First-aid room")
OFFICE = ("office", "物业办公室", "Mall office")


def _w(width: float, room: tuple[str, str, str]) -> Room:
    return (width, *room)


def corner(plan: Plan, quarter: Quarter, end: float, side: tuple[float, float], lifts: bool) -> None:
    """The south-west corner up to the aisle at ``end``: hall row, gallery row, strip, back row, anchor."""
    low, high = side
    west = 38.0 if lifts else 43.0
    scale = west / sum(quarter.hall)
    plan.row(0.0, 45.0, 56.0, [round(width * scale, 1) for width in quarter.hall], 56.0)
    if lifts:
        lift_bank(plan)
    scale = (end - 43.0) / sum(quarter.gallery)
    plan.row(43.0, 28.0, 45.0, [round(width * scale, 1) for width in quarter.gallery], 45.0)
    strip(plan, 43.0, end, side, quarter.strip)
    category, zh, en = quarter.anchor
    whole = plan.area(0.0, 0.0, 43.0, 45.0)
    if not quarter.back:
        whole = whole.union(plan.area(43.0, 0.0, end, low))
        plan.door(end, low / 2, 6.0, "y")
        plan.door((43.0 + end) / 2, low, 4.0, "x")
    plan.add(whole, category, zh, en, name=f"anchor-{'N' if plan.north else 'S'}{'E' if plan.east else 'W'}")
    plan.door(43.0, (low + high) / 2, 3.0, "y")
    back_row(plan, 43.0, end, low, quarter.back)


def middle(
    plan: Plan,
    x0: float,
    x1: float,
    side: tuple[float, float],
    rooms: tuple[Room, ...],
    counts: tuple[int, int],
) -> None:
    """A block between two aisles: gallery row, service strip, side aisle, back row."""
    gallery, back = counts
    plan.row(x0, 28.0, 45.0, even(x1 - x0, gallery), 45.0)
    strip(plan, x0, x1, side, rooms)
    back_row(plan, x0, x1, side[0], even(x1 - x0, back))


def even(length: float, count: int) -> list[float]:
    """``count`` widths with some variety."""
    weights = [1.0 + 0.18 * ((3 * index + count) % 4 - 1.5) for index in range(count)]
    widths = [round(2 * length * weight / sum(weights)) / 2 for weight in weights]
    widths[-1] = length - sum(widths[:-1])
    return widths


def back_row(plan: Plan, x0: float, x1: float, low: float, widths: Iterable[float]) -> None:
    widths = list(widths)
    scale = (x1 - x0) / sum(widths) if widths else 1.0
    plan.row(x0, 0.0, low, [width * scale for width in widths], low)


def strip(plan: Plan, x0: float, x1: float, side: tuple[float, float], rooms: tuple[Room, ...]) -> None:
    """Service rooms between the side aisle and the gallery's shops; what is left over is plant."""
    used = sum(room[0] for room in rooms)
    assert used <= x1 - x0, (plan.floor, x0, x1, used)
    plan.rooms(x0, side[1], 28.0, rooms, side[1])
    if x1 - x0 - used >= 1.0:
        plan.add(plan.area(x0 + used, side[1], x1, 28.0), "structure")


def lift_bank(plan: Plan) -> None:
    """Two lifts facing the ring's west side, with the machine room behind them."""
    plan.add(plan.area(40.5, 46.5, 43.0, 49.5), "elevator", "电梯", "Lift")
    plan.add(plan.area(40.5, 49.5, 43.0, 52.5), "elevator", "电梯", "Lift")
    plan.add(plan.area(38.0, 45.0, 40.5, 56.0), "structure")
    plan.add(plan.area(40.5, 45.0, 43.0, 46.5), "structure")
    plan.add(plan.area(40.5, 52.5, 43.0, 56.0), "structure")
    plan.door(43.0, 48.0, 1.8, "y")
    plan.door(43.0, 51.0, 1.8, "y")


def middle_lifts(plan: Plan) -> None:
    """Two lifts on the west side of the north aisle (drawn unturned)."""
    west, east = SHAFTS_NORTH
    for y in (78.0, 81.0):
        plan.add(box(east - 2.5, y, east, y + 3.0), "elevator", "电梯", "Lift")
        plan.door(east, y + 1.5, 1.8, "y")
    rest = box(west, 75.0, east, 92.0).difference(box(east - 2.5, 78.0, east, 84.0))
    plan.add(rest, "structure")


# --- the floors -----------------------------------------------------------------------------------------


def outline() -> shapely.Polygon:
    """Bowed long sides, cut corners."""
    south = [(x, round(4.0 * ((x - 120.0) / 110.0) ** 2, 2)) for x in range(10, 231, 20)]
    north = [(x, round(DEPTH_M - y, 2)) for x, y in reversed(south)]
    return shapely.Polygon([*south, (240.0, 14.0), (240.0, 106.0), *north, (0.0, 106.0), (0.0, 14.0)])


def rounded(x0: float, y0: float, x1: float, y1: float, cut: float) -> shapely.Polygon:
    """A rectangle with its corners cut off."""
    return shapely.Polygon(
        [
            (x0 + cut, y0),
            (x1 - cut, y0),
            (x1, y0 + cut),
            (x1, y1 - cut),
            (x1 - cut, y1),
            (x0 + cut, y1),
            (x0, y1 - cut),
            (x0, y0 + cut),
        ]
    )


def pads() -> list[shapely.Polygon]:
    """Landings of the escalators beside the void, with the run between them."""
    west = [box(57, 52, 60, 56.2), box(60, 52, 74, 56.2), box(74, 52, 77, 56.2)]
    east = [box(163, 63.8, 166, 68), box(166, 63.8, 180, 68), box(180, 63.8, 183, 68)]
    return west + east


def voids(floor: str) -> list[shapely.Polygon]:
    """Where one looks down: three on the upper floors, one over the plaza on L1."""
    if floor == "L1":
        return [rounded(101, 57.5, 139, 62.5, 2.0)]
    if floor == "B1":
        return []
    edges = [VOID[0], *(edge for bridge in BRIDGES for edge in bridge), VOID[2]]
    solid = shapely.union_all(pads())
    return [
        rounded(a, VOID[1], b, VOID[3], 4.0 if a == VOID[0] or b == VOID[2] else 2.0).difference(solid)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def escalators(plan: Plan) -> None:
    """The runs as units: two lanes side by side, at both places of the floor."""
    if plan.floor != "B1":
        for y in (52.4, 54.3):
            plan.add(box(60, y, 74, y + 1.5), "escalator", "扶梯", "Escalator")
        for y in (64.2, 66.1):
            plan.add(box(166, y, 180, y + 1.5), "escalator", "扶梯", "Escalator")
    if plan.floor in ("B1", "L1"):
        for y in (53.0, 54.9, 63.6, 65.5):
            plan.add(box(113, y, 127, y + 1.5), "escalator", "扶梯", "Escalator")


def corridors(plan: Plan) -> None:
    """Public ground in named pieces, less whatever has been drawn already."""
    taken = shapely.union_all([shape_of(space) for space in plan.spaces])
    x0, y0, x1, y1 = RING
    vx0, vy0, vx1, vy1 = VOID
    pieces = [
        (box(x0, y0, x1, vy0), "gallery-S", "南长廊", "South gallery"),
        (box(x0, vy1, x1, y1), "gallery-N", "北长廊", "North gallery"),
        (box(x0, vy0, vx0, vy1), "gallery-W", "西长廊", "West gallery"),
        (box(vx1, vy0, x1, vy1), "gallery-E", "东长廊", "East gallery"),
        (box(0, 56, x0, 64), "hall-W", "西厅", "West hall"),
        (box(x1, 56, 240, 64), "hall-E", "东厅", "East hall"),
        (box(vx0, vy0, vx1, vy1), "atrium", "中庭", "Atrium"),
    ]
    for side, aisles in AISLES.items():
        for number, (a, b) in enumerate(aisles, start=1):
            ys = (0, y0) if side == "S" else (y1, 120)
            main = number == 2
            zh = (
                ("南门厅" if side == "S" else "北门厅")
                if main
                else ("南" if side == "S" else "北") + f"通道{number}"
            )
            en = (
                ("South entrance hall" if side == "S" else "North entrance hall")
                if main
                else f"{'South' if side == 'S' else 'North'} aisle {number}"
            )
            pieces.append((box(a, ys[0], b, ys[1]), f"aisle-{side}{number}", zh, en))
    pieces.append((box(x0, SIDE[0], x1, SIDE[1]), "side-S", "南侧廊", "South side aisle"))
    pieces.append((box(x0, 120 - SIDE[1], x1, 120 - SIDE[0]), "side-N", "北侧廊", "North side aisle"))
    for shape, name, zh, en in pieces:
        free = shape.difference(taken)
        if name == "atrium" and plan.floor in ("L2", "L3"):
            bridges(plan, free)
        else:
            plan.add(free, "walkway", zh, en, name=name)
        taken = taken.union(shape)


def bridges(plan: Plan, free: shapely.Polygon) -> None:
    for number, (a, b) in enumerate(BRIDGES, start=1):
        zh, en = (("西连桥", "West bridge"), ("东连桥", "East bridge"))[number - 1]
        part = free.intersection(box(a - 3, VOID[1], b + 3, VOID[3]))
        plan.add(part, "footbridge", zh, en, name=f"bridge-{number}")
    rest = free.difference(shapely.union_all([box(a - 3, VOID[1], b + 3, VOID[3]) for a, b in BRIDGES]))
    for part in shapely.get_parts(rest):
        if part.area > 2.0:
            plan.add(part, "walkway", "扶梯平台", "Escalator landing", name="landing")


def shape_of(space: Space) -> shapely.Polygon:
    return shapely.Polygon(space.polygon.outer, space.polygon.holes)


def exits(plan: Plan) -> None:
    """Doors to the street on L1, to the metro on B1."""
    plan.east = plan.north = False
    if plan.floor == "L1":
        plan.door(120, 0.03, 9.0, "x", exit_=True)
        plan.door(120, 119.97, 5.0, "x", exit_=True)
        plan.door(0, 60, 6.0, "y", exit_=True)
        plan.door(240, 60, 6.0, "y", exit_=True)
        for x, y in ((68.5, 0.88), (171.5, 0.88), (82.5, 119.53), (157.5, 119.53)):
            plan.door(x, y, 3.0, "x", exit_=True)
    elif plan.floor == "B1":
        plan.door(0, 60, 6.0, "y", exit_=True)
        plan.door(240, 60, 5.0, "y", exit_=True)


def furniture(plan: Plan) -> None:
    """Planters, benches, kiosks, desks; never across a way."""

    def put(category: str, x0: float, y0: float, x1: float, y1: float) -> None:
        plan.fixtures.append(Fixture(plan.floor, category, polygon_of(box(x0, y0, x1, y1))))

    for x in range(56, 190, 16):
        if not any(a - 2 < x < b + 2 for aisles in AISLES.values() for a, b in aisles):
            put("vegetation", x, 48, x + 2, 49)
            put("furniture", x + 4, 48, x + 7, 49)
            put("vegetation", x, 71, x + 2, 72)
    for x in (12, 26, 211, 225):
        put("vegetation", x, 59.5, x + 2, 60.5)
    if plan.floor == "L1":
        plan.fixtures.append(
            Fixture("L1", "water", polygon_of(shapely.Point(84, 60).buffer(4.0, quad_segs=4)))
        )
        put("furniture", 150, 57, 160, 63)
        for x in (66, 72):
            put("kiosk", x, 60, x + 3, 63)
        put("kiosk", 170, 58, 173, 61)
    put("desk", *DESKS[plan.floor])
    for x, y in ((55, 46.2), (120, 46.2), (185, 46.2), (55, 73.8), (185, 73.8)):
        plan.amenities.append(Amenity(plan.floor, "seating", (float(x), y), Name("休息座椅", "Seats")))
    plan.amenities.append(Amenity(plan.floor, "atm", (126.5, 46.0), Name("自动取款机", "Cash machine")))


DESKS = {
    "B1": (104.0, 48.0, 108.0, 49.0),
    "L1": (118.0, 34.0, 122.0, 36.0),
    "L2": (119.0, 71.5, 122.0, 72.5),
    "L3": (129.0, 48.0, 133.0, 49.0),
}
"""Service desks; staff stand beside them."""


def islands(plan: Plan) -> None:
    """B1 has no void: two islands of food stalls left and right of the plaza."""
    for x0, x1 in ((VOID[0] + 3, 97.0), (143.0, VOID[2] - 3)):
        plan.row(x0, 54.0, 60.0, even(x1 - x0, 4), 54.0)
        plan.row(x0, 60.0, 66.0, even(x1 - x0, 3), 66.0)


def food_court(plan: Plan) -> None:
    """Tables in the open north-west corner, in place of the anchor; drawn turned over."""
    for x in range(6, 40, 6):
        for y in range(6, 40, 6):
            if x + y > 18:
                spot = plan.area(x, y, x + 2, y + 1.4)
                plan.fixtures.append(Fixture(plan.floor, "furniture", polygon_of(spot)))


def cinema(plan: Plan) -> None:
    """Four halls off the lobby in the north-east corner, in place of the anchor; drawn turned over."""
    halls = [(0, 24, 20, 45), (20, 30, 43, 45), (0, 0, 20, 24), (20, 0, 43, 14)]
    for number, (x0, y0, x1, y1) in enumerate(halls, start=1):
        plan.add(
            plan.area(x0, y0, x1, y1),
            "movietheater",
            f"{number}号影厅",
            f"Screen {number}",
            name=f"screen-{number}",
        )
    plan.add(plan.area(20, 14, 43, 30), "lobby", "海棠影城大厅", "Cinema lobby", name="cinema-lobby")
    plan.door(20, 27, 2.0, "y")
    plan.door(20, 18, 2.0, "y")
    plan.door(31, 30, 2.0, "x")
    plan.door(31, 14, 2.0, "x")


def build(floor: str) -> Plan:
    plan = Plan(floor, outline(), chain(SHOPS[floor], boutiques()))
    quarters = FLOORS[floor]
    for shape in voids(floor):
        plan.add(
            shape,
            "opentobelow",
            "中庭上空" if floor != "L1" else "",
            "Void" if floor != "L1" else "",
            name="void",
        )
    escalators(plan)
    for (east, north), (quarter, end, lifts) in quarters.items():
        plan.east, plan.north = east, north
        if quarter.anchor[0] == "cinema":
            corner_without_anchor(plan, quarter, end, lifts)
            cinema(plan)
        else:
            corner(plan, quarter, end, SIDE, lifts)
        if quarter.anchor[0] == "unenclosedarea":
            food_court(plan)
    plan.east = plan.north = False
    for (x0, x1, north), (rooms, counts) in BLOCKS[floor].items():
        plan.north = north
        middle(plan, x0, x1, SIDE, rooms, counts)
    plan.north = False
    middle_lifts(plan)
    if floor == "B1":
        islands(plan)
    corridors(plan)
    exits(plan)
    furniture(plan)
    return plan


def boutiques() -> Iterator[tuple[str, str]]:
    """What stands in rooms that no shop was named for."""
    for number in range(1, 100):
        yield f"精品店{number}", f"Boutique {number}"


def corner_without_anchor(plan: Plan, quarter: Quarter, end: float, lifts: bool) -> None:
    """A corner whose big room is drawn by itself."""
    before = len(plan.spaces)
    corner(plan, quarter, end, SIDE, lifts)
    plan.spaces[before:] = [space for space in plan.spaces[before:] if space.category != "cinema"]


WC = (_w(7, WC_M), _w(7, WC_F), _w(4, WC_W))
SMALL_WC = (_w(4, WC_W), _w(6, WC_F))


def _corner(
    hall: tuple[float, ...],
    gallery: tuple[float, ...],
    strip_: tuple[Room, ...],
    back: tuple[float, ...],
    anchor: tuple[str, str, str],
) -> Quarter:
    return Quarter(hall, gallery, (_w(6, PLANT), *strip_), back, anchor)


def _stairs_first(end: float, *rooms: Room) -> tuple[Room, ...]:
    """Rooms from the anchor's side, the stairs last, next to the aisle."""
    left = end - 43.0 - 6.0 - 6.0 - sum(room[0] for room in rooms)
    assert left >= 0, (end, left)
    return (*rooms, *([_w(left, PLANT)] if left else []), _w(6, STAIR))


SW, SE, NW, NE = (False, False), (True, False), (False, True), (True, True)
ENDS = {SW: 66.0, SE: 66.0, NW: 80.0, NE: 80.0}

FLOORS: dict[str, dict[tuple[bool, bool], tuple[Quarter, float, bool]]] = {
    "B1": {
        SW: (
            _corner(
                (11, 11, 12, 9),
                (12, 11),
                _stairs_first(66, _w(6, CLEAN)),
                (),
                ("retail", "海棠超市", "Haitang Supermarket"),
            ),
            66.0,
            False,
        ),
        SE: (
            _corner(
                (14, 14, 15),
                (11, 12),
                _stairs_first(66, _w(6, STORE)),
                (23,),
                ("retail", "家居仓储", "Home Warehouse"),
            ),
            66.0,
            True,
        ),
        NW: (
            _corner(
                (12, 14, 12),
                (9, 9, 10, 9),
                _stairs_first(80, *SMALL_WC, _w(5, NURSING)),
                (18, 19),
                ("fitnessroom", "健身中心", "Fitness Centre"),
            ),
            80.0,
            True,
        ),
        NE: (
            _corner(
                (20, 23),
                (12, 13, 12),
                _stairs_first(80, _w(8, CLEAN)),
                (37,),
                ("storage", "卸货区", "Loading dock"),
            ),
            80.0,
            False,
        ),
    },
    "L1": {
        SW: (
            _corner(
                (14, 14, 15),
                (8, 8, 7),
                _stairs_first(66, _w(6, CLEAN)),
                (),
                ("retail", "海棠百货", "Haitang Department Store"),
            ),
            66.0,
            False,
        ),
        SE: (
            _corner(
                (12, 13, 13),
                (11, 12),
                _stairs_first(66, _w(5, STORE)),
                (23,),
                ("retail", "都市旗舰店", "Metro Flagship"),
            ),
            66.0,
            True,
        ),
        NW: (
            _corner(
                (12, 13, 13),
                (12, 13, 12),
                _stairs_first(80, *SMALL_WC),
                (18, 19),
                ("retail", "运动世界", "Sports World"),
            ),
            80.0,
            True,
        ),
        NE: (
            _corner(
                (14, 14, 15),
                (12, 13, 12),
                _stairs_first(80, _w(8, SECURITY), _w(6, CLEAN)),
                (37,),
                ("retail", "电器城", "Electronics City"),
            ),
            80.0,
            False,
        ),
    },
    "L2": {
        SW: (
            _corner(
                (14, 14, 15),
                (11, 12),
                _stairs_first(66, _w(6, CLEAN)),
                (23,),
                ("retail", "海棠百货二层", "Haitang Department Store L2"),
            ),
            66.0,
            False,
        ),
        SE: (
            _corner(
                (12, 13, 13),
                (8, 7, 8),
                _stairs_first(66, _w(5, STORE)),
                (),
                ("retail", "快时尚馆", "Fast Fashion House"),
            ),
            66.0,
            True,
        ),
        NW: (
            _corner(
                (12, 13, 13),
                (12, 13, 12),
                _stairs_first(80, *SMALL_WC, _w(6, NURSING)),
                (18, 19),
                ("recreation", "儿童乐园", "Kids' Playground"),
            ),
            80.0,
            True,
        ),
        NE: (
            _corner(
                (14, 14, 15),
                (9, 9, 10, 9),
                _stairs_first(80, _w(8, CLEAN)),
                (18, 19),
                ("retail", "家居生活馆", "Home & Living"),
            ),
            80.0,
            False,
        ),
    },
    "L3": {
        SW: (
            _corner(
                (14, 14, 15),
                (11, 12),
                _stairs_first(66, _w(6, CLEAN)),
                (23,),
                ("foodservice", "盛宴宴会厅", "Banquet Hall"),
            ),
            66.0,
            False,
        ),
        SE: (
            _corner(
                (12, 13, 13),
                (11, 12),
                _stairs_first(66, _w(5, STORE)),
                (23,),
                ("retail", "海棠书城", "Haitang Book City"),
            ),
            66.0,
            True,
        ),
        NW: (
            _corner(
                (12, 13, 13),
                (12, 13, 12),
                _stairs_first(80, *WC),
                (9, 9, 10, 9),
                ("unenclosedarea", "美食广场", "Food court"),
            ),
            80.0,
            True,
        ),
        NE: (
            _corner(
                (14, 14, 15),
                (12, 13, 12),
                _stairs_first(80, *SMALL_WC),
                (18, 19),
                ("cinema", "影城", "Cinema"),
            ),
            80.0,
            False,
        ),
    },
}

_TOILETS = (*WC, _w(5, NURSING), _w(5, CLEAN))
_OFFICES = (_w(9, SECURITY), _w(8, FIRST_AID), _w(9, OFFICE), _w(6, STORE))
_AID = (_w(8, FIRST_AID), _w(6, CLEAN), *SMALL_WC)
BLOCKS: dict[str, dict[tuple[float, float, bool], tuple[tuple[Room, ...], tuple[int, int]]]] = {
    floor: {
        (71.0, 115.0, False): (_TOILETS, (4, 2)),
        (125.0, 169.0, False): (_OFFICES if floor == "L1" else (*_AID, _w(9, STORE)), (4, 2)),
        (85.0, 113.0, True): ((_w(8, STORE), _w(6, CLEAN)), (2, 1)),
        (123.0, 155.0, True): (WC, (3, 1)),
    }
    for floor in ("B1", "L1", "L2", "L3")
}


# --- ways between floors ----------------------------------------------------------------------------------


def connectors() -> tuple[Connector, ...]:
    return (*lifts(), *stairs(), *moving_stairs())


def lifts() -> Iterator[Connector]:
    banks = {
        "W": [(44.0, 72.0), (44.0, 69.0)],
        "C": [(118.0, 79.5), (118.0, 82.5)],
        "E": [(196.0, 48.0), (196.0, 51.0)],
    }
    number = 0
    for bank, cars in banks.items():
        for car, at in enumerate(cars, start=1):
            number += 1
            stops = tuple(Stop(floor, at) for floor in FLOORS)
            name = Name(f"{number}号电梯", f"Lift {number}")
            yield Connector(f"lift-{bank}{car}", "lift", stops, True, 35.0, 6.0, wheels=True, name=name)


def stairs() -> Iterator[Connector]:
    places = {"SW": (63.0, 22.5), "SE": (177.0, 22.5), "NW": (77.0, 97.5), "NE": (163.0, 97.5)}
    for number, (corner_, at) in enumerate(places.items(), start=1):
        stops = tuple(Stop(floor, at) for floor in FLOORS)
        name = Name(f"{number}号楼梯", f"Stairs {number}")
        yield Connector(f"stair-{corner_}", "stairs", stops, True, 0.0, 32.0, fire_safe=True, name=name)


def moving_stairs() -> Iterator[Connector]:
    """Pairs beside the atrium: west and east ones above L1, two pairs between B1 and L1."""
    west = (58.5, 75.5, 53.2, 55.1)
    east = (181.5, 164.5, 66.8, 64.9)
    south, north = (111.5, 128.5, 53.8, 55.7), (111.5, 128.5, 66.2, 64.3)
    pairs = [("B1", "L1", "CS", south), ("B1", "L1", "CN", north)]
    pairs += [
        (a, b, side, place)
        for a, b in (("L1", "L2"), ("L2", "L3"))
        for side, place in (("W", west), ("E", east))
    ]
    for number, (low, high, side, (foot, head, up_y, down_y)) in enumerate(pairs, start=1):
        up = (Stop(low, (foot, up_y)), Stop(high, (head, up_y)))
        down = (Stop(high, (head, down_y)), Stop(low, (foot, down_y)))
        for way, stops, zh in (("up", up, "上行"), ("down", down, "下行")):
            name = Name(f"{number}号扶梯{zh}", f"Escalator {number} {way}")
            yield Connector(f"esc-{side}-{low}-{high}-{way}", "escalator", stops, False, 0.0, 30.0, name=name)


def floor_of(number: int, floor: str) -> Floor:
    zh = {"B1": "地下一层", "L1": "一层", "L2": "二层", "L3": "三层"}[floor]
    height = {"B1": 4.8, "L1": 5.6, "L2": 5.2, "L3": 5.2}[floor]
    elevation = {"B1": -4.8, "L1": 0.0, "L2": 5.6, "L3": 10.8}[floor]
    return Floor(floor, number - 1, Name(zh, floor), elevation, height, 18.0, polygon_of(outline()))


def demo_mall() -> Site:
    floors = tuple(floor_of(number, floor) for number, floor in enumerate(FLOORS))
    plans = [build(floor) for floor in FLOORS]
    spaces = tuple(space for plan in plans for space in plan.spaces)
    fixtures = tuple(fixture for plan in plans for fixture in plan.fixtures)
    walls: tuple[Wall, ...] = walls_of(floors, spaces, fixtures)
    return Site(
        site="demo",
        name=Name("海棠洲购物中心", "Haitang Isle Mall"),
        timezone="Asia/Shanghai",
        latitude_deg=31.2716,
        longitude_deg=120.8237,
        bearing_deg=352.0,
        floors=floors,
        spaces=spaces,
        walls=walls,
        doors=tuple(door for plan in plans for door in plan.doors),
        fixtures=fixtures,
        connectors=connectors(),
        amenities=tuple(amenity for plan in plans for amenity in plan.amenities),
        **installed(),
    )


if __name__ == "__main__":
    save_site(demo_mall(), Path(sys.argv[1] if len(sys.argv) > 1 else "config/sites/demo"))
