"""Minew G1, G2, MG3, MG4: a JSON array that begins with the gateway's own element.

Known tag types come decoded, others with ``rawData`` (which may be empty: still a sighting). Each entry
has its own time; an upload spans 1 to 60 s. Old firmware leaves the gateway's element out, or puts it last:
then the topic names the gateway. Typed decoding is three times as fast as plain dictionaries;
a message with one mistyped entry is read entry by entry.
"""

from collections import Counter
from typing import Any, Final

import msgspec

from contracts.errors import UNREADABLE
from contracts.quantities import Instant
from gateway.addresses import canonical_address, canonical_uuid, gateway_name
from gateway.adverts.beacons import ibeacon_id
from gateway.formats.base import MALFORMED, Clue, Format, need_list
from gateway.readings import POSSIBLE_DBM, hex_bytes, is_bad_hex, percent_of, rssi_of
from gateway.sightings import Basis, Decoded, Fields, Sighting
from gateway.times import iso_utc, number_of, quick_stamp, unix_milliseconds


class Entry(msgspec.Struct, gc=False, rename="camel"):
    """One element of the array, the gateway's own or an advert's. Types are checked where they are used."""

    type: Any = None
    mac: Any = None
    timestamp: Any = None
    rssi: Any = None
    raw_data: Any = None
    ble_name: Any = None
    battery: Any = None
    temperature: Any = None
    humidity: Any = None
    ibeacon_uuid: Any = None
    ibeacon_major: Any = None
    ibeacon_minor: Any = None
    ibeacon_tx_power: Any = None
    gateway_free: Any = None
    gateway_load: Any = None
    gateway: Any = None
    no: Any = None


_ADVERT: Final = frozenset(("type", "mac", "rssi", "timestamp"))
_entries: Final = msgspec.json.Decoder(list[Entry])


def detect(clue: Clue) -> bool:
    body = clue.json
    if type(body) is not list or not body:
        return False
    first = body[0]
    if type(first) is not dict:
        return False
    return (
        ("gateway" in first and "type" not in first)
        or any(type(entry) is dict and entry.get("type") == "Gateway" for entry in (*body[:3], body[-1]))
        or first.keys() >= _ADVERT
    )


def decode(clue: Clue) -> Decoded:
    try:
        entries = _entries.decode(clue.payload)
    except UNREADABLE:
        entries = _one_by_one(clue)
    gateway, fields = None, {}
    adverts: list[Entry] = []
    for entry in entries:
        if entry.type == "Gateway":
            gateway, fields = entry.mac, _gateway_fields(entry)
        elif entry.gateway is not None and entry.mac is None:
            gateway = entry.gateway
        else:
            adverts.append(entry)
    sightings, drops = _sightings(adverts)
    named = gateway_name(gateway) if type(gateway) is str else None
    return Decoded("sightings", named, sightings, fields, drops=drops)


def _one_by_one(clue: Clue) -> list[Entry]:
    """What is an entry at all, of a message in which something is not."""
    body = need_list(clue.json, "the message")
    return [msgspec.convert(entry, Entry) if type(entry) is dict else Entry() for entry in body]


def _gateway_fields(entry: Entry) -> Fields:
    status: Fields = {}
    for value, name in ((entry.gateway_free, "free_percent"), (entry.gateway_load, "load")):
        if number_of(value) is not None:
            status[name] = value
    return {"gateway_status": status} if status else {}


def _sightings(adverts: list[Entry]) -> tuple[list[Sighting], dict[str, int]]:
    """All entries in one loop: a batch has a hundred of them, several times a second."""
    sightings: list[Sighting] = []
    drops: Counter[str] = Counter()
    for entry in adverts:
        try:
            device = canonical_address(entry.mac)
            rssi_dbm = entry.rssi
            if type(rssi_dbm) is not int or rssi_dbm not in POSSIBLE_DBM:
                rssi_dbm = rssi_of(rssi_dbm)
            if device is None or rssi_dbm is None:
                drops["no_device" if device is None else "no_rssi"] += 1
                continue
            raw = entry.raw_data
            adv = hex_bytes(raw) if raw else None
            try:
                at: Instant | None = quick_stamp(entry.timestamp)
                basis: Basis = "gateway_iso_utc"
            except (KeyError, TypeError):
                at, basis = _time(entry.timestamp)
            sightings.append(Sighting(device, rssi_dbm, at, basis, adv, entry))
        except MALFORMED:
            drops["bad_entry"] += 1
    return sightings, dict(drops)


def _time(stamp: Any) -> tuple[Instant | None, Basis]:
    return unix_milliseconds(stamp) if type(stamp) is int else iso_utc(stamp)


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    if isinstance(entry.ble_name, str) and entry.ble_name:
        found["name"] = entry.ble_name
    if is_bad_hex(entry.raw_data):
        found["error"] = "bad_hex"
    if isinstance(entry.ibeacon_uuid, str):
        found["beacon"] = {
            "type": "ibeacon",
            "uuid": canonical_uuid(entry.ibeacon_uuid),
            "major": entry.ibeacon_major,
            "minor": entry.ibeacon_minor,
            "measured_power_dbm": entry.ibeacon_tx_power,
        }
    telemetry = {
        "battery_percent": percent_of(entry.battery) or None,
        "temperature_c": number_of(entry.temperature),
        "humidity_percent": number_of(entry.humidity),
    }
    telemetry = {name: value for name, value in telemetry.items() if value is not None}
    if telemetry:
        found["telemetry"] = telemetry
    return found


def identity(sighting: Sighting) -> str | None:
    entry = sighting.entry
    return ibeacon_id(entry.ibeacon_uuid, entry.ibeacon_major, entry.ibeacon_minor)


FORMAT: Final = Format("minew", detect, decode, details, identity)
