"""The bytes that tags put on the air: AD structures of the kinds a mall owns."""

from typing import Final

from firmware_sim.beacons import Beacons

MEASURED_POWER: Final = 0xC5
"""-59 dBm, as nearly every iBeacon claims."""
PRESS_MODES: Final = ("single", "double", "long")
SCAN_RESPONSE: Final = bytes.fromhex("0a094d4b20427574746f6e")
"""A complete local name, as raw gateways join it to the advert."""


def advert(beacons: Beacons, device: int, alarm: bool) -> bytes:
    """What a device advertises: iBeacon, Eddystone, or by its address a tag with button or sensor."""
    name = beacons.ids[device]
    kind, _, rest = name.partition(":")
    if kind == "ibeacon":
        return ibeacon(rest)
    if kind == "eddystone":
        return eddystone_uid(rest)
    if beacons.kind[device] == "stranger":
        return phone(name)
    mac = address_bytes(name)
    if beacons.kind[device] == "asset":
        return ruuvi_df5(mac, int(beacons.battery_mv[device]), int(beacons.presses[device]))
    if alarm or device % 2:
        return moko_button(mac, int(beacons.presses[device]), alarm)
    return moko_info(mac, int(beacons.battery_mv[device]))


def address_bytes(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))


def ibeacon(rest: str) -> bytes:
    """``<uuid>:<major>:<minor>`` as Apple's frame."""
    uuid, major, minor = rest.split(":")
    ids = bytes.fromhex(uuid.replace("-", "")) + int(major).to_bytes(2, "big") + int(minor).to_bytes(2, "big")
    return bytes.fromhex("0201061aff4c000215") + ids + bytes([MEASURED_POWER])


def eddystone_uid(rest: str) -> bytes:
    """``<namespace>:<instance>``; the power is that at 0 m, 41 dB above that at 1 m."""
    namespace, instance = (bytes.fromhex(part) for part in rest.split(":"))
    return bytes.fromhex("0201060303aafe1516aafe00ee") + namespace + instance


def moko_button(mac: bytes, count: int, alarm: bool) -> bytes:
    """BXP-B, single press: service data FEE0, mode 0x20, status bit 1 while it alarms, a counter."""
    status = 2 if alarm else 0
    return bytes.fromhex("0201060f16e0fe20") + bytes([status]) + count.to_bytes(2, "big") + mac + b"\0\0"


def moko_info(mac: bytes, battery_mv: int) -> bytes:
    """BXP device information: service data FEAB, frame 0x40, battery, address."""
    return (
        bytes.fromhex("020106020a001216abfe400014")
        + battery_mv.to_bytes(2, "big")
        + b"\0\x01"
        + mac
        + b"\x20\x01"
    )


def ruuvi_df5(mac: bytes, battery_mv: int, movements: int) -> bytes:
    """RuuviTag data format 5; still air of 24.3 C, lying flat."""
    power = (battery_mv - 1600 << 5 | 22).to_bytes(2, "big")
    body = bytes.fromhex("0512fc5394c37c0004fffc040c") + power + bytes([movements & 0xFF]) + b"\0\xcd" + mac
    return bytes.fromhex("0201061bff9904") + body


def phone(address: str) -> bytes:
    """Apple continuity "nearby": rotates, nobody's tag."""
    return bytes.fromhex("02011a020a0c0aff4c001005") + address_bytes(address)[:5]


def alarming(beacons: Beacons, device: int, now: int) -> bool:
    return int(beacons.alarm_until[device]) > now
