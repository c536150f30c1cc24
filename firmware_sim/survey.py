"""A commissioning walk through the simulated building: what a radio map is learnt from.

Somebody carries a tag from stop to stop, stays some seconds at each and turns round, as the installation
instructions ask for. The building is that of every run with the same scenario.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.grid import WalkableGrid
from contracts.quantities import SECOND, Instant, from_seconds
from contracts.sitemap import Site
from firmware_sim.coverage import build_coverage
from firmware_sim.radio import Emitters, hear
from firmware_sim.scenario import Scenario

WALK_MPS: Final = 1.0
"""Between stops; nothing is recorded on the way."""
TURNS: Final = 4
"""Directions the wearer faces at each stop: the body is in the way of other gateways each time."""


@dataclass(frozen=True, eq=False)
class Survey:
    """n observations in order of time, and s stops."""

    at: NDArray[np.int64]
    gateway: NDArray[np.int16]
    """(n,) index into ``Site.gateways``."""
    rssi_dbm: NDArray[np.int8]
    stop_floor: NDArray[np.int8]
    stop_x_m: NDArray[np.float64]
    stop_y_m: NDArray[np.float64]
    stop_from: NDArray[np.int64]
    stop_until: NDArray[np.int64]


def walk(
    site: Site,
    grid: WalkableGrid,
    scenario: Scenario,
    start: Instant,
    rng: np.random.Generator,
    spacing_m: float = 12.0,
    stay_s: float = 10.0,
    advert_s: float = 0.5,
) -> Survey:
    """A stop in each square of ``spacing_m``, row by row, floor by floor."""
    cells = stops(grid, spacing_m)
    floor, x_m, y_m = grid.floor[cells], grid.x_m[cells].astype(float), grid.y_m[cells].astype(float)
    arrive = start + _on_the_way(x_m, y_m, stay_s)
    beats = np.arange(0.0, stay_s, advert_s)
    at = (arrive[:, None] + np.rint(beats * SECOND).astype(np.int64)).ravel()
    stop = np.repeat(np.arange(len(cells)), len(beats))
    angle = np.tile(np.floor(beats / stay_s * TURNS) * (2 * np.pi / TURNS), len(cells))
    emitters = Emitters(
        floor[stop],
        x_m[stop],
        y_m[stop],
        np.zeros(len(stop), np.float32),
        np.zeros(len(stop), bool),
        np.ones(len(stop), bool),
        np.stack([np.cos(angle), np.sin(angle)], axis=1),
    )
    heard = hear(build_coverage(site, scenario.radio), scenario.radio, emitters, rng)
    return Survey(
        at[heard.advert],
        heard.gateway,
        heard.rssi_dbm,
        floor,
        x_m,
        y_m,
        arrive,
        arrive + from_seconds(stay_s),
    )


def stops(grid: WalkableGrid, spacing_m: float) -> NDArray[np.intp]:
    """The cell nearest to the middle of each square that has walkable ground, in walking order."""
    row, column = np.floor(grid.y_m / spacing_m), np.floor(grid.x_m / spacing_m)
    away = np.hypot(grid.x_m - (column + 0.5) * spacing_m, grid.y_m - (row + 0.5) * spacing_m)
    forth = np.where(row % 2 == 0, column, -column)
    order = np.lexsort((away, forth, row, grid.floor))
    squares = np.stack([grid.floor[order], row[order], column[order]], axis=1)
    first = np.ones(len(order), bool)
    first[1:] = (squares[1:] != squares[:-1]).any(axis=1)
    chosen: NDArray[np.intp] = order[first]
    return chosen


def _on_the_way(x_m: NDArray[np.float64], y_m: NDArray[np.float64], stay_s: float) -> NDArray[np.int64]:
    """When each stop is reached, after the start."""
    legs_s = np.hypot(np.diff(x_m), np.diff(y_m)) / WALK_MPS + stay_s
    seconds = np.concatenate([[0.0], np.cumsum(legs_s)])
    result: NDArray[np.int64] = np.rint(seconds * SECOND).astype(np.int64)
    return result
