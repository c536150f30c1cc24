"""One turn of a process: what host (real time) and world (virtual time) do alike."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from contracts import messages as m
from contracts.messages import Message
from contracts.quantities import Instant
from contracts.service import Service

LOCAL_TO_INGEST = (m.ScanReport, m.GatewayStatus)
"""Ingest makes these for its neighbours in the process: on the bus, gateways publish them themselves."""
FOR_SCREENS = (m.ScreenFrame, m.ScreenEvent)
MAX_ROUNDS = 100
"""Answers to answers inside one turn: services that answer each other for ever are a bug, not a load."""

Hearers: TypeAlias = Mapping[type[Message], Sequence[Service]]
"""Who in a process wants a type of message, in the order of its services: looked up for every message."""


def hearers_of(services: Sequence[Service]) -> Hearers:
    kinds = dict.fromkeys(kind for service in services for kind in service.topics)
    return {kind: tuple(service for service in services if kind in service.topics) for kind in kinds}


def deliver(hearers: Hearers, message: Message, at: Instant) -> list[Message]:
    """Hand a message to every service that wants its type; what they say."""
    out: list[Message] = []
    for service in hearers.get(type(message), ()):
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


def settle(hearers: Hearers, said: Iterable[Message], at: Instant) -> list[Message]:
    """What was said and all that neighbours in the same process answer to it, in order."""
    every: list[Message] = []
    fresh = list(said)
    for _ in range(MAX_ROUNDS):
        if not fresh:
            return every
        every += fresh
        heard = [message for message in fresh if type(message) in hearers]
        fresh = [answer for message in heard for answer in deliver(hearers, message, at)]
    raise AssertionError("services of one process answer each other without end")


def next_wake(services: Iterable[Service]) -> Instant | None:
    """When the first of them wants the floor."""
    return min((due for service in services if (due := service.wake_at()) is not None), default=None)


def staying(hearers: Hearers) -> frozenset[type[Message]]:
    """The types of messages that are for nobody outside the process in which they are said."""
    return frozenset((*FOR_SCREENS, *LOCAL_TO_INGEST) if m.GatewayPayload in hearers else FOR_SCREENS)
