"""What the ingest thinks of each gateway, with the cause: docs/gateways.md has the cure for each finding.

A network outage is never "everyone left": when most gateways fall silent together the finding says so.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Literal

from contracts.messages import GatewayHealth
from contracts.quantities import MINUTE, SECOND, Instant, from_seconds, to_seconds
from gateway.heard import Heard
from gateway.roster import Roster
from gateway.settings import IngestSettings

State = Literal["ok", "silent", "deaf", "unknown", "offline"]

RATE_SPAN_S: Final = 15.0
BASELINE_SPAN_S: Final = 1800.0
"""Half an hour: long against a group of shoppers, short against an opening day."""
BASELINE_AFTER: Final = 1 * MINUTE
REVIEW: Final = 1 * MINUTE
"""Shares of duplicates, drops and clock steps are looked at over so long."""
REFRESH: Final = 30 * SECOND
NETWORK_SHARE: Final = 0.8
NETWORK_COUNT: Final = 3
CLOCK_OFF: Final = 2 * SECOND
CLOCK_STEPS: Final = 3
SHARE_MAX: Final = 0.2
LESS_THAN: Final = 0.3
"""Share of its usual rate, relative to the share that the other gateways have now."""
KIND_ADVERTS: Final = 500
KIND_SPAN: Final = 5 * MINUTE
_UNREADABLE: Final = ("bad_message", "not_json", "unknown_format", "not_a_message", "bad_columns")
_REFUSED: Final = "gateway_mismatch"


@dataclass(slots=True)
class Record:
    """What was learnt of one gateway, and what was last said of it. Mutable state."""

    adverts: int = 0
    per_s: float = 0.0
    usual_per_s: float = 0.0
    review_at: Instant = 0
    payloads_before: int = 0
    repeated_before: int = 0
    drops_before: Counter[str] = field(default_factory=Counter)
    steps_before: int = 0
    recent_finding: str = ""
    vendor_format: str = ""
    said: tuple[State, str] | None = None
    said_per_s: float = 0.0
    said_at: Instant = 0


class HealthBook:
    """Judges all gateways at once, every few seconds."""

    def __init__(self, settings: IngestSettings) -> None:
        self._silent_after = from_seconds(settings.silent_after_s)
        self._deaf_after = from_seconds(settings.deaf_after_s)
        self._records: dict[str, Record] = {}
        self._judged_at: Instant = 0
        self.moved: frozenset[str] = frozenset()
        """Gateways that hear tags at known places otherwise than before; positioning says so."""
        self._since: Instant = 0

    def judge(self, roster: Roster, heard: dict[str, Heard], now: Instant) -> list[GatewayHealth]:
        """The gateways of which there is something new to say."""
        self._since = self._since or now
        elapsed_s = to_seconds(now - self._judged_at) if self._judged_at else 0.0
        self._judged_at = now
        names = list(dict.fromkeys((*roster.gateways, *heard)))
        out = self._farewell(names, now)
        self._records = {name: self._records.get(name) or Record(review_at=now + REVIEW) for name in names}
        for name, gateway in heard.items():
            _learn(self._records[name], gateway, elapsed_s, now)
        outage = self._outage(heard, now)
        share = self._usual_share(heard)
        kinds = max((len(gateway.kinds) for gateway in heard.values()), default=0)
        for name in names:
            state, finding = self._state(name, heard.get(name), outage, share, kinds, now)
            out += _tell(self._records[name], name, heard.get(name), state, finding, now)
        return out

    def _farewell(self, names: list[str], now: Instant) -> list[GatewayHealth]:
        """A last word on gateways that were taken away: what was said of them is retained by the broker."""
        kept = set(names)
        return [
            GatewayHealth(
                gateway=name,
                state="unknown",
                at=now,
                vendor_format=record.vendor_format,
                finding="not_installed",
            )
            for name, record in self._records.items()
            if name not in kept and record.said is not None
        ]

    def _state(
        self, name: str, gateway: Heard | None, outage: bool, share: float, kinds: int, now: Instant
    ) -> tuple[State, str]:
        if gateway is None:
            return ("silent", "never_heard") if now - self._since > self._silent_after else ("ok", "")
        if not gateway.installed:
            return "unknown", "not_installed"
        if gateway.online is False:
            return "offline", "network" if outage else "last_will"
        if now - gateway.last_at > self._silent_after:
            return "silent", "network" if outage else "no_message"
        record = self._records[name]
        quiet = now - max(gateway.advert_at, gateway.first_at) > self._deaf_after
        if quiet and not gateway.reported_per_s and (share > LESS_THAN or record.usual_per_s == 0):
            return "deaf", "radio_deaf"
        return "ok", self._remark(name, gateway, share, kinds, now)

    def _remark(self, name: str, gateway: Heard, share: float, kinds: int, now: Instant) -> str:
        """What is not right with a gateway that works."""
        record = self._records[name]
        if now >= record.review_at:
            record.recent_finding = _review(record, gateway)
            record.review_at = now + REVIEW
        if record.recent_finding:
            return record.recent_finding
        offset = gateway.clock.offset
        if offset is not None and abs(offset) > CLOCK_OFF:
            return "clock_off"
        if name in self.moved:
            return "moved"
        old_enough = now - gateway.first_at > KIND_SPAN and gateway.adverts > KIND_ADVERTS
        if old_enough and len(gateway.kinds) == 1 and kinds > 2:
            return "one_kind"
        if record.usual_per_s > 1 and record.per_s < LESS_THAN * share * record.usual_per_s:
            return "hears_less"
        return ""

    def _outage(self, heard: dict[str, Heard], now: Instant) -> bool:
        """Whether most gateways that ever spoke are silent together: then it is the network or the broker."""
        known = [gateway for gateway in heard.values() if gateway.installed]
        gone = [g for g in known if g.online is False or now - g.last_at > self._silent_after]
        return len(gone) >= NETWORK_COUNT and len(gone) >= NETWORK_SHARE * len(known)

    def _usual_share(self, heard: dict[str, Heard]) -> float:
        """How much of their usual rate gateways hear now: at night all of them hear little."""
        records = [self._records[name] for name in heard]
        shares = [record.per_s / record.usual_per_s for record in records if record.usual_per_s > 0]
        return min(1.0, median(shares)) if shares else 0.0


def _learn(record: Record, gateway: Heard, elapsed_s: float, now: Instant) -> None:
    """Exponential averages: a quick one of the rate, and a slow one of what is usual."""
    if elapsed_s > 0:
        rate = (gateway.adverts - record.adverts) / elapsed_s
        record.per_s += (rate - record.per_s) * -math.expm1(-elapsed_s / RATE_SPAN_S)
        if now - gateway.first_at > BASELINE_AFTER:
            if record.usual_per_s == 0:
                record.usual_per_s = record.per_s
            gain = -math.expm1(-elapsed_s / BASELINE_SPAN_S)
            record.usual_per_s += (record.per_s - record.usual_per_s) * gain
    record.adverts = gateway.adverts


def _review(record: Record, gateway: Heard) -> str:
    """The finding of the last review interval, if any; starts the next one."""
    payloads = max(1, gateway.payloads - record.payloads_before)
    drops = Counter(gateway.drops) - record.drops_before  # counts only grow, so this is the difference
    steps = gateway.clock.steps - record.steps_before
    repeated = gateway.repeated - record.repeated_before
    record.payloads_before, record.steps_before = gateway.payloads, gateway.clock.steps
    record.repeated_before = gateway.repeated
    record.drops_before = Counter(gateway.drops)
    if drops[_REFUSED]:
        return "refused"
    if repeated > SHARE_MAX * payloads:
        return "duplicates"
    if sum(drops[cause] for cause in _UNREADABLE) > SHARE_MAX * payloads:
        return "unreadable"
    return "clock_steps" if steps >= CLOCK_STEPS else ""


def _tell(
    record: Record, name: str, gateway: Heard | None, state: State, finding: str, now: Instant
) -> list[GatewayHealth]:
    """The message, when there is something new: another state, or another rate after a while."""
    changed = record.said != (state, finding)
    moved = abs(record.per_s - record.said_per_s) > 0.2 * max(1.0, record.said_per_s)
    if not changed and not (moved and now - record.said_at >= REFRESH):
        return []
    if gateway is None and state == "ok":
        return []
    record.said, record.said_per_s, record.said_at = (state, finding), record.per_s, now
    offset = gateway.clock.offset if gateway else None
    record.vendor_format = gateway.vendor_format if gateway else record.vendor_format
    return [
        GatewayHealth(
            gateway=name,
            state=state,
            at=now,
            last_heard_at=gateway.last_at if gateway else 0,
            adverts_per_s=round(record.per_s, 1),
            clock_offset_ms=round((offset or 0) / 1000, 1),
            vendor_format=record.vendor_format,
            finding=finding,
            drops=dict(gateway.drops) if gateway else {},
        )
    ]
