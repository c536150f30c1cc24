"""Which format a payload is in: what the operator set, else what its topic was before, else its signs."""

from collections.abc import Callable, Mapping

from contracts.errors import WireError
from contracts.messages import GatewayPayload
from gateway.bounded import Bounded
from gateway.formats.base import Clue, Format, decode_safely
from gateway.formats.table import detect_format, format_named
from gateway.roster import topic_matches
from gateway.sightings import Decoded


class FormatChoice:
    """Remembers formats by topic, up to a limit.

    ``set_for_topic`` gives the name of the format set for the gateway that a topic names, or ``auto``.
    """

    def __init__(
        self,
        formats: Mapping[str, Format],
        topic_formats: Mapping[str, str],
        set_for_topic: Callable[[str], str],
        topics_max: int,
    ) -> None:
        self._formats = formats
        self._patterns = [(pattern, format_named(name, formats)) for pattern, name in topic_formats.items()]
        self._set_for_topic = set_for_topic
        self._configured: Bounded[str, tuple[Format | None]] = Bounded(topics_max)
        self._detected: Bounded[str, Format] = Bounded(topics_max)

    def forget(self) -> None:
        """The installed gateways changed."""
        self._configured.clear()

    def decode(self, payload: GatewayPayload) -> tuple[Decoded, Format]:
        """The message, read.

        Raises:
            WireError: no format fits, or the one that should does not.
        """
        topic = payload.topic
        clue = Clue(topic, payload.payload)
        configured = self._configured.get(topic)
        if configured is None:
            configured = (self._find_configured(topic),)
            self._configured.put(topic, configured)
        if configured[0] is not None:
            return decode_safely(configured[0], clue), configured[0]
        known = self._detected.get(topic)
        if known is not None:
            try:
                return decode_safely(known, clue), known
            except WireError:
                if detect_format(clue) is known:
                    raise
        known = detect_format(clue)
        self._detected.put(topic, known)
        return decode_safely(known, clue), known

    def _find_configured(self, topic: str) -> Format | None:
        for pattern, known in self._patterns:
            if topic_matches(pattern, topic):
                return known
        return self._formats.get(self._set_for_topic(topic))
