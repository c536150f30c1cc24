"""When to help a radio that fell silent: restart the scanner, then switch the adapter off and on.

Scans die silently: hung firmware, adapters stuck after a reset, dongles that re-enumerate. In a mall some
advert is always in the air, so silence is a sign; at night it may not be, so that the pauses grow.
"""

from typing import Final, Literal

from contracts.quantities import MINUTE, Duration, Instant

Remedy = Literal["none", "restart", "power_cycle"]

POWER_CYCLE_EACH: Final = 3
"""Every third remedy without effect is the strong one."""
PAUSE_MAX: Final = 5 * MINUTE


class Watchdog:
    """Watches the flow of adverts. ``quiet`` is how long without one is too long."""

    def __init__(self, quiet: Duration, now: Instant) -> None:
        self._quiet = quiet
        self._pause = quiet
        self._alive_at = now
        self._in_vain = 0
        self.restarts = 0
        self.power_cycles = 0

    def advert(self, now: Instant) -> None:
        """The radio heard something."""
        self._alive_at = now
        self._in_vain = 0
        self._pause = self._quiet

    def failed(self, now: Instant) -> None:
        """The scanner could not be started: the pause before the next try grows."""
        self._alive_at = now
        self._pause = min(2 * self._pause, PAUSE_MAX)
        self._in_vain += 1

    def check_at(self) -> Instant:
        return self._alive_at + self._pause

    def check(self, now: Instant) -> Remedy:
        """What is to be done now."""
        if now < self.check_at():
            return "none"
        self._in_vain += 1
        self._alive_at = now
        self._pause = min(2 * self._pause, PAUSE_MAX)
        self.restarts += 1
        if self._in_vain % POWER_CYCLE_EACH:
            return "restart"
        self.power_cycles += 1
        return "power_cycle"
