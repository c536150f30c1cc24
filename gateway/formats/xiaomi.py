"""Xiaomi gateways (``_async.ble_event``): they report no RSSI, so nobody can be located by them."""

from typing import Final

from contracts.errors import WireError
from gateway.addresses import canonical_address
from gateway.formats.base import Clue, Format
from gateway.sightings import Decoded, Event, Fields

METHOD: Final = "_async.ble_event"


def detect(clue: Clue) -> bool:
    return clue.object.get("method") == METHOD


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    device = canonical_address(body["params"]["dev"]["mac"])
    if device is None:
        raise WireError("no_device")
    fields: Fields = {
        "event_device": device,
        "refused": "no_rssi: this gateway does not report RSSI, use another for positions",
    }
    return Decoded("event_without_rssi", None, fields=fields, events=[Event(device, {})])


FORMAT: Final = Format("xiaomi", detect, decode)
