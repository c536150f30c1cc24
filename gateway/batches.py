"""The times within one vendor's payload, and what they are in server time.

Coarse times (whole seconds) are meant as "within this second".
"""

from statistics import median_low
from typing import Final, NamedTuple

from contracts.quantities import SECOND, Duration, Instant
from gateway.heard import Heard
from gateway.sightings import ABSOLUTE, Basis, Sighting

SPAN_MAX: Final = 120 * SECOND
"""Uploads span up to 60 s; an entry this far ahead of the batch's middle has a broken time."""
HALF_SECOND: Final = SECOND // 2
FRESH: Final = 3 * HALF_SECOND
TIMED: Final[frozenset[Basis]] = ABSOLUTE | {"gateway_uptime", "gateway_local_no_zone"}
"""Times whose differences mean something, and with a clock's offset the times themselves."""


class BatchTimes(NamedTuple):
    """How the entries' own times become server time."""

    offset: Duration | None
    """None: no entry has a time, all were heard on arrival."""
    newest: Instant
    """Gateway time."""
    coarse: bool
    alone: bool
    plain: bool
    """Every entry has a fine time and none is broken: adding the offset is all."""


_UNTIMED: Final = BatchTimes(None, 0, True, False, False)


def batch_times(sightings: list[Sighting], heard: Heard, arrival: Instant) -> BatchTimes:
    """Learn the clock's offset from a batch."""
    if len(sightings) == 1:
        return _single_time(sightings[0], heard, arrival)
    times = [sighting.at for sighting in sightings if sighting.at is not None and sighting.basis in TIMED]
    if not times:
        return _UNTIMED
    newest = max(times)
    sound = newest - min(times) <= SPAN_MAX
    if not sound:
        middle = median_low(times)
        newest = max(at for at in times if at - middle <= SPAN_MAX)
    absolute = next(sighting.basis for sighting in sightings if sighting.at is not None) in ABSOLUTE
    clock = heard.clock if absolute else heard.counter
    coarse = not any(at % SECOND for at in times)
    offset = clock.note(newest, arrival, absolute)
    plain = sound and not coarse and len(times) == len(sightings)
    return BatchTimes(offset, newest, coarse, False, plain)


def _single_time(sighting: Sighting, heard: Heard, arrival: Instant) -> BatchTimes:
    at = sighting.at
    if at is None or sighting.basis not in TIMED:
        return _UNTIMED
    absolute = sighting.basis in ABSOLUTE
    coarse = at % SECOND == 0
    offset = (heard.clock if absolute else heard.counter).note(at, arrival, absolute)
    return BatchTimes(offset, at, coarse, True, not coarse)


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
