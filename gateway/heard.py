"""What the ingest remembers of one gateway. Mutable state, nothing more."""

from collections import Counter
from dataclasses import dataclass, field

from contracts.quantities import Duration, Instant
from gateway.clock import GatewayClock
from gateway.duplicates import Seen
from gateway.scans import Gathered
from gateway.sightings import Fields

PAYLOADS_KEPT = 8
"""A broker repeats a message within its in-flight window; the last few are enough to notice."""


@dataclass(slots=True)
class Heard:
    """One gateway, as its messages show it."""

    gateway: str
    installed: bool
    clock: GatewayClock
    counter: GatewayClock
    """For times that are not since 1970: seconds since boot, local time without a zone."""
    first_at: Instant
    last_at: Instant
    """Any message of it, live."""
    advert_at: Instant = 0
    """Any advert, of whomever."""
    online: bool | None = None
    """By its last will or status; None where it never said."""
    vendor_format: str = ""
    payloads: int = 0
    adverts: int = 0
    seen: Seen = field(default_factory=Seen)
    recent_payloads: list[int] = field(default_factory=list)
    drops: Counter[str] = field(default_factory=Counter)
    gathered: Gathered = field(default_factory=Gathered)
    gathered_until: Instant = 0
    seq: int = 0
    status: Fields = field(default_factory=dict)
    status_sent_at: Instant = 0

    def repeats(self, payload: bytes) -> bool:
        """Whether the very same bytes came just before; remembers them."""
        mark = hash(payload)
        if mark in self.recent_payloads:
            return True
        self.recent_payloads.append(mark)
        if len(self.recent_payloads) > PAYLOADS_KEPT:
            del self.recent_payloads[0]
        return False


def newly_heard(gateway: str, installed: bool, window: Duration, now: Instant) -> Heard:
    return Heard(gateway, installed, GatewayClock(window), GatewayClock(window), now, now)
