"""Commands: imperative, one receiver (the dispatcher), exactly one answer, idempotent by ``command_id``."""

from typing import Literal

from contracts.quantities import Instant
from contracts.values import EnrolledDevice, InstalledGateway, Message, Place


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
