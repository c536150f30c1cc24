"""What is true now: calls, tasks, units, stock, the state of the site. Plain data that msgspec encodes.

Only ``evolve`` (the fold of the facts) changes a ledger. States and statuses are never stored: the
functions at the end read them off.
"""

from typing import Literal

import msgspec

from contracts import messages as m
from contracts.messages import (
    Candidate,
    Cure,
    EnrolledDevice,
    Fact,
    FeedbackGrade,
    HoldCause,
    InstalledGateway,
    Place,
    TaskNeed,
    TaskState,
    TimelineEntry,
    UnitStatus,
)
from contracts.quantities import HOUR, Duration, Instant, from_seconds
from contracts.sitemap import Site
from dispatcher import states


class Offer(msgspec.Struct):
    """One question to one unit. ``ended`` is empty while it is live."""

    offer_id: str
    call_id: str
    task_id: str
    unit_id: str
    made_at: Instant
    expires_at: Instant
    eta_s: float
    p_on_time: float
    depot: str | None
    ended: Literal["", "accepted", "declined", "expired", "withdrawn"] = ""
    delivered_at: Instant | None = None
    seen_at: Instant | None = None


class Task(msgspec.Struct):
    """One person wanted. Stamps are None until they happened."""

    call_id: str
    need: TaskNeed
    waiting_since: Instant
    """When the call came, or somebody committed was lost again."""
    unit_id: str | None = None
    told: bool = False
    """The holder was told (by an operator), did not accept, and has not reported anything yet."""
    depot: str | None = None
    """Where the holder's item is reserved, or was taken."""
    offers: dict[str, Offer] = {}
    candidates: tuple[Candidate, ...] = ()
    eta_at: Instant | None = None
    p_on_time: float | None = None
    assigned_at: Instant | None = None
    picked_up_at: Instant | None = None
    on_scene_at: Instant | None = None
    cleared_at: Instant | None = None
    reached_at: Instant | None = None
    """When somebody first stood there, also where that person was relieved since."""
    breached_at: Instant | None = None
    ended: Literal["", "cancelled", "not_needed", "abandoned", "merged"] = ""
    """Why nobody needs to go any more; ``not_needed`` = this person only, the call goes on."""
    forecast_at: Instant | None = None
    cure: Cure | None = None
    escalated: int = 0
    """Steps of the ladder taken since somebody was last committed."""
    escalated_to: str = ""
    asked_at: Instant = 0
    """When this person was asked for."""
    first_offer_at: Instant | None = None
    committed_at: Instant | None = None
    """When anybody first committed, or came."""
    acceptances: int = 0
    refusals: int = 0
    silences: int = 0
    given_back: int = 0
    lacked: list[str] = []
    """``no_stock`` and ``no_route``, where they ever were a reason."""
    lift_wait_s: float = 0.0
    """What the way took beyond walking and riding, where it had a lift in it (``waits``)."""
    waiting_for: dict[str, int] = {}
    declined: dict[str, Instant] = {}
    """Unit → when it last refused or gave this task back."""


class Call(msgspec.Struct):
    call_id: str
    version: int
    service: str
    priority: int
    place: Place
    device_id: str | None
    note: str
    by: str
    received_at: Instant
    tasks: tuple[str, ...]
    planned: bool = False
    """The planner has looked at it."""
    closed_at: Instant | None = None
    stars: int | None = None
    similar_to: str = ""
    """Call that this one probably repeats."""
    held_at: Instant | None = None
    """Since when our clock stands still."""
    held_until: Instant | None = None
    hold_cause: HoldCause | None = None
    paused: Duration = 0
    """How long it stood still before."""
    merged_into: str = ""
    duplicates: list[str] = []
    """Index of ``merged_into``."""
    checked: list[int] = []
    files: int = 0
    """Photos and spoken notes; which, says the timeline."""
    timeline: list[TimelineEntry] = []


class Carried(msgspec.Struct, frozen=True):
    """An item in a unit's hands, and where it came from."""

    item: str
    depot: str
    item_number: str
    at: Instant


class Unit(msgspec.Struct):
    unit_id: str
    version: int = 0
    duty: Literal["on", "break", "off"] = "off"
    duty_at: Instant = -1
    task_id: str | None = None
    """Index of ``Task.unit_id``; ``invariants`` compares them."""
    offer_id: str | None = None
    """Index of the live offer."""
    carried: Carried | None = None
    pouch: list[Carried] = []
    """Spares for the next calls, oldest first; they bind the unit to nothing."""
    silent_at: Instant | None = None
    """When it last let an offer expire without a word since."""
    asked: int = 0
    """Offers that it answered or let expire, lately: old evidence fades."""
    waited: Duration = 0
    """How long these offers were open, in all."""
    standby: Place | None = None
    """Where it was suggested to stand by, until the next task."""
    standby_at: Instant = -1
    standby_m: float = 0.0
    """What suggestions have made it walk lately (``coverage``)."""
    texts: list[m.TextView] = []
    jobs: list[m.JobView] = []
    logbook_version: int = 0
    """``seq`` of the newest fact in ``texts`` and ``jobs`` (``logbook``)."""


class Store(msgspec.Struct):
    """A depot or emergency box: item → number."""

    depot: str
    kind: Literal["depot", "emergency_box"]
    version: int
    free: dict[str, int]
    reserved: dict[str, int]


class Loan(msgspec.Struct, frozen=True):
    """An item that a customer has."""

    task_id: str
    item: str
    item_number: str
    depot: str
    unit_id: str
    at: Instant
    due_at: Instant
    overdue: bool = False
    """It has been said that it should be back."""


class Feedback(msgspec.Struct):
    """Something to put right."""

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


class Ledger(msgspec.Struct):
    """All that the dispatcher knows, but for positions."""

    seq: int
    loan_s: dict[str, float | None]
    """Item → how long it may stay out, None = handed over."""
    calls: dict[str, Call]
    """Open calls and the ``evolve_calls.CLOSED_CALLS_MAX`` last closed ones."""
    tasks: dict[str, Task]
    offers: dict[str, str]
    """Offer → its task."""
    open_calls: list[str]
    closed_calls: list[str]
    units: dict[str, Unit]
    stores: dict[str, Store]
    loans: dict[str, Loan]
    """By task."""
    feedback: dict[str, Feedback]
    """Open, and the ``feedback.CLOSED_MAX`` last closed."""
    used: dict[str, int]
    """Item → number handed over for good."""
    closures: dict[str, str]
    """Connector → reason."""
    fire_mode: bool
    enrolled: dict[str, EnrolledDevice]
    guests: dict[str, InstalledGateway]
    answers: dict[str, m.CommandAnswered]
    lift_waits: dict[str, list[list[float]]]
    """Lift → by hour of the day, UTC, how many waits and their sum in seconds (``waits``)."""
    demand: dict[str, list[int]]
    """``service/floor`` → calls by hour of the day, UTC (``demand``)."""


def new_ledger(site: Site) -> Ledger:
    """The state before the first fact: all depots full, nobody on duty."""
    return Ledger(
        seq=0,
        loan_s={item.item: item.loan_s for item in site.items},
        calls={},
        tasks={},
        offers={},
        open_calls=[],
        closed_calls=[],
        units={staff.unit_id: Unit(staff.unit_id) for staff in site.staff},
        stores={
            depot.depot: Store(depot.depot, depot.kind, 0, dict(depot.stock), dict.fromkeys(depot.stock, 0))
            for depot in site.depots
        },
        loans={},
        feedback={},
        used={},
        closures={},
        fire_mode=False,
        enrolled={},
        guests={},
        answers={},
        lift_waits={},
        demand={},
    )


# --- reading ----------------------------------------------------------------------------------------


def live_offers(task: Task) -> list[Offer]:
    return [offer for offer in task.offers.values() if not offer.ended]


def task_state(task: Task) -> TaskState:
    """The state of a task, read off its stamps, holder and offers."""
    if task.cleared_at is not None:
        return "cleared"
    if task.ended:
        return "cancelled" if task.ended == "not_needed" else task.ended
    if task.unit_id is None:
        return "offered" if live_offers(task) else "pending"
    if task.on_scene_at is not None:
        return "on_scene"
    if task.told:
        return "assigned"
    return "en_route_to_item" if to_fetch(task) else "en_route"


def to_fetch(task: Task) -> bool:
    """The holder still has to go by the depot."""
    return task.depot is not None and task.picked_up_at is None


def unit_status(ledger: Ledger, unit: Unit) -> UnitStatus:
    """The status of a unit: what it holds first, then its duty, then what it carries."""
    if unit.task_id is not None:
        task = ledger.tasks[unit.task_id]
        if task.on_scene_at is not None:
            return "on_scene"
        return "en_route_to_item" if to_fetch(task) else "en_route"
    if unit.offer_id is not None:
        return "offered"
    if unit.duty != "on":
        return "on_break" if unit.duty == "break" else "off_duty"
    return "available" if unit.carried is None else "returning_item"


def call_state(ledger: Ledger, call: Call) -> m.CallState:
    tasks = [ledger.tasks[task] for task in call.tasks]
    return states.call_state(
        tuple(task_state(task) for task in tasks if task.ended != "not_needed"), call.planned
    )


def is_open(task: Task) -> bool:
    """Neither cleared nor ended otherwise."""
    return task.cleared_at is None and not task.ended


def open_tasks(ledger: Ledger) -> list[Task]:
    """Open tasks of open calls, oldest call first."""
    tasks = (ledger.tasks[task] for call in ledger.open_calls for task in ledger.calls[call].tasks)
    return [task for task in tasks if is_open(task)]


def running_tasks(ledger: Ledger) -> list[Task]:
    """Open tasks whose clock runs, oldest call first."""
    return [task for task in open_tasks(ledger) if ledger.calls[task.call_id].held_at is None]


def all_done(ledger: Ledger, call: Call) -> bool:
    """Everybody who was wanted has been there: nothing is left to do."""
    tasks = [ledger.tasks[task] for task in call.tasks]
    return all(task.cleared_at is not None or task.ended == "not_needed" for task in tasks)


def clock_start(task: Task) -> Instant:
    """When our clock began for a task: when it was asked for, later by the pauses since."""
    return task.need.deadline_at - from_seconds(task.need.target_s)


def offer_of(ledger: Ledger, offer_id: str) -> Offer | None:
    task_id = ledger.offers.get(offer_id)
    return None if task_id is None else ledger.tasks[task_id].offers.get(offer_id)


def in_pouch(unit: Unit, item: str | None) -> bool:
    """Whether a spare is at hand."""
    return any(spare.item == item for spare in unit.pouch)


def loan_to_return(ledger: Ledger, unit_id: str, item: str = "") -> Loan | None:
    """The loan that somebody who brings ``item`` (any if empty) most probably brings back."""
    loans = [loan for loan in ledger.loans.values() if item in ("", loan.item)]
    own = [loan for loan in loans if loan.unit_id == unit_id]
    return next(iter(own or loans), None)


def standby_walked_m(unit: Unit, now: Instant) -> float:
    """Metres that suggestions to stand by have cost somebody lately: forgotten evenly over an hour."""
    return unit.standby_m * max(0.0, 1.0 - (now - unit.standby_at) / HOUR)


def unit_of(ledger: Ledger, unit_id: str) -> Unit:
    """A unit; one that has left the site's file since is remembered from the journal."""
    if unit_id not in ledger.units:
        ledger.units[unit_id] = Unit(unit_id)
    return ledger.units[unit_id]


def store_of(ledger: Ledger, depot: str) -> Store:
    """A depot; one that has left the site's file since is remembered from the journal, empty."""
    if depot not in ledger.stores:
        ledger.stores[depot] = Store(depot, "depot", 0, {}, {})
    return ledger.stores[depot]


def calls_of(ledger: Ledger, fact: Fact) -> list[str]:
    """The calls that a fact is about, without those that the ledger has forgotten."""
    call_id = getattr(fact, "call_id", None)
    if call_id is None:
        task_id = getattr(fact, "task_id", None) or ledger.offers.get(getattr(fact, "offer_id", ""))
        task = ledger.tasks.get(task_id or "")
        call_id = None if task is None else task.call_id
    return [call for call in (call_id, getattr(fact, "into", None)) if call in ledger.calls]
