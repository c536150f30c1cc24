"""KKM KGateway: ``advData`` and ``alive`` on ``kbeacon/publish/<gateway>``.

``type`` is a bit: 1 sensor, 2 UID, 4 iBeacon, 8 TLM, 16 URL; raw mode has ``data1`` (and ``data2``) and a
textual RSSI. Times are local without a zone. Firmware writes control characters into names.
"""

from typing import Any, Final

import msgspec

from contracts.errors import UNREADABLE, WireError
from gateway.addresses import canonical_address, canonical_uuid, gateway_name
from gateway.adverts.beacons import beacon_id, eddystone_url
from gateway.formats.base import Clue, Format, gather, need_list
from gateway.readings import battery_fields, hex_bytes, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import iso_utc, number_of, unix_seconds

_CONTROL: Final = bytes(range(0x20)) + b"\x7f"


def detect(clue: Clue) -> bool:
    body = clue.object
    if body:
        return "gmac" in body and body.get("msg") in ("advData", "alive")
    return b'"gmac"' in clue.payload and b'"advData"' in clue.payload


def decode(clue: Clue) -> Decoded:
    body = clue.object or _stripped(clue.payload)
    gateway = gateway_name(body["gmac"])
    if body.get("msg") == "alive":
        return Decoded("gateway_heartbeat", gateway, fields=_alive(body))
    if body.get("msg") != "advData":
        raise WireError("not_a_sighting", f"msg {body.get('msg')!r}")
    sightings, drops = gather(need_list(body.get("obj"), "obj"), _sighting)
    return Decoded("sightings", gateway, sightings, drops=drops)


def _stripped(payload: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(payload.translate(None, _CONTROL))
    except UNREADABLE as error:
        raise WireError("not_json", str(error)) from error
    if not isinstance(body, dict):
        raise WireError("not_an_object")
    return body


def _alive(body: dict[str, Any]) -> Fields:
    fields: Fields = {"status": "online"}
    if isinstance(body.get("ver"), str):
        fields["version"] = body["ver"]
    temperature = number_of(body.get("temp"))
    if temperature is not None:
        fields["temperature_c"] = temperature
    return fields


def _sighting(entry: dict[str, Any]) -> Sighting | str:
    device = canonical_address(entry["dmac"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    time = entry.get("time")
    at, basis = iso_utc(time) if isinstance(time, str) else unix_seconds(time)
    adv = (hex_bytes(entry.get("data1")) or b"") + (hex_bytes(entry.get("data2")) or b"")
    return Sighting(device, rssi_dbm, at, basis, adv or None, entry)


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    if sighting.basis == "gateway_local_no_zone":
        found["timestamp_raw"] = entry["time"]
    beacon = _beacon(entry)
    if beacon:
        found["beacon"] = beacon
    telemetry: Fields = {}
    for key in ("vbatt", "vbat", "batt", "battery"):
        telemetry |= battery_fields(entry.get(key))
    for keys, name in ((("temp", "temperature"), "temperature_c"), (("hum", "humidity"), "humidity_percent")):
        value = next((number_of(entry[key]) for key in keys if key in entry), None)
        if value is not None:
            telemetry[name] = value
    if telemetry:
        found["telemetry"] = telemetry
    if isinstance(entry.get("name"), str):
        found["name"] = entry["name"]
    return found


def _beacon(entry: dict[str, Any]) -> Fields | None:
    power = entry.get("refPwr", entry.get("refpower"))
    if isinstance(entry.get("uuid"), str):
        return {
            "type": "ibeacon",
            "uuid": canonical_uuid(entry["uuid"]),
            "major": entry.get("majorID"),
            "minor": entry.get("minorID"),
            "measured_power_dbm": power,
        }
    if isinstance(entry.get("nid"), str) and isinstance(entry.get("sid"), str):
        return {
            "type": "eddystone_uid",
            "namespace": entry["nid"].lower(),
            "instance": entry["sid"].lower(),
            "tx_power_at_0m_dbm": power,
        }
    encoded = hex_bytes(entry.get("url"))
    if encoded:
        return {"type": "eddystone_url", "url": eddystone_url(encoded), "tx_power_at_0m_dbm": power}
    return None


def identity(sighting: Sighting) -> str | None:
    beacon = _beacon(sighting.entry)
    return beacon_id(beacon) if beacon else None


FORMAT: Final = Format("kkm", detect, decode, details, identity)
