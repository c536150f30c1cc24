"""A turn: neighbours hear each other, in order, and not for ever."""

from collections.abc import Sequence

import pytest

from contracts import messages as m
from contracts.messages import Message
from contracts.quantities import Instant
from runtime.turn import deliver, hearers_of, next_wake, settle, staying, wake_due


class Echo:
    """Answers a snapshot request for ``listens_to`` with one by its own name."""

    topics: tuple[type[Message], ...] = (m.RequestSnapshot,)

    def __init__(self, name: str, listens_to: str, due: Instant | None = None) -> None:
        self.name = name
        self.listens_to = listens_to
        self.due = due

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        assert isinstance(message, m.RequestSnapshot)
        return [m.RequestSnapshot(by=self.name)] if message.by == self.listens_to else []

    def wake_at(self) -> Instant | None:
        return self.due

    def wake(self, now: Instant) -> Sequence[Message]:
        self.due = None
        return [m.RequestSnapshot(by=f"{self.name}-woke")]


def test_deliver_reaches_those_who_want_the_type() -> None:
    services = hearers_of([Echo("b", "a"), Echo("c", "x")])
    assert deliver(services, m.RequestSnapshot(by="a"), 1) == [m.RequestSnapshot(by="b")]
    assert deliver(services, m.ClosuresChanged(version=1, connectors=(), fire_mode=False), 1) == []


def test_settle_gives_all_answers_in_order() -> None:
    services = hearers_of([Echo("b", "a"), Echo("c", "b")])
    said = settle(services, [m.RequestSnapshot(by="a")], 1)
    assert [message.by for message in said] == ["a", "b", "c"]  # type: ignore[attr-defined]


def test_endless_answers_are_our_own_fault() -> None:
    with pytest.raises(AssertionError, match="without end"):
        settle(hearers_of([Echo("a", "b"), Echo("b", "a")]), [m.RequestSnapshot(by="a")], 1)


def test_wakes_only_what_is_due() -> None:
    early, late, never = Echo("early", "", 10), Echo("late", "", 20), Echo("never", "")
    assert next_wake([early, late, never]) == 10
    assert wake_due([early, late, never], 15) == [m.RequestSnapshot(by="early-woke")]
    assert next_wake([early, late, never]) == 20
    assert next_wake([never]) is None


class Ingest(Echo):
    topics = (m.GatewayPayload,)


def test_what_ingest_makes_for_its_neighbours_stays_in_the_process() -> None:
    with_ingest = staying(hearers_of([Ingest("ingest", "")]))
    without = staying(hearers_of([Echo("agent", "")]))
    assert m.ScanReport in with_ingest
    assert m.ScanReport not in without
    assert m.RequestSnapshot not in with_ingest
    assert m.ScreenEvent in with_ingest & without
