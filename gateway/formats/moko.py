"""MOKO: MK107/MK110 (msg_id 3004, nested) and MKGW1/3/4/mini (msg_id 3070, flat).

Old times are ``2026-6-8&21:43:48+00``, new ones milliseconds whose ``timezone`` field means different
things by model: ignored. Known tag types come decoded, without bytes. Typed decoding spares half of the
time that plain dictionaries take; a message with one mistyped entry is read entry by entry.
"""

from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from contracts.errors import UNREADABLE, WireError
from contracts.quantities import Instant
from gateway.addresses import canonical_address, canonical_uuid, gateway_name
from gateway.adverts.beacons import beacon_id
from gateway.formats.base import Clue, Format, gather
from gateway.readings import battery_fields, hex_bytes, rssi_of
from gateway.sightings import Basis, Decoded, Fields, Sighting
from gateway.times import number_of, parse_stamp, unix_milliseconds

_MODES: Final = ("single", "double", "long", "inactivity")
_SPELLINGS: Final = {"raw_data": "raw data", "rssi_at_1m": "rssi@1m"}


class Value(msgspec.Struct, gc=False, rename=_SPELLINGS):
    """What was heard of one tag. Types are checked where they are used."""

    mac: Any = None
    timestamp: Any = None
    rssi: Any = None
    raw_data: Any = None
    raw: Any = None
    adv_data: Any = None
    rsp_data: Any = None
    adv_name: Any = None
    name: Any = None
    trigger_count: Any = UNSET
    alarm_status: Any = UNSET
    frame_type: Any = 0
    uuid: Any = None
    major: Any = UNSET
    minor: Any = None
    rssi_at_1m: Any = UNSET
    rssi_1m: Any = None
    namespace: Any = None
    namespace_id: Any = None
    instance: Any = None
    instance_id: Any = None
    batt_vol: Any = None
    x_axis_data: Any = None
    y_axis_data: Any = None
    z_axis_data: Any = None
    temperature: Any = None
    humidity: Any = None


class Entry(Value, gc=False):
    """One element of a batch: old models wrap what was heard into ``value``."""

    value: Value | UnsetType = UNSET


class Batch(msgspec.Struct, gc=False):
    """A message about tags."""

    device_info: Any
    data: list[Entry]


_batch: Final = msgspec.json.Decoder(Batch)


def detect(clue: Clue) -> bool:
    body = clue.object
    return "msg_id" in body and "device_info" in body


def decode(clue: Clue) -> Decoded:
    try:
        batch = _batch.decode(clue.payload)
    except UNREADABLE:
        return _decode_any(clue)
    return _heard(gateway_name(batch.device_info["mac"]), batch.data)


def _decode_any(clue: Clue) -> Decoded:
    """A status, a single entry, or a batch with an entry of another shape."""
    body = clue.object
    if not body:
        raise WireError("not_json")
    gateway = gateway_name(body["device_info"]["mac"])
    data = body.get("data")
    if isinstance(data, dict) and "mac" in data and "rssi" in data:
        data = [data]
    if not isinstance(data, list):
        return _status(gateway, data if isinstance(data, dict) else {})
    return _heard(gateway, [_entry(entry) for entry in data])


def _entry(entry: Any) -> Entry:
    try:
        return msgspec.convert(entry, Entry)
    except msgspec.ValidationError:
        return Entry()


def _heard(gateway: str, entries: list[Entry]) -> Decoded:
    sightings, drops = gather(entries, _sighting)
    return Decoded("sightings", gateway, sightings, drops=drops)


def _status(gateway: str, data: dict[str, Any]) -> Decoded:
    state = data.get("net_state")
    fields: Fields = {"status": state if state in ("online", "offline") else "online"}
    if isinstance(data.get("firmware_version"), str):
        fields["version"] = data["firmware_version"]
    return Decoded("gateway_heartbeat", gateway, fields=fields)


def _sighting(entry: Entry) -> Sighting | str:
    value = entry.value or entry
    device = canonical_address(value.mac)
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(value.rssi)
    if rssi_dbm is None:
        return "no_rssi"
    raw = value.raw_data or value.raw
    adv = hex_bytes(raw) if raw else _joined(value)
    stamp = value.timestamp
    at, basis = _local_time(stamp) if type(stamp) is str else unix_milliseconds(stamp)
    return Sighting(device, rssi_dbm, at, basis, adv, value)


@lru_cache(maxsize=4_096)
def _local_time(stamp: str) -> tuple[Instant | None, Basis]:
    parsed = parse_stamp(stamp)
    if parsed is None:
        return None, "none"
    at, zoned = parsed
    return at, "gateway_iso_like_offset" if zoned else "gateway_local_no_zone"


def _joined(value: Value) -> bytes | None:
    """Advert and scan response."""
    adv = hex_bytes(value.adv_data)
    response = hex_bytes(value.rsp_data)
    return (adv or b"") + response if response else adv


def details(sighting: Sighting) -> Fields:
    value: Value = sighting.entry
    found: Fields = {}
    name = value.adv_name or value.name
    if isinstance(name, str):
        found["name"] = name
    beacon = _beacon(value)
    if beacon:
        found["beacon"] = beacon
    telemetry = _telemetry(value)
    if telemetry:
        found["telemetry"] = telemetry
    if value.trigger_count is not UNSET or value.alarm_status is not UNSET:
        mode = value.frame_type
        found["button"] = {
            "mode": _MODES[mode] if mode in (0, 1, 2, 3) else str(mode),
            "pressed": value.alarm_status == 1,
            "counter": None if value.trigger_count is UNSET else value.trigger_count,
        }
    return found


def _beacon(value: Value) -> Fields | None:
    if isinstance(value.uuid, str) and value.major is not UNSET:
        return {
            "type": "ibeacon",
            "uuid": canonical_uuid(value.uuid),
            "major": value.major,
            "minor": value.minor,
            "measured_power_dbm": value.rssi_1m if value.rssi_at_1m is UNSET else value.rssi_at_1m,
        }
    namespace = value.namespace or value.namespace_id
    instance = value.instance or value.instance_id
    if isinstance(namespace, str) and isinstance(instance, str):
        return {"type": "eddystone_uid", "namespace": namespace.lower(), "instance": instance.lower()}
    return None


def _telemetry(value: Value) -> Fields:
    telemetry: Fields = battery_fields(value.batt_vol)
    axes = [value.x_axis_data, value.y_axis_data, value.z_axis_data]
    if all(isinstance(axis, int) for axis in axes):
        telemetry["acceleration_mg"] = axes
    for reading, name in ((value.temperature, "temperature_c"), (value.humidity, "humidity_percent")):
        number = number_of(reading)
        if number is not None:
            telemetry[name] = number
    return telemetry


def identity(sighting: Sighting) -> str | None:
    beacon = _beacon(sighting.entry)
    return beacon_id(beacon) if beacon else None


def presses(sighting: Sighting) -> bool:
    return sighting.entry.trigger_count is not UNSET


FORMAT: Final = Format("moko", detect, decode, details, identity, presses)
