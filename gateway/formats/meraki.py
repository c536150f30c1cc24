"""Cisco Meraki: Scanning API 2.x and 3.0 (a post a minute), and MQTT of the access points.

Version 2 gives a positive "dB over noise floor" of 95; version 3 names the nearest access point and, in
``locations``, all that heard. Wi-Fi clients come in the same shape and are refused.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, canonical_uuid, gateway_name
from gateway.adverts.beacons import beacon_id
from gateway.formats.base import Clue, Format, gather, need_list
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Basis, Decoded, Fields, Sighting
from gateway.times import iso_utc, number_of, unix_milliseconds, unix_seconds

NOISE_FLOOR_DBM: Final = 95
_BLUETOOTH: Final = ("Bluetooth", "BluetoothDevicesSeen")
_TYPES: Final = (*_BLUETOOTH, "WiFi", "DevicesSeen")


def detect(clue: Clue) -> bool:
    body = clue.object
    if "version" in body and body.get("type") in _TYPES and "data" in body:
        return True
    return "mrMac" in body or ("rssi" in body and [level.lower() for level in clue.levels[:1]] == ["meraki"])


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    if "version" not in body:
        return _mqtt(clue, body)
    if body["type"] not in _BLUETOOTH:
        raise WireError("wifi_only", "observations of Wi-Fi clients, not of tags")
    data = body["data"]
    observations = need_list(data.get("observations"), "observations")
    if "apMac" in data:
        sightings, drops = gather(observations, _version_2)
        return Decoded("sightings", gateway_name(data["apMac"]), sightings, drops=drops)
    rows = [(observation, record) for observation in observations for record in _records(observation)]
    sightings, drops = gather(rows, lambda row: _version_3(*row))
    gateways = dict.fromkeys(sighting.gateway for sighting in sightings)
    return Decoded("sightings", next(iter(gateways)) if len(gateways) == 1 else None, sightings, drops=drops)


def _mqtt(clue: Clue, body: dict[str, Any]) -> Decoded:
    """``meraki/v1/mr/<network>/<access point>/ble/<client>``; numbers and times come as text."""
    levels = [level.lower() for level in clue.levels]
    radio = str(body.get("radio", body.get("type", ""))).lower()
    if "wifi" in levels or radio == "wifi":
        raise WireError("wifi_only", "observations of Wi-Fi clients, not of tags")
    gateway = body.get("mrMac") or (clue.level_before("ble") if "ble" in clue.levels else "")

    def read(entry: dict[str, Any]) -> Sighting | str:
        text = entry.get("clientMac") or entry.get("mac") or clue.levels[-1]
        device = canonical_address(text)
        if device is None:
            return "no_device"
        rssi_dbm = rssi_of(entry.get("rssi"))
        if rssi_dbm is None:
            return "no_rssi"
        at, basis = _time(entry.get("timestamp", entry.get("time")))
        return Sighting(device, rssi_dbm, at, basis, hex_bytes(entry.get("payload")), entry)

    sightings, drops = gather([body], read)
    return Decoded("sightings", gateway_name(gateway) or None, sightings, drops=drops)


def _time(value: Any) -> tuple[int | None, Basis]:
    number = number_of(value)
    if number is None:
        return iso_utc(value)
    return unix_milliseconds(number) if number > 1e11 else unix_seconds(number)


def _version_2(observation: dict[str, Any]) -> Sighting | str:
    device = canonical_address(observation["clientMac"])
    if device is None:
        return "no_device"
    value = number_of(observation.get("rssi"))
    if value is None:
        return "no_rssi"
    rssi_dbm = rssi_of(value - NOISE_FLOOR_DBM if value > 0 else value)
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = unix_seconds(observation.get("seenEpoch"))
    if at is None:
        at, basis = iso_utc(observation.get("seenTime"))
    return Sighting(device, rssi_dbm, at, basis, None, observation)


def _records(observation: dict[str, Any]) -> list[dict[str, Any]]:
    """Every access point's word about one device: (mac, rssi, time)."""
    latest = observation.get("latestRecord") or {}
    records = [
        {"ap": latest.get("nearestApMac"), "rssi": latest.get("nearestApRssi"), "time": latest.get("time")}
    ]
    for location in observation.get("locations") or []:
        for record in location.get("rssiRecords") or []:
            same = {"ap": record.get("apMac"), "rssi": record.get("rssi"), "time": location.get("time")}
            if same["ap"] and same != records[0]:
                records.append(same)
    return records


def _version_3(observation: dict[str, Any], record: dict[str, Any]) -> Sighting | str:
    device = canonical_address(observation["clientMac"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(record["rssi"])
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = iso_utc(record["time"])
    beacons = observation.get("bleBeacons") or [{}]
    adv = hex_bytes(beacons[0].get("rawData"))
    return Sighting(device, rssi_dbm, at, basis, adv, observation, gateway_name(record["ap"]))


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    if isinstance(entry.get("name"), str) and entry["name"]:
        found["name"] = entry["name"]
    if sighting.basis == "gateway_local_no_zone":
        found["timestamp_raw"] = entry.get("timestamp", entry.get("time"))
    for beacon in entry.get("bleBeacons") or []:
        if isinstance(beacon.get("uuid"), str) and "major" in beacon:
            found["beacon"] = {
                "type": "ibeacon",
                "uuid": canonical_uuid(beacon["uuid"]),
                "major": number_of(beacon["major"]),
                "minor": number_of(beacon.get("minor")),
            }
            if number_of(beacon.get("txPower")) is not None:
                found["beacon"]["measured_power_dbm"] = number_of(beacon["txPower"])
    return found


def identity(sighting: Sighting) -> str | None:
    if "bleBeacons" not in sighting.entry:
        return None
    beacon = details(sighting).get("beacon")
    return beacon_id(beacon) if beacon else None


FORMAT: Final = Format("meraki", detect, decode, details, identity)
