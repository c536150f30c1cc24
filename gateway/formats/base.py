"""What a format is: a name, a way to tell it, a way to read it; and how its entries are gathered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from contracts.errors import UNREADABLE, WireError
from gateway.adverts.decode import decode_advert
from gateway.adverts.meaning import advert_details
from gateway.sightings import Decoded, Fields, Sighting

_UNREAD: Final = object()
_json: Final = msgspec.json.Decoder()

MALFORMED: Final = (
    *(AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError),
    RecursionError,
)
"""What reading a message of the wrong shape, or nested too deep, may raise: it becomes a counted drop."""


class Clue(msgspec.Struct, eq=False, gc=False):
    """One message to look at. The JSON is parsed once, and only when somebody asks."""

    topic: str
    payload: bytes
    transport: str = "mqtt"
    _json: Any = _UNREAD

    @property
    def json(self) -> Any:
        """The payload as JSON, or None where it is none."""
        if self._json is _UNREAD:
            self._json = None
            if self.payload[:64].lstrip()[:1] in (b"{", b"["):
                try:
                    self._json = _json.decode(self.payload)
                except UNREADABLE:
                    self._json = None
        return self._json

    @property
    def object(self) -> dict[str, Any]:
        """The payload as a JSON object; empty where it is none."""
        value = self.json
        return value if type(value) is dict else {}

    @property
    def text(self) -> str:
        """The payload as text; empty where it is none."""
        try:
            return self.payload.decode()
        except UnicodeDecodeError:
            return ""

    @property
    def levels(self) -> list[str]:
        """The levels of the topic; a leading slash makes no empty level."""
        return self.topic.strip("/").split("/")

    def level_after(self, level: str) -> str:
        """The level behind ``level`` in the topic, empty where there is none."""
        levels = self.levels
        at = levels.index(level) + 1 if level in levels else len(levels)
        return levels[at] if at < len(levels) else ""

    def level_before(self, level: str) -> str:
        """The level in front of ``level`` in the topic, empty where there is none."""
        levels = self.levels
        at = levels.index(level) if level in levels else 0
        return levels[at - 1] if at > 0 else ""


def _nothing(_sighting: Sighting) -> Fields:
    return {}


def _nameless(_sighting: Sighting) -> str | None:
    return None


def never(_sighting: Sighting) -> bool:
    """The look of formats whose entries hold no buttons."""
    return False


@dataclass(frozen=True, slots=True)
class Format:
    """One family of gateways. All functions are pure.

    ``decode`` raises WireError for a message it cannot read at all; a bad entry is counted in
    ``Decoded.drops``. ``details`` interprets an entry: ``beacon telemetry button name …``; the advert's
    own bytes are read by ``details_of``. Quick looks at an entry beside its bytes: ``identity`` is the id
    of a beacon that names itself, ``presses`` whether there may be a button.
    """

    name: str
    detect: Callable[[Clue], bool]
    decode: Callable[[Clue], Decoded]
    details: Callable[[Sighting], Fields] = _nothing
    identity: Callable[[Sighting], str | None] = _nameless
    presses: Callable[[Sighting], bool] = never
    topic_names_gateway: bool = False
    """The gateway's name is read from its place in the topic: the broker's ACL vouches for it."""


def gather(
    entries: Iterable[Any], read: Callable[[Any], Sighting | str]
) -> tuple[list[Sighting], dict[str, int]]:
    """The sightings of a batch, and what was dropped by cause. One bad entry never spoils the others.

    ``read`` makes a sighting of an entry or says why not.
    """
    sightings: list[Sighting] = []
    drops: dict[str, int] = {}
    for entry in entries:
        try:
            made = read(entry)
        except MALFORMED:
            made = "bad_entry"
        if isinstance(made, Sighting):
            sightings.append(made)
        else:
            drops[made] = drops.get(made, 0) + 1
    return sightings, drops


def decode_safely(known: Format, clue: Clue) -> Decoded:
    """Read a message by a format.

    Raises:
        WireError: whatever its shape, with a cause to count by.
    """
    try:
        return known.decode(clue)
    except MALFORMED as error:
        raise WireError("bad_message", f"{known.name}: {type(error).__name__} {error}") from error


def details_of(sighting: Sighting, known: Format, key: bytes | None = None) -> Fields:
    """Everything a sighting says beside device, RSSI and time, in the terms of docs/gateways.md.

    What the gateway decoded and what the bytes say are merged; the bytes win, for several gateways
    decode wrongly.
    """
    try:
        details = known.details(sighting)
    except MALFORMED:
        details = {"error": "bad_details"}
    if sighting.adv:
        details = merge_details(details, advert_details(decode_advert(sighting.adv, sighting.device, key)))
    return details


def merge_details(first: Fields, second: Fields) -> Fields:
    """``second`` over ``first``, one level deep."""
    merged = dict(first)
    for name, value in second.items():
        before = merged.get(name)
        merged[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def need_list(value: Any, what: str) -> list[Any]:
    """``value`` if it is a list.

    Raises:
        WireError: ``bad_message``.
    """
    if isinstance(value, list):
        return value
    raise WireError("bad_message", f"{what} is no list")


def status_of(text: str) -> str | None:
    """``online`` or ``offline`` from a last will in any of its spellings, None for other text."""
    word = text.strip().lower()
    if word in ("online", "true", "1", "connected"):
        return "online"
    return "offline" if word in ("offline", "false", "0", "disconnected") else None


def need_status(text: str) -> Fields:
    """The ``status`` field of a last will.

    Raises:
        WireError: ``bad_status`` for text that is none.
    """
    status = status_of(text)
    if status is None:
        raise WireError("bad_status", repr(text[:40]))
    return {"status": status}
