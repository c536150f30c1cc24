"""MOKO tags: service data FEAB (BXP: device info, iBeacon copy, acceleration) and FEE0 (buttons)."""

from typing import Final

from gateway.addresses import address_of, uuid_of
from gateway.adverts.walk import i16be, u16be
from gateway.sightings import Fields

SERVICE: Final = 0xFEAB
BUTTON_SERVICE: Final = 0xFEE0
PRESS_MODES: Final = ("single", "double", "long", "inactivity")
TRIGGERED: Final = 0x02


def service_data(data: bytes) -> Fields | None:
    """Frames of FEAB by their first byte."""
    if not data:
        return None
    match data[0]:
        case 0x40 if len(data) >= 13:
            return {
                "type": "moko_bxp_device_info",
                "battery_mv": u16be(data, 3),
                "mac": address_of(data[7:13]),
            }
        case 0x50 if len(data) >= 23:
            return {
                "type": "moko_bxp_ibeacon",
                "uuid": uuid_of(data[3:19]),
                "major": u16be(data, 19),
                "minor": u16be(data, 21),
            }
        case 0x60 if len(data) >= 21:
            return {
                "type": "moko_bxp_acc",
                "acceleration_mg": [i16be(data, at) >> 4 for at in (6, 8, 10)],
                "battery_mv": u16be(data, 12),
                "mac": address_of(data[15:21]),
            }
    return None


def button_data(data: bytes) -> Fields | None:
    """Frames of FEE0: mode, status, how often this mode was pressed in all, the tag's own number."""
    if len(data) < 10 or not 0x20 <= data[0] <= 0x23:
        return None
    return {
        "type": "moko_bxp_button",
        "press_mode": PRESS_MODES[data[0] - 0x20],
        "triggered": bool(data[1] & TRIGGERED),
        "trigger_count": u16be(data, 2),
        "device_id": data[4:10].hex(),
    }
