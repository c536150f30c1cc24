"""GL.iNet GL-S10: about one JSON a second, ``ad`` joins advert and scan response, a time per advert."""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, gateway_name
from gateway.formats.base import Clue, Format, gather, need_list
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import unix_milliseconds


def detect(clue: Clue) -> bool:
    body = clue.object
    return "dev_ble_mac" in body and ("dev_list" in body or "mac" in body)


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    entries = need_list(body["dev_list"], "dev_list") if "dev_list" in body else [body]
    sightings, drops = gather(entries, _sighting)
    fields: Fields = {}
    if isinstance(body.get("dev_version"), str):
        fields["version"] = body["dev_version"]
    return Decoded("sightings", gateway_name(body["dev_ble_mac"]), sightings, fields, drops=drops)


def _sighting(entry: dict[str, Any]) -> Sighting | str:
    device = canonical_address(entry["mac"])
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    adv = hex_bytes(entry.get("ad"))
    if adv is None:
        adv = (hex_bytes(entry.get("adv_data")) or b"") + (hex_bytes(entry.get("scan_resp")) or b"")
    at, basis = unix_milliseconds(entry.get("ts"))
    return Sighting(device, rssi_dbm, at, basis, adv or None, entry)


def details(sighting: Sighting) -> Fields:
    name = sighting.entry.get("n")
    return {"name": name} if isinstance(name, str) and name else {}


FORMAT: Final = Format("gl_s10", detect, decode, details)
