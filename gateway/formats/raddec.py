"""reelyActive raddec: one transmitter, many receivers; JSON, or binary (10, length, …, checksum).

A packet is a link-layer PDU: two header bytes, the address in reverse order, then the AD.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import address_of, device_name, gateway_name
from gateway.formats.base import Clue, Format, gather, need_list
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import unix_milliseconds

MAGIC: Final = 0x10
EUI64, EUI48, RANDOM48, TID96, EPC96 = 1, 2, 3, 4, 5
_ID_BYTES: Final = {EUI64: 8, EUI48: 6, RANDOM48: 6, TID96: 12, EPC96: 12}
_PDU_HEADER_BYTES: Final = 8
_TIMESTAMP, _PACKETS, _EVENTS = 0xF0, 0xF1, 0xF2


def detect(clue: Clue) -> bool:
    if "transmitterId" in clue.object:
        return "rssiSignature" in clue.object
    return clue.payload[:2] == b"\x10\x00" and int.from_bytes(clue.payload[1:3], "big") == len(clue.payload)


def decode(clue: Clue) -> Decoded:
    body = clue.object or _unpack(clue.payload)
    device = device_name(body["transmitterId"])
    at, basis = unix_milliseconds(body.get("timestamp"))
    adv = _advert(body.get("packets") or [])
    kind = body.get("transmitterIdType")

    def read(entry: dict[str, Any]) -> Sighting | str:
        rssi_dbm = rssi_of(entry.get("rssi"))
        if rssi_dbm is None:
            return "no_rssi"
        extras = (entry.get("numberOfDecodings"), kind)
        return Sighting(device, rssi_dbm, at, basis, adv, extras, gateway_name(entry["receiverId"]))

    sightings, drops = gather(need_list(body.get("rssiSignature"), "rssiSignature"), read)
    gateways = dict.fromkeys(sighting.gateway for sighting in sightings)
    gateway = next(iter(gateways)) if len(gateways) == 1 else None
    return Decoded("sightings", gateway, sightings, drops=drops)


def _advert(packets: list[Any]) -> bytes | None:
    """The AD of all packets, joined as gateways join advert and scan response."""
    found = b""
    for packet in packets:
        data = hex_bytes(packet) if isinstance(packet, str) else packet
        if isinstance(data, bytes):
            found += data[_PDU_HEADER_BYTES:]
    return found or None


def _unpack(data: bytes) -> dict[str, Any]:
    """The binary form as the JSON form. IndexError where it is cut short."""
    if len(data) < 12 or data[0] != MAGIC or int.from_bytes(data[1:3], "big") != len(data):
        raise WireError("bad_length")
    if sum(data[:-1]) & 0xFF != data[-1]:
        raise WireError("bad_checksum")
    transmitter, at = _identifier(data, data[3], 4)
    body: dict[str, Any] = {"transmitterId": transmitter, "transmitterIdType": data[3]}
    receivers, at = data[at] & 0x0F, at + 1
    signature: list[dict[str, Any]] = []
    for _ in range(receivers):
        receiver, stop = _identifier(data, data[at + 2], at + 3)
        signature.append({"receiverId": receiver, "rssi": data[at] - 127, "numberOfDecodings": data[at + 1]})
        at = stop
    body["rssiSignature"] = signature
    _unpack_options(data, at, body)
    return body


def _identifier(data: bytes, kind: int, at: int) -> tuple[str, int]:
    size = _ID_BYTES.get(kind)
    if size is None or at + size > len(data):
        raise WireError("bad_frame", f"identifier type {kind}")
    name = data[at : at + size]
    return address_of(name) if size == 6 else name.hex().upper(), at + size


def _unpack_options(data: bytes, at: int, body: dict[str, Any]) -> None:
    end = len(data) - 1
    while at < end:
        flag, at = data[at], at + 1
        if flag == _TIMESTAMP:
            body["timestamp"] = int.from_bytes(data[at : at + 6], "big")
            at += 6
        elif flag == _PACKETS:
            count, at = data[at], at + 1
            packets: list[bytes] = []
            for _ in range(count):
                packets.append(data[at + 1 : at + 1 + data[at]])
                at += 1 + data[at]
            body["packets"] = packets
        elif flag == _EVENTS:
            at += 1
        else:
            return


def details(sighting: Sighting) -> Fields:
    decodings, kind = sighting.entry
    found: Fields = {}
    if isinstance(decodings, int):
        found["decodings"] = decodings
    if kind in (EUI48, RANDOM48):
        found["address_type"] = "random" if kind == RANDOM48 else "public"
    return found


FORMAT: Final = Format("raddec", detect, decode, details)
