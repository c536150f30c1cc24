"""ESPresense: filtered RSSI as a float, no time, no bytes, and only when something moved or time passed."""

from typing import Final

from contracts.quantities import SECOND
from firmware_sim.formats.ad import as_ibeacon
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware

SMOOTHING: Final = 0.35
"""Share of the new value; the node's median and variance filters look much like it."""
MOVED_DB: Final = 2.0
AT_LEAST_EACH: Final = 5 * SECOND
KEPT_MAX: Final = 50_000


def encode(batch: Batch, tags: Tags) -> Written:
    room = hardware(batch.gateway)
    texts = tags.texts(_fragment)
    written: Written = []
    for device, rssi, at in zip(
        batch.device.tolist(), batch.rssi_dbm.tolist(), batch.at.tolist(), strict=True
    ):
        value, told_value, told_at = tags.filtered.get((room, device), (float(rssi), 0.0, 0))
        value += SMOOTHING * (rssi - value)
        tell = abs(value - told_value) >= MOVED_DB or at - told_at >= AT_LEAST_EACH
        if tell:
            identity, mac = texts[device]
            distance_m = 10 ** ((-59.0 - value) / 27.0)
            body = (
                f'{{"mac":"{mac}","id":"{identity}","rssi@1m":-59,"rssi":{value:.2f},"rxAdj":0,'
                f'"rssiVar":7.42,"distance":{distance_m:.2f},"var":4.00,"int":1005}}'
            )
            written.append((f"espresense/devices/{identity}/{room}", body.encode()))
            told_value, told_at = value, at
        if len(tags.filtered) < KEPT_MAX or (room, device) in tags.filtered:
            tags.filtered[room, device] = (value, told_value, told_at)
    return written


def status(condition: Condition) -> Written:
    room = hardware(condition.gateway)
    if not condition.online:
        return [(f"espresense/rooms/{room}/status", b"offline")]
    body = f'{{"ip":"192.168.1.77","uptime":{int(condition.uptime_s)},"firm":"esp32","rssi":-58}}'
    return [
        (f"espresense/rooms/{room}/status", b"online"),
        (f"espresense/rooms/{room}/telemetry", body.encode()),
    ]


def _fragment(tags: Tags, device: int) -> Texts:
    """Identity and address."""
    mac = tags.address(device).lower()
    beacon = as_ibeacon(tags.advert(device))
    if beacon is None:
        return mac, mac
    u = beacon.uuid_hex.lower()
    uuid = f"{u[:8]}-{u[8:12]}-{u[12:16]}-{u[16:20]}-{u[20:]}"
    return f"iBeacon:{uuid}-{beacon.major}-{beacon.minor}", mac


FORMAT = Format("espresense", encode, status, interval_s=0.25, status_interval_s=15.0, empty=False)
