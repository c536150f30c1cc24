"""All formats, in the order in which they are tried: the surest signs first, topics before shapes."""

from collections.abc import Mapping
from typing import Final

from contracts.errors import ConfigError, WireError
from gateway.formats import (
    april_brother,
    aruba,
    cassia,
    esphome,
    espresense,
    gl_s10,
    ingics,
    kkm,
    kontakt,
    meraki,
    minew,
    minew_binary,
    moko,
    openmqttgateway,
    own,
    raddec,
    ruuvi,
    shelly,
    tasmota,
    xiaomi,
)
from gateway.formats.base import Clue, Format
from gateway.formats.mapping import JsonMapping, mapped_format

FORMATS: Final[tuple[Format, ...]] = (
    own.FORMAT,
    ingics.FORMAT,
    minew_binary.FORMAT,
    espresense.FORMAT,
    tasmota.FORMAT,
    openmqttgateway.FORMAT,
    minew.FORMAT,
    moko.FORMAT,
    kkm.FORMAT,
    gl_s10.FORMAT,
    raddec.FORMAT,
    aruba.FORMAT,
    cassia.FORMAT,
    april_brother.FORMAT,
    meraki.FORMAT,
    kontakt.FORMAT,
    xiaomi.FORMAT,
    ruuvi.FORMAT,
    shelly.FORMAT,
    esphome.FORMAT,
)
BY_NAME: Final[dict[str, Format]] = {known.name: known for known in FORMATS}


def formats_by_name(mappings: Mapping[str, JsonMapping]) -> dict[str, Format]:
    """The built-in formats and the operator's own mappings.

    Raises:
        ConfigError: a mapping takes a built-in name.
    """
    taken = sorted(BY_NAME.keys() & mappings.keys())
    if taken:
        raise ConfigError(f"ingest.mappings.{taken[0]}: this is the name of a built-in format")
    return BY_NAME | {name: mapped_format(name, mapping) for name, mapping in mappings.items()}


def format_named(name: str, known: Mapping[str, Format] = BY_NAME) -> Format:
    """Raises ``ConfigError`` for a name that is no format."""
    if name not in known:
        raise ConfigError(f"unknown gateway format {name!r}: expected one of auto {' '.join(known)}")
    return known[name]


def detect_format(clue: Clue) -> Format:
    """The first format whose sign the message bears.

    Raises:
        WireError: ``empty``, ``not_json``, ``unknown_format``.
    """
    if not clue.payload:
        raise WireError("empty")
    for known in FORMATS:
        if known.detect(clue):
            return known
    if clue.payload.lstrip()[:1] in (b"{", b"[") and clue.json is None:
        raise WireError("not_json", f"topic {clue.topic!r}" if clue.topic else "")
    raise WireError("unknown_format", f"topic {clue.topic!r}" if clue.topic else "")
