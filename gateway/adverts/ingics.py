"""Ingics tags: companies 0x0059, 0x000D and 0x082C, one frame family with a subtype byte.

After the company id: code (2), battery in 10 mV (2), event bits (1), up to three fields, subtype, flags.
"""

from typing import Final

from gateway.adverts.walk import i16le, u16le
from gateway.sightings import Fields

COMPANIES: Final = (0x0059, 0x000D, 0x082C)
EVENT_BITS: Final = {
    "button": 0x01,
    "moving": 0x02,
    "hall": 0x04,
    "fall": 0x08,
    "pir": 0x10,
    "ir": 0x20,
    "din": 0x40,
}
_OLD: Final = ("ibs01", "th", ("button", "moving", "hall", "fall"))
"""First generation: no subtype byte; every bit may mean something."""
_GENERATION_1: Final[dict[int, tuple[str, str, tuple[str, ...]]]] = {
    0x03: ("ibs01", "", ("button",)),
    0x04: ("ibs01h", "", ("button", "hall")),
    0x05: ("ibs01t", "th", ("button",)),
    0x06: ("ibs01g", "", ("button", "moving", "fall")),
    0x07: ("ibs01t", "t", ("button",)),
}
_GENERATION_2: Final[dict[int, tuple[str, str, tuple[str, ...]]]] = {
    0x01: ("ibs02pir2", "", ("pir",)),
    0x02: ("ibs02ir2", "c", ("ir",)),
    0x04: ("ibs02m2", "c", ("din",)),
    0x10: ("ibs03", "", ("button", "hall")),
    0x12: ("ibs03p", "", ()),
    0x14: ("ibs03t", "th", ("button",)),
    0x15: ("ibs03t", "t", ("button",)),
    0x16: ("ibs03g", "", ("button", "moving", "fall")),
    0x17: ("ibs03tp", "t", ()),
    0x18: ("ibs04i", "", ("button",)),
    0x19: ("ibs04", "", ("button",)),
    0x1B: ("ibs03f", "c", ("din",)),
    0x20: ("irs02", "t", ("hall",)),
    0x30: ("ibs05", "", ("button",)),
    0x31: ("ibs05h", "c", ("button", "hall")),
    0x32: ("ibs05t", "t", ("button",)),
    0x33: ("ibs05g", "", ("button", "moving")),
    0x34: ("ibs05co2", "", ("button",)),
    0x35: ("ibs05i", "", ("button",)),
    0x36: ("ibs06i", "", ("button",)),
    0x40: ("ibs06", "", ()),
    0x41: ("ibs08t", "td", ("button",)),
    0x44: ("ibs08pir", "", ("pir",)),
}
"""Subtype → name, fields (t temperature, h humidity, d humidity in tenths, c counter), event bits it uses."""


def ingics(company: int, data: bytes) -> Fields | None:
    """Manufacturer data after the company id, which is ``company``."""
    if len(data) < 5 or data[1] != 0xBC:
        return None
    if data[0] in (0x81, 0x85, 0x86):
        return _acceleration_tag(company, data)
    if data[0] == 0x80:
        known = _GENERATION_1.get(data[11], _OLD) if len(data) > 11 else _OLD
    elif data[0] in (0x82, 0x83) and len(data) > 11:
        known = _GENERATION_2.get(data[11], ("unknown", "", ()))
    else:
        return None
    name, layout, events = known
    fields: Fields = {"type": f"ingics_{name}", "battery_mv": u16le(data, 2) * 10}
    _measures(data, layout, fields)
    fields |= {event: bool(data[4] & EVENT_BITS[event]) for event in events}
    return fields


def _measures(data: bytes, layout: str, fields: Fields) -> None:
    if "t" in layout and data[5:7] not in (b"\xaa\xaa", b"\xff\xff"):
        fields["temperature_c"] = i16le(data, 5) / 100
    if len(data) < 9 or data[7:9] == b"\xff\xff":
        return
    if "h" in layout and "temperature_c" in fields:
        fields["humidity_percent"] = u16le(data, 7)
    elif "d" in layout:
        fields["humidity_percent"] = u16le(data, 7) / 10
    elif "c" in layout:
        fields["counter"] = u16le(data, 7)


def _acceleration_tag(company: int, data: bytes) -> Fields:
    """iBS01RG and its followers: battery and two event bits share a word, then three samples of x, y, z."""
    names = {0x81: "ibs03rg", 0x85: "ibs03gp", 0x86: "ibs05rg"}
    word = u16le(data, 2)
    fields: Fields = {
        "type": "ingics_ibs01rg" if company == 0x0059 else f"ingics_{names[data[0]]}",
        "battery_mv": (word & 0x0FFF) * 10,
        "moving": bool(word & 0x1000),
        "button": bool(word & 0x2000),
    }
    return fields
