"""What one staff member's handheld shows: its unit, the calls that concern it, and no more."""

import msgspec

from contracts import messages as m
from contracts.quantities import Instant
from dashboard.view import FINISHED, Tally, View, Where, calls_of


class MyTask(msgspec.Struct, frozen=True):
    task_id: str
    role: str
    item: str | None
    state: str
    unit_id: str | None
    depot: str | None
    deadline_at: Instant
    eta_at: Instant | None


class MyCall(msgspec.Struct, frozen=True):
    """A call without the planner's thoughts about colleagues, and without who asked."""

    call_id: str
    service: str
    priority: int
    state: str
    place: m.Place
    note: str
    received_at: Instant
    deadline_at: Instant
    tasks: tuple[MyTask, ...]
    placed_by_me: bool = False
    """This person asked for help."""
    desk_knows: bool = False
    """Somebody of the control room has touched it."""
    checked: tuple[int, ...] = ()
    """Steps of the service's checklist that are done."""
    files: int = 0
    """Photos and spoken notes."""


class Mine(msgspec.Struct, frozen=True):
    unit: m.UnitChanged
    calls: tuple[MyCall, ...]
    today: Tally
    place: Where | None = None
    """Where it was last located; None off duty and before the first fix."""
    logbook: m.LogbookChanged | None = None


def my_call(call: m.CallChanged, unit_id: str) -> MyCall:
    tasks = tuple(
        MyTask(
            task_id=task.task_id,
            role=task.role,
            item=task.item,
            state=task.state,
            unit_id=task.unit_id,
            depot=task.depot,
            deadline_at=task.deadline_at,
            eta_at=task.eta_at,
        )
        for task in call.tasks
    )
    return MyCall(
        call_id=call.call_id,
        service=call.service,
        priority=call.priority,
        state=call.state,
        place=call.place,
        note=call.note,
        received_at=call.received_at,
        deadline_at=call.deadline_at,
        tasks=tasks,
        placed_by_me=call.by == f"unit/{unit_id}",
        checked=call.checked,
        files=sum(entry.kind == "FileAttached" for entry in call.timeline),
        desk_knows=any(entry.by.startswith("operator/") for entry in call.timeline),
    )


def mine(view: View, unit_id: str, place: Where | None = None) -> Mine | None:
    """The whole of topic ``me`` for a unit; None before anything was heard of it."""
    unit = view.units.get(unit_id)
    if unit is None:
        return None
    asked = (
        call.call_id
        for call in view.calls.values()
        if call.by == f"unit/{unit_id}" and call.state not in FINISHED
    )
    wanted = dict.fromkeys((*calls_of(unit), *asked))
    calls = tuple(my_call(view.calls[call_id], unit_id) for call_id in wanted if call_id in view.calls)
    return Mine(
        unit=unit,
        calls=calls,
        today=view.tally_of(unit_id),
        place=place,
        logbook=view.logbooks.get(unit_id),
    )
