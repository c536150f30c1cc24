"""A batch of readings, put together by device and gateway: what the filter takes in one go."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from positioning.compiled import compiled

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

    def cut(self, index: NDArray[np.intp], width: int) -> "Batch":
        """Some devices and the first ``width`` columns, in one piece of memory each."""
        return Batch(
            row=self.row[index],
            newest_s=self.newest_s[index],
            gateway=np.ascontiguousarray(self.gateway[index, :width]),
            rssi_dbm=np.ascontiguousarray(self.rssi_dbm[index, :width]),
            count=np.ascontiguousarray(self.count[index, :width]),
            heard_s=np.ascontiguousarray(self.heard_s[index, :width]),
        )


def gather(readings: Readings, gateways: int) -> Batch:
    """Mean level per device and gateway; independent of the order of readings.

    Levels are whole decibels, so that sums are exact in any order.
    """
    counts = np.bincount(readings.row)
    devices = np.flatnonzero(counts)
    sizes = counts[devices]
    batch = Batch(
        row=devices,
        newest_s=np.zeros(len(devices)),
        gateway=np.zeros((len(devices), WIDTH), np.int64),
        rssi_dbm=np.zeros((len(devices), WIDTH)),
        count=np.zeros((len(devices), WIDTH)),
        heard_s=np.zeros((len(devices), WIDTH)),
    )
    columns = (readings.gateway, readings.rssi_dbm, readings.heard_s)
    tables = (batch.gateway, batch.rssi_dbm, batch.count, batch.heard_s)
    order = _by_row(readings.row, np.cumsum(counts) - counts)
    widest = _gather(order, sizes, columns, gateways, batch.newest_s, tables)
    return batch.cut(np.arange(len(devices)), widest)


@compiled
def _by_row(row: Ints, begin: Ints) -> Ints:
    """Readings in the order of their rows, in that of arrival within; ``begin`` (rows,) is used up."""
    order = np.empty(len(row), np.int64)
    for at in range(len(row)):
        order[begin[row[at]]] = at
        begin[row[at]] += 1
    return order


@compiled
def _gather(
    order: Ints,
    sizes: Ints,
    columns: tuple[Ints, Floats, Floats],
    gateways: int,
    newest_s: Floats,
    tables: tuple[Ints, Floats, Floats, Floats],
) -> int:
    """Fill the tables, loudest first and of equals the first gateway; gives their width."""
    gateway, rssi_dbm, heard_s = columns
    total, count, latest = np.zeros(gateways), np.zeros(gateways), np.zeros(gateways)
    near, begin, widest = np.zeros(gateways, np.int64), 0, 0
    for i in range(len(sizes)):
        found = 0
        newest_s[i] = -np.inf
        for at in order[begin : begin + sizes[i]]:
            g = gateway[at]
            if count[g] == 0:
                near[found], latest[g] = g, heard_s[at]
                found += 1
            total[g] += rssi_dbm[at]
            count[g] += 1
            latest[g] = max(latest[g], heard_s[at])
            newest_s[i] = max(newest_s[i], heard_s[at])
        begin += sizes[i]
        for g in near[:found]:
            total[g] /= count[g]
        for k in range(min(found, WIDTH)):
            best = k
            for other in range(k + 1, found):
                g, h = near[other], near[best]
                if total[g] > total[h] or (total[g] == total[h] and g < h):
                    best = other
            near[k], near[best] = near[best], near[k]
            g = near[k]
            tables[0][i, k], tables[1][i, k] = g, total[g]
            tables[2][i, k], tables[3][i, k] = count[g], latest[g]
        widest = max(widest, min(found, WIDTH))
        for g in near[:found]:
            total[g] = count[g] = 0.0
    return widest
