"""firmware_sim: everything outside the house, pretended: tags, radio, gateways, people."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from contracts.columns import pack_truth
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import (
    CallChanged,
    ClosuresChanged,
    CommandAnswered,
    Message,
    UnitChanged,
)
from contracts.quantities import Instant, from_seconds
from contracts.sitemap import Site
from firmware_sim.beacons import NEVER, due
from firmware_sim.coverage import build_coverage
from firmware_sim.firmware import Fleet, collect, new_fleet, send
from firmware_sim.formats.base import Tags
from firmware_sim.population import populate
from firmware_sim.radio import Emitters, hear
from firmware_sim.scenario import Scenario
from firmware_sim.shoppers import arrived, begin, new_shoppers, stroll

PEOPLES_CELL_M: Final = 2.0
"""People's ways are planned on coarser cells than walking times: their number is what costs."""
STEPS_MAX: Final = 40
"""Steps made up for after a late wake; beyond it the world has stood still and the time is left out."""


class FirmwareSimService:
    """The same live and in virtual time: it only ever learns the time from ``wake``."""

    name = "firmware_sim"
    topics: tuple[type[Message], ...] = (UnitChanged, CallChanged, ClosuresChanged, CommandAnswered)

    def __init__(self, site: Site, grid: WalkableGrid, scenario: Scenario, rng: np.random.Generator) -> None:
        self._site = site
        self._grid = grid
        self._scenario = scenario
        streams = rng.spawn(8)
        self._people_rng, self._air_rng, self._advert_rng, self._fleet_rng = streams[:4]
        self._population = populate(site, build_grid(site, PEOPLES_CELL_M), scenario, streams[4])
        self._coverage = build_coverage(site, scenario.radio, streams[5])
        self._shoppers = new_shoppers(
            self._population.walkers,
            self._population.shoppers,
            scenario.crowd,
            self._population.destinations,
            len(site.floors),
            self._people_rng,
        )
        self._tags = Tags(self._population.beacons, frozenset())
        self._fleet: Fleet | None = None
        self._now: Instant = 0
        self._next_truth: Instant = 0

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        return ()

    def wake_at(self) -> Instant | None:
        return self._now + from_seconds(self._scenario.wake_interval_s) if self._fleet else 0

    def wake(self, now: Instant) -> Sequence[Message]:
        if self._fleet is None:
            self._begin(now)
        assert self._fleet is not None
        out: list[Message] = []
        self._advance(now)
        out += send(self._fleet, self._tags, now)
        if now >= self._next_truth:
            out.append(self._truth(now))
            self._next_truth = now + from_seconds(self._scenario.truth_interval_s)
        return out

    def _begin(self, now: Instant) -> None:
        self._fleet = new_fleet(self._site, self._scenario, self._fleet_rng, now)
        self._population.beacons.next_at += np.where(self._population.beacons.next_at == NEVER, 0, now)
        self._now = now
        self._next_truth = now
        begin(self._shoppers, now)

    def _advance(self, now: Instant) -> None:
        population = self._population
        stroll(self._shoppers, now)
        for who in population.walkers.advance(now):
            if who in population.shoppers:
                arrived(self._shoppers, who, now)
        self._now = now
        beacons, walkers = population.beacons, population.walkers
        device, at = due(beacons, now, self._advert_rng)
        if not len(device):
            return
        wearer = beacons.walker[device]
        worn = wearer >= 0
        emitters = Emitters(
            np.where(worn, walkers.floor[wearer], beacons.floor[device]),
            np.where(worn, walkers.x_m[wearer], beacons.x_m[device]),
            np.where(worn, walkers.y_m[wearer], beacons.y_m[device]),
            beacons.offset_db[device],
            worn & walkers.moving[wearer],
            worn,
            walkers.heading[wearer],
        )
        heard = hear(self._coverage, self._scenario.radio, emitters, self._air_rng)
        assert self._fleet is not None
        collect(self._fleet, heard, device, at)

    def _truth(self, now: Instant) -> Message:
        beacons, walkers = self._population.beacons, self._population.walkers
        worn = beacons.walker >= 0
        return pack_truth(
            now,
            tuple(beacons.ids),
            np.where(worn, walkers.floor[beacons.walker], beacons.floor),
            np.where(worn, walkers.x_m[beacons.walker], beacons.x_m),
            np.where(worn, walkers.y_m[beacons.walker], beacons.y_m),
        )
