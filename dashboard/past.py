"""The kept past: what a replay, its time bar and an exported incident are made of."""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from contracts.figures import Figures
from contracts.messages import CallChanged, Candidate, Fact, Message
from contracts.quantities import Instant
from dashboard.access import AuditEntry
from dashboard.attachments import Enclosed

MARK_KINDS: Final = (
    *("CallReceived", "UnitOnScene", "CallCleared", "CallCancelled"),
    *("SlaBreached", "TaskEscalated", "ConnectorClosed", "FireModeSet"),
)
"""Facts that stand as ticks on the time bar."""
MARKS_LIMIT: Final = 2_000
"""Ticks in one answer; a bar of 2 000 pixels cannot show more."""
SPEEDS: Final = (0, 1, 2, 4, 8, 16, 32)


class Span(msgspec.Struct, frozen=True):
    """What is kept: calls since, positions since (None where no positions are kept on this machine)."""

    since: Instant
    until: Instant
    positions_since: Instant | None


class Mark(msgspec.Struct, frozen=True):
    """One tick of the time bar."""

    at: Instant
    kind: str
    call_id: str | None
    unit_id: str | None
    priority: int | None
    detail: str


class Decision(msgspec.Struct, frozen=True):
    """One offer, and what the planner knew when it was made."""

    at: Instant
    task_id: str
    unit_id: str
    eta_s: float
    p_on_time: float
    depot: str | None
    candidates: tuple[Candidate, ...]
    closures: tuple[str, ...]
    """Connectors that were out of use."""
    fire_mode: bool
    free: dict[str, int]
    """Role → people available."""


class Track(msgspec.Struct, frozen=True):
    """Where one device was, in columns of n; times in milliseconds since 1970, lengths in centimetres."""

    subject: str
    """Unit id, or ``customer``."""
    at_ms: list[int]
    floor: list[int]
    x_cm: list[int]
    y_cm: list[int]
    semi_major_cm: list[int]
    quality: list[int]


class Incident(msgspec.Struct, frozen=True):
    """One call from the first word to the last: what happened, what was decided and on which grounds."""

    format: str
    site: str
    exported_at: Instant
    call: CallChanged
    facts: tuple[Fact, ...]
    decisions: tuple[Decision, ...]
    tracks: tuple[Track, ...]
    files: tuple[Enclosed, ...] = ()
    """Photos and spoken notes; their contents when they were asked for."""


class Playback(Protocol):
    """A cursor over the past. Blocks while it reads, so it is asked in a thread."""

    def opening(self) -> Sequence[Message]:
        """The whole state at the moment it was opened for."""
        ...

    def advance(self, until: Instant) -> Sequence[Message]:
        """What happened since then, or since the last call, up to ``until``."""
        ...


class Past(Protocol):
    """The journal and the position history. Blocks while it reads; one thread at a time."""

    def span(self, now: Instant) -> Span: ...

    def open(self, at: Instant) -> Playback: ...

    def marks(self, since: Instant, until: Instant) -> Sequence[Mark]:
        """The ticks in [since, until), oldest first, at most ``MARKS_LIMIT``."""
        ...

    def next_mark(self, after: Instant, kind: str) -> Mark | None:
        """The first of a kind later than ``after``."""
        ...

    def incident(self, call_id: str, now: Instant) -> Incident | None:
        """Everything about one call; None when it is not in the journal, or too long ago."""
        ...

    def deeds(self, since: Instant, until: Instant, find: str, limit: int) -> Sequence[AuditEntry]:
        """What people did in [since, until) that has all words of ``find``, newest first."""
        ...

    def figures(self, since: Instant, until: Instant, utc_offset_s: int) -> Figures:
        """How well people were helped who called in [since, until)."""
        ...
