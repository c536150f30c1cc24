"""Messages on their way to the broker: in memory while it answers, on disk as soon as it does not.

A flash card wears out by writing, so that a message is only written when the broker has not acknowledged
it for a moment, when the connection is gone, or when older ones still wait. Alarms overtake everything.
Each message is sent at least once; order is kept but for alarms.
"""

from collections import deque
from dataclasses import dataclass

from contracts.quantities import Duration, Instant
from gateway.spool import Position, Spool


@dataclass(slots=True)
class Waiting:
    """A message that is in memory only."""

    token: int
    message: bytes
    observations: int
    made_at: Instant
    sent: bool = False


class Outbox:
    """Decides what to send next and what to write down. ``token`` names a message handed out."""

    def __init__(self, spool: Spool, spool_after: Duration, in_flight_max: int) -> None:
        self._spool = spool
        self._spool_after = spool_after
        self._in_flight_max = in_flight_max
        self._memory: deque[Waiting] = deque()
        self._urgent: deque[Waiting] = deque()
        self._on_disk: dict[int, Position] = {}
        """Token → where the message is, for those handed out from the spool."""
        self._in_flight: set[int] = set()
        self._token = 0
        self.connected = False

    @property
    def waiting(self) -> int:
        """Messages that the broker has not acknowledged."""
        return len(self._memory) + len(self._urgent) + self._spool.records

    def put(self, message: bytes, observations: int, now: Instant, urgent: bool = False) -> None:
        """Take a message to send."""
        if urgent and self.connected:
            self._urgent.append(Waiting(self._new_token(), message, observations, now))
        elif self.connected and not self._spool.records:
            self._memory.append(Waiting(self._new_token(), message, observations, now))
        else:
            self._spill_all()
            self._spool.append(message, observations)

    def take(self) -> list[tuple[int, bytes]]:
        """What to publish now, in this order; empty while disconnected or enough is under way."""
        if not self.connected:
            return []
        taken: list[tuple[int, bytes]] = []
        for entry in self._urgent:
            self._hand_out(entry, taken)
        room = self._in_flight_max - len(self._in_flight)
        if room <= 0:
            return taken
        for position, message in self._spool.take(room):
            token = self._new_token()
            self._on_disk[token] = position
            self._in_flight.add(token)
            taken.append((token, message))
        for entry in self._memory:
            if len(self._in_flight) < self._in_flight_max:
                self._hand_out(entry, taken)
        return taken

    def acknowledge(self, token: int) -> None:
        """The broker has it."""
        self._in_flight.discard(token)
        position = self._on_disk.pop(token, None)
        if position is not None:
            self._spool.acknowledge(position)
            return
        for queue in (self._urgent, self._memory):
            for entry in queue:
                if entry.token == token:
                    queue.remove(entry)
                    return

    def connection_lost(self) -> None:
        """Nothing under way can be trusted: all of it is written down and will be sent again."""
        self.connected = False
        self._spill_all()
        self._in_flight.clear()
        self._on_disk.clear()
        self._spool.rewind()

    def wake_at(self) -> Instant | None:
        """When the oldest message in memory is to be written down."""
        times = [queue[0].made_at for queue in (self._urgent, self._memory) if queue]
        return min(times) + self._spool_after if times else None

    def wake(self, now: Instant) -> None:
        due = self.wake_at()
        if due is not None and due <= now:
            self._spill_all()

    def _new_token(self) -> int:
        self._token += 1
        return self._token

    def _hand_out(self, entry: Waiting, taken: list[tuple[int, bytes]]) -> None:
        if not entry.sent:
            entry.sent = True
            self._in_flight.add(entry.token)
            taken.append((entry.token, entry.message))

    def _spill_all(self) -> None:
        """Write down what is in memory: first what is under way, so that the rest keeps its order."""
        entries = sorted([*self._urgent, *self._memory], key=lambda entry: (not entry.sent, entry.token))
        self._urgent.clear()
        self._memory.clear()
        for entry in entries:
            position = self._spool.append(entry.message, entry.observations, sent=entry.sent)
            if entry.sent:
                self._on_disk[entry.token] = position
