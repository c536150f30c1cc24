"""Commands: imperative, one receiver (the dispatcher), exactly one answer, idempotent by ``command_id``."""

from typing import Literal

from contracts.quantities import Instant
from contracts.values import (
    EnrolledDevice,
    FeedbackGrade,
    FileKind,
    HoldCause,
    InstalledGateway,
    Message,
    Place,
)


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


class AbandonCall(Command, frozen=True, kw_only=True):
    """The customer left without a word, or cannot be found: nobody needs to go any more."""

    call_id: str
    reason: str = ""


class HoldCall(Command, frozen=True, kw_only=True):
    """Our clock stands still, for a cause on the customer's side only; the customer's goes on."""

    call_id: str
    cause: HoldCause
    until: Instant | None = None
    """When it goes on by itself; None = after half an hour. Nothing is held for ever."""
    note: str = ""


class ResumeCall(Command, frozen=True, kw_only=True):
    """The customer is ready: the clock goes on and people are sent again."""

    call_id: str


class MergeCalls(Command, frozen=True, kw_only=True):
    """``call_id`` is the same happening as ``into``; whoever was on the way to it goes to ``into``."""

    call_id: str
    into: str


class UnmergeCall(Command, frozen=True, kw_only=True):
    """It was another happening after all: the call is open again, with its old clock."""

    call_id: str


class AddTask(Command, frozen=True, kw_only=True):
    """One more person for an open call (a second pair of hands, a missing role)."""

    call_id: str
    role: str
    skills: tuple[str, ...] = ()
    item: str | None = None
    target_s: float | None = None
    """From now; None = what the catalogue promises for this role in this service."""


class CancelTask(Command, frozen=True, kw_only=True):
    """One of several persons wanted by a call is not needed; the last is cancelled with its call."""

    task_id: str
    reason: str = ""


class TickChecklist(Command, frozen=True, kw_only=True):
    """A step of the service's checklist was done (or was not after all)."""

    call_id: str
    step: int
    """Index in ``ServiceKind.checklist``, from 0."""
    done: bool = True


class AttachFile(Command, frozen=True, kw_only=True):
    """A photo or a few spoken words belong to a call; the dashboard keeps the file under ``file_id``."""

    call_id: str
    file_id: str
    what: FileKind


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
    spares: int = 0
    """So many more went into the pouch; what there is no room or stock for is not counted."""


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
    spare: bool = False
    """All that is in the pouch, not what a customer gave back."""


class AssignUnit(Command, frozen=True, kw_only=True):
    """An operator sends a certain person; make before break for whoever holds the task."""

    task_id: str
    unit_id: str


class UnassignUnit(Command, frozen=True, kw_only=True):
    """An operator, or the unit itself with a reason, gives the task back."""

    task_id: str
    unit_id: str
    reason: str


class RelieveUnit(Command, frozen=True, kw_only=True):
    """Move everything that one person is doing or being asked to somebody else (illness, a quarrel)."""

    unit_id: str
    to_unit_id: str | None = None
    """Who takes over; None = whoever the plan finds."""
    duty: Literal["on", "break", "off"] = "on"
    """What the relieved person does from now on."""
    reason: str = ""


class ReturnLoan(Command, frozen=True, kw_only=True):
    """A customer brought back what was lent with this task, at this depot."""

    task_id: str
    depot: str


class ExtendLoan(Command, frozen=True, kw_only=True):
    """The customer may keep it until then."""

    task_id: str
    due_at: Instant


class WriteOffLoan(Command, frozen=True, kw_only=True):
    """It will not come back."""

    task_id: str
    reason: str = ""


class MoveStock(Command, frozen=True, kw_only=True):
    """Free items were carried from one depot to another."""

    item: str
    count: int
    from_depot: str
    to_depot: str


class RaiseFeedback(Command, frozen=True, kw_only=True):
    """Something to put right, who sees to it, and how soon."""

    grade: FeedbackGrade
    text: str
    owner: str = ""
    """Who sees to it; empty = the control room."""
    call_id: str = ""
    """The call that it is about, if any."""


class AssignFeedback(Command, frozen=True, kw_only=True):
    feedback_id: str
    owner: str


class CloseFeedback(Command, frozen=True, kw_only=True):
    feedback_id: str
    note: str = ""
    """What was done about it."""


class SetDuty(Command, frozen=True, kw_only=True):
    """A unit begins or ends its shift or a break."""

    unit_id: str
    duty: Literal["on", "break", "off"]


class SendText(Command, frozen=True, kw_only=True):
    """A few words between the control room and one person's handheld, either way."""

    unit_id: str
    """Whose handheld: ``by`` says which side wrote."""
    phrase: str = ""
    """Code of a canned phrase, which every screen says in its own language; empty = ``text`` alone."""
    text: str = ""


class ReportTextsSeen(Command, frozen=True, kw_only=True):
    """A person of the other side has looked at the texts up to this one."""

    unit_id: str
    text_id: str


class ReportPresent(Command, frozen=True, kw_only=True):
    """Somebody has logged in on the unit's handheld: what went unanswered before was heard by nobody."""

    unit_id: str


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
