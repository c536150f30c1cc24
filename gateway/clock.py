"""A gateway's clock against ours: how much to add to its time to get server time.

The least delay (arrival minus the newest entry's time) seen in a window is the clock's offset plus the
shortest way: what is later than that waited somewhere. Three things must not be confused:

* the clock is set (a step): the delay jumps and then *stays*;
* a back-log after an outage: the delay jumps and then *falls*, batch by batch;
* a clock that was never set (years off, or seconds since boot): any offset is as good as another.

So a rising delay is believed only when it stays the same for ``STEP_SPAN``; until then the entries count
as late. A falling one is believed at once: nothing arrives before it was sent. (Not so if it fell by more
than a day: one garbled date must not set the clock.)
"""

from dataclasses import dataclass, field
from typing import Final

from contracts.quantities import DAY, MILLISECOND, SECOND, Duration, Instant

BUCKETS: Final = 6
STEP_SPAN: Final = 5 * SECOND
STEP_SPREAD: Final = 1 * SECOND
"""Upload intervals of one second make the delay wander that much."""
STEP_COUNT: Final = 4
RISE_MAX: Final = 500 * MILLISECOND
"""Per window; a bad crystal (200 ppm) drifts 12 ms a minute."""
UNSET: Final = 1 * DAY
"""A clock further off than this was never set."""


@dataclass(slots=True)
class GatewayClock:
    """Mutable: the state of one gateway's clock. All in microseconds."""

    window: Duration
    offset: Duration | None = None
    steps: int = 0
    """How often the clock was set, as far as we saw."""
    buckets: list[tuple[Instant, Duration]] = field(default_factory=list)
    """(start of the bucket, least delay in it), oldest first, at most ``BUCKETS``."""
    steady: tuple[Instant, Duration, Duration, int] | None = None
    """Delays that stay above the offset: (since, least, greatest, how many)."""

    def note(self, newest: Instant, arrival: Instant, absolute: bool) -> Duration:
        """Learn from one payload; returns the offset.

        ``newest + offset <= arrival`` but for a leap of more than a day, which must stay before it is
        believed: callers take the earlier of both.

        ``absolute`` = the time is since 1970, so that a clock never seen before is believed if it is
        not absurd. Else the first payload anchors it.
        """
        delay = arrival - newest
        if self.offset is None:
            trusted = absolute and 0 <= delay < UNSET
            self.offset = 0 if trusted else delay
            self.buckets = [(arrival, self.offset)]
        if delay < self.offset - UNSET:
            self._suspect(arrival, delay)
        elif delay < self.offset:
            if self.offset - delay > RISE_MAX and self.offset != 0:
                self.steps += 1
            self._restart(arrival, delay)
        elif delay > self.offset + RISE_MAX:
            self._suspect(arrival, delay)
        else:
            self.steady = None
            self._file(arrival, delay)
        return self.offset

    def _restart(self, arrival: Instant, delay: Duration) -> None:
        self.offset = delay
        self.buckets = [(arrival, delay)]
        self.steady = None

    def _suspect(self, arrival: Instant, delay: Duration) -> None:
        """A late payload, or a clock that was set: only constancy tells."""
        since, least, greatest, count = self.steady or (arrival, delay, delay, 0)
        least, greatest, count = min(least, delay), max(greatest, delay), count + 1
        if greatest - least > STEP_SPREAD:
            self.steady = (arrival, delay, delay, 1)
            return
        self.steady = (since, least, greatest, count)
        if arrival - since >= STEP_SPAN and count >= STEP_COUNT:
            self.steps += 1
            self._restart(arrival, least)

    def _file(self, arrival: Instant, delay: Duration) -> None:
        """The least of the window, which may rise slowly as old buckets leave."""
        start, least = self.buckets[-1]
        if arrival - start < self.window // BUCKETS:
            if delay >= least:
                return
            self.buckets[-1] = (start, delay)
        else:
            self.buckets.append((arrival, delay))
            if len(self.buckets) > BUCKETS:
                del self.buckets[0]
        self.offset = min(least for _, least in self.buckets)
