"""Facts: past, decided by the dispatcher, journaled before anything is sent."""

from typing import Literal

from contracts.quantities import Instant
from contracts.values import (
    Candidate,
    Cure,
    EnrolledDevice,
    FeedbackGrade,
    FileKind,
    HoldCause,
    InstalledGateway,
    Message,
    Place,
    TaskNeed,
)


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


class CallAbandoned(Fact, frozen=True, kw_only=True):
    """The customer left without a word, or cannot be found."""

    call_id: str
    reason: str


class CallHeld(Fact, frozen=True, kw_only=True):
    """Our clock stands still from here …"""

    call_id: str
    hold_cause: HoldCause
    until: Instant
    note: str


class CallResumed(Fact, frozen=True, kw_only=True):
    """… to here: the deadlines of what is open are later by the time between."""

    call_id: str


class CallMerged(Fact, frozen=True, kw_only=True):
    call_id: str
    into: str


class CallUnmerged(Fact, frozen=True, kw_only=True):
    """Open again. Its clock never stood still: the mistake was ours."""

    call_id: str
    into: str


class TaskAdded(Fact, frozen=True, kw_only=True):
    """One more person is wanted, from now."""

    call_id: str
    task: TaskNeed


class TaskCancelled(Fact, frozen=True, kw_only=True):
    """One of several persons is not wanted any more."""

    call_id: str
    task_id: str
    reason: str


class ChecklistTicked(Fact, frozen=True, kw_only=True):
    call_id: str
    step: int
    done: bool


class FileAttached(Fact, frozen=True, kw_only=True):
    call_id: str
    file_id: str
    what: FileKind


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
    spares: int = 0
    """So many more are in the pouch now."""


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
    spare: bool = False
    """Out of the pouch."""


class SlaBreached(Fact, frozen=True, kw_only=True):
    """A deadline passed with nobody on scene; recorded once per task."""

    call_id: str
    task_id: str
    deadline_at: Instant


class NoUnitAvailable(Fact, frozen=True, kw_only=True):
    """Nobody can be sent now: why, by candidate. Repeated only when the reasons change."""

    task_id: str
    reasons: dict[str, int]


class EtaRevised(Fact, frozen=True, kw_only=True):
    """Whoever is under way will arrive at another time than was said."""

    task_id: str
    unit_id: str
    eta_at: Instant
    p_on_time: float


class BreachForecast(Fact, frozen=True, kw_only=True):
    """More likely late than not, and what could be done about it; said once per assignment."""

    call_id: str
    task_id: str
    p_on_time: float
    cure: Cure | None = None


class TaskEscalated(Fact, frozen=True, kw_only=True):
    """Nobody is committed yet and patience is over: the next step of the ladder is told."""

    call_id: str
    task_id: str
    step: int
    """1, 2, 3 …"""
    to: str
    """``zone_lead control_room duty_manager``."""


class LoanOverdue(Fact, frozen=True, kw_only=True):
    """A lent item should be back by now; said once."""

    task_id: str
    item: str
    item_number: str
    depot: str
    due_at: Instant


class LoanReturned(Fact, frozen=True, kw_only=True):
    """What was lent with this task is back, in this depot."""

    task_id: str
    item: str
    item_number: str
    depot: str


class LoanExtended(Fact, frozen=True, kw_only=True):
    task_id: str
    due_at: Instant


class LoanWrittenOff(Fact, frozen=True, kw_only=True):
    task_id: str
    item: str
    item_number: str
    reason: str


class StockMoved(Fact, frozen=True, kw_only=True):
    item: str
    count: int
    from_depot: str
    to_depot: str


class FeedbackRaised(Fact, frozen=True, kw_only=True):
    feedback_id: str
    call_id: str
    """Empty where it is about no call."""
    grade: FeedbackGrade
    text: str
    owner: str
    due_at: Instant


class FeedbackAssigned(Fact, frozen=True, kw_only=True):
    feedback_id: str
    owner: str


class FeedbackClosed(Fact, frozen=True, kw_only=True):
    feedback_id: str
    note: str


class FeedbackOverdue(Fact, frozen=True, kw_only=True):
    """It should be put right by now; said once."""

    feedback_id: str
    owner: str
    due_at: Instant


class StandbySuggested(Fact, frozen=True, kw_only=True):
    """A free person would be of more use elsewhere: a suggestion, ended by the next task."""

    unit_id: str
    place: Place
    gain: float
    """Share of the calls to be expected, weighed by urgency, that will be in time because of it."""
    walk_m: float


class DutyChanged(Fact, frozen=True, kw_only=True):
    unit_id: str
    duty: Literal["on", "break", "off"]


class TextSent(Fact, frozen=True, kw_only=True):
    """Words between the control room and a handheld; ``by`` wrote them."""

    text_id: str
    unit_id: str
    written_at: Instant
    """The writer's own time: a handheld may have been offline."""
    phrase: str
    text: str


class TextsSeen(Fact, frozen=True, kw_only=True):
    """``by`` has looked at the other side's texts up to this one."""

    unit_id: str
    text_id: str


class ConnectorClosed(Fact, frozen=True, kw_only=True):
    connector: str
    reason: str


class ConnectorOpened(Fact, frozen=True, kw_only=True):
    connector: str


class LiftWaited(Fact, frozen=True, kw_only=True):
    """What a way with a lift in it took beyond walking and riding."""

    connector: str
    wait_s: float
    task_id: str = ""
    """Whose way it was."""


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
