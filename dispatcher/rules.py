"""What becomes of a command: ``decide(ledger, command, …) → facts``, the last of them its one answer.

A refused command yields its answer and nothing else. Reasons are codes, keys of the texts on the screens
(docs/dispatch.md lists them). Nothing here changes the ledger, knows a position or reads a clock.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from contracts import messages as m
from contracts.messages import Command, Fact, TaskNeed
from contracts.quantities import Instant, from_seconds
from dispatcher import logbook, states
from dispatcher.catalogue import Catalogue, qualified
from dispatcher.drafting import Draft
from dispatcher.evolve import KEEPS_ASKING
from dispatcher.ledger import (
    Call,
    Ledger,
    Offer,
    Task,
    Unit,
    live_offers,
    loan_to_return,
    offer_of,
    task_state,
)
from dispatcher.settings import DispatcherSettings

GUESTS_MAX: Final = 500
"""Gateways installed beyond the site's file."""


class Answer(msgspec.Struct, frozen=True):
    """``reason`` empty = accepted; ``subject`` names what was made or touched."""

    reason: str = ""
    subject: str = ""


class Rulebook(msgspec.Struct, frozen=True):
    """What rules look up besides the ledger."""

    catalogue: Catalogue
    settings: DispatcherSettings
    nearest_depot: Callable[[str, Task, tuple[str, ...]], str]
    """(unit, task, stocked depots) → the depot of the quickest way."""


def decide(ledger: Ledger, command: Command, now: Instant, book: Rulebook) -> list[Fact]:
    """The facts that follow from a command, its answer last. A repeated command gets its old answer."""
    draft = Draft(ledger.seq, now, command.command_id, command.by)
    known = ledger.answers.get(command.command_id)
    if known is not None:
        answer = Answer(known.reason, known.subject)
    else:
        answer = _decide(ledger, command, now, draft, book)
    assert not (answer.reason and draft.facts), (command, answer)
    draft.add(
        m.CommandAnswered,
        command_id=command.command_id,
        accepted=not answer.reason,
        reason=answer.reason,
        subject=answer.subject,
    )
    return draft.facts


def _decide(ledger: Ledger, command: Command, now: Instant, draft: Draft, book: Rulebook) -> Answer:
    match command:
        case m.PlaceCall():
            return place_call(ledger, command, now, draft, book)
        case m.MoveCall() | m.CancelCall() | m.RateCall():
            return change_call(ledger, command, draft, book)
        case m.AcceptOffer():
            return accept_offer(ledger, command, draft, book)
        case m.DeclineOffer() | m.ReportReceipt():
            return answer_offer(ledger, command, draft)
        case m.ReportItemPickedUp() | m.ReportOnScene() | m.ReportDone():
            return report(ledger, command, draft, book)
        case m.ReportItemReturned():
            return return_item(ledger, command, draft)
        case m.AssignUnit():
            return assign_unit(ledger, command, draft, book)
        case m.UnassignUnit():
            return unassign_unit(ledger, command, draft)
        case m.SetDuty():
            return set_duty(ledger, command, draft, book)
        case m.SendText() | m.ReportTextsSeen():
            return talk(ledger, command, now, draft)
        case _:
            return change_site(ledger, command, now, draft, book)


# --- calls ------------------------------------------------------------------------------------------


def place_call(ledger: Ledger, command: m.PlaceCall, now: Instant, draft: Draft, book: Rulebook) -> Answer:
    kind = book.catalogue.services.get(command.service)
    if kind is None:
        return Answer("unknown_service")
    if not book.catalogue.knows(command.place):
        return Answer("bad_place")
    if len(ledger.open_calls) >= book.settings.open_calls_max:
        return Answer("too_many_calls")
    call_id = f"c{draft.next_seq}"
    draft.add(
        m.CallReceived,
        call_id=call_id,
        service=kind.service,
        priority=kind.priority,
        place=command.place,
        device_id=command.device_id,
        note=command.note,
        tasks=tuple(
            TaskNeed(
                task_id=f"{call_id}-{number}-{need.role}",
                role=need.role,
                skills=need.skills,
                item=need.item,
                target_s=need.target_s,
                deadline_at=now + from_seconds(need.target_s),
            )
            for number, need in enumerate(kind.needs, start=1)
        ),
    )
    return Answer(subject=call_id)


def change_call(
    ledger: Ledger, command: m.MoveCall | m.CancelCall | m.RateCall, draft: Draft, book: Rulebook
) -> Answer:
    call = ledger.calls.get(command.call_id)
    if call is None:
        return Answer("unknown_call")
    if isinstance(command, m.RateCall):
        return _rate(ledger, call, command, draft)
    if call.closed_at is not None:
        return Answer("closed")
    if isinstance(command, m.MoveCall):
        if not book.catalogue.knows(command.place):
            return Answer("bad_place")
        draft.add(m.CallMoved, call_id=call.call_id, place=command.place)
    else:
        for task_id in call.tasks:
            withdraw(ledger.tasks[task_id], draft, "cancelled")
            release(ledger.tasks[task_id], draft, "cancelled")
        draft.add(m.CallCancelled, call_id=call.call_id, reason=command.reason)
    return Answer(subject=call.call_id)


def _rate(ledger: Ledger, call: Call, command: m.RateCall, draft: Draft) -> Answer:
    if call.closed_at is None or any(ledger.tasks[task].cancelled for task in call.tasks):
        return Answer("not_cleared")
    if call.stars is not None:
        return Answer("already_rated")
    draft.add(m.CallRated, call_id=call.call_id, stars=command.stars, note=command.note)
    return Answer(subject=call.call_id)


# --- offers -----------------------------------------------------------------------------------------


def accept_offer(ledger: Ledger, command: m.AcceptOffer, draft: Draft, book: Rulebook) -> Answer:
    """A live offer becomes an assignment; a late answer is arbitrated."""
    offer, refusal = _own_offer(ledger, command)
    if offer is None:
        return Answer(refusal)
    task = ledger.tasks[offer.task_id]
    if offer.ended:
        return _late_acceptance(ledger, offer, task, draft, book)
    release(task, draft, "replaced")
    draft.add(m.OfferAccepted, offer_id=offer.offer_id, task_id=offer.task_id, unit_id=offer.unit_id)
    withdraw(task, draft, "taken", keep=offer.offer_id)
    return Answer(subject=offer.task_id)


def _late_acceptance(ledger: Ledger, offer: Offer, task: Task, draft: Draft, book: Rulebook) -> Answer:
    """Still wanted and still free: then late is better than nobody. Else say who was faster, or what else."""
    if task.unit_id is not None and task.cleared_at is None and not task.cancelled:
        return Answer("already_accepted" if task.unit_id == offer.unit_id else "taken")
    state = task_state(task)
    if state not in states.WAITING_STATES:
        return Answer(state)
    unit = ledger.units[offer.unit_id]
    if unit.task_id is not None or unit.offer_id is not None or unit.duty != "on":
        return Answer(offer.ended)
    depot, refusal = choose_depot(ledger, unit, task, book)
    if refusal:
        return Answer(refusal)
    withdraw(task, draft, "taken")
    draft.add(m.UnitAssigned, task_id=offer.task_id, unit_id=offer.unit_id, depot=depot)
    return Answer(subject=offer.task_id)


def answer_offer(ledger: Ledger, command: m.DeclineOffer | m.ReportReceipt, draft: Draft) -> Answer:
    offer, refusal = _own_offer(ledger, command)
    if offer is None:
        return Answer(refusal)
    if offer.ended:
        return Answer(offer.ended)
    ids = {"offer_id": offer.offer_id, "unit_id": offer.unit_id}
    if isinstance(command, m.DeclineOffer):
        draft.add(m.OfferDeclined, **ids, task_id=offer.task_id, reason=command.reason)
    elif (offer.delivered_at if command.receipt == "delivered" else offer.seen_at) is not None:
        return Answer("already_received")
    else:
        draft.add(m.OfferReceived, **ids, receipt=command.receipt)
    return Answer(subject=offer.offer_id)


def _own_offer(
    ledger: Ledger, command: m.AcceptOffer | m.DeclineOffer | m.ReportReceipt
) -> tuple[Offer | None, str]:
    offer = offer_of(ledger, command.offer_id)
    if offer is None:
        return None, "unknown_offer"
    if offer.unit_id != command.unit_id or not speaks_for(command, command.unit_id):
        return None, "not_yours"
    return offer, ""


# --- reports from the floor ---------------------------------------------------------------------------


def report(
    ledger: Ledger,
    command: m.ReportItemPickedUp | m.ReportOnScene | m.ReportDone,
    draft: Draft,
    book: Rulebook,
) -> Answer:
    task = ledger.tasks.get(command.task_id)
    if task is None:
        return Answer("unknown_task")
    if not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    state = task_state(task)
    if state not in states.OPEN_TASK_STATES:
        return Answer(state)
    if isinstance(command, m.ReportOnScene) and task.unit_id != command.unit_id:
        return _turned_up(ledger, command, task, draft, book)
    if task.unit_id != command.unit_id:
        return Answer("not_yours" if task.unit_id is None else "taken")
    ids = {"task_id": command.task_id, "unit_id": command.unit_id}
    match command:
        case m.ReportItemPickedUp():
            if task.depot is None or state not in ("assigned", "en_route_to_item"):
                return Answer("already_picked_up" if task.picked_up_at else "nothing_to_fetch")
            withdraw(task, draft, "picked_up")  # from here on the item binds the task to its bearer
            draft.add(
                m.ItemPickedUp,
                **ids,
                depot=task.depot,
                item=task.need.item,
                item_number=command.item_number,
            )
        case m.ReportOnScene():
            if state == "on_scene":
                return Answer("already_on_scene")
            withdraw(task, draft, "someone_arrived")
            draft.add(m.UnitOnScene, **ids)
        case m.ReportDone():
            _done(ledger, command, task, draft)
    return Answer(subject=command.task_id)


def _done(ledger: Ledger, command: m.ReportDone, task: Task, draft: Draft) -> None:
    withdraw(task, draft, "someone_arrived")
    draft.add(
        m.TaskCleared,
        task_id=command.task_id,
        unit_id=command.unit_id,
        outcome=command.outcome,
        item_number=command.item_number,
        note=command.note,
    )
    others = (ledger.tasks[other] for other in ledger.calls[task.call_id].tasks if other != command.task_id)
    if all(other.cleared_at is not None for other in others):
        draft.add(m.CallCleared, call_id=task.call_id)


def _turned_up(ledger: Ledger, command: m.ReportOnScene, task: Task, draft: Draft, book: Rulebook) -> Answer:
    """Arrived without having been sent: takes the task over from whoever has not arrived yet."""
    unit, staff = ledger.units.get(command.unit_id), book.catalogue.staff.get(command.unit_id)
    if unit is None or staff is None:
        return Answer("unknown_unit")
    if task.on_scene_at is not None:
        return Answer("taken")
    if unit.task_id is not None:
        return Answer("holds_other_task")
    if not qualified(staff, task.need):
        return Answer("not_qualified")
    withdraw_from(ledger, unit, draft, "turned_up")
    release(task, draft, "someone_arrived")
    withdraw(task, draft, "someone_arrived", keep=unit.offer_id)
    draft.add(m.UnitOnScene, task_id=command.task_id, unit_id=command.unit_id)
    return Answer(subject=command.task_id)


def return_item(ledger: Ledger, command: m.ReportItemReturned, draft: Draft) -> Answer:
    """What the unit carries, or else the item on loan that it most probably brings."""
    unit = ledger.units.get(command.unit_id)
    if unit is None:
        return Answer("unknown_unit")
    if not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    if command.depot not in ledger.stores:
        return Answer("unknown_depot")
    if unit.task_id is not None and unit.carried is not None:
        return Answer("item_in_use")
    if unit.carried is not None:
        item = unit.carried.item
    else:
        loan = loan_to_return(ledger, command.unit_id)
        if loan is None:
            return Answer("nothing_to_return")
        item = loan.item
    draft.add(m.ItemReturned, unit_id=command.unit_id, depot=command.depot, item=item)
    return Answer(subject=command.depot)


# --- operators ----------------------------------------------------------------------------------------


def assign_unit(ledger: Ledger, command: m.AssignUnit, draft: Draft, book: Rulebook) -> Answer:
    task, unit = ledger.tasks.get(command.task_id), ledger.units.get(command.unit_id)
    if task is None:
        return Answer("unknown_task")
    if unit is None or command.unit_id not in book.catalogue.staff:
        return Answer("unknown_unit")
    reason = _may_be_sent(ledger, task, unit, book)
    if reason:
        return Answer(reason)
    depot, reason = choose_depot(ledger, unit, task, book)
    if reason:
        return Answer(reason)
    withdraw_from(ledger, unit, draft, "reassigned")
    if unit.task_id is not None:
        release(ledger.tasks[unit.task_id], draft, "reassigned")
    release(task, draft, "replaced")
    withdraw(task, draft, "taken", keep=unit.offer_id)
    draft.add(m.UnitAssigned, task_id=command.task_id, unit_id=command.unit_id, depot=depot)
    return Answer(subject=command.task_id)


def _may_be_sent(ledger: Ledger, task: Task, unit: Unit, book: Rulebook) -> str:
    """Why an operator may not send this unit to this task; empty = may."""
    state = task_state(task)
    if state not in states.OPEN_TASK_STATES or state == "on_scene":
        return state
    if task.unit_id == unit.unit_id:
        return "already_assigned"
    if unit.duty != "on":
        return "off_shift" if unit.duty == "off" else "on_break"
    if not qualified(book.catalogue.staff[unit.unit_id], task.need):
        return "not_qualified"
    if unit.task_id is not None and ledger.tasks[unit.task_id].on_scene_at is not None:
        return "busy"
    return ""


def unassign_unit(ledger: Ledger, command: m.UnassignUnit, draft: Draft) -> Answer:
    task = ledger.tasks.get(command.task_id)
    if task is None:
        return Answer("unknown_task")
    state = task_state(task)
    if state not in states.OPEN_TASK_STATES:
        return Answer(state)
    if task.unit_id != command.unit_id or not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    if state == "on_scene":
        return Answer("on_scene")
    reason = command.reason.strip()
    release(task, draft, reason if reason and reason not in KEEPS_ASKING else "given_back")
    return Answer(subject=command.task_id)


def set_duty(ledger: Ledger, command: m.SetDuty, draft: Draft, book: Rulebook) -> Answer:
    unit = ledger.units.get(command.unit_id)
    if unit is None or command.unit_id not in book.catalogue.staff:
        return Answer("unknown_unit")
    if not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    if unit.duty == command.duty:
        return Answer("no_change")
    if unit.task_id is not None and command.duty != "on":
        return Answer("holds_task")
    withdraw_from(ledger, unit, draft, "off_duty")
    draft.add(m.DutyChanged, unit_id=command.unit_id, duty=command.duty)
    return Answer(subject=command.unit_id)


def talk(ledger: Ledger, command: m.SendText | m.ReportTextsSeen, now: Instant, draft: Draft) -> Answer:
    if not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    if isinstance(command, m.SendText):
        return Answer(*logbook.send_text(ledger, command, now, draft))
    return Answer(*logbook.texts_seen(ledger, command, draft))


def change_site(ledger: Ledger, command: Command, now: Instant, draft: Draft, book: Rulebook) -> Answer:
    match command:
        case m.CloseConnector():
            if command.connector not in book.catalogue.connectors:
                return Answer("unknown_connector")
            if command.connector in ledger.closures:
                return Answer("no_change")
            draft.add(m.ConnectorClosed, connector=command.connector, reason=command.reason)
        case m.OpenConnector():
            if command.connector not in ledger.closures:
                return Answer("no_change")
            draft.add(m.ConnectorOpened, connector=command.connector)
        case m.SetFireMode():
            if command.on == ledger.fire_mode:
                return Answer("no_change")
            draft.add(m.FireModeSet, on=command.on)
        case m.EnrolDevices() | m.ReleaseDevices():
            return _change_enrolment(ledger, command, now, draft, book)
        case m.InstallGateways() | m.RemoveGateways():
            return _change_guests(ledger, command, draft, book)
        case m.Command():
            return Answer("not_yet")
    return Answer()


def _change_enrolment(
    ledger: Ledger, command: m.EnrolDevices | m.ReleaseDevices, now: Instant, draft: Draft, book: Rulebook
) -> Answer:
    if isinstance(command, m.ReleaseDevices):
        known = tuple(device for device in command.device_ids if device in ledger.enrolled)
        if not known:
            return Answer("unknown_device")
        draft.add(m.DevicesReleased, device_ids=known)
        return Answer()
    fresh = [device for device in command.devices if device.device_id not in ledger.enrolled]
    if len(ledger.enrolled) + len(fresh) > book.settings.enrolled_max:
        return Answer("too_many")
    if not command.devices or any(
        device.until is not None and device.until <= now for device in command.devices
    ):
        return Answer("expired" if command.devices else "no_change")
    draft.add(m.DevicesEnrolled, devices=command.devices)
    return Answer()


def _change_guests(
    ledger: Ledger, command: m.InstallGateways | m.RemoveGateways, draft: Draft, book: Rulebook
) -> Answer:
    if isinstance(command, m.RemoveGateways):
        known = tuple(gateway for gateway in command.gateways if gateway in ledger.guests)
        if not known:
            return Answer("unknown_gateway")
        draft.add(m.GatewaysRemoved, gateways=known)
        return Answer()
    fresh = [gateway for gateway in command.gateways if gateway.gateway not in ledger.guests]
    if len(ledger.guests) + len(fresh) > GUESTS_MAX:
        return Answer("too_many")
    if any(gateway.floor not in book.catalogue.floors for gateway in command.gateways):
        return Answer("unknown_floor")
    draft.add(m.GatewaysInstalled, gateways=command.gateways)
    return Answer()


# --- used by several ------------------------------------------------------------------------------------


def speaks_for(command: Command, unit_id: str) -> bool:
    """A handheld speaks for its own unit only; operators for all."""
    return not command.by.startswith("unit/") or command.by == f"unit/{unit_id}"


def withdraw(task: Task, draft: Draft, reason: str, keep: str | None = None) -> None:
    """Take back all live offers of a task but ``keep``."""
    for offer in live_offers(task):
        if offer.offer_id != keep:
            draft.add(
                m.OfferWithdrawn,
                offer_id=offer.offer_id,
                task_id=offer.task_id,
                unit_id=offer.unit_id,
                reason=reason,
            )


def withdraw_from(ledger: Ledger, unit: Unit, draft: Draft, reason: str) -> None:
    """Take back the live offer of a unit, if any."""
    offer = None if unit.offer_id is None else offer_of(ledger, unit.offer_id)
    if offer is not None:
        draft.add(
            m.OfferWithdrawn,
            offer_id=offer.offer_id,
            task_id=offer.task_id,
            unit_id=offer.unit_id,
            reason=reason,
        )


def release(task: Task, draft: Draft, reason: str) -> None:
    """End the assignment of whoever is under way to the task, if anybody is."""
    if task.unit_id is not None and task_state(task) in states.UNDER_WAY_STATES:
        draft.add(m.UnitReleased, task_id=task.need.task_id, unit_id=task.unit_id, reason=reason)


def stocked(ledger: Ledger, item: str) -> tuple[str, ...]:
    """Depots with a free one, in the order of their ids."""
    return tuple(sorted(depot for depot, store in ledger.stores.items() if store.free.get(item, 0) > 0))


def choose_depot(ledger: Ledger, unit: Unit, task: Task, book: Rulebook) -> tuple[str | None, str]:
    """Where this unit fetches the task's item, and why it cannot be (empty = it can).

    No depot where no item is needed, where it is carried already, and where life is at risk and there is
    none: then somebody without the kit is better than nobody.
    """
    item = task.need.item
    carries = book.catalogue.staff[unit.unit_id].carries if unit.unit_id in book.catalogue.staff else ()
    if item is None or item in carries or (unit.carried is not None and unit.carried.item == item):
        return None, ""
    depots = stocked(ledger, item)
    if depots:
        return book.nearest_depot(unit.unit_id, task, depots), ""
    return None, "" if ledger.calls[task.call_id].priority == 1 else "no_stock"
