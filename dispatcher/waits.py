"""How long lifts really keep people waiting, learned from the journal by hour of the day.

Whoever has picked an item up at a depot starts from a known place at a known time; on arrival, what the
way took beyond its walking and riding was the wait. Ways with one lift in them count. A lift's hour is
drawn towards what the site says while little is known, and borrows from the hours beside it.
"""

from collections.abc import Sequence
from typing import Final

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import HOUR, Instant, to_seconds
from contracts.sitemap import Connector
from dispatcher.demand import HOURS, NEIGHBOUR
from dispatcher.drafting import Draft
from dispatcher.eta import Ways
from dispatcher.ledger import Ledger, Task

WAIT_MAX_S: Final = 300.0
"""Longer was no wait but a talk on the way."""
PRIOR_WAITS: Final = 8.0
"""What the site's figure weighs, in waits."""
WAITS_MAX: Final = 80.0
"""Of one lift in one hour of the day; then half of them are forgotten."""
CHANGE_S: Final = 8.0
"""Walking times are made anew when a wait has changed by so much: they cost seconds on a large site."""


def observed(ledger: Ledger, ways: Ways, facts: Sequence[Fact], now: Instant) -> list[Fact]:
    """A wait for each arrival among ``facts`` that shows one."""
    draft = Draft(ledger.seq, now, cause="arrival")
    for fact in facts:
        task = ledger.tasks.get(fact.task_id) if isinstance(fact, m.UnitOnScene) else None
        if task is not None:
            _observe(ledger, ways, task, draft)
    return draft.facts


def _observe(ledger: Ledger, ways: Ways, task: Task, draft: Draft) -> None:
    call, staff = ledger.calls[task.call_id], ways.catalogue.staff.get(task.unit_id or "")
    if task.picked_up_at is None or task.on_scene_at is None or staff is None:
        return
    if task.depot not in ways.depot_cells:
        return
    wheels = ways.catalogue.needs_wheels(task.need.item)
    start, goal = ways.depot_cells[task.depot], ways.catalogue.cell_of(call.place)
    parts = ways.travel.parts(start, goal, wheels)
    lifts = [hop.connector.connector_id for _, _, hop in parts if hop and hop.connector.kind == "lift"]
    if len(lifts) != 1:
        return
    reckoned_wait_s = ways.waits_s.get(lifts[0], 0.0)
    slowness = ways.travel.speed_mps / staff.walk_mps
    moving_s = sum(seconds * (slowness if hop is None else 1.0) for _, seconds, hop in parts)
    wait_s = to_seconds(task.on_scene_at - task.picked_up_at) - (moving_s - reckoned_wait_s)
    if wait_s <= WAIT_MAX_S:
        draft.add(
            m.LiftWaited,
            connector=lifts[0],
            wait_s=round(max(0.0, wait_s), 1),
            task_id=task.need.task_id,
        )


def note(ledger: Ledger, fact: m.LiftWaited) -> None:
    """File one wait under its lift and hour (UTC): number and sum; and with the task it delayed."""
    if fact.task_id in ledger.tasks:
        ledger.tasks[fact.task_id].lift_wait_s = fact.wait_s
        ledger.calls[ledger.tasks[fact.task_id].call_id].version = fact.seq
    hours = ledger.lift_waits.setdefault(fact.connector, [[0.0, 0.0] for _ in range(HOURS)])
    entry = hours[fact.at // HOUR % HOURS]
    entry[0] += 1.0
    entry[1] += fact.wait_s
    if entry[0] >= WAITS_MAX:
        entry[0], entry[1] = entry[0] / 2, entry[1] / 2


def expected_s(ledger: Ledger, connectors: Sequence[Connector], now: Instant) -> dict[str, float]:
    """Lift → mean wait to reckon with about now."""
    hour = now // HOUR % HOURS
    shares = ((hour - 1, NEIGHBOUR), (hour, 1.0), ((hour + 1) % HOURS, NEIGHBOUR))
    waits: dict[str, float] = {}
    for connector in connectors:
        if connector.kind != "lift":
            continue
        hours = ledger.lift_waits.get(connector.connector_id)
        known = [] if hours is None else [(share, hours[at]) for at, share in shares]
        count = PRIOR_WAITS + sum(share * entry[0] for share, entry in known)
        total_s = PRIOR_WAITS * connector.wait_s + sum(share * entry[1] for share, entry in known)
        waits[connector.connector_id] = round(total_s / count, 1)
    return waits


def changed(waits_s: dict[str, float], reckoned_s: dict[str, float]) -> bool:
    """Whether walking times should be made anew."""
    return any(abs(wait - reckoned_s.get(lift, 0.0)) >= CHANGE_S for lift, wait in waits_s.items())
