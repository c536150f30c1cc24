"""MOKO: MK107/MK110 (msg_id 3004, nested) and MKGW1/3/4/mini (msg_id 3070, flat).

Old times are ``2026-6-8&21:43:48+00``, new ones milliseconds whose ``timezone`` field means different
things by model: ignored. Known tag types come decoded, without bytes.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, canonical_uuid, gateway_name
from gateway.adverts.beacons import beacon_id
from gateway.formats.base import Clue, Format, gather
from gateway.readings import battery_fields, hex_bytes, rssi_of
from gateway.sightings import Basis, Decoded, Fields, Sighting
from gateway.times import number_of, parse_stamp, unix_milliseconds

_MODES: Final = ("single", "double", "long", "inactivity")


def detect(clue: Clue) -> bool:
    body = clue.object
    return "msg_id" in body and "device_info" in body


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    gateway = gateway_name(body["device_info"]["mac"])
    data = body.get("data")
    if isinstance(data, dict) and "mac" in data and "rssi" in data:
        data = [data]
    if not isinstance(data, list):
        return _status(gateway, data if isinstance(data, dict) else {})
    sightings, drops = gather(data, _sighting)
    return Decoded("sightings", gateway, sightings, drops=drops)


def _status(gateway: str, data: dict[str, Any]) -> Decoded:
    state = data.get("net_state")
    fields: Fields = {"status": state if state in ("online", "offline") else "online"}
    if isinstance(data.get("firmware_version"), str):
        fields["version"] = data["firmware_version"]
    return Decoded("gateway_heartbeat", gateway, fields=fields)


def _sighting(entry: dict[str, Any]) -> Sighting | str:
    value = entry.get("value", entry)
    device = canonical_address(value["mac"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(value.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    raw = value.get("raw data") or value.get("raw")
    adv = hex_bytes(raw) if raw else _joined(value)
    stamp = value.get("timestamp")
    if isinstance(stamp, str):
        parsed = parse_stamp(stamp)
        basis: Basis = "gateway_iso_like_offset" if parsed and parsed[1] else "gateway_local_no_zone"
        return Sighting(
            device, rssi_dbm, parsed[0] if parsed else None, basis if parsed else "none", adv, value
        )
    at, basis = unix_milliseconds(stamp)
    return Sighting(device, rssi_dbm, at, basis, adv, value)


def _joined(value: dict[str, Any]) -> bytes | None:
    """Advert and scan response."""
    adv = hex_bytes(value.get("adv_data"))
    response = hex_bytes(value.get("rsp_data"))
    return (adv or b"") + response if response else adv


def details(sighting: Sighting) -> Fields:
    value = sighting.entry
    found: Fields = {}
    name = value.get("adv_name") or value.get("name")
    if isinstance(name, str):
        found["name"] = name
    beacon = _beacon(value)
    if beacon:
        found["beacon"] = beacon
    telemetry = _telemetry(value)
    if telemetry:
        found["telemetry"] = telemetry
    if "trigger_count" in value or "alarm_status" in value:
        mode = value.get("frame_type", 0)
        found["button"] = {
            "mode": _MODES[mode] if mode in (0, 1, 2, 3) else str(mode),
            "pressed": value.get("alarm_status") == 1,
            "counter": value.get("trigger_count"),
        }
    return found


def _beacon(value: dict[str, Any]) -> Fields | None:
    if isinstance(value.get("uuid"), str) and "major" in value:
        power = value.get("rssi@1m", value.get("rssi_1m"))
        return {
            "type": "ibeacon",
            "uuid": canonical_uuid(value["uuid"]),
            "major": value["major"],
            "minor": value.get("minor"),
            "measured_power_dbm": power,
        }
    namespace = value.get("namespace") or value.get("namespace_id")
    instance = value.get("instance") or value.get("instance_id")
    if isinstance(namespace, str) and isinstance(instance, str):
        return {"type": "eddystone_uid", "namespace": namespace.lower(), "instance": instance.lower()}
    return None


def _telemetry(value: dict[str, Any]) -> Fields:
    telemetry: Fields = battery_fields(value.get("batt_vol"))
    axes = [value.get(key) for key in ("x_axis_data", "y_axis_data", "z_axis_data")]
    if all(isinstance(axis, int) for axis in axes):
        telemetry["acceleration_mg"] = axes
    for key, name in (("temperature", "temperature_c"), ("humidity", "humidity_percent")):
        number = number_of(value.get(key))
        if number is not None:
            telemetry[name] = number
    return telemetry


def identity(sighting: Sighting) -> str | None:
    beacon = _beacon(sighting.entry)
    return beacon_id(beacon) if beacon else None


def presses(sighting: Sighting) -> bool:
    return "trigger_count" in sighting.entry


FORMAT: Final = Format("moko", detect, decode, details, identity, presses)
