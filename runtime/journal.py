"""The journal: facts appended in order, durable before anything is sent, read back at start."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import sqlalchemy as sa

from contracts.errors import StorageError
from contracts.messages import Fact
from contracts.wire import decode, encode
from runtime.tables import journal

READ_CHUNK = 10_000
"""Rows fetched at a time on start: bounds memory, costs nothing in speed."""


class Journal(Protocol):
    def append(self, facts: Sequence[Fact]) -> None:
        """Make the facts durable, all or none. Returns when they are."""
        ...

    def read(self) -> Iterator[Fact]:
        """All facts, oldest first."""
        ...


class StoredJournal:
    """The journal in the record store. One process writes it: the dispatcher."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def append(self, facts: Sequence[Fact]) -> None:
        """One transaction for all.

        Raises:
            StorageError: the store refused; nothing was written.
        """
        rows = [
            {"seq": fact.seq, "at": fact.at, "kind": type(fact).__name__, "payload": encode(fact)}
            for fact in facts
        ]
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(journal), rows)
        except sa.exc.SQLAlchemyError as error:
            raise StorageError(f"the journal refused {len(rows)} facts: {error}") from error

    def read(self) -> Iterator[Fact]:
        after = -1
        while True:
            query = sa.select(journal.c.seq, journal.c.payload).where(journal.c.seq > after)
            with self._engine.connect() as connection:
                rows = connection.execute(query.order_by(journal.c.seq).limit(READ_CHUNK)).all()
            if not rows:
                return
            for row in rows:
                yield _as_fact(row.payload)
            after = rows[-1].seq


class MemoryJournal:
    """The journal of a simulated world: the same bytes, in a list."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def append(self, facts: Sequence[Fact]) -> None:
        self.payloads.extend(encode(fact) for fact in facts)

    def read(self) -> Iterator[Fact]:
        return (_as_fact(payload) for payload in self.payloads)

    def digest(self) -> str:
        """SHA-256 over all payloads in order: equal runs have equal digests."""
        whole = hashlib.sha256()
        for payload in self.payloads:
            whole.update(len(payload).to_bytes(4, "little") + payload)
        return whole.hexdigest()


def _as_fact(payload: bytes) -> Fact:
    fact = decode(payload)
    assert isinstance(fact, Fact), type(fact)
    return fact
