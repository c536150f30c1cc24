"""One turn of a process: what host (real time) and world (virtual time) do alike."""

from collections.abc import Iterable, Sequence

from contracts import messages as m
from contracts.messages import Message
from contracts.quantities import Instant
from contracts.service import Service

LOCAL_TO_INGEST = (m.ScanReport, m.GatewayStatus)
"""Ingest makes these for its neighbours in the process: on the bus, gateways publish them themselves."""
MAX_ROUNDS = 100
"""Answers to answers inside one turn: services that answer each other for ever are a bug, not a load."""


def deliver(services: Sequence[Service], message: Message, at: Instant) -> list[Message]:
    """Hand a message to every service that wants its type; what they say."""
    out: list[Message] = []
    for service in services:
        if type(message) in service.topics:
            out += service.receive(message, at)
    return out


def wake_due(services: Sequence[Service], at: Instant) -> list[Message]:
    """Wake every service whose time has come; what they say."""
    out: list[Message] = []
    for service in services:
        due = service.wake_at()
        if due is not None and due <= at:
            out += service.wake(at)
    return out


def settle(services: Sequence[Service], said: Iterable[Message], at: Instant) -> list[Message]:
    """What was said and all that neighbours in the same process answer to it, in order."""
    every: list[Message] = []
    fresh = list(said)
    for _ in range(MAX_ROUNDS):
        if not fresh:
            return every
        every += fresh
        fresh = [answer for message in fresh for answer in deliver(services, message, at)]
    raise AssertionError("services of one process answer each other without end")


def next_wake(services: Iterable[Service]) -> Instant | None:
    """When the first of them wants the floor."""
    return min((due for service in services if (due := service.wake_at()) is not None), default=None)


def leaves_process(message: Message, services: Sequence[Service]) -> bool:
    """Whether a message said in a process of ``services`` is for others too."""
    kind = type(message)
    if kind in LOCAL_TO_INGEST and any(m.GatewayPayload in service.topics for service in services):
        return False
    return kind not in (m.ScreenFrame, m.ScreenEvent)
