"""RSSI in all its disguises, and other numbers that vendors write in their own way."""

from typing import Any, Final

from gateway.times import number_of

RSSI_MIN_DBM: Final = -126
"""-127 is "no value" in HCI and in several gateways' heartbeats."""
RSSI_MAX_DBM: Final = 20
"""A fob lying on the gateway gives -2; 0 is "no value" again."""
POSSIBLE_DBM: Final = frozenset(range(RSSI_MIN_DBM, RSSI_MAX_DBM + 1)) - {0}


def rssi_of(value: Any) -> float | None:
    """dBm from an int, a float or text; None where there is no value (missing, 0, -127, out of range).

    Never defaulted: an entry without a value is no sighting.
    """
    if type(value) is not int:
        value = number_of(value)
        if value is None:
            return None
    return value if RSSI_MIN_DBM <= value <= RSSI_MAX_DBM and value != 0 else None


def rssi_of_byte(value: int) -> int | None:
    """dBm from an unsigned byte (two's complement)."""
    signed = value - 256 if value > 127 else value
    return signed if RSSI_MIN_DBM <= signed <= RSSI_MAX_DBM and signed != 0 else None


def hex_bytes(value: Any) -> bytes | None:
    """Bytes from hex text in either case; None where it is absent, empty or not hex."""
    if type(value) is not str or not value:
        return None
    try:
        return bytes.fromhex(value) or None
    except ValueError:
        return None


def is_bad_hex(value: Any) -> bool:
    """Something stands where hex should, and it is none: worth a count."""
    return bool(value) and hex_bytes(value) is None


def percent_of(value: Any) -> float | int | None:
    """0 to 100, else None: -101, 255 and the like mean "unknown"."""
    number = number_of(value)
    return number if number is not None and 0 <= number <= 100 else None


def battery_fields(value: Any) -> dict[str, float | int]:
    """MOKO's one field for two units: up to 100 it is per cent, above it is millivolts; 0 is unknown."""
    number = number_of(value)
    if number is None or number <= 0:
        return {}
    return {"battery_percent": number} if number <= 100 else {"battery_mv": number}
