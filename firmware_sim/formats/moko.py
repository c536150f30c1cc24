"""MOKO: MK107/MK110 speak the old protocol (3004), MKGW1/3/4 the new one (3070).

Which one a gateway speaks follows from its name, so that a fleet has both.
"""

from contracts.quantities import SECOND
from firmware_sim.formats.ad import SERVICE_DATA, as_ibeacon, first, split_response
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Texts, Written, hardware_hex
from firmware_sim.formats.stamps import ZONE_H
from firmware_sim.formats.stamps import moko as moko_stamp

PRESS_DATA = bytes.fromhex("e0fe")
"""Service data FEE0: BXP-B button frames."""


def encode(batch: Batch, tags: Tags) -> Written:
    old = speaks_old(batch.gateway.gateway)
    body = _old(batch, tags) if old else _new(batch, tags)
    return [(_topic(batch.gateway.gateway), body.encode())]


def speaks_old(gateway: str) -> bool:
    return sum(gateway.encode()) % 2 == 0


def status(condition: Condition) -> Written:
    """Network status 3003; no will."""
    if not condition.online:
        return []
    mac = hardware_hex(condition.gateway)
    body = (
        f'{{"msg_id":3003,"device_info":{{"device_id":"{mac.lower()}","mac":"{mac}"}},'
        '"data":{"net_state":"online"}}'
    )
    return [(_topic(condition.gateway.gateway), body.encode())]


def _topic(gateway: str) -> str:
    return f"mokosmart/{gateway}/send"


def _old(batch: Batch, tags: Tags) -> str:
    mac = hardware_hex(batch.gateway)
    texts = tags.texts(_old_fragment)
    rows = []
    for device, rssi, at in zip(
        batch.device.tolist(), batch.rssi_dbm.tolist(), (batch.at // SECOND).tolist(), strict=True
    ):
        head, tail = texts[device]
        rows.append(f'{head},"timestamp":"{moko_stamp(at, ZONE_H)}","rssi":{rssi}{tail}')
    info = f'{{"device_id":"{mac.lower()}","mac":"{mac}"}}'
    return f'{{"msg_id":3004,"device_info":{info},"data":[{",".join(rows)}]}}'


def _old_fragment(tags: Tags, device: int) -> Texts:
    """Before and after the values that change."""
    mac, advert = tags.address(device), tags.advert(device)
    beacon = as_ibeacon(advert)
    if beacon is None:
        tail = f',"type":"Unknown","raw data":"{advert.hex().upper()}"}}}}'
        return f'{{"type":0,"value":{{"mac":"{mac}"', tail
    tail = (
        f',"type":"iBeacon","uuid":"{beacon.uuid_hex}",'
        f'"major":{beacon.major},"minor":{beacon.minor},"rssi@1m":{beacon.power_dbm}}}}}'
    )
    return f'{{"type":1,"value":{{"mac":"{mac}"', tail


def _new(batch: Batch, tags: Tags) -> str:
    texts = tags.texts(_new_fragment)
    rows = [
        f'{{"timestamp":{at},"timezone":0,"rssi":{rssi},{texts[device][0]}}}'
        for device, rssi, at in zip(
            batch.device.tolist(), batch.rssi_dbm.tolist(), (batch.at // 1000).tolist(), strict=True
        )
    ]
    mac = hardware_hex(batch.gateway)
    mac = mac.lower() if len(mac) == 12 else mac
    return f'{{"msg_id":3070,"device_info":{{"mac":"{mac}"}},"data":[{",".join(rows)}]}}'


def _new_fragment(tags: Tags, device: int) -> Texts:
    """Buttons decoded, everything else with its bytes."""
    mac, advert = tags.address(device).lower(), tags.advert(device)
    press = first(advert, SERVICE_DATA)
    if press is not None and press[:2] == PRESS_DATA:
        alarm, count = press[3] >> 1 & 1, int.from_bytes(press[4:6], "big")
        text = (
            f'"type_code":7,"type":"bxp-button","connectable":1,"mac":"{mac}","frame_type":{press[2] & 3},'
            f'"passwd_verification":1,"alarm_status":{alarm},"trigger_count":{count},'
            f'"device_id":"{press[6:12].hex()}","adv_name":"MK Button",'
            f'"batt_vol":{int(tags.beacons.battery_mv[device])}'
        )
        return (text,)
    head, response = split_response(advert)
    text = (
        f'"type_code":10,"type":"other","connectable":1,"mac":"{mac}",'
        f'"adv_data":"{head.hex()}","rsp_data":"{response.hex()}"'
    )
    return (text,)


FORMAT = Format("moko", encode, status)
