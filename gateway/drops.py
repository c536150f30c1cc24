"""What was dropped, by cause. A plain counting dictionary: one is made for every payload."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

Drops: TypeAlias = defaultdict[str, int]


def no_drops() -> Drops:
    return defaultdict(int)


def count(totals: Drops, more: Mapping[str, int]) -> None:
    """Add ``more`` to ``totals``."""
    for cause, number in more.items():
        totals[cause] += number
