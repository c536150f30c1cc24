"""Aruba and HPE access points: IoT telemetry as JSON over HTTPS, and raw ``bleData``.

``reported`` is a table: entries without RSSI were not heard since the last report. 64-bit numbers are text;
what turns the protobuf of other transports into JSON writes bytes, and so addresses, as base64.
"""

import binascii
from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import address_of, canonical_address, canonical_uuid, device_name, gateway_name
from gateway.adverts.beacons import beacon_id
from gateway.formats.base import Clue, Format, gather
from gateway.readings import hex_bytes, percent_of, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import number_of, unix_seconds

ADDRESS_BASE64: Final = 8
"""Characters of six bytes."""
_RSSI_KEYS: Final = ("last", "avg", "smooth", "max")


def detect(clue: Clue) -> bool:
    body = clue.object
    return "reporter" in body and ("reported" in body or "bleData" in body)


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    gateway = _address(body["reporter"]["mac"]) or gateway_name(body["reporter"]["mac"])
    reported, raw = body.get("reported") or [], body.get("bleData") or []
    not_heard: list[str] = []

    def read(entry: dict[str, Any]) -> Sighting | str:
        made = _reported(entry)
        if made == "not_heard":
            not_heard.append(_address(entry["mac"]) or device_name(entry["mac"]))
        return made

    sightings, drops = gather(reported, read)
    more, more_drops = gather(raw, _raw)
    for cause, count in more_drops.items():
        drops[cause] = drops.get(cause, 0) + count
    fields: Fields = {"not_heard": not_heard} if not_heard else {}
    return Decoded("sightings", gateway, sightings + more, fields, drops=drops)


def _address(text: str) -> str | None:
    packed = _base64(text) if len(text) == ADDRESS_BASE64 else None
    return canonical_address(text) or (address_of(packed) if packed else None)


def _bytes(text: Any) -> bytes | None:
    return hex_bytes(text) or (_base64(text) if isinstance(text, str) else None)


def _base64(text: str) -> bytes | None:
    try:
        return binascii.a2b_base64(text, strict_mode=True) or None
    except (binascii.Error, ValueError):
        return None


def _reported(entry: dict[str, Any]) -> Sighting | str:
    device = _address(entry["mac"])
    if device is None:
        return "no_device"
    rssi = entry.get("rssi")
    if isinstance(rssi, dict):
        rssi = next((rssi[key] for key in _RSSI_KEYS if key in rssi), None)
    if rssi is None:
        return "not_heard"
    rssi_dbm = rssi_of(rssi)
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = unix_seconds(entry.get("lastSeen"))
    return Sighting(device, rssi_dbm, at, basis, None, entry)


def _raw(entry: dict[str, Any]) -> Sighting | str:
    device = _address(entry["mac"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    return Sighting(device, rssi_dbm, None, "report_time_only", _bytes(entry.get("data")), entry)


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    kind = entry.get("addrType")
    if isinstance(kind, str):
        found["address_type"] = "random" if "random" in kind.lower() else "public"
    for beacon in entry.get("beacons") or []:
        known = beacon.get("ibeacon")
        if isinstance(known, dict):
            found["beacon"] = {
                "type": "ibeacon",
                "uuid": canonical_uuid(known["uuid"]),
                "major": known.get("major"),
                "minor": known.get("minor"),
                "measured_power_dbm": known.get("power"),
            }
    telemetry = _telemetry(entry.get("sensors") or {})
    if telemetry:
        found["telemetry"] = telemetry
    return found


def _telemetry(sensors: dict[str, Any]) -> Fields:
    telemetry: Fields = {}
    volt, battery = number_of(sensors.get("voltage")), percent_of(sensors.get("battery"))
    if volt is not None:
        telemetry["battery_mv"] = round(volt * 1000)
    if battery is not None:
        telemetry["battery_percent"] = battery
    temperature = number_of(sensors.get("temperatureC"))
    if temperature is not None:
        telemetry["temperature_c"] = temperature
    return telemetry


def identity(sighting: Sighting) -> str | None:
    if "beacons" not in sighting.entry:
        return None
    beacon = details(sighting).get("beacon")
    return beacon_id(beacon) if beacon else None


FORMAT: Final = Format("aruba", detect, decode, details, identity)
