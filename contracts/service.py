"""The one interface of the five services: time goes in, messages come out.

After aioquic's connection: a service is driven by messages received and by timers that it asked for.
The runtime owns the clock, the network and the disk, so one host (real time), one world (virtual
time) and one replay drive all services, and live equals simulation.
"""

from collections.abc import Sequence
from typing import Protocol

from contracts.messages import Message
from contracts.quantities import Instant


class Service(Protocol):
    """A part of the system that decides. It never waits, reads a clock or touches a device."""

    name: str
    """Short name: one of ``ingest positioning dispatcher dashboard firmware_sim agent``."""

    topics: tuple[type[Message], ...]
    """The message types it wants to hear."""

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        """Take one message of a type in ``topics``; give the messages to send because of it."""
        ...

    def wake_at(self) -> Instant | None:
        """When it next wants the floor, or None. Asked after each ``receive`` and ``wake``."""
        ...

    def wake(self, now: Instant) -> Sequence[Message]:
        """Its time has come (``now`` may be later than asked); give the messages to send."""
        ...
