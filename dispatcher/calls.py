"""Commands about a whole call: placing, moving, holding, merging, adding to it, ending and rating it."""

import math
from typing import Final, TypeAlias

from contracts import messages as m
from contracts.messages import STANDARD_LADDER, LadderStep, TaskNeed
from contracts.quantities import HOUR, MINUTE, Duration, Instant, from_seconds
from contracts.sitemap import RoleNeed
from dispatcher import feedback
from dispatcher.commitments import (
    Answer,
    Rulebook,
    choose_depot,
    release,
    withdraw,
)
from dispatcher.drafting import Draft
from dispatcher.ledger import Call, Ledger, Task, all_done, call_state, is_open, task_state

HOLD: Final[Duration] = 30 * MINUTE
"""A call held without a time goes on by itself after so long."""
HOLD_MAX: Final[Duration] = 12 * HOUR
TASKS_MAX: Final = 12
"""People wanted by one call; more are refused (``too_many``): then it is another happening."""
TARGET_MAX_S: Final = 86_400.0
FILES_MAX: Final = 12
"""Photos and spoken notes of one call; more are refused (``too_many_files``)."""

CallCommand: TypeAlias = (
    m.MoveCall
    | m.CancelCall
    | m.AbandonCall
    | m.HoldCall
    | m.ResumeCall
    | m.MergeCalls
    | m.UnmergeCall
    | m.AddTask
    | m.TickChecklist
    | m.AttachFile
    | m.RateCall
)


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
            _wanted(call_id, number, need, kind.ladder, now)
            for number, need in enumerate(kind.needs, start=1)
        ),
    )
    return Answer(subject=call_id)


def change_call(ledger: Ledger, command: CallCommand, now: Instant, draft: Draft, book: Rulebook) -> Answer:
    call = ledger.calls.get(command.call_id)
    if call is None:
        return Answer("unknown_call")
    if isinstance(command, m.RateCall):
        return _rate(ledger, call, command, now, draft)
    if isinstance(command, m.UnmergeCall):
        return _unmerge(call, draft)
    if call.closed_at is not None:
        return Answer("closed")
    match command:
        case m.MoveCall():
            if not book.catalogue.knows(command.place):
                return Answer("bad_place")
            draft.add(m.CallMoved, call_id=call.call_id, place=command.place)
        case m.CancelCall() | m.AbandonCall():
            _end(ledger, call, command, draft)
        case m.HoldCall():
            return _hold(ledger, call, command, now, draft)
        case m.ResumeCall():
            return _resume(call, draft)
        case m.MergeCalls():
            return _merge(ledger, call, command, draft, book)
        case m.AddTask():
            return _add_task(ledger, call, command, now, draft, book)
        case m.TickChecklist():
            return _tick(ledger, call, command, draft, book)
        case m.AttachFile():
            return _attach(ledger, call, command, draft)
    return Answer(subject=call.call_id)


def _end(ledger: Ledger, call: Call, command: m.CancelCall | m.AbandonCall, draft: Draft) -> None:
    for task_id in call.tasks:
        withdraw(ledger.tasks[task_id], draft, "cancelled")
        release(ledger.tasks[task_id], draft, "cancelled")
    kind = m.CallCancelled if isinstance(command, m.CancelCall) else m.CallAbandoned
    draft.add(kind, call_id=call.call_id, reason=command.reason)


# --- the clock --------------------------------------------------------------------------------------


def _hold(ledger: Ledger, call: Call, command: m.HoldCall, now: Instant, draft: Draft) -> Answer:
    """Nobody waits with empty hands meanwhile: who is under way without the item yet is free for others."""
    if call.held_at is not None:
        return Answer("already_held")
    if call.priority == 1:
        return Answer("emergency")
    tasks = [ledger.tasks[task_id] for task_id in call.tasks]
    if any(task_state(task) == "on_scene" for task in tasks):
        return Answer("on_scene")
    until = now + HOLD if command.until is None else command.until
    if not now < until <= now + HOLD_MAX:
        return Answer("expired" if until <= now else "too_long")
    for task in tasks:
        withdraw(task, draft, "held")
        if task.picked_up_at is None:
            release(task, draft, "held")
    draft.add(m.CallHeld, call_id=call.call_id, hold_cause=command.cause, until=until, note=command.note)
    return Answer(subject=call.call_id)


def _resume(call: Call, draft: Draft) -> Answer:
    if call.held_at is None:
        return Answer("not_held")
    draft.add(m.CallResumed, call_id=call.call_id)
    return Answer(subject=call.call_id)


def resume_if_held(ledger: Ledger, task: Task, draft: Draft) -> None:
    """Somebody is sent or has arrived: the customer is there."""
    if ledger.calls[task.call_id].held_at is not None:
        draft.add(m.CallResumed, call_id=task.call_id)


# --- duplicates -------------------------------------------------------------------------------------


def _merge(ledger: Ledger, call: Call, command: m.MergeCalls, draft: Draft, book: Rulebook) -> Answer:
    """The survivor must want everybody that the duplicate wants, and have the older clock or the help."""
    into = ledger.calls.get(command.into)
    if into is None:
        return Answer("unknown_call")
    if into.call_id == call.call_id:
        return Answer("no_change")
    if into.closed_at is not None:
        return Answer("closed")
    own = [ledger.tasks[task_id] for task_id in call.tasks if is_open(ledger.tasks[task_id])]
    others = [ledger.tasks[task_id] for task_id in into.tasks if not ledger.tasks[task_id].ended]
    if any(task_state(task) == "on_scene" for task in own):
        return Answer("on_scene")
    if call.received_at < into.received_at and all(task.reached_at is None for task in others):
        return Answer("older")  # the customer's clock began with the first call
    twins = _twins(own, others)
    if twins is None:
        return Answer("different_kind")
    if call.held_at is not None:
        draft.add(m.CallResumed, call_id=call.call_id)
    for task, twin in twins:
        _hand_over(ledger, task, twin, draft, book)
    draft.add(m.CallMerged, call_id=call.call_id, into=into.call_id)
    return Answer(subject=into.call_id)


def _twins(own: list[Task], others: list[Task]) -> list[tuple[Task, Task]] | None:
    """Each task with one of the other call that wants the same; None where one has none."""
    left = list(others)
    pairs = []
    for task in own:
        twin = next((other for other in left if _same_want(task.need, other.need)), None)
        if twin is None:
            return None
        left.remove(twin)
        pairs.append((task, twin))
    return pairs


def _same_want(one: TaskNeed, other: TaskNeed) -> bool:
    return (one.role, one.item) == (other.role, other.item) and set(one.skills) <= set(other.skills)


def _hand_over(ledger: Ledger, task: Task, twin: Task, draft: Draft, book: Rulebook) -> None:
    """Whoever is under way to the duplicate goes on to the survivor, if nobody does yet."""
    withdraw(task, draft, "merged")
    if task.unit_id is None:
        return
    unit = ledger.units[task.unit_id]
    release(task, draft, "merged")
    if twin.unit_id is None and is_open(twin) and unit.duty == "on":
        depot, refusal = choose_depot(ledger, unit, twin, book)
        if not refusal:
            withdraw(twin, draft, "taken")
            resume_if_held(ledger, twin, draft)
            draft.add(m.UnitAssigned, task_id=twin.need.task_id, unit_id=unit.unit_id, depot=depot)


def _unmerge(call: Call, draft: Draft) -> Answer:
    if not call.merged_into:
        return Answer("not_merged")
    draft.add(m.CallUnmerged, call_id=call.call_id, into=call.merged_into)
    return Answer(subject=call.call_id)


# --- more and fewer people --------------------------------------------------------------------------


def _add_task(
    ledger: Ledger, call: Call, command: m.AddTask, now: Instant, draft: Draft, book: Rulebook
) -> Answer:
    if not _concerns(ledger, call, command.by):
        return Answer("not_yours")
    roles = {role for staff in book.catalogue.staff.values() for role in staff.roles}
    if command.role not in roles:
        return Answer("unknown_role")
    if command.item is not None and command.item not in book.catalogue.items:
        return Answer("unknown_item")
    if len(call.tasks) >= TASKS_MAX:
        return Answer("too_many")
    kind = book.catalogue.services.get(call.service)
    usual = next((need for need in kind.needs if need.role == command.role), None) if kind else None
    promised_s = usual or (kind.needs[0] if kind else None)
    target_s = command.target_s or (300.0 if promised_s is None else promised_s.target_s)
    if not (math.isfinite(target_s) and 0 < target_s <= TARGET_MAX_S):
        return Answer("bad_target")
    need = RoleNeed(
        command.role, target_s, command.item, command.skills or (usual.skills if usual is not None else ())
    )
    ladder = STANDARD_LADDER if kind is None else kind.ladder
    task = _wanted(call.call_id, len(call.tasks) + 1, need, ladder, now)
    draft.add(m.TaskAdded, call_id=call.call_id, task=task)
    return Answer(subject=task.task_id)


def _wanted(
    call_id: str, number: int, need: RoleNeed, ladder: tuple[LadderStep, ...], now: Instant
) -> TaskNeed:
    return TaskNeed(
        task_id=f"{call_id}-{number}-{need.role}",
        role=need.role,
        skills=need.skills,
        item=need.item,
        target_s=need.target_s,
        deadline_at=now + from_seconds(need.target_s),
        ladder=ladder,
    )


def cancel_task(ledger: Ledger, command: m.CancelTask, draft: Draft) -> Answer:
    task = ledger.tasks.get(command.task_id)
    if task is None:
        return Answer("unknown_task")
    state = task_state(task)
    if not is_open(task) or state == "on_scene":
        return Answer(state)
    call = ledger.calls[task.call_id]
    others = [ledger.tasks[other] for other in call.tasks if other != command.task_id]
    if all(other.ended for other in others):
        return Answer("last_task")
    withdraw(task, draft, "cancelled")
    release(task, draft, "cancelled")
    draft.add(m.TaskCancelled, call_id=call.call_id, task_id=command.task_id, reason=command.reason)
    if not any(is_open(other) for other in others):
        draft.add(m.CallCleared, call_id=call.call_id)
    return Answer(subject=command.task_id)


# --- checklist and rating ---------------------------------------------------------------------------


def _tick(ledger: Ledger, call: Call, command: m.TickChecklist, draft: Draft, book: Rulebook) -> Answer:
    kind = book.catalogue.services.get(call.service)
    if not _concerns(ledger, call, command.by):
        return Answer("not_yours")
    if kind is None or not 0 <= command.step < len(kind.checklist):
        return Answer("unknown_step")
    if (command.step in call.checked) == command.done:
        return Answer("no_change")
    draft.add(m.ChecklistTicked, call_id=call.call_id, step=command.step, done=command.done)
    return Answer(subject=call.call_id)


def _attach(ledger: Ledger, call: Call, command: m.AttachFile, draft: Draft) -> Answer:
    if not _concerns(ledger, call, command.by):
        return Answer("not_yours")
    if call.files >= FILES_MAX:
        return Answer("too_many_files")
    draft.add(m.FileAttached, call_id=call.call_id, file_id=command.file_id, what=command.what)
    return Answer(subject=call.call_id)


def _concerns(ledger: Ledger, call: Call, by: str) -> bool:
    """A handheld speaks about a call that its unit is busy with; operators about all."""
    held = [ledger.tasks[task_id].unit_id for task_id in call.tasks if is_open(ledger.tasks[task_id])]
    return not by.startswith("unit/") or by.removeprefix("unit/") in held


def _rate(ledger: Ledger, call: Call, command: m.RateCall, now: Instant, draft: Draft) -> Answer:
    served = call
    while served.merged_into in ledger.calls:  # helped by way of the call it was merged into
        served = ledger.calls[served.merged_into]
    if call_state(ledger, served) != "cleared" or not all_done(ledger, served):
        return Answer("not_cleared")
    if call.stars is not None:
        return Answer("already_rated")
    draft.add(m.CallRated, call_id=call.call_id, stars=command.stars, note=command.note)
    if command.stars <= feedback.BAD:
        feedback.raise_(draft, now, "at_once", command.note or "bad", "", call.call_id)
    return Answer(subject=call.call_id)
