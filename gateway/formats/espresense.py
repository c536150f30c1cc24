"""ESPresense nodes: ``espresense/devices/<id>/<room>``; before 2023 ``espresense/rooms/<room>``.

The RSSI is a filtered float and messages come only when the distance moves or an interval ends: good for
a position at a lower weight, useless for buttons. No time, no bytes.
"""

import re
from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, canonical_uuid
from gateway.adverts.beacons import ibeacon_id
from gateway.formats.base import Clue, Format, gather, need_status
from gateway.readings import percent_of, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import number_of

ROOT: Final = "espresense"
_IBEACON: Final = re.compile(r"iBeacon:([0-9a-fA-F-]{32,36})-(\d{1,5})-(\d{1,5})")


def detect(clue: Clue) -> bool:
    levels = clue.levels
    return ROOT in levels[:2] and len(levels) >= 3


def decode(clue: Clue) -> Decoded:
    levels = clue.levels[clue.levels.index(ROOT) + 1 :]
    if levels[0] == "devices" and len(levels) >= 3:
        return _device(clue.object, levels[1], levels[2])
    if levels[0] != "rooms":
        raise WireError("not_a_sighting", f"topic {clue.topic!r}")
    room = levels[1]
    if len(levels) == 2:
        return _device(clue.object, "", room)
    if levels[2] == "status":
        return Decoded("gateway_status", room, fields=need_status(clue.text))
    if levels[2] == "telemetry":
        return _telemetry(room, clue.object)
    raise WireError("not_a_sighting", f"topic {clue.topic!r}")


def _device(body: dict[str, Any], name: str, room: str) -> Decoded:
    if not body:
        raise WireError("not_json")

    def read(entry: dict[str, Any]) -> Sighting | str:
        device = canonical_address(str(entry.get("mac", ""))) or str(entry.get("id") or name)
        if not device:
            return "no_device"
        rssi_dbm = rssi_of(entry.get("rssi"))
        if rssi_dbm is None:
            return "no_rssi"
        return Sighting(canonical_address(device) or device, rssi_dbm, entry={"id": name, **entry})

    sightings, drops = gather([body], read)
    return Decoded("sightings", room, sightings, drops=drops, filtered=True)


def _telemetry(room: str, body: dict[str, Any]) -> Decoded:
    fields: Fields = {"status": "online"}
    for key, name in (("uptime", "uptime_s"), ("rssi", "wifi_rssi_dbm"), ("freeHeap", "free_bytes")):
        value = number_of(body.get(key))
        if value is not None:
            fields[name] = value
    if isinstance(body.get("ver"), str):
        fields["version"] = body["ver"]
    return Decoded("gateway_heartbeat", room, fields=fields)


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {"rssi_filtered": True}
    power = number_of(entry.get("rssi@1m"))
    beacon = _IBEACON.fullmatch(str(entry["id"]))
    if beacon:
        found["beacon"] = {
            "type": "ibeacon",
            "uuid": canonical_uuid(beacon[1]),
            "major": int(beacon[2]),
            "minor": int(beacon[3]),
        }
        if power is not None:
            found["beacon"]["measured_power_dbm"] = power
    elif power is not None:
        found["measured_power_dbm"] = power
    if isinstance(entry.get("name"), str):
        found["name"] = entry["name"]
    battery = percent_of(entry.get("batt"))
    if battery is not None:
        found["telemetry"] = {"battery_percent": battery}
    if isinstance(entry["id"], str):
        found["known_as"] = entry["id"]
    return found


def identity(sighting: Sighting) -> str | None:
    name = sighting.entry["id"]
    if not isinstance(name, str):
        return None
    beacon = _IBEACON.fullmatch(name)
    return ibeacon_id(beacon[1], int(beacon[2]), int(beacon[3])) if beacon else name


FORMAT: Final = Format("espresense", detect, decode, details, identity, topic_names_gateway=True)
