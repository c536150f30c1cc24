"""OpenMQTTGateway and Theengs Gateway: one decoded device a message on ``…/<gateway>/BTtoMQTT/<id>``.

There is no time and no whole advert. ``manufacturerdata`` includes the company id, ``servicedata`` lacks
its UUID (``servicedatauuid``); from both an AD structure is rebuilt so that buttons survive. Their decoder
prints major and minor above 32767 as negative numbers and a positive power byte as ``volt``.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, canonical_uuid, device_name, gateway_name
from gateway.adverts.beacons import ibeacon_id
from gateway.adverts.decode import decode_advert
from gateway.adverts.meaning import advert_details
from gateway.formats.base import Clue, Format, gather, merge_details, need_status, status_of
from gateway.readings import hex_bytes, percent_of, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import number_of

ADVERTS, SYSTEM, WILL, PRESENCE = "BTtoMQTT", "SYStoMQTT", "LWT", "home_presence"


def detect(clue: Clue) -> bool:
    levels = clue.levels
    if ADVERTS in levels or SYSTEM in levels:
        return True
    if levels[-1] == WILL:
        return levels[0] != "tele" and status_of(clue.text) is not None
    return PRESENCE in levels and "id" in clue.object


def decode(clue: Clue) -> Decoded:
    levels = clue.levels
    if levels[-1] == WILL:
        return Decoded("gateway_status", clue.level_before(WILL), fields=need_status(clue.text))
    body = clue.object
    if not body:
        raise WireError("not_json")
    if SYSTEM in levels:
        return _system(clue.level_before(SYSTEM), body)
    gateway = clue.level_before(ADVERTS) or clue.level_after(PRESENCE) or None
    sightings, drops = gather([body], lambda entry: _sighting(entry, levels[-1]))
    return Decoded("sightings", gateway, sightings, drops=drops)


def _system(gateway: str, body: dict[str, Any]) -> Decoded:
    fields: Fields = {"status": "online"}
    for key, name in (("uptime", "uptime_s"), ("rssi", "wifi_rssi_dbm"), ("freemem", "free_bytes")):
        value = number_of(body.get(key))
        if value is not None:
            fields[name] = value
    if isinstance(body.get("version"), str):
        fields["version"] = body["version"]
    if isinstance(body.get("mac"), str):
        fields["gateway_mac"] = gateway_name(body["mac"])
    return Decoded("gateway_heartbeat", gateway, fields=fields)


def _sighting(body: dict[str, Any], last_level: str) -> Sighting | str:
    device = _device(body, last_level)
    if device is None:
        return "no_device"
    rssi_dbm = rssi_of(body.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    return Sighting(device, rssi_dbm, entry=body)


def _device(body: dict[str, Any], last_level: str) -> str | None:
    """With ``presuseuuid`` the address is in ``mac``; some topics hold it, ``pubuuid4topic`` ones do not."""
    for text in (body.get("mac"), body.get("id")):
        known = canonical_address(text) if isinstance(text, str) else None
        if known:
            return known
    known = canonical_address(last_level)
    if known:
        return known
    name = body.get("id")
    return device_name(name) if isinstance(name, str) and name else None


def details(sighting: Sighting) -> Fields:
    body = sighting.entry
    found: Fields = {}
    for ad in _rebuilt(body):
        found = merge_details(found, advert_details(decode_advert(ad, sighting.device)))
    if isinstance(body.get("name"), str):
        found["name"] = body["name"]
    if body.get("mac_type") in (0, 1, 2, 3):
        found["address_type"] = "random" if body["mac_type"] & 1 else "public"
    is_beacon = isinstance(body.get("uuid"), str) and "major" in body
    if is_beacon:
        found["beacon"] = {
            "type": "ibeacon",
            "uuid": canonical_uuid(body["uuid"]),
            "major": int(body["major"]) & 0xFFFF,
            "minor": int(body["minor"]) & 0xFFFF,
        }
        if number_of(body.get("txpower")) is not None:
            found["beacon"]["measured_power_dbm"] = body["txpower"]
    telemetry = _telemetry(body, is_beacon)
    if telemetry:
        found["telemetry"] = {**found.get("telemetry", {}), **telemetry}
    return found


def _telemetry(body: dict[str, Any], is_beacon: bool) -> Fields:
    telemetry: Fields = {}
    for key, name in (("tempc", "temperature_c"), ("hum", "humidity_percent")):
        value = number_of(body.get(key))
        if value is not None:
            telemetry[name] = value
    battery = percent_of(body.get("batt"))
    if battery is not None:
        telemetry["battery_percent"] = battery
    volt = number_of(body.get("volt"))
    if volt is not None and not is_beacon:
        telemetry["battery_mv"] = round(volt * 1000)
    return telemetry


def _rebuilt(body: dict[str, Any]) -> list[bytes]:
    """AD structures from the parts that the gateway passes on."""
    structures: list[bytes] = []
    manufacturer = hex_bytes(body.get("manufacturerdata"))
    if manufacturer and len(manufacturer) < 255:
        structures.append(bytes([len(manufacturer) + 1, 0xFF]) + manufacturer)
    service, uuid = hex_bytes(body.get("servicedata")), body.get("servicedatauuid")
    if service and isinstance(uuid, str) and len(service) < 250:
        number = int(uuid.lower().removeprefix("0x")[-4:], 16)
        structures.append(bytes([len(service) + 3, 0x16]) + number.to_bytes(2, "little") + service)
    return structures


def identity(sighting: Sighting) -> str | None:
    body = sighting.entry
    if "uuid" not in body or "major" not in body:
        return None
    return ibeacon_id(body["uuid"], int(body["major"]) & 0xFFFF, int(body["minor"]) & 0xFFFF)


def presses(sighting: Sighting) -> bool:
    return "servicedata" in sighting.entry or "manufacturerdata" in sighting.entry


FORMAT: Final = Format(
    "openmqttgateway", detect, decode, details, identity, presses, topic_names_gateway=True
)
