"""ESPHome Bluetooth proxies: message 93 of the native API (raw adverts), without its frame header.

Protobuf: repeated field 1 = advert {1 address, 2 RSSI zig-zag, 3 address type, 4 data}. The gateway is the
connection.
"""

from collections.abc import Iterator
from typing import Final

from contracts.errors import WireError
from gateway.addresses import address_of
from gateway.formats.base import Clue, Format
from gateway.readings import rssi_of
from gateway.sightings import Decoded, Fields, Sighting

TRANSPORT: Final = "esphome-native-api"


def detect(clue: Clue) -> bool:
    if clue.transport == TRANSPORT:
        return True
    return clue.payload[:1] == b"\x0a" and clue.payload[2:3] == b"\x08"


def decode(clue: Clue) -> Decoded:
    sightings: list[Sighting] = []
    drops: dict[str, int] = {}
    for number, value in _fields(clue.payload):
        if number != 1 or not isinstance(value, bytes):
            continue
        made = _sighting(value)
        if isinstance(made, Sighting):
            sightings.append(made)
        else:
            drops[made] = drops.get(made, 0) + 1
    return Decoded("sightings", None, sightings, drops=drops)


def _sighting(data: bytes) -> Sighting | str:
    address, rssi, kind, adv = 0, 0, 0, b""
    for number, value in _fields(data):
        if isinstance(value, bytes):
            adv = value if number == 4 else adv
        elif number == 1:
            address = value
        elif number == 2:
            rssi = (value >> 1) ^ -(value & 1)
        elif number == 3:
            kind = value
    rssi_dbm = rssi_of(rssi)
    if rssi_dbm is None:
        return "no_rssi"
    if not 0 < address < 1 << 48:
        return "no_device"
    return Sighting(address_of(address.to_bytes(6, "big")), rssi_dbm, adv=adv or None, entry=kind)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of a protobuf message.

    Raises:
        WireError: ``bad_frame``.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif key & 7 == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise WireError("bad_frame", "field cut short")
            yield key >> 3, data[at : at + size]
            at += size
        else:
            raise WireError("bad_frame", f"wire type {key & 7}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise WireError("bad_frame", "number cut short")


def details(sighting: Sighting) -> Fields:
    return {"address_type": "random" if sighting.entry else "public"}


FORMAT: Final = Format("esphome", detect, decode, details)
