"""Whose wait is past all patience, and how many hands may be bound to such calls at once.

Where more calls come than hands can serve, every call served late makes another one late. What will have
waited ``patience_targets`` when somebody comes goes first, so that nobody waits for ever; but only a share of
a role's people is bound to such calls at a time, the rest serves those that can still be in time. Without the
share a day with too few people ends as a queue in which all are late.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import Instant, to_seconds
from dispatcher.catalogue import Catalogue
from dispatcher.ledger import Ledger, Task, clock_start, live_offers, running_tasks
from dispatcher.settings import DispatcherSettings

Floats = NDArray[np.float64]

WAY_TARGETS: Final = 1.0
"""Ways take no longer than this, as a rule."""


def past_patience(
    ledger: Ledger,
    catalogue: Catalogue,
    tasks: Sequence[Task],
    ways_s: Floats,
    settings: DispatcherSettings,
    now: Instant,
) -> NDArray[np.bool_]:
    """(t,): of some tasks that nobody is committed to, those that are served before all else of their
    priority. Emergencies past their patience are always among them; of other roles' tasks those that are
    latest, as many as there are hands left for them.

    Args:
        tasks: that nobody is committed to.
        ways_s: (t,) how long people need to each on average: who must fetch a wheelchair sets out sooner.
    """
    first = np.zeros(len(tasks), bool)
    by_role: dict[str, list[int]] = {}
    waited_s = np.array([to_seconds(now - clock_start(task)) for task in tasks], np.float64)
    targets = (waited_s + ways_s) / np.array([task.need.target_s for task in tasks], np.float64)
    for j in np.flatnonzero(targets > settings.patience_targets).tolist():
        task = tasks[j]
        if ledger.calls[task.call_id].priority == 1:
            first[j] = True
        else:
            by_role.setdefault(task.need.role, []).append(j)
    if by_role:
        bound = _bound(ledger, settings, now)
        for role, waiting in by_role.items():
            hands = max(1, math.floor(settings.patience_share * _on_duty(ledger, catalogue, role)))
            oldest = sorted(waiting, key=lambda j: (-targets[j], tasks[j].need.task_id))
            first[oldest[: max(0, hands - bound.get(role, 0))]] = True
    return first


def _old(task: Task, settings: DispatcherSettings, asked_at: Instant) -> bool:
    """Whether somebody was found for a task only when it was old already."""
    waited_s = to_seconds(asked_at - clock_start(task))
    return waited_s > (settings.patience_targets - WAY_TARGETS) * task.need.target_s


def _bound(ledger: Ledger, settings: DispatcherSettings, now: Instant) -> dict[str, int]:
    """Role → people who are asked to go, are under way or at work for a call that had waited too long."""
    bound: dict[str, int] = {}
    for task in running_tasks(ledger):
        if ledger.calls[task.call_id].priority == 1:
            continue
        held = task.unit_id is not None and _old(task, settings, task.assigned_at or now)
        asked = task.unit_id is None and bool(live_offers(task)) and _old(task, settings, now)
        if held or asked:
            bound[task.need.role] = bound.get(task.need.role, 0) + 1
    return bound


def _on_duty(ledger: Ledger, catalogue: Catalogue, role: str) -> int:
    staff = catalogue.staff.values()
    return sum(role in person.roles and ledger.units[person.unit_id].duty == "on" for person in staff)
