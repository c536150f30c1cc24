"""Things to come, in order of time: what people and gateways will do, and when."""

import heapq
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from contracts.quantities import Instant

T = TypeVar("T")


@dataclass
class Agenda(Generic[T]):
    """Entries by time; equal times in the order entered. At most ``limit``; beyond it the new one is
    refused and counted."""

    limit: int = 100_000
    refused: int = 0
    _heap: list[tuple[Instant, int, T]] = field(default_factory=list)
    _count: int = 0

    def add(self, at: Instant, entry: T) -> None:
        if len(self._heap) >= self.limit:
            self.refused += 1
            return
        heapq.heappush(self._heap, (at, self._count, entry))
        self._count += 1

    def due(self, now: Instant) -> tuple[Instant, T] | None:
        """The first entry whose time has come, taken out."""
        if self._heap and self._heap[0][0] <= now:
            at, _, entry = heapq.heappop(self._heap)
            return at, entry
        return None

    @property
    def next_at(self) -> Instant | None:
        """When the first entry is due."""
        return self._heap[0][0] if self._heap else None

    def __len__(self) -> int:
        return len(self._heap)
