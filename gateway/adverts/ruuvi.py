"""RuuviTag: data formats 3, 5, 6 and E1 of company 0x0499."""

from typing import Final

from gateway.addresses import address_of
from gateway.adverts.walk import i16be, u16be
from gateway.sightings import Fields

COMPANY: Final = 0x0499


def ruuvi(data: bytes) -> Fields | None:
    """Manufacturer data after the company id. Fields that are "not available" come as None."""
    if not data:
        return None
    match data[0]:
        case 0x03 if len(data) >= 14:
            return _format_3(data)
        case 0x05 if len(data) >= 24:
            return _format_5(data)
        case 0x06 if len(data) >= 20:
            return _format_6(data)
        case 0xE1 if len(data) >= 40:
            return _format_e1(data)
    return None


def _format_3(data: bytes) -> Fields:
    degrees = (data[2] & 0x7F) + data[3] / 100
    return {
        "type": "ruuvi_df3",
        "temperature_c": -degrees if data[2] & 0x80 else degrees,
        "humidity_percent": data[1] / 2,
        "pressure_pa": u16be(data, 4) + 50_000,
        "acceleration_mg": [i16be(data, 6), i16be(data, 8), i16be(data, 10)],
        "battery_mv": u16be(data, 12),
    }


def _format_5(data: bytes) -> Fields:
    power = u16be(data, 13)
    return {
        "type": "ruuvi_df5",
        **_climate(data),
        "acceleration_mg": [_signed(data, at) for at in (7, 9, 11)],
        "battery_mv": None if power >> 5 == 0x7FF else (power >> 5) + 1600,
        "tx_power_dbm": None if power & 0x1F == 0x1F else (power & 0x1F) * 2 - 40,
        "movement_counter": _unless(data[15], 0xFF),
        "sequence": _unless(u16be(data, 16), 0xFFFF),
        "mac": None if data[18:24] == b"\xff" * 6 else address_of(data[18:24]),
    }


def _format_6(data: bytes) -> Fields:
    return {
        "type": "ruuvi_df6",
        **_climate(data),
        "pm2_5_ug_m3": _tenths(data, 7),
        "co2_ppm": _unless(u16be(data, 9), 0xFFFF),
        "sequence": data[15],
        "mac_suffix": address_of(data[17:20]),
    }


def _format_e1(data: bytes) -> Fields:
    return {
        "type": "ruuvi_e1",
        **_climate(data),
        "pm2_5_ug_m3": _tenths(data, 9),
        "co2_ppm": _unless(u16be(data, 15), 0xFFFF),
        "sequence": _unless(int.from_bytes(data[25:28], "big"), 0xFFFFFF),
        "mac": None if data[34:40] == b"\xff" * 6 else address_of(data[34:40]),
    }


def _climate(data: bytes) -> Fields:
    """Temperature, humidity and pressure stand alike in formats 5, 6 and E1."""
    temperature, humidity, pressure = _signed(data, 1), u16be(data, 3), u16be(data, 5)
    return {
        "temperature_c": None if temperature is None else round(temperature * 0.005, 3),
        "humidity_percent": None if humidity == 0xFFFF else round(humidity * 0.0025, 4),
        "pressure_pa": None if pressure == 0xFFFF else pressure + 50_000,
    }


def _signed(data: bytes, at: int) -> int | None:
    value = i16be(data, at)
    return None if value == -0x8000 else value


def _tenths(data: bytes, at: int) -> float | None:
    value = u16be(data, at)
    return None if value == 0xFFFF else value / 10


def _unless(value: int, missing: int) -> int | None:
    return None if value == missing else value
