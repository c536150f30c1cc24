"""firmware_sim: everything outside the house, pretended: tags, radio, gateways, people.

The same service runs live (its payloads go to the broker as raw MQTT) and in the virtual world: it only
ever learns the time from ``wake`` and ``receive``, and a late wake is made up for in steps.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from contracts import messages as m
from contracts.columns import pack_truth
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import Message
from contracts.quantities import Instant, from_seconds
from contracts.sitemap import Site
from contracts.walking import Closures
from firmware_sim import building, buttons, customers, people, shoppers
from firmware_sim.beacons import NEVER, due
from firmware_sim.calls import KnownCalls
from firmware_sim.coverage import build_coverage
from firmware_sim.demand import new_wishes
from firmware_sim.firmware import Fleet, collect, hurry, new_fleet, send, stand_still
from firmware_sim.formats.base import Tags
from firmware_sim.outbox import Outbox, post, repeats, settle
from firmware_sim.population import populate
from firmware_sim.radio import Emitters, hear
from firmware_sim.scenario import Scenario
from firmware_sim.strangers import new_strangers, rotate

PEOPLES_CELL_M: Final = 2.0
"""People's ways are planned on coarser cells than walking times: their number is what costs."""
STEPS_MAX: Final = 50
"""Steps made up for after a late wake; beyond it the time is left out, as if everybody had stood still."""


class FirmwareSimService:
    """Holds the parts together; what they do is in their modules."""

    name = "firmware_sim"
    topics: tuple[type[Message], ...] = (
        m.UnitChanged,
        m.CallChanged,
        m.ClosuresChanged,
        m.CommandAnswered,
        m.HandheldPresent,
    )

    def __init__(self, site: Site, grid: WalkableGrid, scenario: Scenario, rng: np.random.Generator) -> None:
        """``grid`` bounds nobody here: people walk on a coarser one of their own.

        Raises:
            ConfigError: the scenario asks for what the site does not have.
        """
        self._site = site
        self._scenario = scenario
        self._step = from_seconds(scenario.wake_interval_s)
        self._rng = dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))
        coarse = build_grid(site, max(PEOPLES_CELL_M, grid.cell_m))
        self._population = populate(site, coarse, scenario, self._rng["population"])
        self._coverage = build_coverage(site, scenario.radio)
        self._tags = Tags(
            self._population.beacons, _joined(self._population.beacons.ids, scenario, self._rng)
        )
        self._wishes = new_wishes(site, scenario.demand, self._rng["demand"])
        self._calls = KnownCalls()
        self._fleet: Fleet | None = None
        self._changes: list[building.Change] = []
        self._now: Instant = 0
        self._next_truth: Instant = 0
        self._enrolled = False
        self._left_out = 0

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        if self._fleet is None:
            self._begin(now)
        match message:
            case m.UnitChanged():
                return people.told(self._crew, message, now)
            case m.CallChanged():
                if self._calls.note(message):
                    customers.told(self._clientele, message, now)
                    buttons.told(self._clientele, message, now)
            case m.CommandAnswered():
                command = settle(self._outbox, message)
                if command is not None:
                    customers.heard_answer(self._clientele, command, message, now)
                    people.heard_answer(self._crew, command, message, now)
            case m.HandheldPresent():
                people.stand_back(self._crew, message.unit_id, now)
            case m.ClosuresChanged():
                closures = Closures(frozenset(message.connectors), message.fire_mode)
                self._population.walkers.ways.close(closures)
                people.replan(self._crew, now)
        return ()

    def wake_at(self) -> Instant | None:
        return self._now + self._step if self._fleet is not None else 0

    def wake(self, now: Instant) -> Sequence[Message]:
        out: list[Message] = []
        if self._fleet is None:
            self._begin(now)
        assert self._fleet is not None
        if not self._enrolled:
            self._enrolled = True
            out += self._enrol(now)
        for change in building.due(self._changes, now):
            kind, fields = change.order
            out.append(post(self._outbox, kind, building.CONTROL, now, **fields))
        for at in self._steps(now):
            out += self._advance(at)
        out += send(self._fleet, self._tags, now)
        out += repeats(self._outbox, now)
        if now >= self._next_truth:
            self._next_truth = now + from_seconds(self._scenario.truth_interval_s)
            out.append(self._truth(now))
        return out

    def _begin(self, now: Instant) -> None:
        """Everything starts at the first word about the time."""
        population, scenario = self._population, self._scenario
        self._outbox = Outbox(f"sim-{now:x}")
        self._fleet = new_fleet(self._site, scenario, self._rng["fleet"], now)
        started = population.beacons.next_at != NEVER
        population.beacons.next_at[started] += now
        self._shoppers = shoppers.new_shoppers(
            population.walkers,
            population.shoppers,
            scenario.crowd,
            population.destinations,
            len(self._site.floors),
            self._rng["shoppers"],
        )
        self._crew = people.new_crew(
            self._site,
            population.walkers,
            population.staff,
            scenario.staff,
            self._calls,
            self._outbox,
            self._rng["staff"],
        )
        self._clientele = customers.Clientele(
            self._site,
            scenario,
            self._shoppers,
            population.beacons,
            {int(walker): row for row, walker in enumerate(population.beacons.walker) if walker >= 0},
            self._wishes,
            self._calls,
            self._outbox,
            self._rng["customers"],
            self._rng["buttons"],
        )
        self._changes = building.changes_of(scenario.closures, now)
        self._now = self._next_truth = now
        self._strangers = new_strangers(population.beacons, self._rng["addresses"], now)
        shoppers.begin(self._shoppers, now)
        people.begin_shift(self._crew, now)
        customers.open_mall(self._clientele, now)
        buttons.schedule(self._clientele, now)

    def _enrol(self, now: Instant) -> list[Message]:
        devices = self._population.enrol
        return [post(self._outbox, m.EnrolDevices, people.DESK, now, devices=devices)] if devices else []

    def _steps(self, now: Instant) -> list[Instant]:
        """The moments from the last step to ``now``, at most ``STEPS_MAX`` of them."""
        late = now - self._now
        first = max(self._now, now - STEPS_MAX * self._step)
        if first > self._now:
            self._stand_still(first - self._now)
        self._now = now
        return [*range(first + self._step, now, self._step), now] if late > 0 else []

    def _stand_still(self, gap: int) -> None:
        """Time that nobody lived through: steps, adverts and gateways' turns move on by it."""
        assert self._fleet is not None
        self._left_out += gap
        self._population.walkers.stand_still(gap)
        beacons = self._population.beacons
        beacons.next_at[beacons.next_at != NEVER] += gap
        stand_still(self._fleet, gap)

    def _advance(self, now: Instant) -> list[Message]:
        """One step of everybody, and of the adverts in it."""
        walkers = self._population.walkers
        shoppers.stroll(self._shoppers, now)
        for who in walkers.advance(now):
            if who < len(self._crew.by_walker):
                people.arrive(self._crew, who, now)
            elif not customers.arrive(self._clientele, who, now):
                shoppers.arrived(self._shoppers, who, now)
        buttons.press_due(self._clientele, now)
        rotate(self._strangers, self._tags, now)
        self._advertise(now)
        return [*people.work(self._crew, now), *customers.live(self._clientele, now)]

    def _advertise(self, now: Instant) -> None:
        beacons, walkers = self._population.beacons, self._population.walkers
        device, at = due(beacons, now, self._rng["adverts"])
        if not len(device):
            return
        wearer = beacons.walker[device]
        worn: np.ndarray[tuple[int], np.dtype[np.bool_]] = wearer >= 0
        emitters = Emitters(
            np.where(worn, walkers.floor[wearer], beacons.floor[device]),
            np.where(worn, walkers.x_m[wearer], beacons.x_m[device]),
            np.where(worn, walkers.y_m[wearer], beacons.y_m[device]),
            beacons.offset_db[device],
            worn & walkers.moving[wearer],
            worn,
            walkers.heading[wearer],
        )
        heard = hear(self._coverage, self._scenario.radio, emitters, self._rng["air"])
        assert self._fleet is not None
        collect(self._fleet, heard, device, at)
        if beacons.unheard:
            hurry(self._fleet, heard, device, beacons.unheard, now)

    def _truth(self, now: Instant) -> Message:
        """Where everything is that may be located now."""
        beacons, walkers = self._population.beacons, self._population.walkers
        located = np.flatnonzero((beacons.next_at != NEVER) & ~beacons.stranger)
        wearer = beacons.walker[located]
        worn = wearer >= 0
        ids = beacons.ids
        return pack_truth(
            now,
            tuple([ids[row] for row in located.tolist()]),
            np.where(worn, walkers.floor[wearer], beacons.floor[located]),
            np.where(worn, walkers.x_m[wearer], beacons.x_m[located]),
            np.where(worn, walkers.y_m[wearer], beacons.y_m[located]),
        )


_STREAMS: Final = (
    "population",
    "adverts",
    "air",
    "fleet",
    "shoppers",
    "staff",
    "demand",
    "customers",
    "joined",
    "buttons",
    "addresses",
)
"""Each concern draws from a stream of its own, so that changing one does not shuffle the others."""


def _joined(ids: list[str], scenario: Scenario, rng: dict[str, np.random.Generator]) -> frozenset[int]:
    """Devices whose scan response raw gateways join to the advert."""
    share = scenario.vices.joined_scan_response_share if scenario.vices_on else 0.0
    return frozenset(np.flatnonzero(rng["joined"].random(len(ids)) < share).tolist())
