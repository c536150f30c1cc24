"""Text events: numbered without gaps per topic, encoded once, the newest kept for pages that come back."""

from collections import deque
from typing import Any

import msgspec

from contracts.messages import ScreenEvent
from contracts.quantities import Instant

UNKEPT = ("me", "where", "alarms", "moves", "coverage")
"""Topics whose every event or snapshot is whole: nothing is gained by keeping old ones."""

_encoder = msgspec.json.Encoder()


class _Event(msgspec.Struct, tag_field="t", tag="ev"):
    topic: str
    seq: int
    at: Instant
    kind: str
    data: Any


class _Snap(msgspec.Struct, tag_field="t", tag="snap"):
    topic: str
    seq: int
    at: Instant
    data: Any


class SlotEntry(msgspec.Struct, frozen=True):
    """Who or what a slot stands for. Customers have no name."""

    slot: int
    id: str
    kind: str
    name: dict[str, str] | None
    role: str | None


class _Dict(msgspec.Struct, tag_field="t", tag="dict"):
    seq: int
    slots: list[SlotEntry]
    gone: list[int]
    whole: bool


class Feed:
    """Sequence numbers and recent events of all text topics."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._seq: dict[str, int] = {}
        self._recent: dict[str, deque[ScreenEvent]] = {}

    def seq(self, topic: str) -> int:
        """The number of the topic's newest event, 0 before the first."""
        return self._seq.get(topic, 0)

    def event(self, topic: str, kind: str, data: object, at: Instant) -> ScreenEvent:
        """The next event of a topic."""
        seq = self._next(topic)
        return self._kept(topic, seq, _encoder.encode(_Event(topic.partition(":")[0], seq, at, kind, data)))

    def dictionary(self, slots: list[SlotEntry], gone: list[int]) -> ScreenEvent:
        """The next change of the table of slots."""
        seq = self._next("dict")
        return self._kept("dict", seq, _encoder.encode(_Dict(seq, slots, gone, False)))

    def snap(self, topic: str, data: object, at: Instant) -> bytes:
        """The text that gives the whole of a topic."""
        return _encoder.encode(_Snap(topic.partition(":")[0], self.seq(topic), at, data))

    def whole_dictionary(self, slots: list[SlotEntry]) -> bytes:
        """The text that gives the whole table of slots."""
        return _encoder.encode(_Dict(self.seq("dict"), slots, [], True))

    def since(self, topic: str, seq: int) -> list[ScreenEvent] | None:
        """The events after ``seq``; None when some are no longer kept (or never were)."""
        newest = self.seq(topic)
        if seq == newest:
            return []
        recent = self._recent.get(topic)
        if seq > newest or seq < 0 or not recent or recent[0].seq > seq + 1:
            return None
        return [event for event in recent if event.seq > seq]

    def _next(self, topic: str) -> int:
        self._seq[topic] = self._seq.get(topic, 0) + 1
        return self._seq[topic]

    def _kept(self, topic: str, seq: int, data: bytes) -> ScreenEvent:
        event = ScreenEvent(topic=topic, seq=seq, data=data)
        if topic.partition(":")[0] not in UNKEPT:
            self._recent.setdefault(topic, deque(maxlen=self._keep)).append(event)
        return event
