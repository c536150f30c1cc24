"""The recent past of every device: for each gateway a fading mean of its readings.

A reading counts ``exp(-age / (window / 2))``: the mean lag of a sliding window with a constant amount of
memory, and late readings simply count less. Dense arrays (devices, gateways): 1 000 devices and 80
gateways take 2 MB, and no bookkeeping of who was heard where.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Readings:
    """A batch in the order of arrival, all (n,)."""

    row: Ints
    gateway: Ints
    rssi_dbm: Floats
    heard_s: Floats
    """Seconds on the service's own time line."""


@dataclass(frozen=True)
class Recent:
    """What a few devices heard lately, loudest first, (n, k); ``count`` 0 where there is none."""

    gateway: Ints
    rssi_dbm: Floats
    count: Floats
    """Effective number of readings in the mean."""


class Window:
    """Mutable arrays (devices, gateways); they grow by ``reserve``."""

    def __init__(self, gateways: int, window_s: float) -> None:
        self.window_s = window_s
        self.decay_s = window_s / 2
        self.weight: Floats = np.zeros((0, gateways))
        self.total: Floats = np.zeros((0, gateways))
        """Weighted sum of levels."""
        self.heard_s: Floats = np.zeros((0, gateways))

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` devices."""
        missing = max(0, rows - len(self.weight))
        empty = np.zeros((missing, self.weight.shape[1]))
        self.weight, self.total, self.heard_s = (
            np.concatenate([old, empty]) for old in (self.weight, self.total, self.heard_s)
        )

    def clear(self, rows: Ints) -> None:
        """Forget the devices in ``rows``."""
        self.weight[rows] = self.total[rows] = self.heard_s[rows] = 0.0

    def rebuild(self, gateways: int, old_to_new: Ints) -> None:
        """Gateways were installed or removed: ``old_to_new[old]`` is the new column, -1 = gone."""
        stay = np.flatnonzero(old_to_new >= 0)
        for name in ("weight", "total", "heard_s"):
            old = getattr(self, name)
            new = np.zeros((len(old), gateways))
            new[:, old_to_new[stay]] = old[:, stay]
            setattr(self, name, new)

    def shift(self, seconds: float) -> None:
        """The clock was set: move the past with it."""
        self.heard_s += seconds

    def add(self, readings: Readings) -> None:
        """File a batch."""
        if not len(readings.row):
            return
        row, gateway, newest_s, weight, total = _by_pair(readings, self.weight.shape[1], self.decay_s)
        old_s = self.heard_s[row, gateway]
        at_s = np.maximum(old_s, newest_s)
        keep = np.exp((old_s - at_s) / self.decay_s)
        fresh = np.exp((newest_s - at_s) / self.decay_s)
        self.weight[row, gateway] = self.weight[row, gateway] * keep + weight * fresh
        self.total[row, gateway] = self.total[row, gateway] * keep + total * fresh
        self.heard_s[row, gateway] = at_s

    def recent(self, rows: Ints, now_s: float, width: int) -> Recent:
        """The ``width`` loudest gateways of each device in ``rows`` that heard it within the window."""
        weight = self.weight[rows]
        age_s = now_s - self.heard_s[rows]
        fresh = (weight > 0) & (age_s <= self.window_s)
        with np.errstate(invalid="ignore", divide="ignore"):
            level = np.where(fresh, self.total[rows] / weight, -np.inf)
        width = min(width, level.shape[1])
        best = np.argsort(-level, axis=1, kind="stable")[:, :width]
        count = np.take_along_axis(np.where(fresh, weight * np.exp(-age_s / self.decay_s), 0.0), best, 1)
        return Recent(best, np.take_along_axis(level, best, 1), count)


def _by_pair(readings: Readings, gateways: int, decay_s: float) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Sum up readings of the same device and gateway: row, gateway, newest time, weight, weighted sum."""
    key, inverse = np.unique(readings.row * gateways + readings.gateway, return_inverse=True)
    newest_s = np.full(len(key), -np.inf)
    np.maximum.at(newest_s, inverse, readings.heard_s)
    share = np.exp((readings.heard_s - newest_s[inverse]) / decay_s)
    weight = np.bincount(inverse, share, len(key))
    total = np.bincount(inverse, share * readings.rssi_dbm, len(key))
    return key // gateways, key % gateways, newest_s, weight, total
