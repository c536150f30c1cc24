"""Why an estimate is as it is: who was heard, how well that fits, who should have been heard and was not.

Worked out only when somebody asks: the batches of the last seconds are kept as they are, so that nobody
who does not ask pays for it.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from contracts.messages import PositionExplained
from contracts.quantities import Instant
from positioning import geometry
from positioning.batch import Batch
from positioning.settings import PositioningSettings
from positioning.tracks import Tracks, World, not_heard_m2
from positioning.weighing import DEGREES

Floats = NDArray[np.float64]
BATCHES_MAX: Final = 64
"""Kept at once, whatever their age: bounds the memory when wakes follow each other quickly."""
HEARABLE_DBM: Final = -95.0
"""Levels that receivers hear nearly always: 1.8 of 2 adverts, as measured."""
AIR_LOSS: Final = 0.3
"""Share of adverts that are lost at any level, at worst, as measured."""
EXPECTED: Final = 0.9
"""A gateway is missing when it should have heard the device with so much probability."""
SAID_MAX: Final = 16
"""Gateways named, of each kind: the strongest and the most surely missing."""


class Recent:
    """What was heard of late, by batches."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._batches: deque[tuple[float, Batch]] = deque(maxlen=BATCHES_MAX)

    def put(self, batch: Batch, now_s: float) -> None:
        """Remember a batch and forget those that are too old."""
        self._batches.append((now_s, batch))
        while self._batches[0][0] < now_s - self._window_s:
            self._batches.popleft()

    def clear(self) -> None:
        """Rows or gateways have new numbers."""
        self._batches.clear()

    def heard(self, row: int, gateways: int, now_s: float) -> tuple[Floats, Floats]:
        """Of one device: sum of levels in dBm and number of readings, (gateways,) each."""
        total, count = np.zeros(gateways), np.zeros(gateways)
        for at_s, batch in self._batches:
            i = int(np.searchsorted(batch.row, row))
            if at_s >= now_s - self._window_s and i < len(batch.row) and batch.row[i] == row:
                np.add.at(total, batch.gateway[i], batch.rssi_dbm[i] * batch.count[i])
                np.add.at(count, batch.gateway[i], batch.count[i])
        return total, count


def unknown(device_id: str, now: Instant) -> PositionExplained:
    """Of a device that is not enrolled, or was not heard for long."""
    return PositionExplained(device_id=device_id, at=now, located=False)


def explain(
    device_id: str,
    row: int,
    recent: Recent,
    tracks: Tracks,
    world: World,
    settings: PositioningSettings,
    now: Instant,
    now_s: float,
) -> PositionExplained:
    """The evidence behind the estimate of ``row``, which is being followed."""
    names = tuple(world.gateways.index)
    seen = _seen(row, recent, tracks, world, settings, now_s)
    used = np.flatnonzero(seen.count > 0)
    used = used[np.argsort(-seen.level_dbm[used], kind="stable")][:SAID_MAX]
    missing = np.flatnonzero((seen.count == 0) & (seen.chance > EXPECTED))
    missing = missing[np.argsort(-seen.chance[missing], kind="stable")][:SAID_MAX]
    residual_db = seen.level_dbm - seen.expected_dbm
    spread_db = float(tracks.spread_db[row])
    z2 = residual_db**2 / (world.gateways.noise_db**2 + settings.packet_db**2 / np.maximum(seen.count, 1))
    bound = geometry.covariance(tracks.known[row : row + 1], np.array([spread_db]))
    return PositionExplained(
        device_id=device_id,
        at=now,
        located=True,
        gateways=tuple(names[g] for g in used),
        heard_dbm=_rounded(seen.level_dbm[used]),
        residual_db=_rounded(residual_db[used]),
        trust=tuple(round(float(v), 2) for v in (DEGREES / (DEGREES + z2))[used]),
        missing=tuple(names[g] for g in missing),
        missing_probability=tuple(round(float(p), 2) for p in seen.chance[missing]),
        offset_db=round(float(tracks.offset_db[row]), 1),
        offset_spread_db=round(spread_db, 1),
        hdop_m_per_db=_hdop(used, seen, world, settings, spread_db),
        cloud_m=round(float(np.sqrt(seen.variance_m2)) * world.ellipse_scale, 2),
        geometry_m=round(float(np.sqrt((bound[0] + bound[2])[0])) * world.ellipse_scale, 2),
        silence_m=round(float(np.sqrt(2 * not_heard_m2(now_s - float(tracks.solved_s[row]), settings))), 2),
    )


@dataclass(frozen=True)
class _Seen:
    """What a device's cloud says of each of g gateways, (g,)."""

    count: Floats
    level_dbm: Floats
    expected_dbm: Floats
    chance: Floats
    """That it is heard at least once in the window."""
    x_m: float
    y_m: float
    floor: int
    variance_m2: float
    """Of the cloud, x and y together."""


def _seen(
    row: int, recent: Recent, tracks: Tracks, world: World, settings: PositioningSettings, now_s: float
) -> _Seen:
    cloud, gateways = tracks.cloud, len(world.gateways)
    total, count = recent.heard(row, gateways, now_s)
    weight = cloud.weight[row].astype(float)
    on = world.ground.floor[cloud.cell[row]]
    floor = int(np.argmax(np.bincount(on, weight)))
    weight = np.where(on == floor, weight, 0.0)
    weight /= weight.sum()
    x_m, y_m = float(weight @ cloud.x_m[row]), float(weight @ cloud.y_m[row])
    variance = weight @ ((cloud.x_m[row] - x_m) ** 2 + (cloud.y_m[row] - y_m) ** 2)
    table = world.radio.expected_dbm(cloud.cell[row][:, None], np.arange(gateways, dtype=np.int32))
    level = table + cloud.offset_db[row][:, None]
    spread_db = np.sqrt(world.gateways.noise_db**2 + settings.packet_db**2)
    adverts = count.max(initial=0.0)
    audible = weight @ ndtr((level - HEARABLE_DBM) / spread_db)
    return _Seen(
        count=count,
        level_dbm=np.where(count > 0, total / np.maximum(count, 1), 0.0),
        expected_dbm=weight @ level,
        chance=audible * (1 - AIR_LOSS**adverts),
        x_m=x_m,
        y_m=y_m,
        floor=floor,
        variance_m2=float(variance),
    )


def _hdop(
    used: NDArray[np.int64], seen: _Seen, world: World, settings: PositioningSettings, spread_db: float
) -> float:
    """Metres of spread per dB of noise, by where the gateways hang around the place."""
    if not len(used):
        return round(float(np.sqrt(2) * geometry.REACH_M), 2)
    gateways = world.gateways
    rise_m = (
        world.storeys.elevation_m[gateways.floor[used]]
        + gateways.height_m[used]
        - world.storeys.elevation_m[seen.floor]
        - settings.tag_height_m
    )
    sums = geometry.information(
        (seen.x_m - gateways.x_m[used])[None],
        (seen.y_m - gateways.y_m[used])[None],
        rise_m[None],
        gateways.exponent[used][None],
        np.ones((1, len(used))),
    )
    xx, _, yy = geometry.covariance(sums, np.array([spread_db]))
    return round(float(np.sqrt(xx[0] + yy[0])), 2)


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 1) for value in values)
