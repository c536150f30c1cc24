"""Ruuvi Gateway: MQTT (raw, raw and decoded, decoded only), HTTP batches and history, status.

One advert a message on ``<prefix>/<gateway>/<tag>``. Numbers come as ints or as text; ``ts`` is the
reception and ``gwts`` the publication; without NTP there is a counter instead.
"""

from typing import Any, Final

from contracts.errors import WireError
from gateway.addresses import canonical_address, gateway_name
from gateway.adverts.decode import decode_advert
from gateway.formats.base import Clue, Format, gather, need_status
from gateway.readings import hex_bytes, rssi_of
from gateway.sightings import Decoded, Fields, Sighting
from gateway.times import number_of, unix_seconds

_STATUS_LEVEL: Final = "gw_status"


def detect(clue: Clue) -> bool:
    body = clue.object
    if "gw_mac" in body and ("data" in body or "dataFormat" in body):
        return True
    batch = body.get("data")
    if type(batch) is dict and ("tags" in batch or "gw_mac" in batch):
        return True
    return "DEVICE_ADDR" in body or (clue.topic.endswith("/" + _STATUS_LEVEL) and "state" in body)


def decode(clue: Clue) -> Decoded:
    body = clue.object
    if not body:
        raise WireError("not_json")
    if "DEVICE_ADDR" in body:
        return _http_status(body)
    if "state" in body and "gw_mac" not in body:
        gateway = gateway_name(clue.level_before(_STATUS_LEVEL)) or None
        return Decoded("gateway_status", gateway, fields=need_status(str(body["state"])))
    batch = body.get("data")
    if type(batch) is dict:
        return _http(batch)
    gateway = gateway_name(body["gw_mac"])
    made = _single(body, clue.topic.rpartition("/")[2])
    if isinstance(made, str):
        return Decoded("sightings", gateway, drops={made: 1})
    return Decoded("sightings", gateway, [made])


def _single(body: dict[str, Any], last_level: str) -> Sighting | str:
    adv = hex_bytes(body.get("data"))
    device = canonical_address(last_level) or canonical_address(str(body.get("id", ""))) or _from_advert(adv)
    if device is None:
        return "no_device"
    return _sighting(body, device, adv, body.get("ts"), "cnt" in body)


def _from_advert(adv: bytes | None) -> str | None:
    """Formats 5 and E1 carry the address themselves."""
    mac = decode_advert(adv).get("mac") if adv else None
    return mac if isinstance(mac, str) else None


def _http(batch: dict[str, Any]) -> Decoded:
    tags = batch.get("tags") or {}

    def read(item: tuple[str, dict[str, Any]]) -> Sighting | str:
        device = canonical_address(item[0])
        if device is None:
            return "no_device"
        entry = item[1]
        return _sighting(
            entry, device, hex_bytes(entry.get("data")), entry.get("timestamp"), "counter" in entry
        )

    sightings, drops = gather(tags.items(), read)
    return Decoded("sightings", gateway_name(batch["gw_mac"]), sightings, drops=drops)


def _sighting(
    entry: dict[str, Any], device: str, adv: bytes | None, time: Any, counted: bool
) -> Sighting | str:
    rssi_dbm = rssi_of(entry.get("rssi"))
    if rssi_dbm is None:
        return "no_rssi"
    at, basis = unix_seconds(time)
    if at is None and counted:
        basis = "counter_only"
    return Sighting(device, rssi_dbm, at, basis, adv, entry)


def _http_status(body: dict[str, Any]) -> Decoded:
    fields: Fields = {"status": "online"}
    for key, name in (("UPTIME", "uptime_s"), ("SENSORS_SEEN", "sensors_seen"), ("RESET_CNT", "resets")):
        value = number_of(body.get(key))
        if value is not None:
            fields[name] = value
    if isinstance(body.get("ESP_FW"), str):
        fields["version"] = body["ESP_FW"]
    return Decoded("gateway_status", gateway_name(body["DEVICE_ADDR"]), fields=fields)


_DECODED: Final = (
    ("temperature", "temperature_c", 1),
    ("humidity", "humidity_percent", 1),
    ("pressure", "pressure_pa", 1),
    ("voltage", "battery_mv", 1000),
    ("txPower", "tx_power_dbm", 1),
    ("movementCounter", "movement_counter", 1),
    ("measurementSequenceNumber", "sequence", 1),
    ("CO2", "co2_ppm", 1),
)


def details(sighting: Sighting) -> Fields:
    entry = sighting.entry
    found: Fields = {}
    for key, name in (("ble_chan", "channel"), ("ble_phy", "phy"), ("ble_tx_power", "tx_power_dbm")):
        if key in entry:
            found[name] = entry[key]
    if entry.get("dataFormat") is not None:
        telemetry: Fields = {"format": f"ruuvi_df{entry['dataFormat']}"}
        for key, name, factor in _DECODED:
            value = number_of(entry.get(key))
            if value is not None:
                telemetry[name] = round(value * factor) if name == "battery_mv" else value
        axes = [number_of(entry.get(key)) for key in ("accelX", "accelY", "accelZ")]
        if all(axis is not None for axis in axes):
            telemetry["acceleration_mg"] = [round(axis * 1000) for axis in axes if axis is not None]
        found["telemetry"] = telemetry
    return found


FORMAT: Final = Format("ruuvi", detect, decode, details)
