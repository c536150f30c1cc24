"""How the tests of formats read a message."""

import json
from typing import Any

from gateway.formats.base import Clue, decode_safely, details_of
from gateway.formats.table import detect_format
from gateway.sightings import Decoded, Fields


def clue(body: Any, topic: str = "") -> Clue:
    payload = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    return Clue(topic, payload)


def read(body: Any, topic: str = "", name: str | None = None) -> Decoded:
    """The message by the format it is detected as, which must be ``name`` if given."""
    given = clue(body, topic)
    known = detect_format(given)
    assert name is None or known.name == name, known.name
    return decode_safely(known, given)


def detail(body: Any, topic: str = "", index: int = 0) -> Fields:
    """What a sighting of a message says beside device, RSSI and time."""
    given = clue(body, topic)
    known = detect_format(given)
    return details_of(decode_safely(known, given).sightings[index], known)


def identity(body: Any, topic: str = "") -> str | None:
    given = clue(body, topic)
    known = detect_format(given)
    return known.identity(decode_safely(known, given).sightings[0])
