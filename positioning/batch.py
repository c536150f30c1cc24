"""A batch of readings, put together by device and gateway: what the filter takes in one go."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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
    order = np.lexsort((readings.rssi_dbm, readings.heard_s, key))
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    count = np.diff(np.append(first, len(key)))
    level = np.add.reduceat(readings.rssi_dbm[order], first) / count
    heard_s = readings.heard_s[order][np.append(first[1:], len(key)) - 1]
    row, gateway = key[first] // gateways, key[first] % gateways
    loudest = np.lexsort((gateway, -level, row))
    row = row[loudest]
    begin = np.flatnonzero(np.diff(row, prepend=-1))
    sizes = np.diff(np.append(begin, len(row)))
    rank = np.arange(len(row)) - np.repeat(begin, sizes)
    newest_s = np.maximum.reduceat(heard_s[loudest], begin)
    used = rank < WIDTH
    at = (np.repeat(np.arange(len(begin)), sizes)[used], rank[used])
    shape = (len(begin), min(WIDTH, int(sizes.max())))

    def table(values: NDArray[np.generic]) -> NDArray[np.generic]:
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
