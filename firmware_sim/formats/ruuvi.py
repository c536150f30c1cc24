"""Ruuvi Gateway: one JSON message for each advert, the tag's address in the topic."""

from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware
from firmware_sim.formats.stamps import unix_s


def encode(batch: Batch, tags: Tags) -> Written:
    name = hardware(batch.gateway)
    sent = unix_s(batch.sent_at)
    texts = tags.texts(_fragment)
    written: Written = []
    for device, rssi, at in zip(
        batch.device.tolist(), batch.rssi_dbm.tolist(), (batch.at // 1_000_000).tolist(), strict=True
    ):
        tag, data = texts[device]
        body = (
            f'{{"gw_mac":"{name}","rssi":{rssi},"aoa":[],"gwts":"{sent}","ts":"{at}",'
            f'"data":"{data}","coords":""}}'
        )
        written.append((f"ruuvi/{name}/{tag}", body.encode()))
    return written


def status(condition: Condition) -> Written:
    """The will, with the vendor's space after the colon."""
    word = "online" if condition.online else "offline"
    return [(f"ruuvi/{hardware(condition.gateway)}/gw_status", f'{{"state": "{word}"}}'.encode())]


def _fragment(tags: Tags, device: int) -> Texts:
    """Address and bytes."""
    mac = tags.address(device)
    colons = ":".join(mac[at : at + 2] for at in range(0, 12, 2))
    return colons, tags.advert(device).hex().upper()


FORMAT = Format("ruuvi", encode, status, interval_s=0.25, empty=False)
