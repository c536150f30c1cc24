"""The journal: facts appended in order, durable before anything is sent, read back at start."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import sqlalchemy as sa

from contracts.errors import StorageError
from contracts.messages import Fact
from contracts.quantities import Instant
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

    def read(self, after: int = -1, until: int | None = None) -> Iterator[Fact]:
        """Facts numbered after ``after``, up to and with ``until`` (None: to the end), oldest first."""
        while True:
            query = sa.select(journal.c.seq, journal.c.payload).where(journal.c.seq > after)
            if until is not None:
                query = query.where(journal.c.seq <= until)
            with self._engine.connect() as connection:
                rows = connection.execute(query.order_by(journal.c.seq).limit(READ_CHUNK)).all()
            if not rows:
                return
            for row in rows:
                yield _as_fact(row.payload)
            after = rows[-1].seq

    def seq_at(self, at: Instant) -> int:
        """The number of the newest fact that is not younger than ``at``, 0 before the first.

        Facts are numbered in the order of time, so this is a search by halves over the primary key.
        """
        with self._engine.connect() as connection:
            low, high = 0, connection.scalar(sa.select(sa.func.max(journal.c.seq))) or 0
            while low < high:
                middle = (low + high + 1) // 2
                query = sa.select(journal.c.seq, journal.c.at).where(journal.c.seq <= middle)
                row = connection.execute(query.order_by(journal.c.seq.desc()).limit(1)).one_or_none()
                if row is None or row.at <= at:
                    low = middle
                else:
                    high = row.seq - 1
        return low

    def marks(self, kinds: Sequence[str], after: int, until: int, limit: int) -> list[Fact]:
        """The first facts of some kinds with numbers in (after, until]."""
        query = sa.select(journal.c.payload).where(
            journal.c.seq > after, journal.c.seq <= until, journal.c.kind.in_(kinds)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(journal.c.seq).limit(limit))
            return [_as_fact(row.payload) for row in rows]

    def backwards(self, kinds: Sequence[str], after: int, until: int) -> Iterator[Fact]:
        """Facts of some kinds with numbers in (after, until], newest first."""
        while until > after:
            query = sa.select(journal.c.seq, journal.c.payload).where(
                journal.c.seq > after, journal.c.seq <= until, journal.c.kind.in_(kinds)
            )
            with self._engine.connect() as connection:
                rows = connection.execute(query.order_by(journal.c.seq.desc()).limit(READ_CHUNK)).all()
            yield from (_as_fact(row.payload) for row in rows)
            if len(rows) < READ_CHUNK:
                return
            until = rows[-1].seq - 1


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
