"""A day's calls, drawn beforehand: when, what, where. The same for every policy that is compared."""

from typing import Final, NamedTuple

import numpy as np

from contracts.grid import WalkableGrid
from contracts.messages import Place
from contracts.quantities import Instant
from contracts.sitemap import Site
from firmware_sim.demand import arrivals, floor_weights, new_wishes, open_doors
from firmware_sim.luck import stream
from firmware_sim.scenario import Demand
from firmware_sim.ways import attractions

PLACES_MAX: Final = 160
"""Places beside the QR spots at which calls are made: about forty a floor, as fine as people say them."""


class Order(NamedTuple):
    at: Instant
    service: str
    place: Place


def draw_orders(
    site: Site, grid: WalkableGrid, demand: Demand, seed: int, start: Instant, end: Instant
) -> list[Order]:
    """All calls from ``start`` to ``end``, in order; no two at the same microsecond.

    Raises:
        ConfigError: the demand names what the site does not have.
    """
    wishes = new_wishes(site, demand, stream(seed, "demand"))
    rng = stream(seed, "places")
    places = places_by_floor(site, grid)
    open_doors(wishes, start)
    orders: list[Order] = []
    for at, service in arrivals(wishes, end):
        weights = [
            w if here else 0.0 for w, here in zip(floor_weights(site, demand, at), places, strict=True)
        ]
        shares = np.array(weights) / sum(weights)
        here = places[int(rng.choice(len(places), p=shares))]
        after = orders[-1].at + 1 if orders else at
        orders.append(Order(max(at, after), service, here[int(rng.integers(0, len(here)))]))
    return orders


def places_by_floor(site: Site, grid: WalkableGrid) -> list[list[Place]]:
    """Spots and other public places, by floor; the same on every day."""
    places: list[list[Place]] = [[] for _ in site.floors]
    for spot in site.spots:
        places[site.floor_index(spot.floor)].append(Place(spot.floor, spot.x_m, spot.y_m))
    for cell in attractions(site, grid, PLACES_MAX, stream(0, "places")).tolist():
        floor = int(grid.floor[cell])
        where = (round(float(grid.x_m[cell]), 2), round(float(grid.y_m[cell]), 2))
        places[floor].append(Place(site.floors[floor].floor, *where))
    return places
