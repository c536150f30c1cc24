"""Draws the demo mall and writes config/sites/demo: python -m bench.make_demo_mall [DIR]

Four floors of 240 x 120 m: a ring of galleries (the racetrack) around an atrium with bridges, side
aisles south and north of it, halls west and east. One quarter is drawn as the south-west one and
turned over for the others, with its own rooms on each floor.
"""

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import shapely
from shapely.geometry import box

from bench.demo_mall_floors import QUARTERS, blocks
from bench.demo_mall_names import boutiques, shops
from bench.demo_mall_people import installed
from bench.demo_mall_plan import DEPTH_M, SIDE, Plan, corner, middle, public_ground, uneven
from contracts.geometry import polygon_of
from contracts.sitemap import Amenity, Connector, Fixture, Floor, Name, Site, Stop
from contracts.walls import walls_of
from runtime.site_files import save_site

FLOORS = ("B1", "L1", "L2", "L3")
RING = (43.0, 45.0, 197.0, 75.0)
"""The galleries' outer edge; the void lies 7 m inside."""
VOID = (50.0, 52.0, 190.0, 68.0)
BRIDGES = ((92.0, 98.0), (142.0, 148.0))
AISLES = {
    "S": ((66.0, 71.0), (115.0, 125.0), (169.0, 174.0)),
    "N": ((80.0, 85.0), (117.0, 123.0), (155.0, 160.0)),
}
DESKS = {
    "B1": (104.0, 48.0, 108.0, 49.0),
    "L1": (118.0, 34.0, 122.0, 36.0),
    "L2": (119.0, 71.5, 122.0, 72.5),
    "L3": (129.0, 48.0, 133.0, 49.0),
}
"""Service desks; staff stand beside them."""


def build(floor: str) -> Plan:
    """One floor: voids and escalators, the four corners, the blocks between them, then public ground."""
    plan = Plan(floor, outline(), chain(shops(floor), boutiques()))
    for void in voids(floor):
        plan.add(void, "opentobelow", "中庭上空", "Void", name="void")
    escalators(plan)
    for (plan.east, plan.north), quarter in QUARTERS[floor].items():
        corner(plan, quarter)
        furnish_corner(plan)
    plan.east = False
    for x0, x1, north, rooms, counts, shaft in blocks(floor):
        plan.north = north
        middle(plan, x0, x1, rooms, counts, shaft)
    plan.north = False
    middle_lifts(plan)
    if floor == "B1":
        islands(plan)
    public_ground(plan, corridors(floor))
    exits(plan)
    furniture(plan)
    return plan


def furnish_corner(plan: Plan) -> None:
    match (plan.floor, plan.east, plan.north):
        case ("B1", False, False):
            shelves(plan, 8.0, 40.0, rows=range(6, 42, 5))
        case ("L3", True, False):
            shelves(plan, 10.0, 36.0, rows=range(10, 42, 6))
        case ("L3", False, True):
            tables(plan)
        case ("L3", True, True):
            cinema(plan)
        case _:
            pass


def outline() -> shapely.Polygon:
    """Bowed long sides, cut corners."""
    south = [(x, round(4.0 * ((x - 120.0) / 110.0) ** 2, 2)) for x in range(10, 231, 20)]
    north = [(x, round(DEPTH_M - y, 2)) for x, y in reversed(south)]
    return shapely.Polygon([*south, (240.0, 14.0), (240.0, 106.0), *north, (0.0, 106.0), (0.0, 14.0)])


# --- the atrium -----------------------------------------------------------------------------------------


def cut(x0: float, y0: float, x1: float, y1: float, by: float) -> shapely.Polygon:
    """A rectangle with its corners cut off."""
    south = [(x0 + by, y0), (x1 - by, y0), (x1, y0 + by)]
    north = [(x1, y1 - by), (x1 - by, y1), (x0 + by, y1), (x0, y1 - by), (x0, y0 + by)]
    return shapely.Polygon(south + north)


LANDINGS = (box(57, 52, 77, 56.2), box(163, 63.8, 183, 68))
"""Decks at the void's edge with a pair of escalators and the ground at both their ends."""


def voids(floor: str) -> list[shapely.Polygon]:
    """Where one looks down: three on the upper floors, one over the plaza on L1."""
    if floor == "B1":
        return []
    if floor == "L1":
        return [cut(101, 57.5, 139, 62.5, 2.0)]
    edges = [VOID[0], *(edge for bridge in BRIDGES for edge in bridge), VOID[2]]
    decks = shapely.union_all(LANDINGS)
    return [
        cut(a, VOID[1], b, VOID[3], 4.0 if VOID[0] == a or VOID[2] == b else 2.0).difference(decks)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def escalators(plan: Plan) -> None:
    """The runs as units: two lanes side by side, at both places of the floor."""
    upper = [(60, 52.4), (60, 54.3), (166, 64.2), (166, 66.1)] if plan.floor != "B1" else []
    lower = [(113, y) for y in (53.0, 54.9, 63.6, 65.5)] if plan.floor in ("B1", "L1") else []
    for x, y in upper + lower:
        plan.add(box(x, y, x + 14, y + 1.5), "escalator", "扶梯", "Escalator")


def corridors(floor: str) -> Iterator[tuple[shapely.Polygon, str, str, str, str]]:
    """Public ground in named pieces: area, category, id, Chinese, English."""
    x0, y0, x1, y1 = RING
    vx0, vy0, vx1, vy1 = VOID
    yield box(x0, y0, x1, vy0), "walkway", "gallery-S", "南长廊", "South gallery"
    yield box(x0, vy1, x1, y1), "walkway", "gallery-N", "北长廊", "North gallery"
    yield box(x0, vy0, vx0, vy1), "walkway", "gallery-W", "西长廊", "West gallery"
    yield box(vx1, vy0, x1, vy1), "walkway", "gallery-E", "东长廊", "East gallery"
    yield box(0, 56, x0, 64), "walkway", "hall-W", "西厅", "West hall"
    yield box(x1, 56, 240, 64), "walkway", "hall-E", "东厅", "East hall"
    yield from aisles(floor)
    yield box(x0, SIDE[0], x1, SIDE[1]), "walkway", "side-S", "南侧廊", "South side aisle"
    yield box(x0, 120 - SIDE[1], x1, 120 - SIDE[0]), "walkway", "side-N", "北侧廊", "North side aisle"
    if floor in ("L2", "L3"):
        for (a, b), name, zh, en in zip(
            BRIDGES, "WE", ("西连桥", "东连桥"), ("West bridge", "East bridge"), strict=True
        ):
            yield box(a - 3, vy0, b + 3, vy1), "footbridge", f"bridge-{name}", zh, en
        for landing, name in zip(LANDINGS, "WE", strict=True):
            yield landing, "walkway", f"landing-{name}", "", ""
        yield box(vx0, vy0, vx1, vy1), "walkway", "edge", "", ""
    elif floor == "L1":
        yield box(vx0, vy0, 98, vy1), "walkway", "atrium-W", "西中庭", "West atrium"
        yield box(98, vy0, 142, vy1), "walkway", "atrium-C", "", ""
        yield box(142, vy0, vx1, vy1), "walkway", "atrium-E", "东中庭", "East atrium"
    else:
        yield box(98, vy0, 142, vy1), "walkway", "atrium-C", "下沉广场", "Sunken plaza"
        yield box(vx0, vy0, vx1, vy1), "walkway", "food-street", "", ""


def aisles(floor: str) -> Iterator[tuple[shapely.Polygon, str, str, str, str]]:
    for side, places in AISLES.items():
        zh, en = {"S": ("南", "South"), "N": ("北", "North")}[side]
        for number, (a, b) in enumerate(places, start=1):
            area = box(a, 0, b, RING[1]) if side == "S" else box(a, RING[3], b, DEPTH_M)
            if number == 2:
                hall = ("门厅", "entrance hall") if floor == "L1" else ("厅", "hall")
                yield area, "walkway", f"hall-{side}", zh + hall[0], f"{en} {hall[1]}"
            else:
                yield area, "walkway", f"aisle-{side}{number}", f"{zh}通道{number}", f"{en} aisle {number}"


def middle_lifts(plan: Plan) -> None:
    """Two lifts on the west side of the north aisle."""
    solid = box(113, 75, 117, 92)
    for y in (78.0, 81.0):
        car = box(114.5, y, 117, y + 3.0)
        plan.add(car, "elevator", "电梯", "Lift")
        plan.door(117, y + 1.5, 1.8, "y")
        solid = solid.difference(car)
    plan.add(solid, "structure")


# --- rooms drawn by themselves, doors to the street, furniture ---------------------------------------------


def exits(plan: Plan) -> None:
    """Doors to the street on L1, to the metro on B1."""
    if plan.floor == "L1":
        plan.door(120, 0.03, 9.0, "x", exit_=True)
        plan.door(120, 119.97, 5.0, "x", exit_=True)
        for x, y in ((68.5, 0.88), (171.5, 0.88), (82.5, 119.53), (157.5, 119.53)):
            plan.door(x, y, 3.0, "x", exit_=True)
    if plan.floor in ("B1", "L1"):
        plan.door(0, 60, 6.0, "y", exit_=True)
        plan.door(240, 60, 6.0, "y", exit_=True)


def furniture(plan: Plan) -> None:
    """Planters, benches, kiosks, desks; never across a way."""
    for x in range(56, 190, 16):
        if not any(a - 2 < x < b + 2 for places in AISLES.values() for a, b in places):
            plan.put("vegetation", x, 48, x + 2, 49)
            plan.put("furniture", x + 4, 48, x + 7, 49)
            plan.put("vegetation", x, 71, x + 2, 72)
    for x in (12, 26, 211, 225):
        plan.put("vegetation", x, 59.5, x + 2, 60.5)
    if plan.floor == "L1":
        fountain = shapely.set_precision(shapely.Point(88, 60).buffer(4.0, quad_segs=4), 0.01)
        plan.fixtures.append(Fixture("L1", "water", polygon_of(fountain)))
        plan.put("furniture", 150, 57, 160, 63)
        for x, y in ((58, 61), (64, 61), (172, 57), (178, 57)):
            plan.put("kiosk", x, y, x + 3, y + 3)
    plan.put("desk", *DESKS[plan.floor])
    for x, y in ((55, 46.2), (120, 46.2), (185, 46.2), (55, 73.8), (185, 73.8)):
        plan.amenities.append(Amenity(plan.floor, "seating", (float(x), y), Name("休息座椅", "Seats")))
    plan.amenities.append(Amenity(plan.floor, "atm", (126.5, 46.0), Name("自动取款机", "Cash machine")))
    plan.amenities.append(Amenity(plan.floor, "information", (116.0, 46.0), Name("导览屏", "Directory")))


def islands(plan: Plan) -> None:
    """B1 has no void: two islands of food stalls left and right of the plaza."""
    for x0, x1 in ((VOID[0] + 3, 97.0), (143.0, VOID[2] - 3)):
        plan.row(x0, 54.0, x1, 60.0, uneven(4), 54.0)
        plan.row(x0, 60.0, x1, 66.0, uneven(3), 66.0)


def shelves(plan: Plan, x0: float, x1: float, rows: range) -> None:
    """Shelves with a gap in their middle."""
    for y in rows:
        for a, b in ((x0, (x0 + x1) / 2 - 1.5), ((x0 + x1) / 2 + 1.5, x1)):
            if y > 20 or a > 12:
                plan.put("equipment", a, y, b, y + 1.4)


def tables(plan: Plan) -> None:
    for x in range(6, 40, 6):
        for y in range(6, 40, 6):
            if x + y > 18:
                plan.put("furniture", x, y, x + 2, y + 1.4)


def cinema(plan: Plan) -> None:
    """Four halls around a lobby in the corner, drawn as the south-west one."""
    halls = [(0, 24, 20, 45), (20, 30, 43, 45), (0, 0, 20, 24), (20, 0, 43, 14)]
    for number, hall in enumerate(halls, start=1):
        name = f"screen-{number}"
        plan.add(plan.area(*hall), "movietheater", f"{number}号影厅", f"Screen {number}", name=name)
    plan.add(plan.area(20, 14, 43, 30), "lobby", "海棠影城大厅", "Cinema lobby", name="cinema-lobby")
    plan.door(20, 27, 2.0, "y")
    plan.door(20, 18, 2.0, "y")
    plan.door(31, 30, 2.0, "x")
    plan.door(31, 14, 2.0, "x")


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
    return Site(
        site="demo",
        name=Name("海棠洲购物中心", "Haitang Isle Mall"),
        timezone="Asia/Shanghai",
        latitude_deg=31.2716,
        longitude_deg=120.8237,
        bearing_deg=352.0,
        desk_phone="0512-6288-0100",
        floors=floors,
        spaces=spaces,
        walls=walls_of(floors, spaces, fixtures),
        doors=tuple(door for plan in plans for door in plan.doors),
        fixtures=fixtures,
        connectors=connectors(),
        amenities=tuple(amenity for plan in plans for amenity in plan.amenities),
        **installed(spaces),
    )


if __name__ == "__main__":
    save_site(demo_mall(), Path(sys.argv[1] if len(sys.argv) > 1 else "config/sites/demo"))
