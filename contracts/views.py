"""Views: the whole state of one thing, sent at each change; the newest version wins.

Also the state of the site, retained by the broker, and what only screens hear.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from contracts.quantities import Instant
from contracts.values import (
    Candidate,
    Cure,
    EnrolledDevice,
    FeedbackGrade,
    HoldCause,
    InstalledGateway,
    Message,
    Place,
)


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
    "pending",
    "offered",
    "assigned",
    "en_route_to_item",
    "en_route",
    "on_scene",
    "cleared",
    "cancelled",
    "abandoned",
    "merged",
]
CallState: TypeAlias = Literal[
    "received",
    "pending",
    "offered",
    "assigned",
    "en_route",
    "on_scene",
    "cleared",
    "cancelled",
    "abandoned",
    "merged",
]
CLOSED_CALL_STATES: Final[frozenset[CallState]] = frozenset(("cleared", "cancelled", "abandoned", "merged"))
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
    forecast_at: Instant | None = None
    """When a breach was forecast for whoever is under way."""
    cure: Cure | None = None
    escalated_to: str = ""
    """The last step of the ladder that was told that nobody is committed."""
    escalates_at: Instant | None = None
    """When the next step will be told; None where nobody needs to be, or the clock stands still."""
    reached_at: Instant | None = None
    """When somebody first stood there. Differs from ``on_scene_at`` where that person was relieved."""
    asked_at: Instant = 0
    """When this person was asked for: with the call, or later."""
    first_offer_at: Instant | None = None
    committed_at: Instant | None = None
    """When anybody first committed, or came."""
    accepted: int = 0
    """Offers that were accepted …"""
    declined: int = 0
    timed_out: int = 0
    """… and ended in silence."""
    target_s: float = 0.0
    """``deadline_at`` less this is when our clock began, pauses taken out."""
    miss_cause: str = ""
    """What took longest where the deadline was missed: ``stock no_route queue refusal silence given_back
    lift walking``."""


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
    similar_to: str = ""
    """An older open call of the same kind at the same place: probably the same happening."""
    held_at: Instant | None = None
    """Since when our clock stands still; None = it runs."""
    held_until: Instant | None = None
    hold_cause: HoldCause | None = None
    paused_s: float = 0.0
    """How long it stood still before, in all."""
    merged_into: str = ""
    duplicates: tuple[str, ...] = ()
    """Calls that were merged into this one."""
    checked: tuple[int, ...] = ()
    """Steps of the checklist that are done."""


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
    silent_since: Instant | None = None
    """Let an offer expire then and has not said a word since: not asked for a while; the lead should look."""
    standby: Place | None = None
    """Where it would be well to stand by while nothing is to be done."""
    pouch: tuple[str, ...] = ()
    """Items at hand for the next calls, one entry each."""
    spares: int = 0
    """So many more of ``item`` are to be taken along from the depot."""


class LoanView(msgspec.Struct, frozen=True):
    """An item that a customer has."""

    task_id: str
    item: str
    item_number: str
    unit_id: str
    """Who handed it over."""
    lent_at: Instant
    due_at: Instant
    overdue: bool = False


class TextView(msgspec.Struct, frozen=True):
    """A text as both sides see it."""

    text_id: str
    by: str
    written_at: Instant
    sent_at: Instant
    """When the dispatcher had it: kept from here on."""
    phrase: str
    text: str
    seen_at: Instant | None = None


class JobView(msgspec.Struct, frozen=True):
    """A task that a person has finished."""

    task_id: str
    call_id: str
    service: str
    place: Place
    outcome: str
    assigned_at: Instant | None
    on_scene_at: Instant | None
    cleared_at: Instant
    late: bool


class LogbookChanged(Message, frozen=True, kw_only=True):
    """What one person can look up: texts with the control room, finished jobs; oldest first."""

    unit_id: str
    version: int
    texts: tuple[TextView, ...] = ()
    jobs: tuple[JobView, ...] = ()


class StockChanged(Message, frozen=True, kw_only=True):
    """What a depot or emergency box holds: item → free, item → reserved, item → on loan from here."""

    depot: str
    version: int
    free: dict[str, int]
    reserved: dict[str, int]
    lent: dict[str, int] = {}
    overdue: dict[str, int] = {}
    """Of those lent, the ones that should be back by now."""
    loans: tuple[LoanView, ...] = ()
    """Each of those lent, the first due first."""


class StockMove(msgspec.Struct, frozen=True):
    item: str
    count: int
    from_depot: str
    to_depot: str


class RebalanceChanged(Message, frozen=True, kw_only=True):
    """What should be carried from depot to depot before something runs out: proposals, all of them."""

    version: int
    moves: tuple[StockMove, ...]


class FeedbackChanged(Message, frozen=True, kw_only=True):
    """The whole of one thing to put right."""

    feedback_id: str
    version: int
    call_id: str
    grade: FeedbackGrade
    text: str
    owner: str
    raised_at: Instant
    raised_by: str
    due_at: Instant
    overdue: bool = False
    closed_at: Instant | None = None
    closed_by: str = ""
    note: str = ""


class Snapshot(Message, frozen=True, kw_only=True):
    """The whole state of the dispatcher, once, for whoever asked."""

    for_: str = msgspec.field(name="for")
    at: Instant
    version: int
    calls: tuple[CallChanged, ...]
    units: tuple[UnitChanged, ...]
    stock: tuple[StockChanged, ...]
    feedback: tuple[FeedbackChanged, ...] = ()
    """What is open, and what was closed lately."""
    logbooks: tuple[LogbookChanged, ...] = ()


class EnrolmentChanged(Message, frozen=True, kw_only=True):
    """All devices that may be located now. Anything else heard is dropped and counted."""

    version: int
    devices: tuple[EnrolledDevice, ...]


class FloorCoverage(msgspec.Struct, frozen=True):
    """How likely the next call of a service on a floor is reached in time by whoever is free now."""

    service: str
    role: str
    floor: str
    p_on_time: float
    understaffed: bool = False


class Reserve(msgspec.Struct, frozen=True):
    """Somebody free whom the next emergency would miss."""

    unit_id: str
    loss: float
    """How much less likely it is reached in time without this person."""


class StandbyWalk(msgspec.Struct, frozen=True):
    """What suggestions to stand by elsewhere have made somebody walk lately."""

    unit_id: str
    walked_m: float


class CoverageChanged(Message, frozen=True, kw_only=True):
    """Expected coverage by service, role and floor; the newest ``at`` wins."""

    at: Instant
    floors: tuple[FloorCoverage, ...]
    reserve: tuple[Reserve, ...] = ()
    """Whoever matters most first."""
    walks: tuple[StandbyWalk, ...] = ()
    walk_max_m: float = 0.0
    """Nobody is asked to walk more in an hour."""


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
