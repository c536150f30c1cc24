"""Tasmota on ESP32: ``tele/<gateway>/SENSOR`` with ``IBEACON`` or sensors by name, ``…/BLE`` with adverts.

Local time without a zone.

``STATE`` OFF repeats the last RSSI: it says that the beacon is gone.
"""

from typing import Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, canonical_uuid
from gateway.adverts.beacons import beacon_id
from gateway.formats.base import Clue, Format, gather, need_status, status_of
from gateway.readings import hex_bytes, percent_of, rssi_of
from gateway.sightings import Decoded, Event, Fields, Sighting
from gateway.times import iso_utc, number_of

ROOT, WILL = "tele", "LWT"


def detect(clue: Clue) -> bool:
    if "IBEACON" in clue.object:
        return True
    if ROOT not in clue.levels[:1]:
        return False
    if clue.levels[-1] == WILL:
        return status_of(clue.text) is not None
    return clue.levels[-1] in ("SENSOR", "BLE") and bool(_heard(clue.object))


def _heard(body: Fields) -> list[Fields]:
    """The entries of BLE devices in a message; ``SENSOR`` names those of known models by name."""
    entries = [value for value in body.values() if isinstance(value, dict)]
    return [entry for entry in entries if {"MAC", "mac"} & entry.keys() and {"RSSI", "rssi"} & entry.keys()]


def decode(clue: Clue) -> Decoded:
    gateway = clue.level_after(ROOT) or None
    if clue.levels[-1] == WILL:
        return Decoded("gateway_status", gateway, fields=need_status(clue.text))
    body = clue.object
    if not body:
        raise WireError("not_json")
    at, basis = iso_utc(body.get("Time"))
    beacon = body.get("IBEACON")
    if isinstance(beacon, dict) and beacon.get("STATE") == "OFF":
        device = canonical_address(beacon["MAC"]) or ""
        fields: Fields = {"event_device": device, "timestamp_raw": body.get("Time")}
        return Decoded(
            "presence_lost", gateway, fields=fields, events=[Event(device, {"present": False}, at)]
        )

    def read(entry: Fields) -> Sighting | str:
        device = canonical_address(str(entry.get("MAC", entry.get("mac"))))
        if device is None:
            return "no_device"
        rssi_dbm = rssi_of(entry.get("RSSI", entry.get("rssi")))
        if rssi_dbm is None:
            return "no_rssi"
        said = {**entry, "Time": body.get("Time")}
        return Sighting(device, rssi_dbm, at, basis, hex_bytes(entry.get("p")), said)

    sightings, drops = gather([beacon] if isinstance(beacon, dict) else _heard(body), read)
    return Decoded("sightings", gateway, sightings, drops=drops)


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    if sighting.basis == "gateway_local_no_zone":
        found["timestamp_raw"] = entry["Time"]
    beacon = _beacon(entry)
    if beacon:
        found["beacon"] = beacon
    telemetry: Fields = {}
    battery, temperature = percent_of(entry.get("Battery")), number_of(entry.get("Temperature"))
    if battery is not None:
        telemetry["battery_percent"] = battery
    if temperature is not None:
        telemetry["temperature_c"] = temperature
    if telemetry:
        found["telemetry"] = telemetry
    return found


def _beacon(entry: Fields) -> Fields | None:
    """``UID``, ``MAJOR`` and ``MINOR`` as hex, where the firmware is set to tell them."""
    uuid = canonical_uuid(str(entry.get("UID", "")))
    major, minor = hex_bytes(entry.get("MAJOR")), hex_bytes(entry.get("MINOR"))
    if uuid is None or major is None or minor is None:
        return None
    return {
        "type": "ibeacon",
        "uuid": uuid,
        "major": int.from_bytes(major, "big"),
        "minor": int.from_bytes(minor, "big"),
    }


def identity(sighting: Sighting) -> str | None:
    beacon = _beacon(sighting.entry)
    return beacon_id(beacon) if beacon else None


FORMAT: Final = Format("tasmota", detect, decode, details, identity, topic_names_gateway=True)
