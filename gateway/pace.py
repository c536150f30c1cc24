"""How often tags advertise: counted now and then, for ten seconds in five minutes.

A tag that speaks every five seconds is found five seconds late. What a gateway far away misses says
nothing, so that the gateway that heard a tag most often counts, and only if it heard it well.
"""

from collections import defaultdict
from operator import attrgetter
from typing import Final

import msgspec
import numpy as np

from contracts.messages import ScanReport
from contracts.quantities import MINUTE, SECOND, Instant, to_seconds

SAMPLE: Final = 10 * SECOND
EACH: Final = 5 * MINUTE
HEARD_WELL_DBM: Final = -80.0
"""Weaker adverts are lost too often to count them."""


class Tally(msgspec.Struct, gc=False):
    """What one gateway heard of one device in a sample. Mutable: it counts."""

    adverts: int = 0
    sum_dbm: float = 0.0


_adverts: Final = attrgetter("adverts")


def _no_tallies() -> defaultdict[str, defaultdict[str, Tally]]:
    """By device and gateway."""
    return defaultdict(lambda: defaultdict(Tally))


class Pace:
    """Counts in samples; quiet between them, which spares the work."""

    def __init__(self) -> None:
        self._from: Instant | None = None
        self._next_at: Instant = 0
        self._tallies = _no_tallies()

    @property
    def sampling(self) -> bool:
        return self._from is not None

    def note(self, report: ScanReport) -> None:
        """Count a report of enrolled devices; smoothed values come at no pace of the tag's."""
        if report.filtered:
            return
        device = np.frombuffer(report.device, "<u2")
        counts = np.bincount(device).tolist()
        sums = np.bincount(device, np.frombuffer(report.rssi_dbm, np.int8)).tolist()
        for name, count, sum_dbm in zip(report.device_ids, counts, sums, strict=False):
            if count:
                tally = self._tallies[name][report.gateway]
                tally.adverts += count
                tally.sum_dbm += sum_dbm

    def tick(self, now: Instant) -> dict[str, float]:
        """Begin and end samples; at an end, the interval in seconds of each device that was heard well."""
        if self._from is None:
            if now >= self._next_at:
                self._from = now
            return {}
        if now - self._from < SAMPLE:
            return {}
        span_s = to_seconds(now - self._from)
        tallies, self._tallies = self._tallies, _no_tallies()
        self._from, self._next_at = None, now + EACH
        best = {device: max(heard.values(), key=_adverts) for device, heard in tallies.items()}
        return {
            device: round(span_s / tally.adverts, 1)
            for device, tally in best.items()
            if tally.sum_dbm / tally.adverts >= HEARD_WELL_DBM
        }
