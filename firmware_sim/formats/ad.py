"""What a decoding gateway makes of an advert: the fields that vendors print instead of the bytes."""

from dataclasses import dataclass
from typing import Final

_FLAGS_AND_APPLE: Final = bytes.fromhex("0201061aff4c000215")


@dataclass(frozen=True, slots=True)
class IBeacon:
    uuid_hex: str
    """32 digits, upper case."""
    major: int
    minor: int
    power_dbm: int


def as_ibeacon(advert: bytes) -> IBeacon | None:
    if not advert.startswith(_FLAGS_AND_APPLE):
        return None
    body = advert[len(_FLAGS_AND_APPLE) :]
    return IBeacon(
        body[:16].hex().upper(),
        int.from_bytes(body[16:18], "big"),
        int.from_bytes(body[18:20], "big"),
        int.from_bytes(body[20:21], "big", signed=True),
    )


def structures(advert: bytes) -> list[tuple[int, bytes]]:
    """AD type and data of each whole structure."""
    found, at = [], 0
    while at < len(advert) and advert[at] and at + 1 + advert[at] <= len(advert):
        end = at + 1 + advert[at]
        found.append((advert[at + 1], advert[at + 2 : end]))
        at = end
    return found


def first(advert: bytes, kind: int) -> bytes | None:
    return next((data for found, data in structures(advert) if found == kind), None)


MANUFACTURER: Final = 0xFF
SERVICE_DATA: Final = 0x16
COMPLETE_NAME: Final = 0x09


def split_response(advert: bytes) -> tuple[bytes, bytes]:
    """Advert and scan response apart again: a name behind the rest came with the response."""
    at = advert.find(b"\x0a\x09MK Button")
    return (advert, b"") if at < 0 else (advert[:at], advert[at:])
