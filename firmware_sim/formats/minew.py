"""Minew G1/G2/MG: a JSON array, first the gateway, then one object for each advert."""

import numpy as np

from firmware_sim.formats.ad import as_ibeacon
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware_hex
from firmware_sim.formats.stamps import iso_ms


def encode(batch: Batch, tags: Tags) -> Written:
    rows = [_gateway(batch.sent_at, hardware_hex(batch.gateway))]
    texts = tags.texts(_fragment)
    columns = zip(batch.device.tolist(), batch.rssi_dbm.tolist(), iso_ms(batch.at), strict=True)
    rows += [f'{{"timestamp":"{at}",{texts[device][0]},"rssi":{rssi}}}' for device, rssi, at in columns]
    return [(_topic(hardware_hex(batch.gateway)), f"[{','.join(rows)}]".encode())]


def status(condition: Condition) -> Written:
    """No will; the heartbeat is a message with the gateway's element alone."""
    if not condition.online:
        return []
    hexa = hardware_hex(condition.gateway)
    return [(_topic(hexa), f"[{_gateway(condition.at, hexa)}]".encode())]


def _topic(hexa: str) -> str:
    return f"/gw/{hexa.lower() if len(hexa) == 12 else hexa}/status"


def _gateway(at: int, hexa: str) -> str:
    stamp = iso_ms(np.array([at], np.int64))[0]
    return f'{{"timestamp":"{stamp}","type":"Gateway","mac":"{hexa}","gatewayFree":89,"gatewayLoad":0.03}}'


def _fragment(tags: Tags, device: int) -> Texts:
    """What stays the same from advert to advert."""
    mac, advert = tags.address(device), tags.advert(device)
    beacon = as_ibeacon(advert)
    if beacon is None:
        return (f'"type":"Unknown","mac":"{mac}","bleName":"","rawData":"{advert.hex().upper()}"',)
    text = (
        f'"type":"iBeacon","mac":"{mac}","bleName":"","ibeaconUuid":"{beacon.uuid_hex}",'
        f'"ibeaconMajor":{beacon.major},"ibeaconMinor":{beacon.minor},'
        f'"ibeaconTxPower":{beacon.power_dbm},"battery":0'
    )
    return (text,)


FORMAT = Format("minew", encode, status)
