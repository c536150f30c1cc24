"""Minew tags: service data FFE1 (frames A1xx) and company 0x0639 (CAxx, A3xx, MSE01)."""

from typing import Final

from gateway.addresses import address_reversed
from gateway.adverts.walk import fixed88, text_of, u16be
from gateway.sightings import Fields

SERVICE: Final = 0xFFE1
COMPANY: Final = 0x0639
FIRST_BUTTON: Final = 0x20
SECOND_BUTTON: Final = 0x10
MOTION: Final = 0x02


def service_data(data: bytes) -> Fields | None:
    """Frames ``A1 xx``: battery per cent first, the address last and reversed (A108: first, then a name)."""
    if len(data) < 9 or data[0] != 0xA1:
        return None
    fields: Fields = {"type": f"minew_a1{data[1]:02x}", "battery_percent": _percent(data[2])}
    match data[1]:
        case 0x01 if len(data) >= 13:
            fields |= {"temperature_c": fixed88(data, 3), "humidity_percent": fixed88(data, 5)}
            fields["mac"] = address_reversed(data[7:13])
        case 0x02 if len(data) >= 10:
            fields |= {"light_detected": bool(data[3] & 1), "mac": address_reversed(data[4:10])}
        case 0x03 if len(data) >= 15:
            fields["acceleration_g"] = [fixed88(data, at) for at in (3, 5, 7)]
            fields["mac"] = address_reversed(data[9:15])
        case 0x08:
            fields |= {"mac": address_reversed(data[3:9]), "name": text_of(data[9:])}
        case 0x11 if len(data) >= 11:
            fields |= {"motion": bool(u16be(data, 3) & 1), "mac": address_reversed(data[5:11])}
        case 0x18 if len(data) >= 14:
            fields |= {"vibration": bool(data[7] & 1), "mac": address_reversed(data[8:14])}
        case 0x20 if len(data) >= 10:
            fields |= {"tamper": bool(data[3] & 1), "mac": address_reversed(data[-6:])}
        case _:
            return None
    return fields


def manufacturer_data(data: bytes) -> Fields | None:
    """Data after the company id."""
    match data[:2]:
        case b"\xca\x00" if len(data) >= 11:
            return _device_info(data)
        case b"\xca\x05" if len(data) >= 17:
            fields = {"type": "minew_v3_ca05", "temperature_c": fixed88(data, 5)}
            if not data[3] & 0x02:
                fields["humidity_percent"] = fixed88(data, 7)
            return {**fields, "name": text_of(data[9:17])}
        case b"\xca\x1b" if len(data) >= 17 and not data[2] & 0x80:
            return {
                "type": "minew_v3_ca1b",
                "battery_mv": u16be(data, 12),
                "temperature_c": fixed88(data, 14),
                "mac": address_reversed(data[6:12]),
            }
        case b"\xa3\x03" if len(data) >= 13:
            return {
                "type": "minew_s3",
                "battery_percent": _percent(data[2]),
                "temperature_c": fixed88(data, 3),
                "humidity_percent": fixed88(data, 5),
                "mac": address_reversed(data[7:13]),
            }
        case b"\x51\x01" if len(data) >= 5:
            return {
                "type": "minew_mse01",
                "tx_count": data[2],
                "battery_percent": _percent(data[3]),
                "button_pressed": [bool(data[4] & FIRST_BUTTON), bool(data[4] & SECOND_BUTTON)],
                "motion": bool(data[4] & MOTION),
            }
    return None


def _device_info(data: bytes) -> Fields:
    packed = u16be(data, 9)
    return {
        "type": "minew_v3_ca00",
        "mac": address_reversed(data[2:8]),
        "battery_percent": _percent(data[8]),
        "firmware": f"{packed >> 13}.{packed >> 7 & 0x3F}.{packed & 0x7F}",
    }


def _percent(value: int) -> int | None:
    return value if value <= 100 else None
