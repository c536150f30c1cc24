"""Ingics iGS01/02/03: text lines, one for each advert."""

from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware_hex
from firmware_sim.formats.stamps import unix_s


def encode(batch: Batch, tags: Tags) -> Written:
    name = hardware_hex(batch.gateway)
    texts = tags.texts(_fragment)
    lines = []
    for device, rssi, at in zip(
        batch.device.tolist(), batch.rssi_dbm.tolist(), (batch.at // 1000).tolist(), strict=True
    ):
        mac, data = texts[device]
        lines.append(f"$GPRP,{mac},{name},{rssi},{data},{at // 1000}.{at % 1000:03d}")
    return [(_topic(batch.gateway.gateway), "\r\n".join(lines).encode())]


def status(condition: Condition) -> Written:
    """The heartbeat line carries -127 dBm for the gateway itself."""
    if not condition.online:
        return []
    name = hardware_hex(condition.gateway)
    line = f"$HBRP,{name},{name},-127,00000000,{unix_s(condition.at)}"
    return [(_topic(condition.gateway.gateway), line.encode())]


def _topic(gateway: str) -> str:
    return f"ingics/{gateway}"


def _fragment(tags: Tags, device: int) -> Texts:
    return tags.address(device), tags.advert(device).hex().upper()


FORMAT = Format("ingics", encode, status, empty=False)
