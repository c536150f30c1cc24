"""Minew's binary frames: 0xBB01 long, 0xBB00 short, 0xBB02 Connect. No time in any of them."""

from typing import Final

from contracts.errors import WireError
from gateway.addresses import address_of
from gateway.formats.base import Clue, Format
from gateway.readings import rssi_of_byte
from gateway.sightings import Decoded, Fields, Sighting

LONG, SHORT, CONNECT = b"\xbb\x01", b"\xbb\x00", b"\xbb\x02"
HEADER_BYTES: Final = 14
TAIL: Final = 0xDD
RANDOM_ADDRESS: Final = 0x06
_CONNECT_HEADER_BYTES: Final = 20


def detect(clue: Clue) -> bool:
    return clue.payload[:2] in (LONG, SHORT, CONNECT)


def decode(clue: Clue) -> Decoded:
    data = clue.payload
    if data[:2] == CONNECT:
        return _connect(data)
    if len(data) < HEADER_BYTES or int.from_bytes(data[2:6], "big") != len(data):
        raise WireError("bad_length", f"frame of {len(data)} bytes says {data[2:6].hex()}")
    if data[-1] != TAIL:
        raise WireError("bad_frame", "no end mark")
    sightings, drops = (_long if data[:2] == LONG else _short)(data)
    n_devices = int.from_bytes(data[12:14], "big")
    return Decoded(
        "sightings", address_of(data[6:12]), sightings, fields={"n_devices": n_devices}, drops=drops
    )


def _long(data: bytes) -> tuple[list[Sighting], dict[str, int]]:
    """Per device: address, number of packets; per packet: length (0 allowed), AD, response type, RSSI."""
    sightings: list[Sighting] = []
    drops = {"no_rssi": 0, "cut_short": 0}
    at, end = HEADER_BYTES, len(data) - 1
    for _ in range(int.from_bytes(data[12:14], "big")):
        if at + 8 > end:
            drops["cut_short"] += 1
            break
        device = address_of(data[at : at + 6])
        packets = int.from_bytes(data[at + 6 : at + 8], "big")
        at += 8
        for _ in range(packets):
            stop = at + 1 + data[at] + 2
            if stop > end:
                drops["cut_short"] += 1
                return sightings, _counted(drops)
            rssi_dbm = rssi_of_byte(data[stop - 1])
            if rssi_dbm is None:
                drops["no_rssi"] += 1
            else:
                sightings.append(
                    Sighting(device, rssi_dbm, adv=data[at + 1 : stop - 2] or None, entry=data[stop - 2])
                )
            at = stop
    return sightings, _counted(drops)


def _short(data: bytes) -> tuple[list[Sighting], dict[str, int]]:
    """Address and RSSI per device, without adverts (after the vendor's name for it; no sample was found)."""
    n_devices, body = int.from_bytes(data[12:14], "big"), data[HEADER_BYTES:-1]
    if not n_devices or len(body) % n_devices or len(body) // n_devices not in (7, 8):
        raise WireError("bad_frame", "a short frame of a layout we have not seen: switch it to BINARY-LONG")
    size = len(body) // n_devices
    sightings: list[Sighting] = []
    for at in range(0, len(body), size):
        rssi_dbm = rssi_of_byte(body[at + size - 1])
        if rssi_dbm is not None:
            sightings.append(Sighting(address_of(body[at : at + 6]), rssi_dbm))
    return sightings, _counted({"no_rssi": n_devices - len(sightings)})


def _connect(data: bytes) -> Decoded:
    """Little-endian lengths; the gateway is known by its topic only."""
    if len(data) < _CONNECT_HEADER_BYTES or int.from_bytes(data[6:10], "little") != len(data):
        raise WireError("bad_length", f"frame of {len(data)} bytes says {data[6:10].hex()}")
    sightings: list[Sighting] = []
    drops = {"no_rssi": 0, "cut_short": 0}
    at = _CONNECT_HEADER_BYTES
    while at + 12 <= len(data):
        stop = at + 2 + int.from_bytes(data[at : at + 2], "little")
        advert_stop = at + 12 + data[at + 11]
        if advert_stop > min(stop, len(data)):
            drops["cut_short"] += 1
            break
        rssi_dbm = rssi_of_byte(data[at + 10])
        if rssi_dbm is None:
            drops["no_rssi"] += 1
        else:
            device = address_of(data[at + 4 : at + 10])
            sightings.append(Sighting(device, rssi_dbm, adv=data[at + 12 : advert_stop] or None))
        at = stop
    return Decoded("sightings", None, sightings, drops=_counted(drops))


def _counted(drops: dict[str, int]) -> dict[str, int]:
    return {cause: count for cause, count in drops.items() if count}


def details(sighting: Sighting) -> Fields:
    response = sighting.entry
    if response is None:
        return {}
    kind = "random" if response & RANDOM_ADDRESS else "public"
    return {"response_type": response, "address_type": kind}


FORMAT: Final = Format("minew_binary", detect, decode, details)
