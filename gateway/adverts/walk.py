"""The AD structures of an advertisement, and small readers of their bytes.

Adverts come joined with their scan response, padded with zeros, cut short, or extended to 255 bytes;
what cannot be a structure ends the walk, what came before it counts.
"""

from typing import Final

FLAGS: Final = 0x01
SHORT_NAME: Final = 0x08
COMPLETE_NAME: Final = 0x09
TX_POWER: Final = 0x0A
SERVICE_DATA_16: Final = 0x16
SERVICE_DATA_128: Final = 0x21
MANUFACTURER: Final = 0xFF
UUIDS_16: Final = (0x02, 0x03)
UUIDS_32: Final = (0x04, 0x05)
UUIDS_128: Final = (0x06, 0x07)


def structures(ad: bytes) -> list[tuple[int, bytes]]:
    """(type, data) of each whole structure, in order."""
    found: list[tuple[int, bytes]] = []
    at, end = 0, len(ad)
    while at + 1 < end:
        length = ad[at]
        stop = at + 1 + length
        if length == 0:
            at += 1
            continue
        if stop > end:
            break
        found.append((ad[at + 1], ad[at + 2 : stop]))
        at = stop
    return found


def text_of(data: bytes) -> str:
    """A name as people read it: some end in a NUL byte, some are cut inside a character."""
    return data.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def u16le(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


def u16be(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def i16be(data: bytes, at: int) -> int:
    value = u16be(data, at)
    return value - 0x10000 if value & 0x8000 else value


def i16le(data: bytes, at: int) -> int:
    value = u16le(data, at)
    return value - 0x10000 if value & 0x8000 else value


def i8(data: bytes, at: int) -> int:
    value = data[at]
    return value - 0x100 if value & 0x80 else value


def fixed88(data: bytes, at: int) -> float:
    """Signed 8.8 fixed point, big-endian. Joining the two bytes with a decimal point is a known mistake."""
    return i16be(data, at) / 256


def advert_kind(ad: bytes) -> int:
    """A number for the kind of an advert: AD type and company or service of its first telling structure."""
    for kind, data in structures(ad):
        if kind in (MANUFACTURER, SERVICE_DATA_16) and len(data) >= 2:
            return kind << 16 | u16le(data, 0)
    return 0
