"""What a format is: a name, a way to tell it, a way to read it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from contracts.errors import WireError
from gateway.sightings import Decoded, Fields, Sighting

_UNREAD: Final = object()
_json: Final = msgspec.json.Decoder()


@dataclass(slots=True)
class Clue:
    """One message to look at. The JSON is parsed once, and only when somebody asks."""

    topic: str
    payload: bytes
    _json: Any = field(default=_UNREAD)

    @property
    def json(self) -> Any:
        """The payload as JSON, or None where it is none."""
        if self._json is _UNREAD:
            self._json = None
            if self.payload[:64].lstrip()[:1] in (b"{", b"["):
                try:
                    self._json = _json.decode(self.payload)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    self._json = None
        return self._json

    @property
    def object(self) -> dict[str, Any]:
        """The payload as a JSON object; empty where it is none."""
        value = self.json
        return value if type(value) is dict else {}

    def need_object(self) -> dict[str, Any]:
        """The payload as a JSON object.

        Raises:
            WireError: ``not_json``, ``not_an_object``.
        """
        value = self.json
        if type(value) is dict:
            return value
        raise WireError("not_json" if value is None else "not_an_object")

    @property
    def levels(self) -> list[str]:
        """The levels of the topic; a leading slash makes no empty level."""
        return self.topic.strip("/").split("/")


def _nothing(_sighting: Sighting) -> Fields:
    return {}


def _never(_sighting: Sighting) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Format:
    """One family of gateways. All functions are pure.

    ``decode`` raises WireError for a message it cannot read at all; a bad entry is counted in
    ``Decoded.drops``. ``details`` interprets an entry: ``beacon telemetry button name …``; the advert's
    own bytes are read elsewhere. ``presses`` is the quick look whether an entry without advert bytes
    carries a button.
    """

    name: str
    detect: Callable[[Clue], bool]
    decode: Callable[[Clue], Decoded]
    details: Callable[[Sighting], Fields] = _nothing
    presses: Callable[[Sighting], bool] = _never
