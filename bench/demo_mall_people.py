"""What is installed in the demo mall and who works there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bench.demo_mall_names import STAFF
from contracts.geometry import rectangle
from contracts.installation import following_address
from contracts.messages import EnrolledDevice, InstalledGateway, LadderStep
from contracts.sitemap import (
    Depot,
    Item,
    Name,
    Point,
    Polygon,
    Role,
    RoleNeed,
    ServiceKind,
    Shift,
    Space,
    Spot,
    StaffMember,
    Within,
    Zone,
)

FLOORS: Final = ("B1", "L1", "L2", "L3")
CEILING_M: Final = {"B1": 3.2, "L1": 4.0, "L2": 3.6, "L3": 3.6}


def installed(spaces: Sequence[Space]) -> dict[str, Any]:
    """The fields of a site that ``site.toml`` holds."""
    return {
        "gateways": tuple(gateways()),
        "depots": tuple(depots()),
        "items": items(),
        "roles": roles(),
        "services": services(),
        "staff": tuple(staff()),
        "spots": tuple(spots()),
        "zones": tuple(zones({space.space_id: space.polygon for space in spaces})),
        "devices": tuple(devices()),
    }


# --- gateways ----------------------------------------------------------------------------------------

EVEN: Final = [(x, y) for y in (14.0, 47.0, 73.0, 106.0) for x in (24.0, 72.0, 120.0, 168.0, 216.0)]
HALLS: Final = {
    "B1": [(75.0, 60.5), (165.0, 60.5)],
    "L1": [(78.0, 58.0), (162.0, 58.0)],
    "L2": [(95.0, 60.0), (145.0, 60.0)],
    "L3": [(95.0, 60.0), (145.0, 60.0)],
}
VENDORS: Final = {
    "B1": {3: "minew"},
    "L1": {3: "minew", 7: "moko", 5: "ruuvi"},
    "L2": {16: "ruuvi"},
    "L3": {7: "moko"},
}
"""A mall's mixed fleet; the others speak our own format."""
FIRST_ADDRESS: Final = {
    "minew": "AC:23:3F:C0:10:01",
    "ruuvi": "F4:1A:79:20:10:01",
    "moko": "DC:5C:C6:30:10:01",
}


def gateways() -> Iterator[InstalledGateway]:
    """22 a floor on a lattice of 48 x 30 m, every second floor half a step aside."""
    seen = dict.fromkeys(FIRST_ADDRESS, 0)
    for index, floor in enumerate(FLOORS):
        aside = 8.0 if index % 2 else -8.0
        places = [(x + aside, y) for x, y in EVEN] + HALLS[floor]
        for number, (x, y) in enumerate(places, start=1):
            vendor = VENDORS[floor].get(number, "nearhand")
            address = ""
            if vendor in seen:
                address = following_address(FIRST_ADDRESS[vendor], seen[vendor])
                seen[vendor] += 1
            gateway = f"gw-{floor}-{number:02d}"
            yield InstalledGateway(gateway, floor, x, y, CEILING_M[floor], vendor, address)


# --- items, services -----------------------------------------------------------------------------------


def items() -> tuple[Item, ...]:
    return (
        Item("wheelchair", Name("轮椅", "Wheelchair"), wheels=True, loan_s=3 * 3600.0),
        Item("power_bank", Name("充电宝", "Power bank"), loan_s=4 * 3600.0, spares=2),
        Item("umbrella", Name("雨伞", "Umbrella"), loan_s=24 * 3600.0),
        Item("stroller", Name("婴儿推车", "Stroller"), wheels=True, loan_s=4 * 3600.0),
        Item("reading_glasses", Name("老花镜", "Reading glasses"), loan_s=3600.0),
        Item("first_aid_kit", Name("急救包", "First-aid kit")),
    )


STOCK_ORDER: Final = ("wheelchair", "power_bank", "umbrella", "stroller", "reading_glasses")
DESKS: Final = [
    ("d-B1", "地下一层服务台", "Service desk B1", "B1", (106.0, 47.0), (2, 12, 20, 0, 0)),
    ("d-L1", "一层总服务台", "Main service desk", "L1", (120.0, 37.0), (6, 30, 60, 8, 10)),
    ("d-L1-north", "北门服务点", "North service point", "L1", (121.0, 112.0), (2, 10, 30, 0, 0)),
    ("d-L2", "二层服务台", "Service desk L2", "L2", (120.0, 73.2), (3, 16, 0, 6, 6)),
    ("d-L3", "三层服务台", "Service desk L3", "L3", (131.0, 47.0), (3, 20, 0, 3, 6)),
]
BOXES: Final = [
    ("-W", "西侧", "W", (46.0, 62.5)),
    ("-E", "东侧", "E", (194.0, 57.5)),
    ("", "中部", "centre", (125.5, 74.2)),
]


def depots() -> Iterator[Depot]:
    """Service desks with what they hold, and three emergency boxes on each floor."""
    for depot, zh, en, floor, (x, y), numbers in DESKS:
        stock = {item: number for item, number in zip(STOCK_ORDER, numbers, strict=True) if number}
        yield Depot(depot, "depot", Name(zh, en), floor, x, y, stock)
    for side, zh, en, (x, y) in BOXES:
        for floor in FLOORS:
            name = Name(f"{floor} {zh}急救箱", f"Emergency box {floor} {en}")
            yield Depot(f"box-{floor}{side}", "emergency_box", name, floor, x, y, {"first_aid_kit": 2})


def roles() -> tuple[Role, ...]:
    return (
        Role("service", Name("客服", "Customer service"), "circle"),
        Role("medic", Name("急救员", "Medic"), "plus"),
        Role("security", Name("安保", "Security"), "diamond"),
        Role("cleaner", Name("保洁", "Cleaner"), "square"),
        Role("lead", Name("值班经理", "Duty lead"), "triangle"),
    )


PROMISES: Final = (Within(0.8, 240.0), Within(0.9, 300.0), Within(1.0, 600.0))
"""Of everything that is brought to customers, judged over a month: three percentiles, the airport way."""


def services() -> tuple[ServiceKind, ...]:
    def bring(service: str, zh: str, en: str, priority: int = 3) -> ServiceKind:
        need = RoleNeed("service", 300.0, item=service, on_scene_s=90.0, promises=PROMISES)
        return ServiceKind(service, Name(zh, en), priority, (need,), icon=service)

    def send(
        service: str,
        zh: str,
        en: str,
        priority: int,
        role: str,
        target_s: float,
        on_scene_s: float,
        customer: bool = True,
    ) -> ServiceKind:
        need = RoleNeed(role, target_s, on_scene_s=on_scene_s)
        return ServiceKind(service, Name(zh, en), priority, (need,), icon=service, customer=customer)

    return (
        bring("wheelchair", "借轮椅", "Wheelchair"),
        bring("power_bank", "借充电宝", "Power bank"),
        bring("umbrella", "借雨伞", "Umbrella", 4),
        bring("stroller", "借婴儿推车", "Stroller"),
        bring("reading_glasses", "借老花镜", "Reading glasses", 4),
        send("luggage", "行李协助", "Help with luggage", 3, "service", 300.0, 300.0),
        lost_child(),
        send("lost_property", "失物招领", "Lost property", 4, "service", 600.0, 180.0),
        send("cleaning", "保洁", "Cleaning", 4, "cleaner", 600.0, 300.0),
        send("complaint", "投诉建议", "Complaint", 4, "lead", 600.0, 300.0),
        medical(),
        send("security", "安保求助", "Security", 2, "security", 240.0, 300.0),
        collect_loan(),
        power_cut(),
        fire_drill(),
    )


def power_cut() -> ServiceKind:
    """Light and lifts fail in a part of the house. No customer asks for it; it has no second ladder step
    before the control room, which knows first."""
    needs = (
        RoleNeed("security", 240.0, on_scene_s=900.0),
        RoleNeed("security", 240.0, on_scene_s=900.0),
        RoleNeed("lead", 300.0, on_scene_s=900.0),
    )
    steps = (
        Name("检查电梯内是否有人", "See whether anybody is in a lift"),
        Name("安抚顾客、引导至安全区域", "Calm people, lead them to light"),
        Name("通知工程部", "Tell the engineers"),
    )
    ladder = (LadderStep(0.3, "control_room"), LadderStep(0.6, "duty_manager"))
    name = Name("停电处置", "Power cut")
    return ServiceKind(
        "power_cut", name, 2, needs, "security", customer=False, checklist=steps, ladder=ladder
    )


def fire_drill() -> ServiceKind:
    needs = (
        RoleNeed("lead", 300.0, on_scene_s=1200.0),
        RoleNeed("security", 300.0, on_scene_s=1200.0),
        RoleNeed("security", 300.0, on_scene_s=1200.0),
        RoleNeed("service", 300.0, on_scene_s=1200.0),
    )
    steps = (
        Name("广播演练通知", "Announce the drill"),
        Name("检查疏散通道畅通", "See that the ways out are clear"),
        Name("清点集合点人数", "Count people at the meeting point"),
        Name("演练结束，恢复营业", "End the drill, open again"),
    )
    name = Name("消防演练", "Fire drill")
    return ServiceKind("fire_drill", name, 3, needs, "security", customer=False, checklist=steps)


def collect_loan() -> ServiceKind:
    """Asked for on the page of the call with which something was lent."""
    name, need = Name("取回借用物品", "Collect a lent item"), RoleNeed("service", 600.0, on_scene_s=60.0)
    return ServiceKind("collect_loan", name, 4, (need,), icon="luggage", customer=False)


def lost_child() -> ServiceKind:
    needs = (RoleNeed("security", 240.0, on_scene_s=600.0), RoleNeed("service", 300.0, on_scene_s=600.0))
    steps = (
        Name("记录姓名、年龄、衣着", "Note name, age, clothes"),
        Name("通知各出入口", "Alert all exits"),
        Name("陪伴家长", "Stay with the parent"),
    )
    return ServiceKind("lost_child", Name("走失儿童", "Lost child"), 2, needs, "lost_child", checklist=steps)


def medical() -> ServiceKind:
    needs = (
        RoleNeed("medic", 180.0, item="first_aid_kit", skills=("first_aid",), on_scene_s=600.0),
        RoleNeed("security", 180.0, on_scene_s=600.0),
        RoleNeed("service", 180.0, on_scene_s=600.0),
    )
    steps = (
        Name("确认意识与呼吸", "Check consciousness and breathing"),
        Name("拨打120", "Call 120"),
        Name("取来AED", "Fetch the AED"),
        Name("疏散围观、引导救护车", "Keep people back, guide the ambulance"),
    )
    name = Name("医疗急救", "Medical emergency")
    return ServiceKind("medical", name, 1, needs, "medical", offer_timeout_s=15.0, checklist=steps)


# --- people ----------------------------------------------------------------------------------------------

HOMES: Final[dict[str, list[tuple[str, Point]]]] = {
    "service": [
        ("L1", (120.0, 37.5)),
        ("L1", (119.0, 33.0)),
        ("L1", (121.0, 111.0)),
        ("L1", (46.0, 60.0)),
        ("L1", (194.0, 60.0)),
        ("L1", (92.0, 48.0)),
        ("L2", (120.0, 73.5)),
        ("L2", (60.0, 47.0)),
        ("L2", (180.0, 73.0)),
        ("L2", (46.0, 58.0)),
        ("L2", (100.0, 50.0)),
        ("L3", (131.0, 47.0)),
        ("L3", (60.0, 73.0)),
        ("L3", (185.0, 73.0)),
        ("L3", (46.0, 60.0)),
        ("L3", (150.0, 47.0)),
        ("B1", (106.0, 47.0)),
        ("B1", (60.0, 47.0)),
        ("B1", (185.0, 73.0)),
    ],
    "medic": [("L1", (140.0, 47.0)), ("L2", (95.0, 60.0)), ("L3", (145.0, 60.0)), ("B1", (120.0, 60.0))],
    "security": [
        ("L1", (120.0, 6.0)),
        ("L1", (120.0, 114.0)),
        ("L1", (8.0, 60.0)),
        ("L1", (232.0, 60.0)),
        ("B1", (20.0, 58.0)),
        ("B1", (150.0, 47.0)),
        ("L2", (145.0, 60.0)),
        ("L3", (95.0, 60.0)),
        ("L3", (210.0, 60.0)),
    ],
    "cleaner": [
        ("B1", (90.0, 73.0)),
        ("L1", (80.0, 73.0)),
        ("L2", (150.0, 73.0)),
        ("L3", (30.0, 95.0)),
        ("L3", (120.0, 47.0)),
    ],
    "lead": [("L1", (125.0, 47.0)), ("L2", (112.0, 47.0)), ("L3", (125.0, 73.0))],
}
SECOND_ROLE: Final = {"medic": ("service",), "lead": ("service",)}
SKILLS: Final = {
    "service": [("english",), ("english", "sign_language"), (), ("childcare",), ("first_aid",), ()],
    "medic": [("first_aid", "aed"), ("first_aid", "aed", "english")],
    "security": [("first_aid",), (), ("english",), ("aed",)],
    "cleaner": [()],
    "lead": [("english", "first_aid")],
}
ALL_DAY: Final = (Shift(0.0, 24.0),)
"""The demo runs at any hour, so everybody is always there."""


def staff() -> Iterator[StaffMember]:
    """40 people; the first medic has a kit on the belt, the others fetch one from a box."""
    number = 0
    for role, homes in HOMES.items():
        for index, (floor, home) in enumerate(homes):
            zh, en = STAFF[number]
            number += 1
            yield StaffMember(
                unit_id=f"u-{number:02d}",
                name=Name(zh, en),
                roles=(role, *SECOND_ROLE.get(role, ())),
                device_id=following_address("C3:00:00:01:00:00", number),
                home_floor=floor,
                home=home,
                skills=SKILLS[role][index % len(SKILLS[role])],
                shifts=ALL_DAY,
                carries=("first_aid_kit",) if role == "medic" and index == 0 else (),
            )


def devices() -> Iterator[EnrolledDevice]:
    """60 things worth finding, and 400 tags that visitors may borrow."""
    kinds = (("wheelchair", 16), ("stroller", 14), ("trolley", 20), ("cleaning-robot", 10))
    for block, (kind, count) in enumerate(kinds, start=1):
        for n in range(1, count + 1):
            address = following_address(f"C3:00:00:02:{block:02X}:00", n)
            yield EnrolledDevice(address, "asset", f"{kind}-{n:02d}")
    for n in range(1, 401):
        yield EnrolledDevice(following_address("C3:00:00:03:00:00", n), "loan", f"visitor-{n:03d}")


# --- places ------------------------------------------------------------------------------------------------

PLACES: Final = [
    ("desk", "服务台旁", "Service desk", None),
    ("west", "西厅", "West hall", (30.0, 58.0)),
    ("east", "东厅", "East hall", (212.0, 62.0)),
    ("lift-w", "西侧电梯厅", "West lifts", (45.0, 70.0)),
    ("lift-c", "中部电梯厅", "Centre lifts", (119.5, 81.0)),
    ("lift-e", "东侧电梯厅", "East lifts", (195.0, 50.0)),
    ("toilets-s", "南侧卫生间旁", "South toilets", (80.0, 22.0)),
    ("toilets-n", "北侧卫生间旁", "North toilets", (130.0, 98.0)),
    ("gallery-s", "南长廊", "South gallery", (150.0, 46.5)),
    ("gallery-n", "北长廊", "North gallery", (96.0, 74.0)),
]
DESK_PLACES: Final = {"B1": (106.0, 46.5), "L1": (120.0, 39.0), "L2": (118.0, 73.5), "L3": (131.0, 46.5)}


def spots() -> Iterator[Spot]:
    for floor in FLOORS:
        for place, zh, en, at in PLACES:
            x, y = at or DESK_PLACES[floor]
            yield Spot(f"{floor}-{place}", floor, x, y, Name(f"{floor} {zh}", f"{floor} {en}"))
    yield Spot("L1-south-door", "L1", 120.0, 8.0, Name("南大门", "South entrance"))
    yield Spot("L1-north-door", "L1", 120.0, 116.0, Name("北大门", "North entrance"))
    yield Spot("L3-food-court", "L3", 36.0, 97.0, Name("美食广场", "Food court"))
    yield Spot("L3-cinema", "L3", 200.0, 97.5, Name("影城门口", "Cinema entrance"))


def zones(areas: Mapping[str, Polygon]) -> Iterator[Zone]:
    """Named areas, most of them spaces of the map."""
    drawn = [
        ("z-plaza", "B1-atrium-C", "下沉广场", "Sunken plaza"),
        ("z-supermarket", "B1-anchor-SW", "海棠超市", "Supermarket"),
        ("z-atrium", "L1-atrium-W", "西中庭", "West atrium"),
        ("z-stage", "L1-atrium-E", "活动区", "Event area"),
        ("z-south-door", "L1-hall-S", "南门厅", "South entrance hall"),
        ("z-north-door", "L1-hall-N", "北门厅", "North entrance hall"),
        ("z-west-door", "L1-hall-W", "西厅", "West hall"),
        ("z-east-door", "L1-hall-E", "东厅", "East hall"),
        ("z-playground", "L2-anchor-NW", "儿童乐园", "Kids' playground"),
        ("z-food-court", "L3-anchor-NW", "美食广场", "Food court"),
        ("z-cinema", "L3-cinema-lobby", "影城大厅", "Cinema lobby"),
    ]
    for zone, space, zh, en in drawn:
        yield Zone(zone, space[:2], areas[space], Name(zh, en))
    yield Zone("z-lifts-c", "L1", rectangle(117, 76, 123, 86), Name("中部电梯厅", "Centre lifts"))
