"""``nearhand simulate --policy``: policies side by side on the same calls and the same luck.

The dispatcher is the real one, on a virtual clock; people, customers and the building are
``firmware_sim/shift.py``. No radio: positions come from the truth with honest noise. The grid is coarser
than the live one (``CELL_M``), for both sides.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from contracts.grid import WalkableGrid, build_grid
from contracts.messages import CallChanged, Message, OfferMade, UnitChanged
from contracts.quantities import HOUR, MINUTE, Instant, from_seconds
from contracts.sitemap import Site
from contracts.walking import Closures
from dispatcher import invariants
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from firmware_sim.orders import draw_orders
from firmware_sim.shift import ShiftSimService
from firmware_sim.trips import Routes
from runtime.scenario_site import changed, thinned, without_spares
from runtime.scenarios import ScenarioFile

POLICIES: Final = ("nearest", "eta", "optimal", "full")
CELL_M: Final = 2.0
"""Walking times on 2 m cells differ by a second or two from those on 1 m cells, at a sixth of the cost."""
BUSY: Final = frozenset({"en_route_to_item", "en_route", "on_scene", "returning_item"})
ON_DUTY: Final = BUSY | {"available", "offered"}
TALKS_MAX: Final = 1_000
"""Rounds of messages at one moment; more means two parts that never stop talking."""


@dataclass(frozen=True, eq=False)
class Stage:
    """What all runs of a comparison share."""

    file: ScenarioFile
    site: Site
    grid: WalkableGrid
    routes: Routes
    settings: DispatcherSettings
    start: Instant
    end: Instant


@dataclass
class Tally:
    """What one run of one policy came to."""

    end: Instant = 0
    """Calls that are neither served nor due by then are not counted."""
    calls: dict[str, CallChanged] = field(default_factory=dict)
    offers: int = 0
    walked_m: float = 0.0
    spent: Counter[str] = field(default_factory=Counter)
    """Status → microseconds, over everybody, until the doors close."""


def stage(file: ScenarioFile, site: Site, settings: DispatcherSettings, staff: float = 1.0) -> Stage:
    """
    Raises:
        ConfigError: the scenario asks for what the site does not have.
    """
    cast = thinned(changed(site, file.changes), staff * file.scenario.staff.share)
    grid = build_grid(cast, CELL_M)
    start = from_seconds(datetime.fromisoformat(file.world.start).timestamp())
    end = start + round(file.world.minutes * MINUTE)
    return Stage(file, cast, grid, Routes(cast, grid, Closures()), settings, start, end)


def run(stage: Stage, policy: str, seed: int) -> Tally:
    """One day of one policy. The laws are asked each minute, and at its end."""
    scenario = stage.file.scenario
    settings = msgspec.structs.replace(stage.settings, policy=policy)
    site = stage.site if policy == "full" else without_spares(stage.site)
    dispatcher = DispatcherService(site, stage.grid, settings)
    orders = draw_orders(stage.site, stage.grid, scenario.demand, seed, stage.start, stage.end)
    people = ShiftSimService(stage.site, stage.routes, scenario, orders, seed)
    tally, doors_close = Tally(stage.end), stage.end
    if scenario.demand.stop_after_s > 0:
        doors_close = min(stage.end, stage.start + from_seconds(scenario.demand.stop_after_s))
    clock = _Clock(doors_close)
    now = asked = stage.start
    said: list[Message] = [*dispatcher.resumed(now), *people.begin(now)]
    while True:
        for message in _talk(dispatcher, people, said, now):
            _note(tally, clock, message, now)
        due = [at for at in (dispatcher.wake_at(), people.wake_at()) if at is not None]
        now = max(now + 1, min(due, default=stage.end))
        if now >= stage.end:
            break
        if now >= asked + MINUTE:
            asked = now
            _ask_the_laws(dispatcher, now)
        said = list(dispatcher.wake(now)) if _is_due(dispatcher.wake_at(), now) else []
        said += people.wake(now) if _is_due(people.wake_at(), now) else []
    _ask_the_laws(dispatcher, now)
    clock.close(tally, stage.end)
    tally.walked_m = sum(hand.walked_m for hand in people.hands.values())
    return tally


def _ask_the_laws(dispatcher: DispatcherService, now: Instant) -> None:
    broken = invariants.violations(dispatcher.ledger, now)
    assert not broken, broken


def compare(stage: Stage, policies: Sequence[str], seeds: Sequence[int]) -> Iterator[tuple[str, int, Tally]]:
    """Every policy on every seed, seed by seed."""
    for seed in seeds:
        for policy in policies:
            yield policy, seed, run(stage, policy, seed)


@dataclass
class _Clock:
    """How long each person has been in which status."""

    until: Instant
    """Nothing is counted after the doors have closed."""
    since: dict[str, tuple[str, Instant]] = field(default_factory=dict)

    def note(self, tally: Tally, unit_id: str, status: str, now: Instant) -> None:
        before = self.since.get(unit_id)
        if before is not None:
            tally.spent[before[0]] += max(0, min(now, self.until) - before[1])
        self.since[unit_id] = (status, min(now, self.until))

    def close(self, tally: Tally, now: Instant) -> None:
        for unit_id in sorted(self.since):
            self.note(tally, unit_id, "", now)


def _is_due(at: Instant | None, now: Instant) -> bool:
    return at is not None and at <= now


def _talk(
    dispatcher: DispatcherService, people: ShiftSimService, said: list[Message], now: Instant
) -> Iterator[Message]:
    """Let the two talk until nobody has anything to say; all that was said."""
    for _ in range(TALKS_MAX):
        if not said:
            return
        answers: list[Message] = []
        for message in said:
            yield message
            for service in (dispatcher, people):
                if type(message) in service.topics:
                    answers += service.receive(message, now)
        said = answers
    raise AssertionError("they never stop talking")


def _note(tally: Tally, clock: _Clock, message: Message, now: Instant) -> None:
    match message:
        case CallChanged():
            tally.calls[message.call_id] = message
        case UnitChanged():
            clock.note(tally, message.unit_id, message.status, now)
        case OfferMade():
            tally.offers += 1


def hours_on_duty(tally: Tally) -> float:
    return sum(tally.spent[status] for status in ON_DUTY) / HOUR
