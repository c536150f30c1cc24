"""Aruba and HPE access points: IoT telemetry as JSON over HTTPS, and raw ``bleData``.

``reported`` is a table: entries without RSSI were not heard since the last report. 64-bit numbers are text.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, canonical_uuid, device_name, gateway_name
from gateway.adverts.beacons import beacon_id
from gateway.formats.base import Clue, Format, gather
from gateway.readings import hex_bytes, percent_of, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import number_of, unix_seconds

_RSSI_KEYS: Final = ("last", "avg", "smooth", "max")


def detect(clue: Clue) -> bool:
    body = clue.object
    return "reporter" in body and ("reported" in body or "bleData" in body)


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    gateway = gateway_name(body["reporter"]["mac"])
    reported, raw = body.get("reported") or [], body.get("bleData") or []
    not_heard: list[str] = []

    def read(entry: dict[str, Any]) -> Sighting | str:
        made = _reported(entry)
        if made == "not_heard":
            not_heard.append(device_name(entry["mac"]))
        return made

    sightings, drops = gather(reported, read)
    more, more_drops = gather(raw, _raw)
    for cause, count in more_drops.items():
        drops[cause] = drops.get(cause, 0) + count
    fields: Fields = {"not_heard": not_heard} if not_heard else {}
    return Decoded("sightings", gateway, sightings + more, fields, drops=drops)


def _reported(entry: dict[str, Any]) -> Sighting | str:
    device = canonical_address(entry["mac"])
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
    device = canonical_address(entry["mac"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    return Sighting(device, rssi_dbm, None, "report_time_only", hex_bytes(entry.get("data")), entry)


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
