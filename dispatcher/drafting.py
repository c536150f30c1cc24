"""Facts being decided: numbered in order, stamped with time and cause."""

from typing import Any, TypeVar

from contracts.messages import Fact
from contracts.quantities import Instant

_F = TypeVar("_F", bound=Fact)


class Draft:
    """Facts after the ledger's newest, not yet true."""

    def __init__(self, seq: int, at: Instant, cause: str = "", by: str = "dispatcher") -> None:
        self.facts: list[Fact] = []
        self._seq = seq
        self.at = at
        self._cause = cause
        self._by = by

    @property
    def next_seq(self) -> int:
        return self._seq + len(self.facts) + 1

    def add(self, kind: type[_F], **fields: Any) -> _F:
        """One more fact."""
        fact = kind(seq=self.next_seq, at=self.at, cause=self._cause, by=self._by, **fields)
        self.facts.append(fact)
        return fact
