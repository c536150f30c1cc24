"""A commissioning walk in numbers: at which spots which gateway heard the surveying device, and how loud.

Readings taken within a cell are one spot, so that a long stay weighs no more than a short one (uneven
surveys spoil a map otherwise). A spot where a gateway was missed says something too: levels near the
receiver's limit are heard only when they happen to be high, and their mean is too high by what was not
heard (left-censored data; Tobin, Econometrica 26, 1958).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SPOTS_MAX: Final = 400
"""On a floor; beyond, cells are made larger. A map of 20 000 m² is no better with more."""
PACKET_DB: Final = 5.0
"""Spread of single readings at a spot, as measured."""
NEAR_LIMIT_DB: Final = 16.0
"""So much (three spreads) above the quietest, misses are accidents of the air, whatever the level."""
CHANCES_MIN: Final = 4
"""With fewer adverts at a spot silence says nothing."""


@dataclass(frozen=True)
class Walk:
    """Readings with the place where the device was, all (n,)."""

    floor: Ints
    x_m: Floats
    y_m: Floats
    gateway: Ints
    rssi_dbm: Floats


@dataclass(frozen=True)
class Survey:
    """s spots and g gateways."""

    floor: Ints
    x_m: Floats
    y_m: Floats
    level_dbm: Floats
    """(s, g) what the gateway receives there on average, corrected for what it missed; NaN = no idea."""
    spread_db: Floats
    """(s, g) how uncertain that is beyond the map's own noise."""
    missed: NDArray[np.bool_]
    """(s, g) nothing was heard: ``level_dbm`` is then an upper bound."""


def gather(walk: Walk, gateways: int, cell_m: float = 1.0) -> Survey:
    """The spots of a walk."""
    while True:
        key = np.stack([walk.floor, np.floor(walk.x_m / cell_m), np.floor(walk.y_m / cell_m)], axis=1)
        _, spot = np.unique(key, axis=0, return_inverse=True)
        spot = spot.ravel()
        spots = int(spot.max()) + 1 if len(spot) else 0
        floors = len(np.unique(walk.floor))
        if spots <= SPOTS_MAX * max(floors, 1):
            break
        cell_m *= 1.5
    total = np.bincount(spot, minlength=spots)
    pair = spot * gateways + walk.gateway
    count = np.bincount(pair, minlength=spots * gateways).reshape(spots, gateways)
    summed = np.bincount(pair, walk.rssi_dbm, spots * gateways).reshape(spots, gateways)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = summed / count
    floor = np.zeros(spots, np.int64)
    floor[spot] = walk.floor
    x = np.bincount(spot, walk.x_m, spots) / np.maximum(total, 1)
    y = np.bincount(spot, walk.y_m, spots) / np.maximum(total, 1)
    level, spread, missed = _uncensored(mean, count, walk.rssi_dbm)
    return Survey(floor, x, y, level, spread, missed)


def _uncensored(mean: Floats, count: Ints, rssi_dbm: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Levels as they are rather than as far as they were heard, their uncertainty, and what was missed.

    With a share f of the adverts heard (of the share that even loud gateways hear), the heard ones are the
    upper f of a normal distribution: its mean lies PACKET_DB * phi(a) / f lower, a = -Phi^-1(f).
    """
    chances = count.max(axis=1, initial=0)
    share = count / np.maximum(chances, 1)[:, None]
    usual = np.percentile(share[count > 0], 90) if (count > 0).any() else 1.0
    heard = np.clip((count + 0.5) / (chances[:, None] * usual + 1.0), 0.02, 0.98)
    point = -ndtri(heard)
    limit = np.percentile(rssi_dbm, 2) if len(rssi_dbm) else -100.0
    above = PACKET_DB * np.exp(-(point**2) / 2) / np.sqrt(2 * np.pi) / heard
    headroom_db = limit + NEAR_LIMIT_DB - np.nan_to_num(mean, nan=limit)
    above *= np.clip(2 * headroom_db / NEAR_LIMIT_DB, 0.0, 1.0)
    above[heard >= 0.9] = 0.0
    missed = (count == 0) & (chances >= CHANCES_MIN)[:, None]
    level = np.where(missed, limit - PACKET_DB * np.maximum(point, 0.0), mean - above)
    spread = np.sqrt(PACKET_DB**2 / np.maximum(count, 1) + (above / 2) ** 2)
    return level, np.where(missed, PACKET_DB, spread), missed
