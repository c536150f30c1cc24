"""A call's timeline, and the check of each step against the tables. Part of the fold."""

from typing import Final

from contracts.messages import Fact, TaskState, TimelineEntry, UnitStatus
from dispatcher import states
from dispatcher.ledger import Call, Ledger, Task, Unit, live_offers, task_state, unit_status

TIMELINE_MAX: Final = 60
"""Entries of a call's timeline; the first ten and the newest stay, the journal keeps all."""
TIMELINE_HEAD: Final = 10


def stepped(
    ledger: Ledger,
    fact: Fact,
    task: Task,
    before: TaskState,
    unit: Unit,
    status: UnitStatus,
    detail: str = "",
) -> None:
    """Check both steps against the tables, stamp versions, note it in the call's timeline."""
    after, status_after = task_state(task), unit_status(ledger, unit)
    assert states.task_step_allowed(before, type(fact), after), (before, fact, after)
    assert states.unit_step_allowed(status, type(fact), status_after), (status, fact, status_after)
    unit.version = fact.seq
    call = ledger.calls[task.call_id]
    call.planned = True
    note(call, fact, unit.unit_id, detail)


def touch_people(ledger: Ledger, call: Call, fact: Fact) -> None:
    """Whoever goes there or is asked to must hear of the change."""
    for task_id in call.tasks:
        task = ledger.tasks[task_id]
        concerned = [offer.unit_id for offer in live_offers(task)]
        if task.unit_id is not None and task.cleared_at is None:
            concerned.append(task.unit_id)
        for unit_id in concerned:
            ledger.units[unit_id].version = fact.seq


def note(call: Call, fact: Fact, unit_id: str | None = None, detail: str = "") -> None:
    call.version = fact.seq
    call.timeline.append(entry(fact, unit_id, detail))
    if len(call.timeline) > TIMELINE_MAX:
        del call.timeline[TIMELINE_HEAD]


def entry(fact: Fact, unit_id: str | None = None, detail: str = "") -> TimelineEntry:
    return TimelineEntry(fact.at, type(fact).__name__, fact.by, unit_id, detail)
