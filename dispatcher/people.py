"""Commands about people: sending, recalling and relieving them, their duty."""

from contracts import messages as m
from dispatcher import states
from dispatcher.calls import resume_if_held
from dispatcher.catalogue import qualified
from dispatcher.commitments import (
    Answer,
    Rulebook,
    choose_depot,
    release,
    speaks_for,
    withdraw,
    withdraw_from,
)
from dispatcher.drafting import Draft
from dispatcher.evolve import KEEPS_ASKING
from dispatcher.ledger import Ledger, Task, Unit, task_state


def decide(
    ledger: Ledger,
    command: m.AssignUnit | m.UnassignUnit | m.RelieveUnit | m.SetDuty,
    draft: Draft,
    book: Rulebook,
) -> Answer:
    match command:
        case m.AssignUnit():
            return assign_unit(ledger, command, draft, book)
        case m.UnassignUnit():
            return unassign_unit(ledger, command, draft)
        case m.RelieveUnit():
            return relieve_unit(ledger, command, draft, book)
        case m.SetDuty():
            return set_duty(ledger, command, draft, book)


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
    resume_if_held(ledger, task, draft)
    release(task, draft, "replaced")
    _take_over(ledger, task, unit, draft)
    draft.add(m.UnitAssigned, task_id=command.task_id, unit_id=command.unit_id, depot=depot)
    return Answer(subject=command.task_id)


def _may_be_sent(ledger: Ledger, task: Task, unit: Unit, book: Rulebook) -> str:
    """Why an operator may not send this unit to this task; empty = may."""
    state = task_state(task)
    if state not in states.OPEN_TASK_STATES or state == "on_scene":
        return state
    return _may_take(ledger, task, unit, book)


def _may_take(ledger: Ledger, task: Task, unit: Unit, book: Rulebook) -> str:
    """Why this unit cannot take the task over from whoever holds it; empty = can."""
    if task.unit_id == unit.unit_id:
        return "already_assigned"
    if unit.duty != "on":
        return "off_shift" if unit.duty == "off" else "on_break"
    if not qualified(book.catalogue.staff[unit.unit_id], task.need):
        return "not_qualified"
    if unit.task_id is not None and ledger.tasks[unit.task_id].on_scene_at is not None:
        return "busy"
    return ""


def relieve_unit(ledger: Ledger, command: m.RelieveUnit, draft: Draft, book: Rulebook) -> Answer:
    """Everything that one person holds goes to ``to_unit_id``, or back to the plan; also from the scene."""
    unit = ledger.units.get(command.unit_id)
    if unit is None or command.unit_id not in book.catalogue.staff:
        return Answer("unknown_unit")
    task = None if unit.task_id is None else ledger.tasks[unit.task_id]
    idle = unit.offer_id is None and unit.duty == command.duty
    if task is None and (idle or command.to_unit_id is not None):
        return Answer("nothing_to_move")
    heir, depot = None, None
    if task is not None and command.to_unit_id is not None:
        heir = ledger.units.get(command.to_unit_id)
        if heir is None or command.to_unit_id not in book.catalogue.staff:
            return Answer("unknown_unit")
        reason = _may_take(ledger, task, heir, book)
        depot, short = ("", "") if reason else choose_depot(ledger, heir, task, book)
        if reason or short:
            return Answer(reason or short)
    withdraw_from(ledger, unit, draft, "relieved")
    if task is not None:
        draft.add(m.UnitReleased, task_id=task.need.task_id, unit_id=unit.unit_id, reason="relieved")
    if task is not None and heir is not None:
        _take_over(ledger, task, heir, draft)
        draft.add(m.UnitAssigned, task_id=task.need.task_id, unit_id=heir.unit_id, depot=depot)
    if unit.duty != command.duty:
        draft.add(m.DutyChanged, unit_id=unit.unit_id, duty=command.duty)
    return Answer(subject=command.unit_id if task is None else task.need.task_id)


def _take_over(ledger: Ledger, task: Task, heir: Unit, draft: Draft) -> None:
    """Free the one who is to be sent from everything else, and the task from other offers."""
    withdraw_from(ledger, heir, draft, "reassigned")
    if heir.task_id is not None:
        release(ledger.tasks[heir.task_id], draft, "reassigned")
    withdraw(task, draft, "taken", keep=heir.offer_id)


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
