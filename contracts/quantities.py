"""Time as integers, and how to say it in seconds.

An instant is integer microseconds since 1970-01-01 UTC: integers compare and replay exactly, and stay
exact in a browser's numbers until the year 2255.
"""

from typing import Final, TypeAlias

Instant: TypeAlias = int
"""Microseconds since 1970-01-01 UTC."""

Duration: TypeAlias = int
"""Microseconds."""

MILLISECOND: Final[Duration] = 1_000
SECOND: Final[Duration] = 1_000_000
MINUTE: Final[Duration] = 60 * SECOND
HOUR: Final[Duration] = 60 * MINUTE
DAY: Final[Duration] = 24 * HOUR


def from_seconds(value_s: float) -> Duration:
    """The duration (or, for Unix seconds, the instant) nearest to ``value_s`` seconds."""
    return round(value_s * SECOND)


def to_seconds(value: Duration) -> float:
    """A duration or the distance of two instants in seconds."""
    return value / SECOND
