"""OpenMQTTGateway (and Theengs Gateway): one JSON message for each advert, no time, parts of the advert."""

from firmware_sim.formats.ad import COMPLETE_NAME, MANUFACTURER, SERVICE_DATA, as_ibeacon, first
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware


def encode(batch: Batch, tags: Tags) -> Written:
    name = hardware(batch.gateway)
    texts = tags.texts(_fragment)
    written: Written = []
    for device, rssi in zip(batch.device.tolist(), batch.rssi_dbm.tolist(), strict=True):
        mac, text = texts[device]
        written.append((f"home/{name}/BTtoMQTT/{mac}", f'{{{text},"rssi":{rssi}}}'.encode()))
    return written


def status(condition: Condition) -> Written:
    name = hardware(condition.gateway)
    if not condition.online:
        return [(f"home/{name}/LWT", b"offline")]
    body = f'{{"uptime":{int(condition.uptime_s)},"freemem":146228,"rssi":-61,"version":"2.0.0"}}'
    return [(f"home/{name}/LWT", b"online"), (f"home/{name}/SYStoMQTT", body.encode())]


def _fragment(tags: Tags, device: int) -> Texts:
    """Address in the topic, and the fields but for the level."""
    mac, advert = tags.address(device), tags.advert(device)
    address = ":".join(mac[at : at + 2] for at in range(0, 12, 2))
    fields = [f'"id":"{address}"', '"mac_type":1', '"adv_type":0']
    name = first(advert, COMPLETE_NAME)
    if name is not None:
        fields.append(f'"name":"{name.decode()}"')
    beacon = as_ibeacon(advert)
    if beacon is not None:
        major, minor = _signed(beacon.major), _signed(beacon.minor)
        fields += [
            '"brand":"GENERIC","model":"iBeacon","model_id":"IBEACON","mfid":"4c00"',
            f'"uuid":"{beacon.uuid_hex.lower()}","major":{major},"minor":{minor},"txpower":{beacon.power_dbm}',
        ]
        return mac, ",".join(fields)
    manufacturer, service = first(advert, MANUFACTURER), first(advert, SERVICE_DATA)
    if manufacturer is not None:
        fields.append(f'"manufacturerdata":"{manufacturer.hex()}"')
    if service is not None:
        uuid = int.from_bytes(service[:2], "little")
        fields += [f'"servicedata":"{service[2:].hex()}"', f'"servicedatauuid":"0x{uuid:04x}"']
    return mac, ",".join(fields)


def _signed(value: int) -> int:
    """The decoder's trap: above 32767 it prints negative numbers."""
    return value - 0x10000 if value > 0x7FFF else value


FORMAT = Format("openmqttgateway", encode, status, interval_s=0.25, empty=False)
