"""What a process needs of its connection to the others, whatever carries it; and the inbox behind it.

Two carriers: plain MQTT (``runtime/mqtt.py``) with any broker, and for the ingest a pull from the
broker's own stream (``runtime/jetstream.py``).
"""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from contracts import messages as m
from contracts.messages import Message


class Received(NamedTuple):
    """One message from the broker and what acknowledges it (None where the broker wants no word)."""

    message: Message
    ack: Callable[[], object] | None


class MessageBus(Protocol):
    """A connection to the broker. Counters are read by the host's health report."""

    @property
    def connected(self) -> bool: ...
    @property
    def counters(self) -> Counter[str]: ...
    def subscribe_types(self, types: Iterable[type[Message]], raw_filters: Iterable[str] = ()) -> None:
        """What to hear. Before ``connect``. ``raw_filters`` are MQTT filters for ``GatewayPayload``."""

    async def connect(self, timeout_s: float = 30.0) -> None:
        """Connect and go on connecting for ever. ``LinkError`` without an answer within ``timeout_s``."""

    async def aclose(self) -> None:
        """Leave the broker."""

    async def wait(self, timeout_s: float | None) -> None:
        """Return when something is in the inbox, or after ``timeout_s``."""

    def interrupt(self) -> None:
        """Let ``wait`` return now."""

    def take(self, limit: int) -> list[Received]:
        """Up to ``limit`` messages, oldest first."""

    def acknowledge(self, batch: Iterable[Received]) -> None:
        """We are done with these: the broker may forget them."""

    def publish(self, message: Message) -> None:
        """Send a message."""


class Inbox:
    """What came in and waits for the host. ``put`` may be called from any thread, all else from the loop.

    Scans and positions are worth little when old: beyond the limit the oldest of them goes and is counted.
    The rest is never dropped here; the broker holds it back beyond its own limit of unacknowledged messages.
    """

    def __init__(self, limit: int, counters: Counter[str]) -> None:
        self._limit = limit
        self._counters = counters
        self._lock = threading.Lock()
        self._order = 0
        self._fleeting: deque[tuple[int, Received]] = deque()
        self._lasting: deque[tuple[int, Received]] = deque()
        self._arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whose ``wait`` is to be woken."""
        self._loop = loop

    def put(self, received: Received) -> None:
        """Keep a message."""
        dropped = None
        with self._lock:
            self._order += 1
            if isinstance(received.message, m.GatewayPayload | m.PositionsEstimated):
                self._fleeting.append((self._order, received))
                if len(self._fleeting) > self._limit:
                    dropped = self._fleeting.popleft()[1]
                    self._counters["dropped_inbox_full"] += 1
            else:
                self._lasting.append((self._order, received))
        if dropped is not None and dropped.ack is not None:
            dropped.ack()
        if not self._arrived.is_set():
            self.call(self._arrived.set)

    def call(self, action: Callable[[], object]) -> None:
        """Do something in the loop."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    async def wait(self, timeout_s: float | None) -> None:
        self._arrived.clear()
        if self._fleeting or self._lasting:
            return
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout_s)
        except TimeoutError:
            return

    def interrupt(self) -> None:
        self._arrived.set()

    def take(self, limit: int) -> list[Received]:
        taken: list[Received] = []
        with self._lock:
            while len(taken) < limit and (self._fleeting or self._lasting):
                heads = [waiting for waiting in (self._fleeting, self._lasting) if waiting]
                taken.append(min(heads, key=lambda waiting: waiting[0][0]).popleft()[1])
        return taken


def acknowledge(batch: Iterable[Received]) -> None:
    """Say of each that we are done with it."""
    for received in batch:
        if received.ack is not None:
            received.ack()
