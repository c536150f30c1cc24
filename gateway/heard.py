"""What the ingest remembers of one gateway. Mutable state, nothing more."""

import zlib
from dataclasses import dataclass, field
from typing import Final

from contracts.quantities import Duration, Instant
from gateway.adverts.walk import advert_kind
from gateway.clock import GatewayClock
from gateway.drops import Drops, no_drops
from gateway.duplicates import Seen
from gateway.scans import Gathered
from gateway.sightings import Fields

PAYLOADS_KEPT: Final = 8
"""A broker repeats a message within its in-flight window; the last few are enough to notice."""
KINDS_KEPT: Final = 8
LOOK_EACH: Final = 8
"""Payloads between two looks at a kind: it is a matter of minutes."""


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
    repeated: int = 0
    """Payloads that had come before."""
    kinds: set[int] = field(default_factory=set)
    """Companies and services whose adverts it passed on, the first ``KINDS_KEPT`` of them."""
    looks: int = 0
    reported_per_s: float = 0.0
    """Adverts a second before its own filter, where its status says so."""
    seen: Seen = field(default_factory=Seen)
    recent_payloads: list[int] = field(default_factory=list)
    drops: Drops = field(default_factory=no_drops)
    gathered: Gathered = field(default_factory=Gathered)
    gathered_until: Instant = 0
    seq: int = 0
    status: Fields = field(default_factory=dict)
    status_sent_at: Instant = 0

    def repeats(self, payload: bytes) -> bool:
        """Whether the very same bytes came just before; remembers them."""
        mark = zlib.crc32(payload)
        if mark in self.recent_payloads:
            return True
        self.recent_payloads.append(mark)
        if len(self.recent_payloads) > PAYLOADS_KEPT:
            del self.recent_payloads[0]
        return False

    def note_kind(self, adv: bytes) -> None:
        """Now and then, remember what kind of advert comes: by its first company or service."""
        self.looks += 1
        if self.looks % LOOK_EACH == 1 and len(self.kinds) < KINDS_KEPT:
            self.kinds.add(advert_kind(adv))


def newly_heard(gateway: str, installed: bool, window: Duration, now: Instant) -> Heard:
    return Heard(gateway, installed, GatewayClock(window), GatewayClock(window), now, now)
