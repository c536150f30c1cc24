"""The site, described once and used by all: geometry in local metres and what is installed.

x points east, y north, in metres from the site's anchor. Floors are ordered lowest first; a floor's
index in ``Site.floors`` is what columns on the wire carry. Everything is immutable.
"""

from typing import Literal, TypeAlias

import msgspec

from contracts.messages import STANDARD_LADDER, EnrolledDevice, InstalledGateway, LadderStep

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]
"""Closed polygon ring without repeating the first corner."""


class Name(msgspec.Struct, frozen=True):
    """A text in both languages of the screens."""

    zh: str
    en: str


class Polygon(msgspec.Struct, frozen=True):
    outer: Ring
    holes: tuple[Ring, ...] = ()


class Space(msgspec.Struct, frozen=True):
    """An IMDF unit: a shop, a corridor, toilets …"""

    space_id: str
    floor: str
    category: str
    """IMDF unit category: ``retail walkway restroom elevator escalator stairs foodservice opentobelow …``."""
    polygon: Polygon
    name: Name | None = None
    walkable: bool = True
    """People can be in it (false for voids, structure and non-public plant rooms)."""


class Wall(msgspec.Struct, frozen=True):
    """A straight piece of wall between two corners."""

    floor: str
    a: Point
    b: Point
    loss_db: float
    """What it takes from a BLE signal that crosses it."""


class Door(msgspec.Struct, frozen=True):
    """An IMDF opening: a gap in a wall that people walk through."""

    floor: str
    a: Point
    b: Point
    exit: bool = False


class Stop(msgspec.Struct, frozen=True):
    """Where a connector can be entered and left on one floor."""

    floor: str
    at: Point


class Connector(msgspec.Struct, frozen=True):
    """The only ways between floors. Stops are in order of travel, lowest first for lifts and stairs."""

    connector_id: str
    kind: Literal["stairs", "escalator", "lift", "ramp"]
    stops: tuple[Stop, ...]
    both_ways: bool
    """False for escalators: from the first stop to the last."""
    wait_s: float = 0.0
    """Mean wait before it carries one (lifts)."""
    seconds_per_floor: float = 15.0
    wheels: bool = False
    """Fit for wheelchairs and prams."""
    fire_safe: bool = False
    """May be used in fire mode."""
    name: Name | None = None


class Floor(msgspec.Struct, frozen=True):
    floor: str
    ordinal: int
    """0 = ground, as IMDF and omlox."""
    name: Name
    elevation_m: float
    height_m: float
    slab_loss_db: float
    """What the slab below this floor takes from a BLE signal."""
    outline: Polygon


class Fixture(msgspec.Struct, frozen=True):
    """Something that stands there and is drawn (planters, kiosks); blocks walking."""

    floor: str
    category: str
    polygon: Polygon


class Amenity(msgspec.Struct, frozen=True):
    """Something people look for that is no room: an information desk, a cash machine, seats."""

    floor: str
    category: str
    """IMDF amenity category: ``information atm seating restroom defibrillator …``."""
    at: Point
    name: Name | None = None


class Depot(msgspec.Struct, frozen=True):
    """A place that stores items: a service desk, or an emergency box."""

    depot: str
    kind: Literal["depot", "emergency_box"]
    name: Name
    floor: str
    x_m: float
    y_m: float
    stock: dict[str, int]
    """Item id → number when full."""


class Item(msgspec.Struct, frozen=True):
    item: str
    name: Name
    wheels: bool = False
    """Who brings it needs the wheel route (wheelchairs, strollers)."""
    loan_s: float | None = None
    """How long it may stay out; None = used up or handed over."""
    spares: int = 0
    """So many more one person takes along, in a pouch, when fetching one: small things for the next calls."""


class Role(msgspec.Struct, frozen=True):
    role: str
    name: Name
    shape: Literal["circle", "diamond", "plus", "square", "triangle"] = "circle"


class Within(msgspec.Struct, frozen=True):
    """One of several promises about the same wait, the airport way: for this share of people."""

    share: float
    """0 to 1."""
    within_s: float


class RoleNeed(msgspec.Struct, frozen=True):
    """One person wanted by a service."""

    role: str
    target_s: float
    item: str | None = None
    skills: tuple[str, ...] = ()
    on_scene_s: float = 120.0
    """Typical time from arriving to done."""
    promises: tuple[Within, ...] = ()
    """Judged over a day or a month in the figures (80, 90 and 100 %), beside each call's own target."""


class ServiceKind(msgspec.Struct, frozen=True):
    """An entry of the catalogue: what can be asked for."""

    service: str
    name: Name
    priority: int
    """1 = life at risk … 4 = when convenient."""
    needs: tuple[RoleNeed, ...]
    icon: str = ""
    customer: bool = True
    """Offered on the customer's page."""
    offer_timeout_s: float = 25.0
    checklist: tuple[Name, ...] = ()
    ladder: tuple[LadderStep, ...] = STANDARD_LADDER
    """In the order of time. Before all of them a second colleague is asked."""


class Shift(msgspec.Struct, frozen=True):
    """Local time of day in hours; an end before the start runs over midnight."""

    start_h: float
    end_h: float


class StaffMember(msgspec.Struct, frozen=True):
    """A unit: one person who can be sent."""

    unit_id: str
    name: Name
    roles: tuple[str, ...]
    device_id: str
    home_floor: str
    home: Point
    """Where the person stands by."""
    skills: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    carries: tuple[str, ...] = ()
    """Items always on the person (a kit on the belt)."""
    walk_mps: float = 1.2


class Spot(msgspec.Struct, frozen=True):
    """A place with a QR code."""

    spot: str
    floor: str
    x_m: float
    y_m: float
    name: Name


class Zone(msgspec.Struct, frozen=True):
    """A polygon with meaning: enter, leave and dwell are reported for it."""

    zone: str
    floor: str
    polygon: Polygon
    name: Name


class Anchor(msgspec.Struct, frozen=True):
    """A beacon that hangs still at a known place, or an advertising gateway: it tells how others hear."""

    device_id: str
    floor: str
    x_m: float
    y_m: float
    height_m: float = 2.5


class Site(msgspec.Struct, frozen=True):
    site: str
    name: Name
    timezone: str
    latitude_deg: float
    longitude_deg: float
    """WGS84 of the local origin."""
    bearing_deg: float
    """Of the local y axis, clockwise from true north."""
    floors: tuple[Floor, ...]
    spaces: tuple[Space, ...] = ()
    walls: tuple[Wall, ...] = ()
    doors: tuple[Door, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    connectors: tuple[Connector, ...] = ()
    gateways: tuple[InstalledGateway, ...] = ()
    depots: tuple[Depot, ...] = ()
    items: tuple[Item, ...] = ()
    roles: tuple[Role, ...] = ()
    services: tuple[ServiceKind, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    spots: tuple[Spot, ...] = ()
    zones: tuple[Zone, ...] = ()
    devices: tuple[EnrolledDevice, ...] = ()
    """Assets and loaned tags that are located besides the staff."""
    revision: int = 1
    amenities: tuple[Amenity, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    desk_phone: str = ""
    """Of the service desk, for customers who would rather speak to somebody; empty: none is shown."""

    def floor_index(self, floor: str) -> int:
        """Index of a floor id in ``floors``. Raises ``KeyError`` for an unknown one."""
        for index, candidate in enumerate(self.floors):
            if candidate.floor == floor:
                return index
        raise KeyError(floor)
