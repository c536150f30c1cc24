"""What becomes of a command: ``decide(ledger, command, …) → facts``, the last of them its one answer.

A refused command yields its answer and nothing else. Reasons are codes, keys of the texts on the screens
(docs/dispatch.md lists them). Nothing here changes the ledger, knows a position or reads a clock.
"""

from contracts import messages as m
from contracts.messages import Command, Fact
from contracts.quantities import Instant
from dispatcher import calls, feedback, ground, lending, logbook, people, states
from dispatcher.calls import resume_if_held
from dispatcher.catalogue import qualified
from dispatcher.commitments import (
    Answer,
    Rulebook,
    choose_depot,
    release,
    spares_to_take,
    speaks_for,
    withdraw,
    withdraw_from,
)
from dispatcher.drafting import Draft
from dispatcher.ledger import Ledger, Offer, Task, is_open, live_offers, offer_of, task_state


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
            return calls.place_call(ledger, command, now, draft, book)
        case m.AcceptOffer():
            return accept_offer(ledger, command, draft, book)
        case m.DeclineOffer() | m.ReportReceipt():
            return answer_offer(ledger, command, draft)
        case m.ReportItemPickedUp() | m.ReportOnScene() | m.ReportDone():
            return report(ledger, command, draft, book)
        case m.ReportItemReturned():
            return lending.return_item(ledger, command, draft)
        case m.AssignUnit() | m.UnassignUnit() | m.RelieveUnit() | m.SetDuty():
            return people.decide(ledger, command, draft, book)
        case m.CancelTask():
            return calls.cancel_task(ledger, command, draft)
        case m.ReturnLoan() | m.ExtendLoan() | m.WriteOffLoan():
            return lending.change_loan(ledger, command, now, draft)
        case m.MoveStock():
            return lending.move_stock(ledger, command, draft)
        case m.RaiseFeedback() | m.AssignFeedback() | m.CloseFeedback():
            return feedback.decide(ledger, command, now, draft)
        case _ if isinstance(command, calls.CallCommand):
            return calls.change_call(ledger, command, now, draft, book)
        case m.SendText() | m.ReportTextsSeen():
            return talk(ledger, command, now, draft)
        case m.ReportPresent():
            return present(command, book)
        case _:
            return ground.change_site(ledger, command, now, draft, book)


# --- offers -----------------------------------------------------------------------------------------


def accept_offer(ledger: Ledger, command: m.AcceptOffer, draft: Draft, book: Rulebook) -> Answer:
    """A live offer becomes an assignment; a late answer is arbitrated."""
    offer, refusal = _own_offer(ledger, command)
    if offer is None:
        return Answer(refusal)
    task = ledger.tasks[offer.task_id]
    if offer.ended:
        again = next((live for live in live_offers(task) if live.unit_id == offer.unit_id), None)
        if again is None:
            return _late_acceptance(ledger, offer, task, draft, book)
        offer = again  # asked once more meanwhile: the yes holds for that
    release(task, draft, "replaced")
    draft.add(m.OfferAccepted, offer_id=offer.offer_id, task_id=offer.task_id, unit_id=offer.unit_id)
    withdraw(task, draft, "taken", keep=offer.offer_id)
    return Answer(subject=offer.task_id)


def _late_acceptance(ledger: Ledger, offer: Offer, task: Task, draft: Draft, book: Rulebook) -> Answer:
    """Still wanted and still free: then late is better than nobody. Else say who was faster, or what else."""
    if task.unit_id is not None and is_open(task):
        return Answer("already_accepted" if task.unit_id == offer.unit_id else "taken")
    state = task_state(task)
    if state not in states.WAITING_STATES:
        return Answer(state)
    if ledger.calls[task.call_id].held_at is not None:
        return Answer("held")
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
                spares=max(0, min(command.spares, _room(ledger, command.unit_id, task, book))),
            )
        case m.ReportOnScene():
            if state == "on_scene":
                return Answer("already_on_scene")
            withdraw(task, draft, "someone_arrived")
            resume_if_held(ledger, task, draft)
            draft.add(m.UnitOnScene, **ids)
        case m.ReportDone():
            _done(ledger, command, task, draft)
    return Answer(subject=command.task_id)


def _room(ledger: Ledger, unit_id: str, task: Task, book: Rulebook) -> int:
    unit = ledger.units.get(unit_id)
    return 0 if unit is None else spares_to_take(ledger, unit, task, book.catalogue)


def _done(ledger: Ledger, command: m.ReportDone, task: Task, draft: Draft) -> None:
    withdraw(task, draft, "someone_arrived")
    resume_if_held(ledger, task, draft)
    draft.add(
        m.TaskCleared,
        task_id=command.task_id,
        unit_id=command.unit_id,
        outcome=command.outcome,
        item_number=command.item_number,
        note=command.note,
    )
    others = (ledger.tasks[other] for other in ledger.calls[task.call_id].tasks if other != command.task_id)
    if not any(is_open(other) for other in others):
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
    resume_if_held(ledger, task, draft)
    draft.add(m.UnitOnScene, task_id=command.task_id, unit_id=command.unit_id)
    return Answer(subject=command.task_id)


def talk(ledger: Ledger, command: m.SendText | m.ReportTextsSeen, now: Instant, draft: Draft) -> Answer:
    if not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    if isinstance(command, m.SendText):
        return Answer(*logbook.send_text(ledger, command, now, draft))
    return Answer(*logbook.texts_seen(ledger, command, draft))


def present(command: m.ReportPresent, book: Rulebook) -> Answer:
    """Changes nothing by itself: any word from a unit ends its silence (``evolve``)."""
    if command.unit_id not in book.catalogue.staff:
        return Answer("unknown_unit")
    return Answer() if speaks_for(command, command.unit_id) else Answer("not_yours")
