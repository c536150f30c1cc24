"""One vendor's payload to rows in server time: the times, the ages, the repeats within it.

Coarse times (whole seconds) are meant as "within this second". Advert and scan response of one device,
or a decoded and a raw entry of one advert, are two looks at the same fading: they become one row.
"""

from collections import Counter
from dataclasses import dataclass
from statistics import median_low
from typing import Final

from contracts.quantities import MILLISECOND, SECOND, Duration, Instant
from gateway.heard import Heard
from gateway.sightings import ABSOLUTE, Basis, Sighting

SPAN_MAX: Final = 120 * SECOND
"""Uploads span up to 60 s; an entry this far ahead of the batch's middle has a broken time."""
HALF_SECOND: Final = SECOND // 2
FRESH: Final = 3 * HALF_SECOND
TIMED: Final[frozenset[Basis]] = ABSOLUTE | {"gateway_uptime", "gateway_local_no_zone"}
"""Times whose differences mean something, and with a clock's offset the times themselves."""


@dataclass(frozen=True, slots=True)
class BatchTimes:
    """How the entries' own times become server time."""

    offset: Duration | None
    """None: no entry has a time, all were heard on arrival."""
    newest: Instant
    """Gateway time."""
    coarse: bool
    alone: bool


def batch_times(sightings: list[Sighting], heard: Heard, arrival: Instant) -> BatchTimes:
    """Learn the clock's offset from a batch."""
    times = [sighting.at for sighting in sightings if sighting.at is not None and sighting.basis in TIMED]
    if not times:
        return BatchTimes(None, 0, True, len(sightings) == 1)
    newest = max(times)
    if newest - min(times) > SPAN_MAX:
        middle = median_low(times)
        newest = max(at for at in times if at - middle <= SPAN_MAX)
    absolute = any(sighting.basis in ABSOLUTE for sighting in sightings)
    clock = heard.clock if absolute else heard.counter
    coarse = not any(at % SECOND for at in times)
    return BatchTimes(clock.note(newest, arrival, absolute), newest, coarse, len(sightings) == 1)


def server_time(sighting: Sighting, times: BatchTimes, arrival: Instant) -> Instant | None:
    """When a sighting was heard, in server time; None for a time that cannot be."""
    at = sighting.at
    if times.offset is None or at is None or sighting.basis not in TIMED:
        return arrival
    if at > times.newest:
        return None
    at += times.offset
    if times.coarse:
        if times.alone and arrival - at < FRESH:
            return arrival
        at += HALF_SECOND
    return min(at, arrival)


@dataclass(slots=True)
class Row:
    """One sample of one device. Mutable while a batch is read."""

    device: str
    rssi_dbm: float
    at: Instant
    adv: bytes | None
    merged: int = 1


class Rows:
    """The rows of one batch; near repeats are averaged (in dB) into the row before them."""

    def __init__(self, merge_ms: int, coarse: bool) -> None:
        self._span = merge_ms * MILLISECOND
        self._coarse = coarse
        self._last: dict[str, Row] = {}
        self.rows: list[Row] = []

    def add(self, device: str, rssi_dbm: float, at: Instant, adv: bytes | None, drops: Counter[str]) -> None:
        last = self._last.get(device)
        if last is not None and self._same(last, at, adv):
            last.rssi_dbm += (rssi_dbm - last.rssi_dbm) / (last.merged + 1)
            last.merged += 1
            drops["merged"] += 1
            return
        row = Row(device, rssi_dbm, at, adv)
        self._last[device] = row
        self.rows.append(row)

    def _same(self, last: Row, at: Instant, adv: bytes | None) -> bool:
        """With fine times: near in time. With coarse ones: another frame of the same second."""
        if not self._coarse:
            return abs(at - last.at) <= self._span
        return at == last.at and last.merged == 1 and adv != last.adv
