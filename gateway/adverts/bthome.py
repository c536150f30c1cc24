"""BTHome version 2 (service data FCD2), plain or encrypted, after bthome.io/format."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.adverts.aes import BadTagError, ccm_decrypt
from gateway.sightings import Fields

SERVICE: Final = 0xFCD2
ENCRYPTED: Final = 0x01
TRIGGER_BASED: Final = 0x04
_MIC_BYTES: Final = 4
_COUNTER_BYTES: Final = 4


class Reading(NamedTuple):
    """How an object id is read: bytes, sign, factor, and the field it becomes ('' = skipped)."""

    size: int
    signed: bool
    factor: float
    name: str


def _u(size: int, factor: float = 1, name: str = "") -> Reading:
    return Reading(size, False, factor, name)


def _s(size: int, factor: float = 1, name: str = "") -> Reading:
    return Reading(size, True, factor, name)


READINGS: Final[dict[int, Reading]] = {
    0x00: _u(1, 1, "packet_id"),
    0x01: _u(1, 1, "battery_percent"),
    0x02: _s(2, 0.01, "temperature_c"),
    0x03: _u(2, 0.01, "humidity_percent"),
    0x04: _u(3, 1, "pressure_pa"),
    0x05: _u(3, 0.01, "illuminance_lux"),
    **dict.fromkeys((0x06, 0x07, 0x0D, 0x0E, 0x12, 0x13, 0x14, 0x3D, 0x40, 0x41, 0x43, 0x44), _u(2)),
    0x08: _s(2, 0.01),
    0x09: _u(1),
    **dict.fromkeys((0x0A, 0x0B, 0x42, 0x4B), _u(3)),
    0x0C: _u(2, 1, "battery_mv"),
    **dict.fromkeys(range(0x0F, 0x12), _u(1)),
    **dict.fromkeys(range(0x15, 0x2E), _u(1)),
    0x21: _u(1, 1, "motion"),
    0x22: _u(1, 1, "moving"),
    0x2C: _u(1, 1, "vibration"),
    0x2E: _u(1, 1, "humidity_percent"),
    0x2F: _u(1),
    0x3A: _u(1, 1, "buttons"),
    0x3C: _u(2),
    0x3E: _u(4),
    0x3F: _s(2, 0.1),
    0x45: _s(2, 0.1, "temperature_c"),
    0x46: _u(1),
    **dict.fromkeys((0x47, 0x48, 0x49, 0x4A, 0x51, 0x52, 0x56, 0x5E, 0x5F, 0x61), _u(2)),
    **dict.fromkeys((0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x55, 0x5B, 0x5C, 0x62, 0x63), _u(4)),
    0x57: _s(1, 1, "temperature_c"),
    0x58: _s(1, 0.35, "temperature_c"),
    **dict.fromkeys((0x59, 0x60), _u(1)),
    **dict.fromkeys((0x5A, 0x5D), _u(2)),
    0xF0: _u(2),
    0xF1: _u(4),
    0xF2: _u(3),
}
_SIZED_BY_FIRST_BYTE: Final = (0x53, 0x54)
BUTTONS: Final = {
    0x00: "none",
    0x01: "press",
    0x02: "double_press",
    0x03: "triple_press",
    0x04: "long_press",
    0x05: "long_double_press",
    0x06: "long_triple_press",
    0x80: "hold_press",
}
_FLAGS: Final = ("motion", "moving", "vibration")


def bthome(data: bytes, address: str | None, key: bytes | None) -> Fields | None:
    """Service data after the UUID; ``address`` and ``key`` (16 bytes) open encrypted adverts.

    What cannot be opened says ``encrypted`` and nothing else, or ``error`` where the key does not fit.
    """
    if not data or data[0] >> 5 != 2:
        return None
    fields: Fields = {"type": "bthome_v2", "encrypted": bool(data[0] & ENCRYPTED)}
    if not data[0] & ENCRYPTED:
        return _read(data[1:], fields)
    if key is None or address is None:
        return fields
    plain = _open(data, address, key)
    if plain is None:
        return {**fields, "error": "wrong_key"}
    return _read(plain, fields)


def _open(data: bytes, address: str, key: bytes) -> bytes | None:
    """Ciphertext, counter (4), MIC (4); the nonce is address, UUID, device info, counter."""
    body, tail = data[1 : -_COUNTER_BYTES - _MIC_BYTES], data[-_COUNTER_BYTES - _MIC_BYTES :]
    counter, mic = tail[:_COUNTER_BYTES], tail[_COUNTER_BYTES:]
    radio = bytes.fromhex(address.replace(":", ""))
    if len(mic) != _MIC_BYTES or len(radio) != 6 or len(key) != 16:
        return None
    nonce = radio + SERVICE.to_bytes(2, "little") + data[:1] + counter
    try:
        return ccm_decrypt(key, nonce, body, mic)
    except BadTagError:
        return None


def _read(objects: bytes, fields: Fields) -> Fields:
    for identifier, value in _objects(objects):
        reading = READINGS[identifier]
        if reading.name == "buttons":
            fields.setdefault("buttons", []).append(BUTTONS.get(value, f"0x{value:02x}"))
        elif reading.name in _FLAGS:
            fields[reading.name] = bool(value)
        elif reading.name:
            fields[reading.name] = round(value * reading.factor, 3) if reading.factor != 1 else value
    return fields


def _objects(data: bytes) -> Iterator[tuple[int, int]]:
    """(object id, raw value) until the end or an id we do not know: its length is unknown then."""
    at = 0
    while at < len(data):
        identifier = data[at]
        if identifier in _SIZED_BY_FIRST_BYTE and at + 1 < len(data):
            at += 2 + data[at + 1]
            continue
        reading = READINGS.get(identifier)
        if reading is None or at + 1 + reading.size > len(data):
            return
        value = data[at + 1 : at + 1 + reading.size]
        yield identifier, int.from_bytes(value, "little", signed=reading.signed)
        at += 1 + reading.size
