"""Shelly scripts: there is no fixed format, these are the ones in use.

``universal-blu-to-mqtt`` publishes on the bare device address, so the gateway is unknown unless the topic
is changed; ``shelly-blu`` events come as ``NotifyEvent``; a raw script sends the FCD2 bytes as numbers; the
cloud relay's list has no RSSI at all.
"""

import binascii
from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, device_name
from gateway.adverts.bthome import BUTTONS, SERVICE, bthome
from gateway.adverts.meaning import advert_details, bthome_button
from gateway.formats.base import Clue, Format, gather, need_list, need_status
from gateway.readings import percent_of, rssi_of
from gateway.sightings import Basis, Decoded, Event, Fields, Sighting
from gateway.times import number_of, unix_milliseconds, unix_seconds

_NOTIFICATIONS: Final = ("NotifyEvent", "NotifyStatus", "NotifyFullStatus")
_NUMBERS: Final = (("temperature", "temperature_c"), ("humidity", "humidity_percent"))


def detect(clue: Clue) -> bool:
    body = clue.json
    if type(body) is dict:
        if "addr" in body and ("rssi" in body or "service_data" in body):
            return True
        if body.get("method") in _NOTIFICATIONS:
            return True
        return "devices" in body and "total" in body and "offset" in body
    if type(body) is list:
        return bool(body) and type(body[0]) is dict and "addr" in body[0] and "rssi" in body[0]
    return clue.levels[-1] == "online" and clue.payload in (b"true", b"false")


def decode(clue: Clue) -> Decoded:
    body = clue.json
    if body is None:
        gateway = clue.level_before("online") or None
        return Decoded("gateway_status", gateway, fields=need_status(clue.text))
    if isinstance(body, list):
        sightings, drops = gather(body, _scanned)
        return Decoded("sightings", None, sightings, drops=drops)
    if body.get("method") == "NotifyEvent":
        return _notification(body)
    if body.get("method") in _NOTIFICATIONS:
        raise WireError("not_a_sighting", "a status without the address of any tag")
    if "devices" in body:
        return _relay_list(body)
    gateway = body.get("gateway")
    sightings, drops = gather([body], _scanned)
    return Decoded("sightings", gateway if isinstance(gateway, str) else None, sightings, drops=drops)


def _scanned(entry: dict[str, Any]) -> Sighting | str:
    device = canonical_address(entry["addr"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = unix_milliseconds(entry.get("time"))
    adv = None
    if isinstance(entry.get("data"), list) and entry["data"]:
        service = SERVICE.to_bytes(2, "little") + bytes(entry["data"])
        adv = bytes([len(service) + 1, 0x16]) + service
    return Sighting(device, rssi_dbm, at, basis, adv, entry)


def _notification(body: dict[str, Any]) -> Decoded:
    events = [
        event
        for event in need_list(body["params"].get("events"), "events")
        if isinstance(event, dict) and isinstance(event.get("data"), dict) and "address" in event["data"]
    ]
    if not events:
        raise WireError("not_a_sighting", "no event of a BLU device")
    gateway = body.get("src")
    heard: list[Event] = []

    def read(event: dict[str, Any]) -> Sighting | str:
        data = event["data"]
        at, basis = unix_seconds(event.get("ts"))
        device = canonical_address(data["address"])
        if device is None:
            return "no_device"
        rssi_dbm = rssi_of(data.get("rssi"))
        if rssi_dbm is None:
            heard.append(Event(device, _reading(data), at))
            return "no_rssi"
        return Sighting(device, rssi_dbm, at, _basis(basis), None, data)

    sightings, drops = gather(events, read)
    kind = "sightings" if sightings or not heard else "event_without_rssi"
    return Decoded(
        "event_without_rssi" if kind == "event_without_rssi" else "sightings",
        gateway if isinstance(gateway, str) else None,
        sightings,
        events=heard,
        drops=drops,
    )


def _basis(basis: Basis) -> Basis:
    """A whole second in a field of fractions is still one."""
    return "gateway_unix_s_float" if basis == "gateway_unix_s" else basis


def _relay_list(body: dict[str, Any]) -> Decoded:
    """The relay's memory of its devices: last service data, no RSSI, no time of the event."""
    events: list[Event] = []
    for item in need_list(body["devices"], "devices"):
        for address, known in item.items():
            events.append(Event(device_name(address), _relayed(known), None))
    fields: Fields = {}
    if events:
        fields = {"event_device": events[0].device, "event_timestamp_utc": None, **events[0].fields}
        fields.pop("button", None)
    return Decoded("event_without_rssi", None, fields=fields, events=events)


def _relayed(known: dict[str, Any]) -> Fields:
    try:
        data = binascii.a2b_base64(known["sdata"]["fcd2"])
    except (KeyError, TypeError, binascii.Error):
        return {}
    decoded = bthome(data, None, None) or {}
    found: Fields = {"service_data_fcd2": data.hex()}
    for name in ("battery_percent", "buttons"):
        if name in decoded:
            found[name] = decoded[name]
    if decoded:
        found |= {name: value for name, value in advert_details(decoded).items() if name == "button"}
    return found


def _reading(data: dict[str, Any]) -> Fields:
    """BTHome values by the script's own names."""
    found: Fields = {}
    telemetry: Fields = {}
    battery = percent_of(data.get("battery"))
    if battery is not None:
        telemetry["battery_percent"] = battery
    for key, name in _NUMBERS:
        value = number_of(data.get(key))
        if value is not None:
            telemetry[name] = value
    if isinstance(data.get("motion"), int):
        telemetry["motion"] = bool(data["motion"])
    if telemetry:
        found["telemetry"] = telemetry
    if "button" in data:
        keys = data["button"] if isinstance(data["button"], list) else [data["button"]]
        events = [BUTTONS.get(key, str(key)) for key in keys]
        packet_id = data.get("pid", data.get("packet_id"))
        found["button"] = bthome_button(events, packet_id if isinstance(packet_id, int) else None)
    return found


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    values = entry.get("service_data", entry)
    found = _reading(values) if isinstance(values, dict) else {}
    if isinstance(entry.get("local_name"), str):
        found["name"] = entry["local_name"]
    return found


def presses(sighting: Sighting) -> bool:
    entry = sighting.entry
    values = entry.get("service_data", entry)
    return isinstance(values, dict) and "button" in values


FORMAT: Final = Format("shelly", detect, decode, details, presses=presses)
