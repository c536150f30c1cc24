"""Before it happens: when those under way will really arrive, who will be late, and what would cure it.

Positions tell better than the plan did. A changed arrival is a fact when it changes something for people
(a quarter of an hour-glass, not a second); a breach is forecast once per assignment, with the person who
could still make it and the task that person would be taken from.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts import messages as m
from contracts.messages import Cure, Fact
from contracts.quantities import Instant, from_seconds, to_seconds
from dispatcher import states
from dispatcher.commitments import stocked
from dispatcher.drafting import Draft
from dispatcher.eta import Arrival, Crowd, Ways, arrival_at, p_on_time
from dispatcher.ledger import Ledger, Task, Unit, running_tasks, task_state, to_fetch
from dispatcher.settings import DispatcherSettings
from dispatcher.whereabouts import Whereabouts

LATE_BELOW: Final = 0.5
"""More likely late than not."""
CURE_ABOVE: Final = 0.5
CURE_GAIN: Final = 0.2
"""A cure must be more likely than not, and clearly better than what is under way."""
REVISE_S: Final = 15.0
"""Smaller changes of an arrival are nobody's news …"""
REVISE_SHARE: Final = 0.25
"""… nor are smaller shares of the way that is left."""


def wanted(ledger: Ledger) -> bool:
    """Whether anybody is under way."""
    return any(task_state(task) in states.UNDER_WAY_STATES for task in running_tasks(ledger))


def revise(
    ledger: Ledger, ways: Ways, whereabouts: Whereabouts, settings: DispatcherSettings, now: Instant
) -> list[Fact]:
    """Facts about everybody who is under way."""
    if not wanted(ledger):
        return []
    tasks = [task for task in running_tasks(ledger) if task_state(task) in states.UNDER_WAY_STATES]
    draft = Draft(ledger.seq, now, cause="forecast")
    rows = {unit_id: row for row, unit_id in enumerate(ways.catalogue.staff)}
    missing = whereabouts.missing(now)
    cells, weights = whereabouts.samples(now)
    crowd = Crowd(cells, weights, ways.travel.speed_mps / ways.catalogue.walk_mps)
    for task in tasks:
        row = rows.get(task.unit_id or "")
        if row is None or missing[row]:
            continue  # a guess about a guess is no forecast
        left_s, sd_s = _left(ledger, ways, crowd, row, task)
        if not np.isfinite(left_s):
            continue
        _compare(ledger, ways, crowd, missing, task, now, (left_s, sd_s), settings, draft)
    return draft.facts


def _left(ledger: Ledger, ways: Ways, crowd: Crowd, row: int, task: Task) -> tuple[float, float]:
    """Seconds that the holder still needs, and their spread."""
    one = Crowd(crowd.cells[row : row + 1], crowd.weights[row : row + 1], crowd.slowness[row : row + 1])
    cell = ways.catalogue.cell_of(ledger.calls[task.call_id].place)
    wheels = ways.catalogue.needs_wheels(task.need.item)
    if to_fetch(task) and task.depot in ways.depot_cells:
        arrival = arrival_at(ways, one, cell, [task.depot], wheels)
    else:
        arrival = arrival_at(ways, one, cell, None, wheels)
    return float(arrival.mean_s[0]), float(ways.spread(arrival.mean_s, arrival.sd_s)[0])


def _compare(
    ledger: Ledger,
    ways: Ways,
    crowd: Crowd,
    missing: list[str],
    task: Task,
    now: Instant,
    left: tuple[float, float],
    settings: DispatcherSettings,
    draft: Draft,
) -> None:
    """What is now against what was said."""
    left_s, sd_s = left
    margin_s = to_seconds(task.need.deadline_at - now) - left_s
    chance = round(float(p_on_time(np.array([margin_s]), np.array([sd_s]))[0]), 4)
    eta_at = now + from_seconds(left_s)
    off_s = abs(to_seconds(eta_at - task.eta_at)) if task.eta_at is not None else np.inf
    ids = {"task_id": task.need.task_id, "unit_id": task.unit_id}
    if off_s > max(REVISE_S, REVISE_SHARE * left_s):
        draft.add(m.EtaRevised, **ids, eta_at=eta_at, p_on_time=chance)
    if chance < LATE_BELOW and task.forecast_at is None and task.breached_at is None:
        cure = _cure(ledger, ways, crowd, missing, task, now, chance, settings)
        draft.add(
            m.BreachForecast,
            call_id=task.call_id,
            task_id=task.need.task_id,
            p_on_time=chance,
            cure=cure,
        )


def _cure(
    ledger: Ledger,
    ways: Ways,
    crowd: Crowd,
    missing: list[str],
    task: Task,
    now: Instant,
    chance: float,
    settings: DispatcherSettings,
) -> Cure | None:
    """Whoever would most probably still be in time: free, or under way to something less urgent."""
    if task.picked_up_at is not None:
        return None  # the item is on its way in one person's hands
    arrival = _arrivals(ledger, ways, crowd, task)
    arrive_s = arrival.mean_s + settings.answer_delay_s
    margin_s = to_seconds(task.need.deadline_at - now) - np.where(np.isfinite(arrive_s), arrive_s, 1e9)
    chances = p_on_time(margin_s, ways.spread(arrival.mean_s, arrival.sd_s))
    located = np.array([not gap for gap in missing], bool)
    usable = located & ways.catalogue.qualified(task.need)
    best: Cure | None = None
    for row in np.argsort(-chances, kind="stable").tolist():
        p = round(float(chances[row]), 4)
        if p < max(CURE_ABOVE, chance + CURE_GAIN):
            break
        unit = ledger.units[list(ways.catalogue.staff)[row]]
        if usable[row] and unit.duty == "on" and unit.carried is None and _spare(ledger, task, unit.task_id):
            price_s = price(ledger, ways, crowd, located, unit, now, settings)
            best = Cure(unit.unit_id, round(float(arrival.mean_s[row]), 1), p, unit.task_id, price_s)
            break
    return best


def _arrivals(ledger: Ledger, ways: Ways, crowd: Crowd, task: Task) -> Arrival:
    """Everybody's way to a task, by the best stocked depot where an item is needed."""
    cell = ways.catalogue.cell_of(ledger.calls[task.call_id].place)
    item = task.need.item
    if item is None:
        return arrival_at(ways, crowd, cell)
    depots = tuple(depot for depot in stocked(ledger, item) if depot in ways.depot_cells)
    wheels = ways.catalogue.needs_wheels(item)
    return arrival_at(ways, crowd, cell, depots, wheels)


def price(
    ledger: Ledger,
    ways: Ways,
    crowd: Crowd,
    located: NDArray[np.bool_],
    taken: Unit,
    now: Instant,
    settings: DispatcherSettings,
) -> float | None:
    """How much later (s) the quickest free person would come to the task that ``taken`` is taken off; 0
    where nothing is taken from anybody, None where nobody else could come."""
    if taken.task_id is None:
        return 0.0
    other = ledger.tasks[taken.task_id]
    arrive_s = _arrivals(ledger, ways, crowd, other).mean_s + settings.answer_delay_s
    free = np.array(
        [
            unit.duty == "on" and unit.task_id is None and unit.offer_id is None and unit.carried is None
            for unit in (ledger.units[unit_id] for unit_id in ways.catalogue.staff)
        ],
        bool,
    )
    usable = free & located & ways.catalogue.qualified(other.need) & np.isfinite(arrive_s)
    if other.eta_at is None or not usable.any():
        return None
    later_s = float(arrive_s[usable].min()) - to_seconds(other.eta_at - now)
    return round(max(0.0, later_s), 1)


def _spare(ledger: Ledger, task: Task, held: str | None) -> bool:
    """Free, or under way to something less urgent."""
    if held is None:
        return True
    other = ledger.tasks[held]
    lesser = ledger.calls[other.call_id].priority > ledger.calls[task.call_id].priority
    return lesser and task_state(other) in states.UNDER_WAY_STATES and other.picked_up_at is None
