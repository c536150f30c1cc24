"""Customers who stroll: from place to place, with time to look in between."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import Instant
from firmware_sim.agenda import Agenda
from firmware_sim.scenario import Crowd
from firmware_sim.walkers import Walkers, near_point, seconds_later, turn
from firmware_sim.ways import cells_by_floor


@dataclass(eq=False)
class Shoppers:
    """Walkers ``who`` stroll unless ``busy``; everybody has one entry in the agenda or is walking."""

    walkers: Walkers
    who: range
    crowd: Crowd
    rng: np.random.Generator
    by_floor: list[NDArray[np.int32]]
    every: NDArray[np.int32]
    busy: set[int] = field(default_factory=set)
    """With a call of their own: they wait, or go where the call takes them."""
    visits: dict[int, int] = field(default_factory=dict)
    """Walker → number of the present stay: an entry of an earlier stay is void."""
    agenda: Agenda[tuple[int, int]] = field(default_factory=Agenda)


def new_shoppers(
    walkers: Walkers,
    who: range,
    crowd: Crowd,
    destinations: NDArray[np.int32],
    floors: int,
    rng: np.random.Generator,
) -> Shoppers:
    by_floor = cells_by_floor(destinations.tolist(), walkers.grid, floors)
    return Shoppers(walkers, who, crowd, rng, by_floor, destinations)


def begin(shoppers: Shoppers, now: Instant) -> None:
    """Everybody is somewhere in the middle of a stay."""
    for who in shoppers.who:
        linger(shoppers, who, now)


def linger(shoppers: Shoppers, who: int, now: Instant) -> None:
    """Stay for a while, looking about."""
    turn(shoppers.walkers, who, shoppers.rng)
    stay_s = shoppers.rng.exponential(shoppers.crowd.dwell_mean_s)
    visit = shoppers.visits[who] = shoppers.visits.get(who, 0) + 1
    shoppers.agenda.add(seconds_later(now, stay_s), (who, visit))


def stroll(shoppers: Shoppers, now: Instant) -> None:
    """Those whose stay is over walk on; nobody walks while ``busy``, and where no way leads one stays."""
    while (entry := shoppers.agenda.due(now)) is not None:
        at, (who, visit) = entry
        if who in shoppers.busy or visit != shoppers.visits[who]:
            continue
        goal = _choose(shoppers, who)
        point = near_point(shoppers.walkers.grid, goal, shoppers.rng)
        if not shoppers.walkers.go(who, goal, point, at):
            linger(shoppers, who, now)


def arrived(shoppers: Shoppers, who: int, now: Instant) -> None:
    if who not in shoppers.busy:
        linger(shoppers, who, now)


def release(shoppers: Shoppers, who: int, now: Instant) -> None:
    """The call is over: back to strolling."""
    shoppers.busy.discard(who)
    linger(shoppers, who, now)


def _choose(shoppers: Shoppers, who: int) -> int:
    """Mostly on the same floor."""
    here = shoppers.by_floor[int(shoppers.walkers.floor[who])]
    near = len(here) > 0 and shoppers.rng.random() < shoppers.crowd.same_floor_share
    choice = here if near else shoppers.every
    return int(choice[shoppers.rng.integers(0, len(choice))])
