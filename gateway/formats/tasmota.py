"""Tasmota on ESP32: ``tele/<gateway>/SENSOR`` with ``IBEACON``; local time without a zone.

``STATE`` OFF repeats the last RSSI: it says that the beacon is gone.
"""

from typing import Final

from contracts.errors import WireError
from gateway.addresses import canonical_address
from gateway.formats.base import Clue, Format, gather, need_status, status_of
from gateway.readings import rssi_of
from gateway.sightings import Decoded, Event, Fields, Sighting
from gateway.times import iso_utc

ROOT, WILL = "tele", "LWT"


def detect(clue: Clue) -> bool:
    if "IBEACON" in clue.object:
        return True
    return ROOT in clue.levels[:1] and clue.levels[-1] == WILL and status_of(clue.text) is not None


def decode(clue: Clue) -> Decoded:
    gateway = clue.level_after(ROOT) or None
    if clue.levels[-1] == WILL:
        return Decoded("gateway_status", gateway, fields=need_status(clue.text))
    body = clue.object
    if not body:
        raise WireError("not_json")
    beacon = body["IBEACON"]
    at, basis = iso_utc(body.get("Time"))
    if beacon.get("STATE") == "OFF":
        device = canonical_address(beacon["MAC"]) or ""
        fields: Fields = {"event_device": device, "timestamp_raw": body.get("Time")}
        return Decoded(
            "presence_lost", gateway, fields=fields, events=[Event(device, {"present": False}, at)]
        )

    def read(entry: dict[str, object]) -> Sighting | str:
        device = canonical_address(str(entry["MAC"]))
        if device is None:
            return "no_device"
        rssi_dbm = rssi_of(entry.get("RSSI"))
        if rssi_dbm is None:
            return "no_rssi"
        return Sighting(device, rssi_dbm, at, basis, None, body)

    sightings, drops = gather([beacon], read)
    return Decoded("sightings", gateway, sightings, drops=drops)


def details(sighting: Sighting) -> Fields:
    if sighting.basis == "gateway_local_no_zone":
        return {"timestamp_raw": sighting.entry["Time"]}
    return {}


FORMAT: Final = Format("tasmota", detect, decode, details, topic_names_gateway=True)
