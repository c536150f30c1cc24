"""The times within one vendor's payload, and what they are in server time.

Coarse times (whole seconds) are meant as "within this second".
"""

from statistics import median_low
from typing import Final

from contracts.quantities import SECOND, Duration, Instant
from gateway.heard import Heard
from gateway.sightings import ABSOLUTE, Basis, Sighting

SPAN_MAX: Final = 120 * SECOND
"""Uploads span up to 60 s; an entry this far ahead of the batch's middle has a broken time."""
HALF_SECOND: Final = SECOND // 2
FRESH: Final = 3 * HALF_SECOND
TIMED: Final[frozenset[Basis]] = ABSOLUTE | {"gateway_uptime", "gateway_local_no_zone"}
"""Times whose differences mean something, and with a clock's offset the times themselves."""


def batch_times(
    sightings: list[Sighting], heard: Heard, arrival: Instant
) -> tuple[list[Instant | None], bool]:
    """When each sighting was heard, in server time (None for a time that cannot be); are times coarse?

    Learns the clock's offset. What has no time was heard on arrival, and nothing was heard later.
    """
    if len(sightings) == 1:
        return _single_time(sightings[0], heard, arrival)
    times = [sighting.at for sighting in sightings if sighting.at is not None and sighting.basis in TIMED]
    if not times:
        return [arrival] * len(sightings), True
    newest = max(times)
    sound = newest - min(times) <= SPAN_MAX
    if not sound:
        middle = median_low(times)
        newest = max(at for at in times if at - middle <= SPAN_MAX)
    absolute = next(sighting.basis for sighting in sightings if sighting.at is not None) in ABSOLUTE
    clock = heard.clock if absolute else heard.counter
    coarse = not any(at % SECOND for at in times)
    offset = clock.note(newest, arrival, absolute) + (HALF_SECOND if coarse else 0)
    if sound and len(times) == len(sightings):
        latest = arrival - offset
        return [at + offset if at < latest else arrival for at in times], coarse
    return [_server_time(sighting, newest, offset, arrival) for sighting in sightings], coarse


def _single_time(sighting: Sighting, heard: Heard, arrival: Instant) -> tuple[list[Instant | None], bool]:
    at = sighting.at
    if at is None or sighting.basis not in TIMED:
        return [arrival], True
    absolute = sighting.basis in ABSOLUTE
    coarse = at % SECOND == 0
    at += (heard.clock if absolute else heard.counter).note(at, arrival, absolute)
    if coarse:
        at = arrival if arrival - at < FRESH else at + HALF_SECOND
    return [min(at, arrival)], coarse


def _server_time(sighting: Sighting, newest: Instant, offset: Duration, arrival: Instant) -> Instant | None:
    at = sighting.at
    if at is None or sighting.basis not in TIMED:
        return arrival
    return None if at > newest else min(at + offset, arrival)
