"""The fold of the facts about whole calls. Called by ``evolve`` only."""

import bisect
import math
from typing import Final, Literal, TypeAlias

import msgspec

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import MINUTE, Instant
from dispatcher import demand, items, states
from dispatcher.ledger import Call, Ledger, Task, all_done, is_open, task_state, unit_status
from dispatcher.timeline import entry, note, touch_people

FACTS: Final[tuple[type[Fact], ...]] = (
    *(m.CallMoved, m.CallCancelled, m.CallAbandoned, m.CallCleared, m.CallRated),
    *(m.CallHeld, m.CallResumed, m.CallMerged, m.CallUnmerged),
    *(m.TaskAdded, m.TaskCancelled, m.ChecklistTicked, m.FileAttached),
)
End: TypeAlias = Literal["cancelled", "not_needed", "abandoned", "merged"]
CLOSED_CALLS_MAX: Final = 2_000
"""Closed calls kept for ratings, late answers and the board; the journal keeps all."""
SIMILAR_M: Final = 15.0
"""Two calls of one kind within this distance and ``SIMILAR_AGE`` are probably one happening."""
SIMILAR_AGE: Final = 10 * MINUTE


def received(ledger: Ledger, fact: m.CallReceived) -> None:
    assert fact.call_id not in ledger.calls
    ledger.calls[fact.call_id] = Call(
        call_id=fact.call_id,
        version=fact.seq,
        service=fact.service,
        priority=fact.priority,
        place=fact.place,
        device_id=fact.device_id,
        note=fact.note,
        by=fact.by,
        received_at=fact.at,
        tasks=tuple(need.task_id for need in fact.tasks),
        similar_to=_similar(ledger, fact),
        timeline=[entry(fact)],
    )
    for need in fact.tasks:
        ledger.tasks[need.task_id] = Task(fact.call_id, need, fact.at, asked_at=fact.at)
    ledger.open_calls.append(fact.call_id)
    demand.count(ledger, fact)


def _similar(ledger: Ledger, fact: m.CallReceived) -> str:
    """The oldest open call of the same kind, near in place and time; empty where there is none."""
    for call_id in ledger.open_calls:
        call = ledger.calls[call_id]
        away_m = math.hypot(call.place.x_m - fact.place.x_m, call.place.y_m - fact.place.y_m)
        near = call.place.floor == fact.place.floor and away_m <= SIMILAR_M
        if call.service == fact.service and near and fact.at - call.received_at <= SIMILAR_AGE:
            return call_id
    return ""


def changed(ledger: Ledger, fact: Fact) -> None:
    """Any fact of ``FACTS`` but the first of a call."""
    call = ledger.calls[getattr(fact, "call_id")]  # noqa: B009 -- the field that all of them have
    detail = ""
    match fact:
        case m.CallMoved():
            call.place = fact.place
            touch_people(ledger, call, fact)
        case m.CallCancelled() | m.CallAbandoned():
            detail = fact.reason
            end: End = "cancelled" if isinstance(fact, m.CallCancelled) else "abandoned"
            _end(ledger, call, call.tasks, end, fact)
            _close(ledger, call, fact)
        case m.TaskAdded():
            call.tasks = (*call.tasks, fact.task.task_id)
            ledger.tasks[fact.task.task_id] = Task(call.call_id, fact.task, fact.at, asked_at=fact.at)
            detail = fact.task.role
        case m.TaskCancelled():
            _end(ledger, call, (fact.task_id,), "not_needed", fact)
            detail = f"{ledger.tasks[fact.task_id].need.role} {fact.reason}".strip()
        case m.CallMerged() | m.CallUnmerged():
            detail = fact.into
            _merged(ledger, call, fact)
        case m.CallHeld() | m.CallResumed():
            detail = _clock(ledger, call, fact)
        case m.ChecklistTicked():
            assert (fact.step in call.checked) != fact.done, fact
            call.checked = sorted({*call.checked, fact.step} if fact.done else {*call.checked} - {fact.step})
            detail = f"{fact.step} {'done' if fact.done else 'undone'}"
        case m.FileAttached():
            call.files += 1
            detail = f"{fact.what} {fact.file_id}"
        case m.CallCleared():
            assert all_done(ledger, call)
            _close(ledger, call, fact)
        case m.CallRated():
            call.stars = fact.stars
        case _:
            raise AssertionError(f"not about a call: {type(fact).__name__}")
    note(call, fact, detail=detail)
    _forget_closed(ledger)


def _end(ledger: Ledger, call: Call, tasks: tuple[str, ...], end: End, fact: Fact) -> None:
    """Nobody needs to go to these tasks any more; whoever is there is free."""
    for task in (ledger.tasks[task_id] for task_id in tasks):
        if not is_open(task):
            continue
        before = task_state(task)
        unit = None if task.unit_id is None else ledger.units[task.unit_id]
        status = None if unit is None else unit_status(ledger, unit)
        task.ended = end
        assert states.task_step_allowed(before, type(fact), task_state(task)), (before, fact)
        if unit is not None and status is not None:
            items.give_back_reserved(ledger, task, fact)
            unit.task_id = None
            unit.version = fact.seq
            assert states.unit_step_allowed(status, type(fact), unit_status(ledger, unit)), status


def _merged(ledger: Ledger, call: Call, fact: m.CallMerged | m.CallUnmerged) -> None:
    """Closed in favour of another call, or open again as it was before."""
    into = ledger.calls.get(fact.into)
    if isinstance(fact, m.CallMerged):
        assert into is not None, fact
        _end(ledger, call, call.tasks, "merged", fact)
        _close(ledger, call, fact)
        call.merged_into = fact.into
        into.duplicates.append(call.call_id)
        note(into, fact, detail=call.call_id)
        return
    assert call.merged_into == fact.into, fact
    for task in (ledger.tasks[task_id] for task_id in call.tasks):
        if task.ended == "merged":
            task.ended, task.waiting_since = "", fact.at
            assert states.task_step_allowed("merged", m.CallUnmerged, task_state(task))
    call.merged_into, call.closed_at = "", None
    ledger.closed_calls.remove(call.call_id)
    bisect.insort(ledger.open_calls, call.call_id, key=lambda one: _age(ledger, one))
    if into is not None:
        into.duplicates.remove(call.call_id)
        note(into, fact, detail=call.call_id)


def _age(ledger: Ledger, call_id: str) -> tuple[Instant, int]:
    return ledger.calls[call_id].received_at, int(call_id.removeprefix("c"))


def _clock(ledger: Ledger, call: Call, fact: m.CallHeld | m.CallResumed) -> str:
    """Our clock stops, or goes on with every deadline that was still to be met later by the pause."""
    if isinstance(fact, m.CallHeld):
        assert call.held_at is None, fact
        call.held_at, call.held_until, call.hold_cause = fact.at, fact.until, fact.hold_cause
        for task_id in call.tasks:
            ledger.tasks[task_id].waiting_for = {}
        return f"{fact.hold_cause} {fact.note}".strip()
    assert call.held_at is not None, fact
    pause = fact.at - call.held_at
    call.held_at = call.held_until = call.hold_cause = None
    call.paused += pause
    for task in (ledger.tasks[task_id] for task_id in call.tasks):
        if is_open(task):
            task.waiting_since += pause
            if task.breached_at is None:
                later = task.need.deadline_at + pause
                task.need = msgspec.structs.replace(task.need, deadline_at=later)
    touch_people(ledger, call, fact)
    return ""


def _close(ledger: Ledger, call: Call, fact: Fact) -> None:
    call.closed_at = fact.at
    ledger.open_calls.remove(call.call_id)
    ledger.closed_calls.append(call.call_id)


def _forget_closed(ledger: Ledger) -> None:
    while len(ledger.closed_calls) > CLOSED_CALLS_MAX:
        call = ledger.calls.pop(ledger.closed_calls.pop(0))
        for task_id in call.tasks:
            for offer_id in ledger.tasks.pop(task_id).offers:
                ledger.offers.pop(offer_id, None)
