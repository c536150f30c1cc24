"""Ingics iGS01/02/03: text lines ``$GPRP,<tag>,<gateway>,<rssi>,<AD>[,<time>]``, or JSON around them.

``$HBRP`` and ``$GPSR`` are the gateway's own heartbeat and position: their -127 is no sighting. Each line
names its own gateway.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address
from gateway.formats.base import Clue, Format, gather
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import number_of, unix_seconds

ADVERT_FRAMES: Final = ("GPRP", "RSPR", "LRAD", "LRSR", "1MAD", "1MRS")
HEARTBEAT, POSITION = "HBRP", "GPSR"
_FRAMES: Final = (*ADVERT_FRAMES, HEARTBEAT, POSITION)


def detect(clue: Clue) -> bool:
    head = clue.payload[:64].lstrip()
    if head[:1] == b"$":
        return head[1:5].decode("ascii", "replace") in _FRAMES and head[5:6] == b","
    lines = _json_lines(clue)
    return bool(lines) and type(lines[0]) is str and lines[0][:1] == "$"


def _json_lines(clue: Clue) -> list[Any]:
    """The lines of a JSON message: ``{"data": […]}``, ``{"data": "…"}``, or the list alone."""
    lines = clue.object.get("data") if clue.object else clue.json
    if type(lines) is str:
        return lines.splitlines()
    return lines if type(lines) is list else []


def decode(clue: Clue) -> Decoded:
    lines = clue.text.splitlines() if clue.json is None else [str(line) for line in _json_lines(clue)]
    rows = [line.strip().split(",") for line in lines if line.strip()]
    if not rows:
        raise WireError("empty")
    adverts = [row for row in rows if row[0][1:] in ADVERT_FRAMES]
    if adverts:
        return _sightings(adverts, len(rows) - len(adverts))
    return _own_word(rows[0])


def _sightings(rows: list[list[str]], others: int) -> Decoded:
    sightings, drops = gather(rows, _sighting)
    gateways = dict.fromkeys(sighting.gateway for sighting in sightings)
    if others:
        drops["gateway_line"] = others
    if len(gateways) == 1:
        gateway = next(iter(gateways))
        return Decoded("sightings", gateway, [_at_home(sighting) for sighting in sightings], drops=drops)
    return Decoded("sightings", None, sightings, drops=drops)


def _at_home(sighting: Sighting) -> Sighting:
    return Sighting(
        sighting.device, sighting.rssi_dbm, sighting.at, sighting.basis, sighting.adv, sighting.entry
    )


def _sighting(row: list[str]) -> Sighting | str:
    device, gateway = canonical_address(row[1]), canonical_address(row[2])
    if device is None or gateway is None:
        return "no_device"
    rssi_dbm = rssi_of(row[3])
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = unix_seconds(row[5]) if len(row) > 5 else (None, "none")
    adv = hex_bytes(row[4]) if len(row) > 4 else None
    return Sighting(device, rssi_dbm, at, basis, adv, row[0][1:], gateway)


def _own_word(row: list[str]) -> Decoded:
    gateway = canonical_address(row[2])
    if row[0][1:] == HEARTBEAT:
        fields: Fields = {"status": "online"}
        at, _ = unix_seconds(row[5]) if len(row) > 5 else (None, "none")
        if at is not None:
            fields["timestamp_of_message"] = at
        return Decoded("gateway_heartbeat", gateway, fields=fields)
    if row[0][1:] == POSITION:
        latitude, longitude = number_of(row[6]), number_of(row[7])
        return Decoded(
            "gateway_status", gateway, fields={"status": "online", "lat": latitude, "lon": longitude}
        )
    raise WireError("bad_frame", f"{row[0][:8]!r} is no line of a gateway")


def details(sighting: Sighting) -> Fields:
    return {"frame": sighting.entry}


FORMAT: Final = Format("ingics", detect, decode, details)
