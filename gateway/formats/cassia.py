"""Cassia: server-sent events (one advert each, no gateway, no time) and MQTT ``up/<gateway>/scan``."""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, gateway_name
from gateway.formats.base import Clue, Format, gather, need_list
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Basis, Decoded, Fields, Sighting
from gateway.times import number_of, unix_milliseconds

_STATUS_ACTIONS: Final = ("gateway_status", "heartbeat")


def detect(clue: Clue) -> bool:
    body = clue.object
    if "bdaddrs" in body:
        return True
    if isinstance(clue.json, list):
        return bool(clue.json) and isinstance(clue.json[0], dict) and "bdaddrs" in clue.json[0]
    if "action" in body and "gateway" in body:
        return body["action"] in (*_STATUS_ACTIONS, "data.scan")
    return clue.payload[:16].lstrip().startswith((b"data:", b":keep-alive"))


def decode(clue: Clue) -> Decoded:
    body, *more = _events(clue)
    if "bdaddrs" in body:
        gateway = gateway_name(body["ap"]) if isinstance(body.get("ap"), str) else None
        sightings, drops = gather([body, *more], lambda item: _sighting(item, None, "none"))
        return Decoded("sightings", gateway, sightings, drops=drops)
    gateway = gateway_name(body["gateway"])
    at, basis = unix_milliseconds(body.get("timestamp"))
    if body.get("action") in _STATUS_ACTIONS:
        return _status(gateway, at, body.get("data"))
    sightings, drops = gather(need_list(body.get("data"), "data"), lambda item: _sighting(item, at, basis))
    return Decoded("sightings", gateway, sightings, drops=drops)


def _events(clue: Clue) -> list[dict[str, Any]]:
    """One object, a list of them, or lines of the stream: ``data:`` in front, comments between."""
    if clue.object:
        return [clue.object]
    if isinstance(clue.json, list):
        events = [event for event in clue.json if isinstance(event, dict)]
    else:
        lines = [line.strip() for line in clue.payload.splitlines()]
        if all(not line or line.startswith(b":") for line in lines):
            raise WireError("not_a_sighting", "keep-alive")
        found = [Clue(clue.topic, line.removeprefix(b"data:").strip()).object for line in lines]
        events = [event for event in found if event]
    if not events:
        raise WireError("not_json")
    return events


def _status(gateway: str, at: int | None, data: Any) -> Decoded:
    fields: Fields = {"status": "online"}
    if at is not None:
        fields["timestamp_of_message"] = at
    if isinstance(data, dict):
        for key, name in (("uptime", "uptime_s"), ("RSSI", "wifi_rssi_dbm")):
            value = number_of(data.get(key))
            if value is not None:
                fields[name] = value
        if isinstance(data.get("version"), str):
            fields["version"] = data["version"]
    return Decoded("gateway_heartbeat", gateway, fields=fields)


def _sighting(item: dict[str, Any], at: int | None, basis: Basis) -> Sighting | str:
    device = canonical_address(_address(item)["bdaddr"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(item.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    adv = (hex_bytes(item.get("adData")) or b"") + (hex_bytes(item.get("scanData")) or b"")
    return Sighting(device, rssi_dbm, at, basis, adv or None, item)


def _address(item: dict[str, Any]) -> dict[str, Any]:
    """The device's own; firmware differs in whether it is listed."""
    addresses = item["bdaddrs"]
    first: dict[str, Any] = addresses[0] if isinstance(addresses, list) else addresses
    return first


def details(sighting: Sighting) -> Fields:
    item = sighting.entry
    found: Fields = {}
    if isinstance(item.get("name"), str) and item["name"] != "(unknown)":
        found["name"] = item["name"]
    kind = _address(item).get("bdaddrType")
    if isinstance(kind, str):
        found["address_type"] = kind
    return found


FORMAT: Final = Format("cassia", detect, decode, details)
