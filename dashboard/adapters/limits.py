"""How often somebody may try: token buckets and back-off, by key, with a limit to the keys kept."""

from collections import OrderedDict
from typing import Final

from contracts.quantities import Instant, from_seconds, to_seconds

KEYS_LIMIT: Final = 10_000
"""Keys remembered; the longest unused is forgotten first."""


class Buckets:
    """Each key may do ``burst`` things at once and one more each ``every_s`` seconds."""

    def __init__(self, burst: int, every_s: float) -> None:
        self._burst = burst
        self._every = from_seconds(every_s)
        self._full_at: OrderedDict[str, Instant] = OrderedDict()
        """When the key's bucket will be full again."""

    def wait_s(self, key: str, now: Instant) -> float:
        """Seconds until the key may go on; 0 = now."""
        full_at = self._full_at.get(key, now)
        return max(0.0, to_seconds(full_at - now - (self._burst - 1) * self._every))

    def take(self, key: str, now: Instant) -> None:
        """Count one thing done."""
        self._full_at[key] = max(self._full_at.get(key, now), now) + self._every
        self._full_at.move_to_end(key)
        if len(self._full_at) > KEYS_LIMIT:
            self._full_at.popitem(last=False)


class BackOff:
    """After ``free`` failures in a row a key waits ``first_s``, then doubled each time, to ``last_s``."""

    def __init__(self, free: int, first_s: float = 2.0, last_s: float = 300.0) -> None:
        self._free = free
        self._first_s = first_s
        self._last_s = last_s
        self._failed: OrderedDict[str, tuple[int, Instant]] = OrderedDict()

    def wait_s(self, key: str, now: Instant) -> float:
        """Seconds until the key may try again; 0 = now."""
        count, last_at = self._failed.get(key, (0, now))
        if count < self._free:
            return 0.0
        pause_s = min(self._last_s, self._first_s * 2.0 ** min(count - self._free, 30))
        return max(0.0, to_seconds(last_at + from_seconds(pause_s) - now))

    def fail(self, key: str, now: Instant) -> None:
        count, _ = self._failed.get(key, (0, now))
        self._failed[key] = (count + 1, now)
        self._failed.move_to_end(key)
        if len(self._failed) > KEYS_LIMIT:
            self._failed.popitem(last=False)

    def succeed(self, key: str) -> None:
        self._failed.pop(key, None)
