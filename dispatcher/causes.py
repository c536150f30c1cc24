"""Why a deadline was missed: whatever took longest between the call and the arrival."""

from contracts.quantities import from_seconds
from dispatcher.ledger import Task, clock_start


def miss_cause(task: Task) -> str:
    """The cause of a breach in one word, empty where there was none.

    Waiting for a first offer is ``stock`` or ``no_route`` where that was a reason, else ``queue``; from the
    first offer to the assignment that held it is ``given_back``, ``refusal`` or ``silence``, whichever there
    was most of; the rest is ``walking``, or ``lift`` where only the wait for it made it late.
    """
    if task.breached_at is None:
        return ""
    end = task.reached_at or task.cleared_at or task.breached_at
    asked = min(task.first_offer_at or task.on_scene_at or end, end)
    held = min(task.assigned_at or end, end)
    spans = {
        _queue(task): asked - clock_start(task),
        _answer(task): held - asked,
        "walking": end - held,
    }
    cause = max(spans, key=lambda cause: spans[cause])
    waited = 0 < end - task.need.deadline_at <= from_seconds(task.lift_wait_s)
    return "lift" if cause == "walking" and waited else cause


def _queue(task: Task) -> str:
    for reason, cause in (("no_stock", "stock"), ("no_route", "no_route")):
        if reason in task.lacked:
            return cause
    return "queue"


def _answer(task: Task) -> str:
    counts = {"silence": task.silences, "refusal": task.refusals, "given_back": task.given_back}
    return max(counts, key=lambda cause: counts[cause])
