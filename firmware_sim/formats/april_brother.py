"""April Brother V4: one MessagePack map a second, adverts as bytes, seconds since boot for the time."""

from typing import Any, Final

import msgspec

from firmware_sim.formats.base import Batch, Condition, Format, Tags, Written, hardware_hex
from firmware_sim.formats.stamps import unix_s

PER_MESSAGE: Final = 150
"""The hardware passes on no more in a second."""
WIFI_DBM: Final = -43
_encoder: Final = msgspec.msgpack.Encoder()


def encode(batch: Batch, tags: Tags) -> Written:
    rows = []
    for device, rssi in zip(
        batch.device.tolist()[:PER_MESSAGE], batch.rssi_dbm.tolist()[:PER_MESSAGE], strict=True
    ):
        head = b"\0" + bytes.fromhex(tags.address(device)) + bytes([rssi & 0xFF])
        rows.append(head + tags.advert(device))
    message: dict[str, Any] = {
        "v": "1.5.5",
        "mid": batch.seq,
        "time": unix_s(batch.sent_at),
        "ip": "192.168.1.82",
        "mac": hardware_hex(batch.gateway),
        "rssi": WIFI_DBM,
        "devices": rows,
    }
    return [(f"ab_gateway/{batch.gateway.gateway}", _encoder.encode(message))]


def status(_condition: Condition) -> Written:
    """Its traffic is its heartbeat."""
    return []


FORMAT = Format("april_brother", encode, status)
