"""What is known of an MQTT topic: which gateway it names, which format it is in. Remembered, up to a limit.

The format is what the operator set, else what the topic's last message was, else what its signs tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.errors import WireError
from gateway.bounded import Bounded
from gateway.formats.base import Clue, Format, decode_safely
from gateway.formats.table import detect_format, format_named
from gateway.roster import Roster, topic_matches
from gateway.sightings import Decoded


@dataclass(slots=True)
class Topic:
    """One topic. Mutable: the format may turn out to be another."""

    gateway: str | None
    """The installed gateway that it names."""
    format: Format | None
    is_set: bool
    """Whether the operator set the format; then no other is tried."""


class Topics:
    """The topics heard of late."""

    def __init__(
        self,
        formats: Mapping[str, Format],
        topic_formats: Mapping[str, str],
        roster: Roster,
        topics_max: int,
    ) -> None:
        self._formats = formats
        self._patterns = [(pattern, format_named(name, formats)) for pattern, name in topic_formats.items()]
        self._roster = roster
        self._known: Bounded[str, Topic] = Bounded(topics_max)

    def install(self, roster: Roster) -> None:
        """Other gateways are installed now."""
        self._roster = roster
        self._known.clear()

    def of(self, name: str) -> Topic:
        topic = self._known.get(name)
        if topic is None:
            gateway = self._roster.in_topic(name)
            chosen = self._set_format(name, gateway)
            topic = Topic(gateway, chosen, chosen is not None)
            self._known.put(name, topic)
        return topic

    def _set_format(self, name: str, gateway: str | None) -> Format | None:
        for pattern, known in self._patterns:
            if topic_matches(pattern, name):
                return known
        return self._formats.get(self._roster.gateways[gateway].vendor_format) if gateway else None


def decode_payload(topic: Topic, name: str, payload: bytes) -> tuple[Decoded, Format]:
    """The message read, by the format that its topic is set to, or was in, or bears the signs of.

    Raises:
        WireError: no format fits, or the one that is set does not.
    """
    clue = Clue(name, payload)
    known = topic.format
    if known is not None:
        try:
            return decode_safely(known, clue), known
        except WireError:
            if topic.is_set or detect_format(clue) is known:
                raise
    topic.format = detect_format(clue)
    return decode_safely(topic.format, clue), topic.format
