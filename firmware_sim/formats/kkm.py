"""KKM KGateway: decoded beacons, everything else raw with the RSSI as a string; local time without zone."""

from contracts.quantities import SECOND
from firmware_sim.formats.ad import as_ibeacon
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware_hex
from firmware_sim.formats.stamps import ZONE_H, local


def encode(batch: Batch, tags: Tags) -> Written:
    name = hardware_hex(batch.gateway)
    texts = tags.texts(_fragment)
    rows = []
    for device, rssi, at in zip(
        batch.device.tolist(), batch.rssi_dbm.tolist(), (batch.at // SECOND).tolist(), strict=True
    ):
        text, quote = texts[device]
        rows.append(f'{{{text},"rssi":{quote}{rssi}{quote},"time":"{local(at, ZONE_H)}"}}')
    body = f'{{"msg":"advData","gmac":"{name}","obj":[{",".join(rows)}]}}'
    return [(_topic(name), body.encode())]


def status(condition: Condition) -> Written:
    if not condition.online:
        return []
    name = hardware_hex(condition.gateway)
    body = f'{{"msg":"alive","gmac":"{name}","ver":"KBGW_V3.5.3","downDevices":0,"temp":22,"advDevices":1}}'
    return [(_topic(name), body.encode())]


def _topic(name: str) -> str:
    return f"kbeacon/publish/{name}"


def _fragment(tags: Tags, device: int) -> Texts:
    """The entry's fixed part, and the quotes around its RSSI."""
    mac, advert = tags.address(device), tags.advert(device)
    beacon = as_ibeacon(advert)
    if beacon is None:
        return f'"dmac":"{mac}","data1":"{advert.hex().upper()}"', '"'
    text = (
        f'"type":4,"dmac":"{mac}","uuid":"{beacon.uuid_hex}","majorID":{beacon.major},'
        f'"minorID":{beacon.minor},"refpower":{beacon.power_dbm}'
    )
    return text, ""


FORMAT = Format("kkm", encode, status)
