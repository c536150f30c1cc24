"""Any other JSON gateway, by a mapping in the settings: where the list is, and the fields in its entries.

Paths are keys with dots (``data.items``); numbers index lists; the empty path is the thing itself.
"""

from typing import Any, Final, Literal

import msgspec

from contracts.errors import WireError
from contracts.quantities import MILLISECOND, SECOND
from gateway.addresses import device_name, gateway_name
from gateway.formats.base import Clue, Format, gather
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Basis, Decoded, Sighting
from gateway.times import iso_utc, number_of

TimeUnit = Literal["none", "s", "ms", "us", "iso"]
_SCALES: Final = {"s": SECOND, "ms": MILLISECOND, "us": 1}
_BASES: Final[dict[str, Basis]] = {
    "s": "gateway_unix_s",
    "ms": "gateway_unix_ms",
    "us": "gateway_unix_us",
}


class JsonMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one unknown vendor's JSON is read."""

    device: str
    """Path of the tag's address or id, within an entry."""
    rssi_dbm: str
    entries: str = ""
    """Path of the list of entries; empty = the message is the list, or the one entry."""
    gateway: str = ""
    """Path of the gateway's name, within the message."""
    gateway_level: int = 0
    """Else the level of the topic that names it, counted from 1 (negative from the end); 0 = unknown."""
    time: str = ""
    time_unit: TimeUnit = "none"
    adv_hex: str = ""
    filtered: bool = False
    """The gateway smooths the RSSI itself."""


def mapped_format(name: str, mapping: JsonMapping) -> Format:
    """A format of that name, to be set for topics or gateways: it detects nothing by itself."""
    return Format(name, lambda _clue: False, lambda clue: _decode(clue, mapping))


def _decode(clue: Clue, mapping: JsonMapping) -> Decoded:
    if clue.json is None:
        raise WireError("not_json")
    found = _at(clue.json, mapping.entries)
    if found is None:
        raise WireError("bad_message", f"nothing at {mapping.entries!r}")
    entries = found if isinstance(found, list) else [found]
    sightings, drops = gather(entries, lambda entry: _sighting(entry, mapping))
    return Decoded("sightings", _gateway(clue, mapping), sightings, drops=drops, filtered=mapping.filtered)


def _gateway(clue: Clue, mapping: JsonMapping) -> str | None:
    if mapping.gateway:
        name = _at(clue.json, mapping.gateway)
        return gateway_name(name) if isinstance(name, str) else None
    if mapping.gateway_level:
        at = mapping.gateway_level - 1 if mapping.gateway_level > 0 else mapping.gateway_level
        return gateway_name(clue.levels[at])
    return None


def _sighting(entry: Any, mapping: JsonMapping) -> Sighting | str:
    name = _at(entry, mapping.device)
    if not isinstance(name, str) or not name:
        return "no_device"
    rssi_dbm = rssi_of(_at(entry, mapping.rssi_dbm))
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = _time(_at(entry, mapping.time) if mapping.time else None, mapping.time_unit)
    adv = hex_bytes(_at(entry, mapping.adv_hex)) if mapping.adv_hex else None
    return Sighting(device_name(name), rssi_dbm, at, basis, adv, entry)


def _time(value: Any, unit: TimeUnit) -> tuple[int | None, Basis]:
    if unit == "iso":
        return iso_utc(value)
    number = number_of(value)
    if unit == "none" or number is None or not 0 < number < 1e18:
        return None, "none"
    return round(number * _SCALES[unit]), _BASES[unit]


def _at(value: Any, path: str) -> Any:
    """The value at a path, None where there is none."""
    for key in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.lstrip("-").isdecimal() and -len(value) <= int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
