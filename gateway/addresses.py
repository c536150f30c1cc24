"""Spellings of addresses and UUIDs: one way out, five ways in."""

import re
from functools import lru_cache
from typing import Final

from contracts.addresses import SEPARATORS
from contracts.addresses import canonical_address as canonical_address

_HEX: Final = re.compile(r"[0-9A-Fa-f]+")


def address_of(data: bytes) -> str:
    """Six bytes, most significant first, as ``AA:BB:CC:DD:EE:FF``."""
    return data.hex(":").upper()


def address_reversed(data: bytes) -> str:
    """Six bytes as they travel in most frames: least significant first."""
    return data[::-1].hex(":").upper()


def device_name(text: str) -> str:
    """What stands for a device: its address in our spelling, else the text as it came (stripped)."""
    text = text.strip()
    return canonical_address(text) or (text.upper() if _is_short_address(text) else text)


@lru_cache(maxsize=16_384)
def gateway_name(text: str) -> str:
    """What stands for a gateway: 48-bit addresses with colons, other text as sent, bare hex upper case."""
    text = text.strip()
    known = canonical_address(text)
    if known is not None:
        return known
    bare = text.translate(SEPARATORS)
    return bare.upper() if len(bare) == 16 and _HEX.fullmatch(bare) else text


def _is_short_address(text: str) -> bool:
    """Some tags and documents give only the last bytes of an address: ``F3:52:85``."""
    return bool(re.fullmatch(r"(?:[0-9A-Fa-f]{2}:){1,4}[0-9A-Fa-f]{2}", text))


@lru_cache(maxsize=16_384)
def canonical_uuid(text: str) -> str | None:
    """A 128-bit UUID in any spelling, lower case with dashes; None where it is none."""
    bare = text.translate(SEPARATORS)
    if len(bare) != 32 or not _HEX.fullmatch(bare):
        return None
    bare = bare.lower()
    return f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"


def uuid_of(data: bytes) -> str:
    """Sixteen bytes, most significant first, as a UUID."""
    return canonical_uuid(data.hex()) or ""
