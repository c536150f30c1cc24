"""April Brother V4: a map ``v mid time ip mac rssi devices`` as JSON or MessagePack.

``time`` counts from the start until the gateway has NTP. The outer ``rssi`` is Wi-Fi. A device is bytes
(type, address, RSSI, AD) in MessagePack, in JSON a list of the same or the bytes as hex.
"""

from typing import Any, Final

import msgspec

from contracts.errors import UNREADABLE, WireError
from gateway.addresses import address_of, canonical_address, gateway_name
from gateway.formats.base import Clue, Format, gather, need_list
from gateway.readings import hex_bytes, rssi_of, rssi_of_byte
from gateway.sightings import Basis, Decoded, Fields, Sighting
from gateway.times import number_of, unix_seconds

_FRAME_HEADER_BYTES: Final = 8


def detect(clue: Clue) -> bool:
    body = clue.object
    if body:
        return "devices" in body and "mac" in body and "mid" in body
    first = clue.payload[:1]
    return (b"\x80" <= first <= b"\x8f" or first == b"\xde") and b"\xa7devices" in clue.payload


def decode(clue: Clue) -> Decoded:
    body = clue.object or _unpack(clue.payload)
    at, basis = unix_seconds(body.get("time"))

    def read(device: Any) -> Sighting | str:
        if isinstance(device, str):
            device = bytes.fromhex(device)
        return _frame(device, at, basis) if isinstance(device, bytes) else _row(device, at, basis)

    sightings, drops = gather(need_list(body.get("devices"), "devices"), read)
    fields: Fields = {}
    wifi = number_of(body.get("rssi"))
    if wifi is not None:
        fields["wifi_rssi_dbm"] = wifi - 256 if wifi > 127 else wifi
    return Decoded("sightings", gateway_name(body["mac"]), sightings, fields, drops=drops)


def _unpack(payload: bytes) -> dict[str, Any]:
    try:
        body = msgspec.msgpack.decode(payload)
    except UNREADABLE as error:
        raise WireError("not_msgpack", str(error)) from error
    if not isinstance(body, dict):
        raise WireError("bad_message", "not a map")
    return body


def _frame(frame: bytes, at: int | None, basis: Basis) -> Sighting | str:
    if len(frame) < _FRAME_HEADER_BYTES:
        return "cut_short"
    rssi_dbm = rssi_of_byte(frame[7])
    if rssi_dbm is None:
        return "no_rssi"
    return Sighting(address_of(frame[1:7]), rssi_dbm, at, basis, frame[8:] or None, frame[0])


def _row(row: list[Any], at: int | None, basis: Basis) -> Sighting | str:
    device = canonical_address(row[1])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of_byte(row[2]) if type(row[2]) is int and 127 < row[2] < 256 else rssi_of(row[2])
    if rssi_dbm is None:
        return "no_rssi"
    return Sighting(device, rssi_dbm, at, basis, hex_bytes(row[3]) if len(row) > 3 else None, row[0])


def details(sighting: Sighting) -> Fields:
    return {"adv_type": sighting.entry}


FORMAT: Final = Format("april_brother", detect, decode, details)
