"""A dictionary with a limit: at the limit the entry unused for longest goes."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Least recently used goes first; ``evicted`` counts how many had to."""

    def __init__(self, limit: int) -> None:
        assert limit > 0, limit
        self.limit = limit
        self.evicted = 0
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self.limit:
            self._entries.popitem(last=False)
            self.evicted += 1

    def clear(self) -> None:
        self._entries.clear()

    def values(self) -> list[V]:
        """Oldest use first."""
        return list(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)
