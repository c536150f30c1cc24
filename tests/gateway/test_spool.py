from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from gateway.spool import SEGMENT_SHARE, Position, Spool


class Memory:
    """Segments in a dictionary; ``torn`` bytes are cut off the newest at a crash."""

    def __init__(self) -> None:
        self.files: dict[int, bytes] = {}

    def segments(self) -> list[int]:
        return list(self.files)

    def read(self, segment: int) -> bytes:
        return self.files[segment]

    def append(self, segment: int, data: bytes) -> None:
        self.files[segment] = self.files.get(segment, b"") + data

    def delete(self, segment: int) -> None:
        del self.files[segment]


ROOMY = 1_000_000


def drain(spool: Spool) -> list[bytes]:
    taken: list[bytes] = []
    while batch := spool.take(7):
        taken += [message for _, message in batch]
    return taken


@given(st.lists(st.binary(max_size=30), max_size=60))
def test_what_went_in_comes_out_in_order_once(messages: list[bytes]) -> None:
    spool = Spool(Memory(), ROOMY)
    for message in messages:
        spool.append(message, 1)
    assert drain(spool) == messages
    assert drain(spool) == []
    spool.rewind()
    assert drain(spool) == messages


@given(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=40), st.data())
def test_after_a_crash_everything_unacknowledged_is_there(messages: list[bytes], data: st.DataObject) -> None:
    storage = Memory()
    spool = Spool(storage, 2000 * SEGMENT_SHARE)
    for message in messages:
        spool.append(message, 1)
    acknowledged = data.draw(st.integers(0, len(messages)))
    for position, _ in spool.take(acknowledged):
        spool.acknowledge(position)
    again = drain(Spool(storage, 2000 * SEGMENT_SHARE))
    assert again[-(len(messages) - acknowledged) :] == messages[acknowledged:] or acknowledged == len(
        messages
    )
    assert all(message in messages for message in again)


def test_a_torn_record_costs_itself_only() -> None:
    storage = Memory()
    spool = Spool(storage, ROOMY)
    for message in (b"one", b"two", b"three"):
        spool.append(message, 1)
    storage.files[1] = storage.files[1][:-2]
    after = Spool(storage, ROOMY)
    after.append(b"four", 1)
    assert drain(after) == [b"one", b"two", b"four"]
    assert drain(Spool(storage, ROOMY)) == [b"one", b"two", b"four"]


def test_at_the_limit_the_oldest_go_and_are_counted_exactly() -> None:
    storage = Memory()
    spool = Spool(storage, 4000)
    for number in range(500):
        spool.append(b"%04d" % number, 3)
    assert spool.size_bytes <= 4000
    assert sum(len(data) for data in storage.files.values()) == spool.size_bytes
    kept = drain(spool)
    assert kept == [b"%04d" % number for number in range(500 - len(kept), 500)], "the newest win"
    assert spool.dropped_records == 500 - len(kept)
    assert spool.dropped_observations == 3 * spool.dropped_records
    after = Spool(storage, 4000)
    assert (after.dropped_records, after.dropped_observations) == (
        spool.dropped_records,
        spool.dropped_observations,
    ), "the count survives a crash"


def test_acknowledged_records_of_a_dropped_segment_were_not_lost() -> None:
    spool = Spool(Memory(), 4000)
    for _ in range(3):
        spool.append(bytes(20), 5)
    for position, _ in spool.take(2):
        spool.acknowledge(position)
    for _ in range(300):
        spool.append(bytes(20), 1)
    assert spool.dropped_records == 303 - 2 - spool.records


def test_an_unknown_or_repeated_acknowledgement_is_ignored() -> None:
    spool = Spool(Memory(), ROOMY)
    position = spool.append(b"a", 1)
    spool.acknowledge(Position(99, 0))
    spool.acknowledge(position)
    spool.acknowledge(position)
    assert spool.records == 0


def test_what_is_under_way_already_is_not_handed_out() -> None:
    spool = Spool(Memory(), ROOMY)
    spool.append(b"sent", 1, sent=True)
    spool.append(b"next", 1)
    assert drain(spool) == [b"next"]
    spool.rewind()
    assert drain(spool) == [b"sent", b"next"]


def test_an_absurd_limit_is_refused() -> None:
    with pytest.raises(AssertionError):
        Spool(Memory(), 1)


class SpoolMachine(RuleBasedStateMachine):
    """Against a list: append, take, acknowledge, lose the connection, crash."""

    positions: Bundle[tuple[Position, bytes]] = Bundle("positions")

    def __init__(self) -> None:
        super().__init__()
        self.storage = Memory()
        self.spool = Spool(self.storage, ROOMY)
        self.unacknowledged: deque[bytes] = deque()
        self.number = 0

    @rule(count=st.integers(1, 5))
    def append(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            message = b"%06d" % self.number
            self.spool.append(message, 1)
            self.unacknowledged.append(message)

    @rule(target=positions)
    def take(self) -> tuple[Position, bytes]:
        taken = self.spool.take(1)
        return taken[0] if taken else (Position(0, 0), b"")

    @rule(handed_out=consumes(positions))
    def acknowledge(self, handed_out: tuple[Position, bytes]) -> None:
        position, message = handed_out
        self.spool.acknowledge(position)
        if message in self.unacknowledged:
            self.unacknowledged.remove(message)

    @rule()
    def lose_connection(self) -> None:
        self.spool.rewind()

    @invariant()
    def nothing_is_lost_and_order_is_kept(self) -> None:
        found = drain(Spool(_copy(self.storage), ROOMY))
        assert [message for message in found if message in self.unacknowledged] == list(self.unacknowledged)


def _copy(storage: Memory) -> Memory:
    copy = Memory()
    copy.files = dict(storage.files)
    return copy


TestSpoolMachine = SpoolMachine.TestCase
TestSpoolMachine.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
