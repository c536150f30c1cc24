"""Whose payload is this? What a message calls its gateway is a claim: topic and sender decide."""

from collections.abc import Iterable
from typing import Final

from contracts.errors import WireError
from contracts.messages import GatewayPayload, InstalledGateway
from contracts.quantities import SECOND, Duration, Instant
from gateway.formats.base import Format
from gateway.heard import Heard, newly_heard
from gateway.roster import Roster, identifier_of, name_key

STRANGER_SPAN: Final[Duration] = 600 * SECOND
"""A gateway that nobody installed is forgotten when it is silent for so long."""


class Senders:
    """The gateways that were heard: the installed ones, and up to ``strangers_max`` others."""

    def __init__(
        self, gateways: Iterable[InstalledGateway], strangers_max: int, clock_window: Duration
    ) -> None:
        self.roster = Roster(gateways)
        self.heard: dict[str, Heard] = {}
        self._strangers_max = strangers_max
        self._clock_window = clock_window

    def install(self, gateways: Iterable[InstalledGateway]) -> None:
        """The whole list anew. Guests that left, and strangers that were installed, begin anew."""
        self.roster = Roster(gateways)
        installed = self.roster.gateways
        self.heard = {name: h for name, h in self.heard.items() if h.installed == (name in installed)}

    def forget_strangers(self, now: Instant) -> None:
        gone = [n for n, h in self.heard.items() if not h.installed and now - h.last_at > STRANGER_SPAN]
        for name in gone:
            del self.heard[name]

    def of(
        self,
        claim: str | None,
        known: Format,
        topic_gateway: str | None,
        payload: GatewayPayload,
        now: Instant,
    ) -> Heard:
        """The gateway that sent a payload, whose topic names ``topic_gateway`` if any.

        Raises:
            WireError: ``gateway_mismatch``; ``no_gateway``; ``unknown_gateway`` for too many strangers.
        """
        named = self.roster.find(claim) if claim else None
        in_topic = None if known.topic_names_gateway else topic_gateway
        certified = self.roster.find(payload.sender) if payload.sender else None
        gateway = named or in_topic or certified
        if gateway is None:
            return self._stranger(claim or payload.topic, now)
        if in_topic not in (None, gateway) or certified not in (None, gateway):
            raise WireError("gateway_mismatch", f"{claim!r} on {payload.topic!r}")
        if claim and named is None:
            address = self.roster.gateways[gateway].address
            if address and name_key(claim) != name_key(address):
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
        return heard
