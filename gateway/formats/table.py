"""All formats, in the order in which they are tried: the surest signs first."""

from typing import Final

from contracts.errors import ConfigError, WireError
from gateway.formats import own
from gateway.formats.base import Clue, Format

FORMATS: Final[tuple[Format, ...]] = (own.FORMAT,)
BY_NAME: Final[dict[str, Format]] = {known.name: known for known in FORMATS}


def format_named(name: str) -> Format:
    """Raises ``ConfigError`` for a name that is no format."""
    known = BY_NAME.get(name)
    if known is None:
        raise ConfigError(f"unknown gateway format {name!r}: one of auto {' '.join(BY_NAME)}")
    return known


def detect_format(clue: Clue) -> Format:
    """The first format whose sign the message bears.

    Raises:
        WireError: ``empty``, ``unknown_format``.
    """
    if not clue.payload:
        raise WireError("empty")
    for known in FORMATS:
        if known.detect(clue):
            return known
    raise WireError("unknown_format", f"topic {clue.topic!r}" if clue.topic else "")
