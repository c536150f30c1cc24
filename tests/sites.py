"""Sites for tests, built in code."""

from functools import cache

import msgspec

from contracts.geometry import rectangle
from contracts.messages import EnrolledDevice, InstalledGateway
from contracts.sitemap import (
    Connector,
    Depot,
    Door,
    Fixture,
    Floor,
    Item,
    Name,
    Role,
    RoleNeed,
    ServiceKind,
    Shift,
    Site,
    Space,
    Spot,
    StaffMember,
    Stop,
    Wall,
    Zone,
)

FLOORS = ("L1", "L2")


@cache
def small_mall() -> Site:
    """Two floors of 60 x 40 m: shops along both sides of a hall, on L2 with a void in its middle.

    One lift in the west, one stair in the east, an escalator up and one down beside the void, 16
    gateways, 12 staff, 2 depots, an emergency box on each floor.
    """
    return Site(
        site="small",
        name=Name("小商场", "Small mall"),
        timezone="Asia/Shanghai",
        latitude_deg=31.2,
        longitude_deg=121.4,
        bearing_deg=0.0,
        desk_phone="0512-6288 0100",
        floors=(_floor("L1", 0, 0.0), _floor("L2", 1, 5.0)),
        spaces=tuple(space for floor in FLOORS for space in _spaces(floor)),
        walls=tuple(wall for floor in FLOORS for wall in _walls(floor)),
        doors=tuple(door for floor in FLOORS for door in _doors(floor)),
        fixtures=(Fixture("L1", "kiosk", rectangle(28, 26, 31, 28)),),
        connectors=_connectors(),
        gateways=tuple(gateway for floor in FLOORS for gateway in _gateways(floor)),
        depots=_depots(),
        items=_items(),
        roles=_roles(),
        services=_services(),
        staff=_staff(),
        spots=(
            Spot("L1-desk", "L1", 30.0, 12.0, Name("一层服务台", "Service desk L1")),
            Spot("L1-west", "L1", 3.0, 18.0, Name("西门", "West entrance")),
            Spot("L2-east", "L2", 55.0, 27.0, Name("二层东侧", "East side L2")),
            Spot("L2-desk", "L2", 12.0, 27.0, Name("二层服务点", "Service point L2")),
        ),
        zones=(
            Zone("z-hall", "L1", rectangle(20, 10, 40, 30), Name("一层中庭", "Atrium L1")),
            Zone("z-west", "L2", rectangle(0, 10, 20, 30), Name("二层西侧", "West side L2")),
        ),
        devices=tuple(
            [
                EnrolledDevice(f"C3:00:00:A5:00:{n:02X}", "asset", f"wheelchair-{n}", "tag")
                for n in range(1, 4)
            ]
            + [EnrolledDevice(f"C3:00:00:10:00:{n:02X}", "loan", f"loan-{n:03d}") for n in range(1, 11)]
        ),
    )


@cache
def tall_mall() -> Site:
    """The small mall with a third floor on top, which the lift and the stairs reach."""
    small = small_mall()

    def with_third(connector: Connector) -> Connector:
        x_m, y_m = connector.stops[0].at
        return msgspec.structs.replace(connector, stops=(*connector.stops, Stop("L3", (x_m, y_m))))

    return msgspec.structs.replace(
        small,
        floors=(*small.floors, _floor("L3", 2, 10.0)),
        spaces=(*small.spaces, *_spaces("L3")),
        walls=(*small.walls, *_walls("L3")),
        doors=(*small.doors, *_doors("L3")),
        gateways=(*small.gateways, *_gateways("L3")),
        connectors=tuple(with_third(one) if one.both_ways else one for one in small.connectors),
        spots=(*small.spots, Spot("L3-east", "L3", 55.0, 27.0, Name("三层东侧", "East side L3"))),
    )


def _floor(floor: str, ordinal: int, elevation_m: float) -> Floor:
    name = Name(f"{ordinal + 1}层", floor)
    return Floor(floor, ordinal, name, elevation_m, 5.0, 18.0, rectangle(0, 0, 60, 40))


def _spaces(floor: str) -> list[Space]:
    hall = Space(f"{floor}-hall", floor, "walkway", rectangle(0, 10, 60, 30), Name("大厅", "Hall"))
    spaces = [hall]
    for n in range(6):
        for side, y0 in (("S", 0.0), ("N", 30.0)):
            name = Name(f"{n + 1}号店", f"Shop {side}{n + 1}")
            shop = rectangle(10.0 * n, y0, 10.0 * n + 10, y0 + 10)
            spaces.append(Space(f"{floor}-{side}{n + 1}", floor, "retail", shop, name))
    spaces.append(
        Space(f"{floor}-lift", floor, "elevator", rectangle(6, 19, 8, 21), Name("电梯", "Lift"), False)
    )
    spaces.append(
        Space(f"{floor}-stair", floor, "stairs", rectangle(52, 19, 56, 21), Name("楼梯", "Stairs"), False)
    )
    if floor == "L2":
        void = rectangle(20, 16, 40, 24)
        spaces.append(Space("L2-void", floor, "opentobelow", void, Name("中庭", "Atrium"), False))
    for n, y0 in enumerate((14.0, 25.0)):
        name = Name("扶梯", "Escalator")
        run = rectangle(24, y0, 34, y0 + 1)
        spaces.append(Space(f"{floor}-escalator-{n + 1}", floor, "escalator", run, name, False))
    return spaces


def _walls(floor: str) -> list[Wall]:
    def wall(ax: float, ay: float, bx: float, by: float, loss_db: float = 4.0) -> Wall:
        return Wall(floor, (ax, ay), (bx, by), loss_db)

    outside = [(0, 0, 60, 0), (60, 0, 60, 40), (60, 40, 0, 40), (0, 40, 0, 0)]
    walls = [wall(*corners, 12.0) for corners in outside]
    for n in range(6):
        west, east = 10.0 * n, 10.0 * n + 10
        walls += [wall(west, 10, east, 10, 2.0), wall(west, 30, east, 30, 2.0)]  # shop fronts: glass
        if n:
            walls += [wall(west, 0, west, 10), wall(west, 30, west, 40)]
    return walls


def _doors(floor: str) -> list[Door]:
    doors = [Door(floor, (10.0 * n + 4, y), (10.0 * n + 6.5, y)) for n in range(6) for y in (10.0, 30.0)]
    if floor == "L1":
        doors += [Door(floor, (0, 18), (0, 22), exit=True), Door(floor, (60, 18), (60, 22), exit=True)]
    return doors


def _connectors() -> tuple[Connector, ...]:
    def stops(*places: tuple[str, float, float]) -> tuple[Stop, ...]:
        return tuple(Stop(floor, (x, y)) for floor, x, y in places)

    return (
        Connector(
            "lift-1",
            "lift",
            stops(("L1", 9.0, 20.0), ("L2", 9.0, 20.0)),
            both_ways=True,
            wait_s=30.0,
            seconds_per_floor=8.0,
            wheels=True,
            name=Name("1号电梯", "Lift 1"),
        ),
        Connector(
            "escalator-up",
            "escalator",
            stops(("L1", 23.0, 14.5), ("L2", 35.0, 14.5)),
            both_ways=False,
            seconds_per_floor=24.0,
            name=Name("上行扶梯", "Escalator up"),
        ),
        Connector(
            "escalator-down",
            "escalator",
            stops(("L2", 35.0, 25.5), ("L1", 23.0, 25.5)),
            both_ways=False,
            seconds_per_floor=24.0,
            name=Name("下行扶梯", "Escalator down"),
        ),
        Connector(
            "stair-1",
            "stairs",
            stops(("L1", 51.0, 20.0), ("L2", 51.0, 20.0)),
            both_ways=True,
            seconds_per_floor=28.0,
            fire_safe=True,
            name=Name("1号楼梯", "Stairs 1"),
        ),
    )


def _gateways(floor: str) -> list[InstalledGateway]:
    places = [(x, y) for y in (9.0, 31.0) for x in (7.5, 22.5, 37.5, 52.5)]
    formats = ("nearhand", "nearhand", "nearhand", "minew", "nearhand", "ruuvi", "nearhand", "moko")
    return [
        InstalledGateway(f"gw-{floor}-{n:02d}", floor, x, y, 3.5, vendor)
        for n, ((x, y), vendor) in enumerate(zip(places, formats, strict=True), start=1)
    ]


def _depots() -> tuple[Depot, ...]:
    desk = {"wheelchair": 3, "power_bank": 10, "umbrella": 10, "stroller": 4, "reading_glasses": 5}
    return (
        Depot("d-L1", "depot", Name("一层服务台", "Service desk L1"), "L1", 30.0, 12.0, desk),
        Depot("d-L2", "depot", Name("二层服务点", "Service point L2"), "L2", 12.0, 27.0, {"power_bank": 6}),
        Depot("box-L1", "emergency_box", Name("一层急救箱", "First aid L1"), "L1", 45.0, 20.0, _KIT),
        Depot("box-L2", "emergency_box", Name("二层急救箱", "First aid L2"), "L2", 45.0, 20.0, _KIT),
    )


_KIT = {"first_aid_kit": 2}


def _items() -> tuple[Item, ...]:
    return (
        Item("wheelchair", Name("轮椅", "Wheelchair"), wheels=True, loan_s=7200.0),
        Item("power_bank", Name("充电宝", "Power bank"), loan_s=14400.0, spares=2),
        Item("umbrella", Name("雨伞", "Umbrella"), loan_s=86400.0),
        Item("stroller", Name("婴儿车", "Stroller"), wheels=True, loan_s=14400.0),
        Item("reading_glasses", Name("老花镜", "Reading glasses"), loan_s=3600.0),
        Item("first_aid_kit", Name("急救包", "First-aid kit")),
    )


def _roles() -> tuple[Role, ...]:
    return (
        Role("service", Name("客服", "Customer service"), "circle"),
        Role("medic", Name("急救员", "Medic"), "plus"),
        Role("security", Name("安保", "Security"), "diamond"),
        Role("cleaner", Name("保洁", "Cleaner"), "square"),
        Role("lead", Name("值班经理", "Duty lead"), "triangle"),
    )


def _services() -> tuple[ServiceKind, ...]:
    def bring(service: str, zh: str, en: str) -> ServiceKind:
        need = RoleNeed("service", 300.0, item=service, on_scene_s=90.0)
        return ServiceKind(service, Name(zh, en), 3, (need,), icon=service)

    def send(
        service: str, zh: str, en: str, priority: int, role: str, target_s: float, on_scene_s: float
    ) -> ServiceKind:
        need = RoleNeed(role, target_s, on_scene_s=on_scene_s)
        return ServiceKind(service, Name(zh, en), priority, (need,), icon=service)

    medical = (
        RoleNeed("medic", 180.0, item="first_aid_kit", on_scene_s=600.0),
        RoleNeed("security", 180.0, on_scene_s=600.0),
        RoleNeed("service", 180.0, on_scene_s=600.0),
    )
    return (
        bring("wheelchair", "轮椅", "Wheelchair"),
        bring("power_bank", "充电宝", "Power bank"),
        bring("umbrella", "雨伞", "Umbrella"),
        bring("stroller", "婴儿车", "Stroller"),
        bring("reading_glasses", "老花镜", "Reading glasses"),
        msgspec.structs.replace(
            send("luggage", "行李协助", "Luggage help", 3, "service", 300.0, 300.0),
            checklist=(
                Name("清点件数", "Count the pieces"),
                Name("约定送达地点", "Agree where to bring them"),
            ),
        ),
        send("lost_child", "走失儿童", "Lost child", 2, "security", 240.0, 600.0),
        send("lost_property", "失物招领", "Lost property", 4, "service", 600.0, 180.0),
        send("cleaning", "保洁", "Cleaning", 4, "cleaner", 600.0, 300.0),
        send("complaint", "投诉建议", "Complaint", 4, "lead", 600.0, 300.0),
        ServiceKind(
            "medical",
            Name("医疗急救", "Medical emergency"),
            1,
            medical,
            "medical",
            offer_timeout_s=15.0,
            checklist=(Name("确认意识与呼吸", "Check breathing"), Name("拨打120", "Call 120")),
        ),
        send("security", "安保", "Security", 2, "security", 240.0, 300.0),
        ServiceKind(
            "collect_loan",
            Name("取回借用物品", "Collect a lent item"),
            4,
            (RoleNeed("service", 600.0, on_scene_s=60.0),),
            icon="luggage",
            customer=False,
        ),
    )


def _staff() -> tuple[StaffMember, ...]:
    people = [
        ("王芳", "Wang Fang", ("service",), "L1", (30.0, 12.0)),
        ("李娜", "Li Na", ("service",), "L1", (12.0, 15.0)),
        ("刘洋", "Liu Yang", ("service",), "L2", (12.0, 27.0)),
        ("陈静", "Chen Jing", ("service", "lead"), "L2", (44.0, 13.0)),
        ("杨帆", "Yang Fan", ("service",), "L2", (48.0, 27.0)),
        ("赵磊", "Zhao Lei", ("medic", "service"), "L1", (45.0, 18.0)),
        ("黄敏", "Huang Min", ("medic", "security"), "L2", (16.0, 13.0)),
        ("周强", "Zhou Qiang", ("security",), "L1", (4.0, 20.0)),
        ("吴刚", "Wu Gang", ("security",), "L1", (57.0, 24.0)),
        ("徐丽", "Xu Li", ("security",), "L2", (50.0, 13.0)),
        ("孙梅", "Sun Mei", ("cleaner",), "L1", (40.0, 27.0)),
        ("马超", "Ma Chao", ("cleaner",), "L2", (30.0, 27.5)),
    ]
    return tuple(
        StaffMember(
            unit_id=f"u-{n:02d}",
            name=Name(zh, en),
            roles=roles,
            device_id=f"C3:00:00:25:00:{n:02X}",
            home_floor=floor,
            home=home,
            shifts=(Shift(0.0, 24.0),),
        )
        for n, (zh, en, roles, floor, home) in enumerate(people, start=1)
    )
