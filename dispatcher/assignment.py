"""Who goes where: all open tasks and all people at once, by the probability of being on time.

    cost of a pair = w * (x + 3 * P(late) + 1.5 * max(0, x - 1)) + extra
    x = (expected arrival - received) / target

After docs/dispatch.md. The assignment is exact (scipy's modified Jonker-Volgenant). Not serving a task
always costs more than serving it however late, and grows with its age as lateness does, so that no task
is given up for being old. Equal plans: the lower unit id wins; the order of the input does not matter.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dispatcher.eta import p_on_time

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LATE_WEIGHT: Final = 3.0
"""Being late at all costs as much as three targets of waiting."""
OVERDUE_WEIGHT: Final = 1.5
"""Each target past the first costs so much more: the late must not become the forgotten."""
SAFETY: Final = 0.95
"""Aim at this share of the target: what is planned to the second is late."""
PATIENCE_WEIGHT: Final = 5.0
"""Added to the price of not serving a task past all patience: more than any other task of the same priority
has to offer, and less than an emergency."""
AGEING_MAX: Final = LATE_WEIGHT - OVERDUE_WEIGHT
"""However old, what is late already does not outbid what is as near and can still be in time."""
TERMS: Final = ("waiting", "late", "overdue", "moving")
"""Of a pair's cost, for people who ask why."""
TIE: Final = 1e-9
"""Price of a unit's rank among equals: far below any real difference, far above rounding."""


@dataclass(frozen=True, eq=False)
class Problem:
    """n people and t tasks. Infinite times and pairs that are not allowed are never chosen."""

    unit_ids: tuple[str, ...]
    task_ids: tuple[str, ...]
    arrive_s: Floats
    """(n, t) from now: being free, answering, walking."""
    sd_s: Floats
    """(n, t)."""
    allowed: Bools
    """(n, t)."""
    extra: Floats
    """(n, t) cost beside the time: switching, interrupting."""
    waited_s: Floats
    """(t,) since the call was received."""
    target_s: Floats
    """(t,)."""
    weight: Floats
    """(t,)."""
    past_patience: Bools
    """(t,)."""
    ageing: float = 0.0
    """Added to the price of not serving for each target past the first: how soon the late catch up with
    those who can still be served in time."""


def on_time(problem: Problem) -> Floats:
    """(n, t) probability of arriving within the target."""
    return p_on_time(problem.target_s - problem.waited_s - _finite(problem.arrive_s), problem.sd_s)


def costs(problem: Problem) -> Floats:
    """(n, t); inf where not allowed or no way."""
    x, late, overdue = _terms(problem, _finite(problem.arrive_s), problem.sd_s, slice(None))
    cost = problem.weight * (x + LATE_WEIGHT * late + OVERDUE_WEIGHT * overdue)
    return np.where(problem.allowed & np.isfinite(problem.arrive_s), cost + problem.extra, np.inf)


def cost_terms(
    problem: Problem, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> list[list[dict[str, float]]]:
    """What the costs of some people (pairs, k) for some tasks (pairs, 1) are made of; empty where there is
    no way."""
    arrive_s = problem.arrive_s[rows, columns]
    ways = np.isfinite(arrive_s)
    x, late, overdue = _terms(problem, _finite(arrive_s), problem.sd_s[rows, columns], columns)
    weight = problem.weight[columns]
    parts = (x, LATE_WEIGHT * late, OVERDUE_WEIGHT * overdue, problem.extra[rows, columns] / weight)
    table = np.where(ways[..., None], np.round(weight[..., None] * np.stack(parts, axis=-1), 3), 0.0)
    return [
        [{name: value for name, value in zip(TERMS, values, strict=True) if value} for values in of_pair]
        for of_pair in table.tolist()
    ]


def _terms(
    problem: Problem, arrive_s: Floats, sd_s: Floats, columns: NDArray[np.intp] | slice
) -> tuple[Floats, Floats, Floats]:
    """Share of the target gone at arrival, probability of being late, targets past the first."""
    waited_s, target_s = problem.waited_s[columns], problem.target_s[columns]
    x = (waited_s + arrive_s) / target_s
    late = 1.0 - p_on_time(SAFETY * target_s - waited_s - arrive_s, sd_s)
    return x, late, np.maximum(0.0, x - 1.0)


def prices_of_not_serving(problem: Problem) -> Floats:
    """(t,): more than any pair of the same task, and growing with age as fast as lateness costs."""
    longest_s = float(_finite(problem.arrive_s).max(initial=0.0))
    dearest = float(np.abs(problem.extra).max(initial=0.0))
    slope = 1.0 + OVERDUE_WEIGHT
    reach = 1.0 + LATE_WEIGHT + slope * longest_s / problem.target_s
    x = problem.waited_s / problem.target_s
    price = (
        slope * x
        + reach
        + np.minimum(problem.ageing * np.maximum(0.0, x - 1.0), AGEING_MAX)
        + PATIENCE_WEIGHT * problem.past_patience
    )
    result: Floats = problem.weight * price + dearest
    return result


def solve(cost: Floats, price: Floats) -> list[tuple[int, int]]:
    """The cheapest set of pairs (row, column); rows in order. A task without a pair costs its price.

    Args:
        cost: (n, t), inf where not allowed.
        price: (t,) of not serving.
    """
    finite = np.isfinite(cost)
    rows, columns = np.flatnonzero(finite.any(axis=1)), np.flatnonzero(finite.any(axis=0))
    if not len(rows) or not len(columns):
        return []
    # Tasks as rows: a task's costs differ by the way only, a person's by the tasks' weights as well, and
    # the search is some thirty times quicker along the former (2 000 x 2 000: 0.3 s, not 9 s).
    part = np.ascontiguousarray(cost[np.ix_(rows, columns)].T)
    ranks = np.arange(len(rows)) * ((len(columns) - np.arange(len(columns))) / len(columns) * TIE)[:, None]
    gain = np.where(np.isfinite(part), part - price[columns][:, None] + ranks, 0.0)
    pairs = zip(*linear_sum_assignment(gain), strict=True)
    return sorted((int(rows[i]), int(columns[j])) for j, i in pairs if np.isfinite(part[j, i]))


def plan(problem: Problem) -> list[tuple[str, str]]:
    """The best (unit, task) pairs, sorted by unit."""
    by_unit = sorted(range(len(problem.unit_ids)), key=lambda i: problem.unit_ids[i])
    by_task = sorted(range(len(problem.task_ids)), key=lambda j: problem.task_ids[j])
    if not by_unit or not by_task:
        return []
    cost = costs(problem)[np.ix_(by_unit, by_task)]
    price = prices_of_not_serving(problem)[by_task]
    return [(problem.unit_ids[by_unit[i]], problem.task_ids[by_task[j]]) for i, j in solve(cost, price)]


def first_come(cost: Floats, order: list[int]) -> list[tuple[int, int]]:
    """Each task in ``order`` takes the cheapest person left: what most dispatch systems do."""
    left = cost.copy()
    pairs = []
    for column in order:
        row = int(left[:, column].argmin()) if len(left) else 0
        if len(left) and np.isfinite(left[row, column]):
            pairs.append((row, column))
            left[row] = np.inf
    return sorted(pairs)


def _finite(values: Floats) -> Floats:
    """Infinite times as 0: they are masked where they matter."""
    result: Floats = np.where(np.isfinite(values), values, 0.0)
    return result
