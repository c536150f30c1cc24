"""A batch of readings, put together by device and gateway: what the filter takes in one go."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T", bound=np.generic)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LOUDER_THAN_ALL = 1024.0
"""Decibels; more than any difference of levels, so that one key sorts by device and then by level."""
WIDTH = 12
"""Loudest gateways used per device and update: beyond the dozen another one moves a fix by centimetres."""


@dataclass(frozen=True)
class Readings:
    """Readings in the order of arrival, all (n,)."""

    row: Ints
    gateway: Ints
    rssi_dbm: Floats
    heard_s: Floats
    """Seconds on the service's own time line."""


@dataclass(frozen=True)
class Batch:
    """What m devices heard of up to k gateways, loudest first."""

    row: Ints
    """(m,) distinct, ascending."""
    newest_s: Floats
    """(m,)"""
    gateway: Ints
    """(m, k); 0 where ``count`` is 0."""
    rssi_dbm: Floats
    """(m, k) means."""
    count: Floats
    """(m, k) readings in the mean."""
    heard_s: Floats
    """(m, k) newest reading of each gateway."""


def gather(readings: Readings, gateways: int) -> Batch:
    """Mean level per device and gateway; independent of the order of readings."""
    key = readings.row * gateways + readings.gateway
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    count = np.diff(np.append(first, len(key)))
    # Levels are whole decibels, so that sums are exact in any order.
    level = np.add.reduceat(readings.rssi_dbm[order], first) / count
    heard_s = np.maximum.reduceat(readings.heard_s[order], first)
    row, gateway = key[first] // gateways, key[first] % gateways
    loudest = np.argsort(row * LOUDER_THAN_ALL - level, kind="stable")
    row = row[loudest]
    begin = np.flatnonzero(np.diff(row, prepend=-1))
    sizes = np.diff(np.append(begin, len(row)))
    rank = np.arange(len(row)) - np.repeat(begin, sizes)
    newest_s = np.maximum.reduceat(heard_s[loudest], begin)
    used = rank < WIDTH
    at = (np.repeat(np.arange(len(begin)), sizes)[used], rank[used])
    shape = (len(begin), min(WIDTH, int(sizes.max())))

    def table(values: NDArray[_T]) -> NDArray[_T]:
        result = np.zeros(shape, values.dtype)
        result[at] = values[loudest][used]
        return result

    return Batch(
        row=row[begin],
        newest_s=newest_s,
        gateway=table(gateway),
        rssi_dbm=table(level),
        count=table(count.astype(np.float64)),
        heard_s=table(heard_s),
    )
