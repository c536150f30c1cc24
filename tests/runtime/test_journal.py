"""The journal: what was appended is read back, all or none, whatever fails when."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from contracts.errors import StorageError
from contracts.messages import CallCleared, CallRated, Fact
from runtime.journal import READ_CHUNK, MemoryJournal, StoredJournal
from runtime.store import open_store


def facts(since: int, count: int) -> list[Fact]:
    return [CallCleared(seq=seq, at=seq * 10, call_id=f"c{seq}") for seq in range(since, since + count)]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.db'}"


def test_reads_back_what_was_appended_after_reopening(url: str) -> None:
    StoredJournal(open_store(url)).append(facts(0, 3))
    journal = StoredJournal(open_store(url))
    journal.append([CallRated(seq=3, at=1, call_id="c1", stars=3, note="谢谢")])
    assert list(journal.read()) == [*facts(0, 3), CallRated(seq=3, at=1, call_id="c1", stars=3, note="谢谢")]


def test_reads_in_order_over_chunks(url: str) -> None:
    journal = StoredJournal(open_store(url))
    journal.append(facts(0, READ_CHUNK + 7))
    assert [fact.seq for fact in journal.read()] == list(range(READ_CHUNK + 7))


def test_some_kinds_are_read_backwards_over_chunks(url: str) -> None:
    journal = StoredJournal(open_store(url))
    journal.append(facts(0, READ_CHUNK + 7))
    journal.append([CallRated(seq=READ_CHUNK + 7, at=1, call_id="c1", stars=3, note="")])
    cleared = [fact.seq for fact in journal.backwards(["CallCleared"], 1, READ_CHUNK + 7)]
    assert cleared == list(range(READ_CHUNK + 6, 1, -1))
    assert [fact.seq for fact in journal.backwards(["CallRated"], -1, READ_CHUNK + 7)] == [READ_CHUNK + 7]


def test_a_fact_is_never_written_twice(url: str) -> None:
    journal = StoredJournal(open_store(url))
    journal.append(facts(0, 2))
    with pytest.raises(StorageError):
        journal.append(facts(1, 3))
    assert [fact.seq for fact in journal.read()] == [0, 1]


def test_each_write_may_fail_and_nothing_is_half_written(url: str) -> None:
    """The n-th statement fails, for n = 1, 2, 3 … until the append succeeds (SQLite's habit)."""
    engine = open_store(url)
    journal = StoredJournal(engine)
    for failing in range(1, 50):
        count = 0

        def fail(*_: object, nth: int = failing) -> None:
            nonlocal count
            count += 1
            if count == nth:
                raise sa.exc.OperationalError("disk full", None, Exception("disk full"))

        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(engine, name, fail)
        try:
            journal.append(facts(0, 5))
        except StorageError:
            failed = True
        else:
            failed = False
        for name in ("before_cursor_execute", "commit"):
            sa.event.remove(engine, name, fail)
        assert len(list(journal.read())) == (0 if failed else 5)
        if not failed:
            assert failing > 1, "the fault never struck"
            return
    raise AssertionError("never succeeded")


def test_the_simulated_journal_gives_the_same_facts_and_a_digest() -> None:
    one, other = MemoryJournal(), MemoryJournal()
    one.append(facts(0, 4))
    other.append(facts(0, 2))
    other.append(facts(2, 2))
    assert list(one.read()) == facts(0, 4)
    assert one.digest() == other.digest()
    other.append(facts(4, 1))
    assert one.digest() != other.digest()
