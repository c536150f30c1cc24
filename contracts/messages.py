"""Every message the parts exchange, frozen. Commands are imperative, facts are past.

Rules of the wire: fields have units last in their names; new fields get defaults; types never change;
unknown fields are skipped. Columns are packed little-endian bytes, so that a batch costs no object per
reading; ``contracts/columns.py`` turns them into numpy arrays and back. Floors are named by their id
(``"L1"``), and in columns by their index in ``Site.floors`` (lowest first), -1 = unknown.

Kinds:  edge (payload, scan report, gateway status)  ·  position  ·  command and its answer
        ·  fact (journaled)  ·  view (whole state of one thing, newest version wins)  ·  state of the site
"""

from typing import Literal, TypeAlias

import msgspec

from contracts.quantities import Instant


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Anything that travels. On the wire ``type`` holds the class's name."""


# --- edge -------------------------------------------------------------------------------------------


class GatewayPayload(Message, frozen=True, kw_only=True):
    """One message of gateway hardware as it came, in whatever format its vendor speaks."""

    topic: str
    payload: bytes
    received_at: Instant
    retained: bool = False
    sender: str = ""
    """Who published it, where the connection tells (certificate, user name); else empty."""


class ScanReport(Message, frozen=True, kw_only=True):
    """What one gateway heard in one interval; our own wire format and what every decoder makes.

    Columns have one entry per observation, n in all. As an agent sends it, ``started_at`` is gateway
    time; as ingest passes it on, it is server time and only enrolled devices are left.
    """

    gateway: str
    boot: str
    """Changes at each start of the gateway, so that (gateway, boot, seq) names a batch for ever."""
    seq: int
    started_at: Instant
    device_ids: tuple[str, ...]
    """The distinct devices of this batch, m of them."""
    device: bytes
    """uint16[n]: index into ``device_ids``."""
    rssi_dbm: bytes
    """int8[n]."""
    offset_ms: bytes
    """uint16[n]: when it was heard, after ``started_at``."""
    received_at: Instant = 0
    """Server time of arrival; 0 as sent by the gateway."""
    filtered: bool = False
    """The gateway smoothed the RSSI itself (ESPresense): no per-packet statistics."""
    adverts: dict[int, bytes] = {}
    """Index of an observation → its AD structures, only where they say more than "here I am" (a button,
    a battery). For the ingest: it reads them and does not pass them on."""


class GatewayStatus(Message, frozen=True, kw_only=True):
    """A gateway's own word: will, heartbeat or status line. ``fields`` are the vendor's extras."""

    gateway: str
    online: bool
    at: Instant
    version: str = ""
    fields: dict[str, str | float] = {}


class GatewayHealth(Message, frozen=True, kw_only=True):
    """What ingest thinks of a gateway: whole state, newest wins."""

    gateway: str
    state: Literal["ok", "silent", "deaf", "unknown", "offline"]
    at: Instant
    last_heard_at: Instant = 0
    adverts_per_s: float = 0.0
    clock_offset_ms: float = 0.0
    vendor_format: str = ""
    finding: str = ""
    """Code of the cause, a key of the texts on the screens; empty when ok."""
    drops: dict[str, int] = {}


class IngestCounted(Message, frozen=True, kw_only=True):
    """What came in and what was dropped, by cause, since the ingest started."""

    at: Instant
    payloads: int
    observations: int
    drops: dict[str, int]


class ButtonPressed(Message, frozen=True, kw_only=True):
    """One press of a tag's button, de-duplicated over gateways and repeats."""

    device_id: str
    mode: str
    counter: int | None
    gateway: str
    heard_at: Instant


class DeviceTelemetry(Message, frozen=True, kw_only=True):
    """Battery and the like, as a tag advertised them; sent on change, at most once a minute."""

    device_id: str
    at: Instant
    battery_mv: int | None = None
    battery_percent: int | None = None
    moving: bool | None = None


# --- position ---------------------------------------------------------------------------------------


class PositionsEstimated(Message, frozen=True, kw_only=True):
    """New position estimates, filtered: columns of n devices. See ``contracts/columns.py``."""

    estimated_at: Instant
    device_ids: tuple[str, ...]
    floor: bytes
    """int8[n]."""
    x_cm: bytes
    """int32[n], local metres times 100, east."""
    y_cm: bytes
    """int32[n], north."""
    vx_cm_s: bytes
    """int16[n]."""
    vy_cm_s: bytes
    """int16[n]."""
    semi_major_cm: bytes
    """uint16[n]: 95 % ellipse."""
    semi_minor_cm: bytes
    """uint16[n]."""
    heading_deg: bytes
    """int16[n]: of the major axis, counter-clockwise from east."""
    floor_probability: bytes
    """uint8[n * number of floors], per cent, row per device."""
    quality: bytes
    """uint8[n]: 0 tentative, 1 confirmed, 2 coasting, 3 lost."""
    age_ms: bytes
    """uint32[n]: since the newest observation used."""
    zone: tuple[str | None, ...] = ()
    """The zone or unit each device is most probably in, None where there is none."""


class ZoneChanged(Message, frozen=True, kw_only=True):
    """A device entered or left a zone of interest, from probability with hysteresis."""

    device_id: str
    zone: str
    change: Literal["enter", "leave"]
    at: Instant
    probability: float


class GroundTruth(Message, frozen=True, kw_only=True):
    """Where the simulator knows its devices are. Heard by nobody but invariants and evaluation."""

    at: Instant
    device_ids: tuple[str, ...]
    floor: bytes
    """int8[n]."""
    x_cm: bytes
    """int32[n]."""
    y_cm: bytes
    """int32[n]."""


# --- shared values ----------------------------------------------------------------------------------


class Place(msgspec.Struct, frozen=True):
    """A point of the site, in local metres, with the QR spot or unit that names it if any."""

    floor: str
    x_m: float
    y_m: float
    spot: str | None = None


class EnrolledDevice(msgspec.Struct, frozen=True):
    """A device that may be located, and on whose behalf."""

    device_id: str
    kind: Literal["staff", "asset", "loan", "app"]
    subject: str
    """Unit id, item id, or for customers the pseudonym (call id) that ends with the call."""
    device_class: str = "tag"
    """Radio class for the offset's prior: ``tag`` or ``phone`` or a name the calibration knows."""
    until: Instant | None = None


class InstalledGateway(msgspec.Struct, frozen=True):
    """A gateway and where it hangs. Height is above its own floor."""

    gateway: str
    floor: str
    x_m: float
    y_m: float
    height_m: float = 3.0
    vendor_format: str = "auto"
    address: str = ""
    """What the hardware calls itself in its vendor's messages (an address, a room); empty = its id."""


class TaskNeed(msgspec.Struct, frozen=True):
    """One person wanted by a call, as decided when the call was received."""

    task_id: str
    role: str
    skills: tuple[str, ...]
    item: str | None
    target_s: float
    deadline_at: Instant


class Candidate(msgspec.Struct, frozen=True):
    """One person as the planner saw them for a task; the five best are kept with each decision."""

    unit_id: str
    eta_s: float | None
    p_on_time: float | None
    cost: float | None
    reason: str
    """``chosen``, or why not: ``busy declined_before off_shift no_skill no_route slower …``."""
    depot: str | None = None
    fix_age_s: float | None = None


# --- commands: one receiver (the dispatcher), exactly one answer, idempotent by command_id -------------


class Command(Message, frozen=True, kw_only=True):
    """A wish. ``by`` is who wishes (``operator/lin``, ``unit/u-07``, ``spot/L2-desk``, ``device/…``)."""

    command_id: str
    by: str
    at: Instant
    """The sender's own time: offline handhelds send late."""


class PlaceCall(Command, frozen=True, kw_only=True):
    """Ask for a service at a place (customer, operator or button)."""

    service: str
    place: Place
    device_id: str | None = None
    """A loaned tag or an app's beacon that opts in to being located while the call is open."""
    note: str = ""


class MoveCall(Command, frozen=True, kw_only=True):
    """The customer is somewhere else now."""

    call_id: str
    place: Place


class CancelCall(Command, frozen=True, kw_only=True):
    call_id: str
    reason: str


class RateCall(Command, frozen=True, kw_only=True):
    """One of three faces, after the call: 1 bad, 2 fair, 3 good."""

    call_id: str
    stars: Literal[1, 2, 3]
    note: str = ""


class AcceptOffer(Command, frozen=True, kw_only=True):
    offer_id: str
    unit_id: str


class DeclineOffer(Command, frozen=True, kw_only=True):
    offer_id: str
    unit_id: str
    reason: str


class ReportReceipt(Command, frozen=True, kw_only=True):
    """The handheld got the offer, or a person looked at it."""

    offer_id: str
    unit_id: str
    receipt: Literal["delivered", "seen"]


class ReportItemPickedUp(Command, frozen=True, kw_only=True):
    task_id: str
    unit_id: str
    item_number: str = ""


class ReportOnScene(Command, frozen=True, kw_only=True):
    """Arrived. People may arrive without having been sent; no earlier stamp is invented then."""

    task_id: str
    unit_id: str


class ReportDone(Command, frozen=True, kw_only=True):
    task_id: str
    unit_id: str
    outcome: Literal["done", "not_found", "not_needed", "handed_over"] = "done"
    item_number: str = ""
    note: str = ""


class ReportItemReturned(Command, frozen=True, kw_only=True):
    """The unit brought the item back to a depot."""

    unit_id: str
    depot: str


class AssignUnit(Command, frozen=True, kw_only=True):
    """An operator sends a certain person; make before break for whoever holds the task."""

    task_id: str
    unit_id: str


class UnassignUnit(Command, frozen=True, kw_only=True):
    """An operator, or the unit itself with a reason, gives the task back."""

    task_id: str
    unit_id: str
    reason: str


class SetDuty(Command, frozen=True, kw_only=True):
    """A unit begins or ends its shift or a break."""

    unit_id: str
    duty: Literal["on", "break", "off"]


class CloseConnector(Command, frozen=True, kw_only=True):
    """A lift, escalator, stair or corridor is out of use."""

    connector: str
    reason: str = ""


class OpenConnector(Command, frozen=True, kw_only=True):
    connector: str


class SetFireMode(Command, frozen=True, kw_only=True):
    """Fire mode: no lifts, everybody's walking times change at once."""

    on: bool


class EnrolDevices(Command, frozen=True, kw_only=True):
    """Let these devices be located (loaned tags, assets, a recording's tag)."""

    devices: tuple[EnrolledDevice, ...]


class ReleaseDevices(Command, frozen=True, kw_only=True):
    device_ids: tuple[str, ...]


class InstallGateways(Command, frozen=True, kw_only=True):
    """Gateways that are not in the site's file: guests of a replay, or being commissioned."""

    gateways: tuple[InstalledGateway, ...]


class RemoveGateways(Command, frozen=True, kw_only=True):
    gateways: tuple[str, ...]


class RequestSnapshot(Message, frozen=True, kw_only=True):
    """Somebody started and wants the whole state once."""

    by: str


# --- facts: decided by the dispatcher, journaled before anything is sent -------------------------------


class Fact(Message, frozen=True, kw_only=True):
    """Something that happened. ``seq`` is gap-free over the journal; ``cause`` names the command."""

    seq: int
    at: Instant
    cause: str = ""
    by: str = ""


class CommandAnswered(Fact, frozen=True, kw_only=True):
    """The one answer to a command. ``reason`` is a code when refused; ``subject`` what it made."""

    command_id: str
    accepted: bool
    reason: str = ""
    subject: str = ""


class CallReceived(Fact, frozen=True, kw_only=True):
    call_id: str
    service: str
    priority: int
    place: Place
    device_id: str | None
    note: str
    tasks: tuple[TaskNeed, ...]


class CallMoved(Fact, frozen=True, kw_only=True):
    call_id: str
    place: Place


class CallCancelled(Fact, frozen=True, kw_only=True):
    call_id: str
    reason: str


class CallCleared(Fact, frozen=True, kw_only=True):
    """Every task of the call is cleared."""

    call_id: str


class CallRated(Fact, frozen=True, kw_only=True):
    call_id: str
    stars: int
    note: str


class OfferMade(Fact, frozen=True, kw_only=True):
    offer_id: str
    call_id: str
    task_id: str
    unit_id: str
    expires_at: Instant
    eta_s: float
    p_on_time: float
    depot: str | None
    """Depot or emergency box where the item is reserved, None when no item is needed or carried."""
    candidates: tuple[Candidate, ...] = ()


class OfferAccepted(Fact, frozen=True, kw_only=True):
    """The offer became an assignment."""

    offer_id: str
    task_id: str
    unit_id: str


class OfferDeclined(Fact, frozen=True, kw_only=True):
    offer_id: str
    task_id: str
    unit_id: str
    reason: str


class OfferExpired(Fact, frozen=True, kw_only=True):
    """Silence is not an answer: nobody said no."""

    offer_id: str
    task_id: str
    unit_id: str


class OfferWithdrawn(Fact, frozen=True, kw_only=True):
    """We took the offer back (cancelled, somebody else was faster, re-planned)."""

    offer_id: str
    task_id: str
    unit_id: str
    reason: str


class OfferReceived(Fact, frozen=True, kw_only=True):
    """Receipt of the handheld: delivered or seen."""

    offer_id: str
    unit_id: str
    receipt: Literal["delivered", "seen"]


class UnitAssigned(Fact, frozen=True, kw_only=True):
    """Assigned without an offer: by an operator, or by turning up."""

    task_id: str
    unit_id: str
    depot: str | None


class UnitReleased(Fact, frozen=True, kw_only=True):
    """The assignment ended before arrival; the task is pending again."""

    task_id: str
    unit_id: str
    reason: str


class ItemPickedUp(Fact, frozen=True, kw_only=True):
    task_id: str
    unit_id: str
    depot: str | None
    item: str
    item_number: str


class UnitOnScene(Fact, frozen=True, kw_only=True):
    task_id: str
    unit_id: str


class TaskCleared(Fact, frozen=True, kw_only=True):
    task_id: str
    unit_id: str
    outcome: str
    item_number: str
    note: str


class ItemReturned(Fact, frozen=True, kw_only=True):
    unit_id: str
    depot: str
    item: str


class SlaBreached(Fact, frozen=True, kw_only=True):
    """A deadline passed with nobody on scene; recorded once per task."""

    call_id: str
    task_id: str
    deadline_at: Instant


class NoUnitAvailable(Fact, frozen=True, kw_only=True):
    """Nobody can be sent now: why, by candidate. Repeated only when the reasons change."""

    task_id: str
    reasons: dict[str, int]


class DutyChanged(Fact, frozen=True, kw_only=True):
    unit_id: str
    duty: Literal["on", "break", "off"]


class ConnectorClosed(Fact, frozen=True, kw_only=True):
    connector: str
    reason: str


class ConnectorOpened(Fact, frozen=True, kw_only=True):
    connector: str


class FireModeSet(Fact, frozen=True, kw_only=True):
    on: bool


class DevicesEnrolled(Fact, frozen=True, kw_only=True):
    devices: tuple[EnrolledDevice, ...]


class DevicesReleased(Fact, frozen=True, kw_only=True):
    device_ids: tuple[str, ...]


class GatewaysInstalled(Fact, frozen=True, kw_only=True):
    gateways: tuple[InstalledGateway, ...]


class GatewaysRemoved(Fact, frozen=True, kw_only=True):
    gateways: tuple[str, ...]


# --- views: the whole state of one thing, sent at each change; the newest version wins -----------------


class OfferView(msgspec.Struct, frozen=True):
    offer_id: str
    call_id: str
    task_id: str
    unit_id: str
    made_at: Instant
    expires_at: Instant
    eta_s: float
    p_on_time: float
    depot: str | None = None
    delivered_at: Instant | None = None
    seen_at: Instant | None = None


TaskState: TypeAlias = Literal[
    "pending", "offered", "assigned", "en_route_to_item", "en_route", "on_scene", "cleared", "cancelled"
]
CallState: TypeAlias = Literal[
    "received", "pending", "offered", "assigned", "en_route", "on_scene", "cleared", "cancelled"
]
UnitStatus: TypeAlias = Literal[
    "available",
    "offered",
    "en_route_to_item",
    "en_route",
    "on_scene",
    "returning_item",
    "on_break",
    "off_duty",
]


class TaskView(msgspec.Struct, frozen=True):
    """One person wanted, and how far it has come. Stamps are None until they happened."""

    task_id: str
    role: str
    item: str | None
    state: TaskState
    deadline_at: Instant
    unit_id: str | None = None
    depot: str | None = None
    offers: tuple[OfferView, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    eta_at: Instant | None = None
    p_on_time: float | None = None
    assigned_at: Instant | None = None
    picked_up_at: Instant | None = None
    on_scene_at: Instant | None = None
    cleared_at: Instant | None = None
    breached_at: Instant | None = None
    waiting_for: dict[str, int] = {}


class TimelineEntry(msgspec.Struct, frozen=True):
    at: Instant
    kind: str
    """Class name of the fact."""
    by: str
    unit_id: str | None = None
    detail: str = ""


class CallChanged(Message, frozen=True, kw_only=True):
    """The whole of one call."""

    call_id: str
    version: int
    """``seq`` of the newest fact in it."""
    service: str
    priority: int
    state: CallState
    place: Place
    device_id: str | None
    note: str
    by: str
    received_at: Instant
    deadline_at: Instant
    """The earliest deadline of its tasks."""
    tasks: tuple[TaskView, ...]
    timeline: tuple[TimelineEntry, ...] = ()
    stars: int | None = None


class UnitChanged(Message, frozen=True, kw_only=True):
    """The whole of one unit as its handheld and the board need it."""

    unit_id: str
    version: int
    status: UnitStatus
    device_id: str | None
    roles: tuple[str, ...]
    offers: tuple[OfferView, ...] = ()
    task_id: str | None = None
    call_id: str | None = None
    target: Place | None = None
    """Where to go now: depot, then the call's place, then back to the depot with a returned item."""
    depot: str | None = None
    item: str | None = None
    carrying: bool = False
    deadline_at: Instant | None = None
    eta_at: Instant | None = None


class StockChanged(Message, frozen=True, kw_only=True):
    """What a depot or emergency box holds: item → free, item → reserved, item → on loan from here."""

    depot: str
    version: int
    free: dict[str, int]
    reserved: dict[str, int]


class Snapshot(Message, frozen=True, kw_only=True):
    """The whole state of the dispatcher, once, for whoever asked."""

    for_: str = msgspec.field(name="for")
    at: Instant
    version: int
    calls: tuple[CallChanged, ...]
    units: tuple[UnitChanged, ...]
    stock: tuple[StockChanged, ...]


# --- state of the site: whole state, retained by the broker ---------------------------------------------


class EnrolmentChanged(Message, frozen=True, kw_only=True):
    """All devices that may be located now. Anything else heard is dropped and counted."""

    version: int
    devices: tuple[EnrolledDevice, ...]


class ClosuresChanged(Message, frozen=True, kw_only=True):
    """All connectors out of use, and whether fire mode is on."""

    version: int
    connectors: tuple[str, ...]
    fire_mode: bool


class GuestGatewaysChanged(Message, frozen=True, kw_only=True):
    """All gateways installed beyond the site's file."""

    version: int
    gateways: tuple[InstalledGateway, ...]


class ServiceHealth(Message, frozen=True, kw_only=True):
    """A process's word about itself, every few seconds."""

    service: str
    at: Instant
    state: Literal["ok", "degraded"]
    reason: str = ""
    lag_ms: float = 0.0
    cpu_share: float = 0.0
    counters: dict[str, float] = {}


# --- dashboard to its screens (never on the broker) ------------------------------------------------------


class ScreenFrame(Message, frozen=True, kw_only=True):
    """A binary position frame for every screen that shows ``topic`` (``pos:L1``): encoded once."""

    topic: str
    key_frame: bool
    data: bytes


class ScreenEvent(Message, frozen=True, kw_only=True):
    """One JSON text event for every screen that follows ``topic``; ``seq`` is gap-free per boot."""

    topic: str
    seq: int
    data: bytes
