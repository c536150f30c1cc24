"""Whose payload is this? What a message calls its gateway is a claim: topic and sender decide."""

from collections.abc import Iterable

from contracts.errors import WireError
from contracts.messages import GatewayPayload, InstalledGateway
from contracts.quantities import SECOND, Duration, Instant
from gateway.bounded import Bounded
from gateway.formats.base import Format
from gateway.heard import Heard, newly_heard
from gateway.roster import Roster, identifier_of, name_key

STRANGER_SPAN: Duration = 600 * SECOND
"""A gateway that nobody installed is forgotten when it is silent for so long."""


class Senders:
    """The gateways that were heard: the installed ones, and up to ``strangers_max`` others."""

    def __init__(
        self,
        gateways: Iterable[InstalledGateway],
        strangers_max: int,
        topics_max: int,
        clock_window: Duration,
    ) -> None:
        self.roster = Roster(gateways)
        self.heard: dict[str, Heard] = {}
        self._strangers_max = strangers_max
        self._clock_window = clock_window
        self._by_topic: Bounded[str, tuple[str | None]] = Bounded(topics_max)

    def install(self, gateways: Iterable[InstalledGateway]) -> None:
        """The whole list anew. Guests that left, and strangers that were installed, begin anew."""
        self.roster = Roster(gateways)
        self._by_topic.clear()
        installed = self.roster.gateways
        self.heard = {name: h for name, h in self.heard.items() if h.installed == (name in installed)}

    def forget_strangers(self, now: Instant) -> None:
        gone = [n for n, h in self.heard.items() if not h.installed and now - h.last_at > STRANGER_SPAN]
        for name in gone:
            del self.heard[name]

    def of_topic(self, topic: str) -> str | None:
        """The installed gateway that a topic names."""
        known = self._by_topic.get(topic)
        if known is None:
            known = (self.roster.in_topic(topic),)
            self._by_topic.put(topic, known)
        return known[0]

    def format_for(self, topic: str) -> str:
        """The format set for the gateway that a topic names, else ``auto``."""
        gateway = self.of_topic(topic)
        return self.roster.gateways[gateway].vendor_format if gateway else "auto"

    def of(self, claim: str | None, known: Format, payload: GatewayPayload, now: Instant) -> Heard:
        """The gateway that sent a payload.

        Raises:
            WireError: ``gateway_mismatch``; ``no_gateway``; ``unknown_gateway`` for too many strangers.
        """
        named = self.roster.find(claim) if claim else None
        in_topic = None if known.topic_names_gateway else self.of_topic(payload.topic)
        sender = self.roster.find(payload.sender) if payload.sender else None
        gateway = named or in_topic or sender
        if gateway is None:
            return self._stranger(claim or payload.topic, now)
        if in_topic not in (None, gateway) or sender not in (None, gateway):
            raise WireError("gateway_mismatch", f"{claim!r} on {payload.topic!r}")
        address = self.roster.gateways[gateway].address
        if claim and named is None and address and name_key(claim) != name_key(address):
            raise WireError("gateway_mismatch", f"{claim!r} on {payload.topic!r}")
        heard = self.heard.get(gateway)
        if heard is None:
            heard = self.heard[gateway] = newly_heard(gateway, True, self._clock_window, now)
        return heard

    def _stranger(self, name: str, now: Instant) -> Heard:
        """A gateway nobody installed: shown so that it can be, but its scans are of no use."""
        if not name:
            raise WireError("no_gateway")
        gateway = identifier_of(name)
        heard = self.heard.get(gateway)
        if heard is None:
            if sum(not known.installed for known in self.heard.values()) >= self._strangers_max:
                raise WireError("unknown_gateway", "too many of them to keep")
            heard = self.heard[gateway] = newly_heard(gateway, False, self._clock_window, now)
        assert not heard.installed, gateway
        return heard
