"""Kontakt.io cloud: presence streams (unix seconds) and the telemetry API (ISO, a list in ``content``)."""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import device_name, gateway_name
from gateway.formats.base import Clue, Format, gather
from gateway.readings import percent_of, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import iso_utc, number_of, unix_seconds


def _entries(body: Any) -> list[Any]:
    if isinstance(body, dict):
        content = body.get("content")
        return content if isinstance(content, list) else [body]
    return body if isinstance(body, list) else []


def detect(clue: Clue) -> bool:
    entries = _entries(clue.json)
    return bool(entries) and type(entries[0]) is dict and {"sourceId", "trackingId"} <= entries[0].keys()


def decode(clue: Clue) -> Decoded:
    if clue.json is None:
        raise WireError("not_json")
    sightings, drops = gather(_entries(clue.json), _sighting)
    gateways = dict.fromkeys(sighting.gateway for sighting in sightings)
    gateway = next(iter(gateways)) if len(gateways) == 1 else None
    return Decoded("sightings", gateway, sightings, drops=drops)


def _sighting(entry: dict[str, Any]) -> Sighting | str:
    device = device_name(entry["trackingId"])
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    stamp = entry.get("timestamp")
    if isinstance(stamp, str):
        at, basis = iso_utc(stamp)
        basis = "cloud_iso_utc" if at is not None else basis
    else:
        at, basis = unix_seconds(stamp)
    return Sighting(device, rssi_dbm, at, basis, None, entry, gateway_name(entry["sourceId"]))


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    for key, name in (("channel", "channel"), ("calibratedRssi1m", "measured_power_dbm")):
        if isinstance(entry.get(key), int):
            found[name] = entry[key]
    telemetry: Fields = {}
    battery = percent_of(entry.get("batteryLevel"))
    if battery is not None:
        telemetry["battery_percent"] = battery
    temperature = number_of(entry.get("temperature"))
    if temperature is not None:
        telemetry["temperature_c"] = temperature
    if isinstance(entry.get("moving"), bool):
        telemetry["moving"] = entry["moving"]
    if telemetry:
        found["telemetry"] = telemetry
    if isinstance(entry.get("clickCounter"), int):
        found["button"] = {"mode": "counter", "pressed": None, "counter": entry["clickCounter"]}
        if isinstance(entry.get("secondButtonClickCounter"), int):
            found["button"]["second_counter"] = entry["secondButtonClickCounter"]
    return found


def presses(sighting: Sighting) -> bool:
    return "clickCounter" in sighting.entry


FORMAT: Final = Format("kontakt", detect, decode, details, presses=presses)
