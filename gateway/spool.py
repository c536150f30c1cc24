"""Store and forward: what the broker has not acknowledged, in order, up to a limit of bytes.

A spool is a row of segments; each holds records. Records are written at the end, sent from the front, and
a segment goes when all of its records were acknowledged. At the limit the oldest segment goes, and its
records are counted; the count is written down with the next record, so that it survives a crash. After a
crash the records of a half acknowledged segment come again: receivers know batches by (gateway, boot, seq).

A record on disk: length (4, big-endian), CRC-32 (4), kind (1), payload. Kind 1 is a message, whose payload
begins with the number of observations in it (4); kind 2 the totals dropped so far (records 8, observations
8). What was cut short by a crash ends a segment and is ignored.
"""

import struct
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

HEAD: Final = struct.Struct(">IIB")
COUNT: Final = struct.Struct(">I")
TOTALS: Final = struct.Struct(">QQ")
MESSAGE: Final = 1
DROPPED: Final = 2
SEGMENT_SHARE: Final = 16
"""A segment is this part of the limit: what a full spool forgets at once."""
RECORD_BYTES_MAX: Final = 1_000_000


class Storage(Protocol):
    """Numbered byte files. Errors are ``StorageError``."""

    def segments(self) -> list[int]:
        """Numbers of all segments, any order."""
        ...

    def read(self, segment: int) -> bytes: ...

    def append(self, segment: int, data: bytes) -> None: ...

    def delete(self, segment: int) -> None: ...


class Position(NamedTuple):
    """Where a record is: acknowledge it by this."""

    segment: int
    number: int


@dataclass(slots=True)
class Segment:
    """What is known of one segment. Mutable."""

    number: int
    size: int = 0
    records: int = 0
    observations: int = 0
    acknowledged: int = 0


class Spool:
    """The unacknowledged messages of one gateway."""

    def __init__(self, storage: Storage, bytes_max: int) -> None:
        assert bytes_max >= SEGMENT_SHARE, bytes_max
        self._storage = storage
        self._bytes_max = bytes_max
        self._segments: deque[Segment] = deque()
        self._next: Position | None = None
        """The first record that was not handed out, None = all were."""
        self._loaded: tuple[int, list[bytes]] | None = None
        self.dropped_records = 0
        self.dropped_observations = 0
        self._totals_written = (0, 0)
        self._acknowledged: set[Position] = set()
        for number in sorted(storage.segments()):
            self._recover(number)
        self._left_behind = self._segments[-1].number if self._segments else 0
        """Segments up to this were written by an earlier run and may end in a torn record: only read."""
        self.rewind()

    @property
    def size_bytes(self) -> int:
        return sum(segment.size for segment in self._segments)

    @property
    def records(self) -> int:
        """Messages not yet acknowledged."""
        return sum(segment.records - segment.acknowledged for segment in self._segments)

    def append(self, message: bytes, observations: int, sent: bool = False) -> Position:
        """Keep a message; ``sent`` = it is on its way already. The oldest go when there is no room."""
        payload = COUNT.pack(observations) + message
        assert len(payload) < RECORD_BYTES_MAX, len(payload)
        record = _framed(MESSAGE, payload)
        self._make_room(len(record))
        last = self._segments[-1] if self._segments else None
        if last is None or last.number <= self._left_behind or self._is_full(last, len(record)):
            last = Segment(max(last.number if last else 0, self._left_behind) + 1)
            self._segments.append(last)
        totals = (self.dropped_records, self.dropped_observations)
        if totals != self._totals_written or last.size == 0:
            record = _framed(DROPPED, TOTALS.pack(*totals)) + record
            self._totals_written = totals
        self._storage.append(last.number, record)
        position = Position(last.number, last.records)
        last.size += len(record)
        last.records += 1
        last.observations += observations
        if self._loaded is not None and self._loaded[0] == last.number:
            self._loaded[1].append(message)
        if self._next is None and not sent:
            self._next = position
        return position

    def take(self, limit: int) -> list[tuple[Position, bytes]]:
        """The next messages to send, oldest first; each is handed out once until ``rewind``."""
        taken: list[tuple[Position, bytes]] = []
        while self._next is not None and len(taken) < limit:
            at = self._next
            messages = self._load(at.segment)
            if at.number < len(messages):
                if at not in self._acknowledged:
                    taken.append((at, messages[at.number]))
                self._next = Position(at.segment, at.number + 1)
            else:
                following = [s.number for s in self._segments if s.number > at.segment]
                self._next = Position(following[0], 0) if following else None
        if self._next is not None and self._at_end(self._next):
            self._next = None
        return taken

    def rewind(self) -> None:
        """The connection was lost: everything unacknowledged is to be sent again."""
        self._next = Position(self._segments[0].number, 0) if self._segments else None

    def acknowledge(self, position: Position) -> None:
        """The broker has it. Segments that are done with are deleted."""
        segment = next((s for s in self._segments if s.number == position.segment), None)
        if segment is None or position in self._acknowledged:
            return
        segment.acknowledged += 1
        self._acknowledged.add(position)
        if segment.acknowledged == segment.records:
            self._forget(segment)

    def _is_full(self, segment: Segment, more: int) -> bool:
        return segment.size + more > self._bytes_max // SEGMENT_SHARE

    def _forget(self, segment: Segment) -> None:
        self._segments.remove(segment)
        self._acknowledged = {p for p in self._acknowledged if p.segment != segment.number}
        if self._loaded is not None and self._loaded[0] == segment.number:
            self._loaded = None
        if self._next is not None and self._next.segment == segment.number:
            self.rewind()
        self._totals_written = (-1, -1)
        self._storage.delete(segment.number)

    def _make_room(self, size: int) -> None:
        while self._segments and self.size_bytes + size + HEAD.size + TOTALS.size > self._bytes_max:
            oldest = self._segments[0]
            lost = oldest.records - oldest.acknowledged
            self.dropped_records += lost
            self.dropped_observations += self._observations_left(oldest)
            self._forget(oldest)

    def _observations_left(self, segment: Segment) -> int:
        """Observations in its records that were not acknowledged."""
        if not segment.acknowledged:
            return segment.observations
        left = 0
        for number, (_, observations) in enumerate(_messages(self._storage.read(segment.number))):
            if Position(segment.number, number) not in self._acknowledged:
                left += observations
        return left

    def _at_end(self, at: Position) -> bool:
        last = self._segments[-1] if self._segments else None
        return last is None or (at.segment == last.number and at.number >= last.records)

    def _load(self, number: int) -> list[bytes]:
        if self._loaded is None or self._loaded[0] != number:
            data = self._storage.read(number)
            self._loaded = (number, [message for message, _ in _messages(data)])
        return self._loaded[1]

    def _recover(self, number: int) -> None:
        """Take up a segment that an earlier run left behind."""
        data = self._storage.read(number)
        segment = Segment(number, len(data))
        for kind, payload in _records(data):
            if kind == DROPPED:
                totals = TOTALS.unpack(payload)
                self.dropped_records = max(self.dropped_records, totals[0])
                self.dropped_observations = max(self.dropped_observations, totals[1])
            elif kind == MESSAGE:
                segment.records += 1
                segment.observations += COUNT.unpack_from(payload)[0]
        if segment.records:
            self._segments.append(segment)
        else:
            self._storage.delete(number)


def _framed(kind: int, payload: bytes) -> bytes:
    return HEAD.pack(len(payload), zlib.crc32(payload), kind) + payload


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, payload) of each whole record, until one is cut short or broken."""
    at = 0
    while at + HEAD.size <= len(data):
        length, checksum, kind = HEAD.unpack_from(data, at)
        payload = data[at + HEAD.size : at + HEAD.size + length]
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield kind, payload
        at += HEAD.size + length


def _messages(data: bytes) -> Iterator[tuple[bytes, int]]:
    """(message, its observations) of each record that is one."""
    for kind, payload in _records(data):
        if kind == MESSAGE:
            yield payload[COUNT.size :], COUNT.unpack_from(payload)[0]
