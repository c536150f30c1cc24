"""What stands where on the demo mall's floors."""

from typing import Final

from bench.demo_mall_plan import RING_X, Quarter, Room

Kind = tuple[str, str, str]

WC_M: Final[Kind] = ("restroom.male", "男卫生间", "Toilets men")
WC_F: Final[Kind] = ("restroom.female", "女卫生间", "Toilets women")
WC_W: Final[Kind] = ("restroom.wheelchair", "无障碍卫生间", "Accessible toilet")
NURSING: Final[Kind] = ("mothersroom", "母婴室", "Nursing room")
CLEAN: Final[Kind] = ("storage", "保洁间", "Cleaning room")
STORE: Final[Kind] = ("storage", "库房", "Storage")
PLANT: Final[Kind] = ("structure", "", "")
STAIR: Final[Kind] = ("stairs", "楼梯", "Stairs")
SECURITY: Final[Kind] = ("office", "安保办公室", "Security office")
FIRST_AID: Final[Kind] = ("firstaid", "急救室", "First-aid room")
OFFICE: Final[Kind] = ("office", "物业办公室", "Mall office")

SHORT_END, LONG_END = 66.0, 80.0
"""Where the first aisle lies south and north of the ring."""


def _rooms(*rooms: tuple[float, Kind]) -> tuple[Room, ...]:
    return tuple((width, *kind) for width, kind in rooms)


def _strip(end: float, *rooms: tuple[float, Kind]) -> tuple[Room, ...]:
    """Plant room at the corner store, rooms, the stairs last, next to the aisle."""
    left = end - RING_X - 12.0 - sum(width for width, _ in rooms)
    spare = _rooms((left, PLANT)) if left > 0 else ()
    return (*_rooms((6.0, PLANT), *rooms), *spare, *_rooms((6.0, STAIR)))


THREE: Final = (14.0, 14.0, 15.0)
HALF: Final = (11.0, 12.0)
SMALL_WC: Final = ((4.0, WC_W), (6.0, WC_F))
FULL_WC: Final = ((7.0, WC_M), (7.0, WC_F), (4.0, WC_W))


def _shop(zh: str, en: str, category: str = "retail") -> Kind:
    return (category, zh, en)


def _short(
    hall: tuple[float, ...],
    gallery: tuple[float, ...],
    room: tuple[float, Kind],
    anchor: Kind,
    lifts: bool = False,
    back: tuple[float, ...] = (1.0,),
) -> Quarter:
    return Quarter(SHORT_END, hall, gallery, _strip(SHORT_END, room), back, anchor, lifts)


def _long(
    hall: tuple[float, ...],
    gallery: tuple[float, ...],
    rooms: tuple[tuple[float, Kind], ...],
    back: tuple[float, ...],
    anchor: Kind | None,
    lifts: bool = False,
) -> Quarter:
    return Quarter(LONG_END, hall, gallery, _strip(LONG_END, *rooms), back, anchor, lifts)


FOUR: Final = (9.0, 9.0, 10.0, 9.0)
MIXED: Final = (12.0, 13.0, 12.0)

QUARTERS: Final[dict[str, dict[tuple[bool, bool], Quarter]]] = {
    "B1": {
        (False, False): _short(
            (11, 11, 12, 9), HALF, (6, CLEAN), _shop("海棠超市", "Haitang Supermarket"), back=()
        ),
        (True, False): _short(THREE, HALF, (5, STORE), _shop("家居仓储", "Home Warehouse"), lifts=True),
        (False, True): _long(
            MIXED,
            FOUR,
            (*SMALL_WC, (5, NURSING)),
            (1, 1),
            _shop("健身中心", "Fitness Centre", "fitnessroom"),
            True,
        ),
        (True, True): _long((20, 23), MIXED, ((8, CLEAN),), (1,), _shop("卸货区", "Loading dock", "storage")),
    },
    "L1": {
        (False, False): _short(
            THREE, (8, 8, 7), (6, CLEAN), _shop("海棠百货", "Haitang Department Store"), back=()
        ),
        (True, False): _short(THREE, HALF, (5, STORE), _shop("都市旗舰店", "Metro Flagship"), lifts=True),
        (False, True): _long(MIXED, MIXED, SMALL_WC, (1, 1), _shop("运动世界", "Sports World"), True),
        (True, True): _long(
            THREE, MIXED, ((8, SECURITY), (6, CLEAN)), (1,), _shop("电器城", "Electronics City")
        ),
    },
    "L2": {
        (False, False): _short(THREE, HALF, (6, CLEAN), _shop("海棠百货二层", "Haitang Department Store L2")),
        (True, False): _short(
            THREE, (8, 7, 8), (5, STORE), _shop("快时尚馆", "Fast Fashion House"), lifts=True, back=()
        ),
        (False, True): _long(
            MIXED,
            MIXED,
            (*SMALL_WC, (6, NURSING)),
            (1, 1),
            _shop("儿童乐园", "Kids' Playground", "recreation"),
            True,
        ),
        (True, True): _long(THREE, FOUR, ((8, CLEAN),), (1, 1), _shop("家居生活馆", "Home & Living")),
    },
    "L3": {
        (False, False): _short(THREE, HALF, (6, CLEAN), _shop("盛宴宴会厅", "Banquet Hall", "foodservice")),
        (True, False): _short(THREE, HALF, (5, STORE), _shop("海棠书城", "Haitang Book City"), lifts=True),
        (False, True): _long(
            MIXED, MIXED, FULL_WC, FOUR, _shop("美食广场", "Food court", "unenclosedarea"), True
        ),
        (True, True): _long(THREE, MIXED, SMALL_WC, (1, 1), None),
    },
}
"""Floor → (east, north) → corner."""

TOILETS: Final = _rooms(*FULL_WC, (5, NURSING), (5, CLEAN))
OFFICES: Final = _rooms((9, SECURITY), (8, FIRST_AID), (9, OFFICE), (6, STORE))
AID: Final = _rooms((8, FIRST_AID), (6, CLEAN), *SMALL_WC, (9, STORE))


def blocks(floor: str) -> list[tuple[float, float, bool, tuple[Room, ...], tuple[int, int], float]]:
    """x0, x1, north, service rooms, number of shops in the gallery and the back row, metres for lifts."""
    return [
        (71.0, 115.0, False, TOILETS, (4, 2), 0.0),
        (125.0, 169.0, False, OFFICES if floor == "L1" else AID, (4, 2), 0.0),
        (85.0, 117.0, True, _rooms((8, STORE), (6, CLEAN)), (2, 1), 4.0),
        (123.0, 155.0, True, _rooms(*FULL_WC), (3, 1), 0.0),
    ]
