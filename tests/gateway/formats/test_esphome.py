import pytest

from contracts.errors import WireError
from gateway.formats.base import Clue
from gateway.formats.esphome import decode, detect


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def message(address: int, rssi: int, kind: int, data: bytes) -> bytes:
    zigzag = (rssi << 1) ^ (rssi >> 31)
    inner = (
        b"\x08"
        + varint(address)
        + b"\x10"
        + varint(zigzag)
        + b"\x18"
        + varint(kind)
        + b"\x22"
        + varint(len(data))
        + data
    )
    return b"\x0a" + varint(len(inner)) + inner


def test_adverts_come_back() -> None:
    body = message(0xD712ED6A66C6, -85, 1, b"\x02\x01\x06") + message(0xF95BC0EC4E56, -57, 0, b"")
    decoded = decode(Clue("", body))
    assert [(s.device, s.rssi_dbm, s.adv) for s in decoded.sightings] == [
        ("D7:12:ED:6A:66:C6", -85, b"\x02\x01\x06"),
        ("F9:5B:C0:EC:4E:56", -57, None),
    ]
    assert detect(Clue("", body))
    assert detect(Clue("", b"", "esphome-native-api"))


def test_no_address_or_rssi_is_counted_and_cut_messages_refused() -> None:
    decoded = decode(Clue("", message(0, -85, 1, b"") + message(5, 0, 1, b"")))
    assert decoded.drops == {"no_device": 1, "no_rssi": 1}
    with pytest.raises(WireError, match="bad_frame"):
        decode(Clue("", message(5, -85, 1, b"\x02\x01\x06")[:-1]))
    with pytest.raises(WireError, match="bad_frame"):
        decode(Clue("", b"\x0b"))
    with pytest.raises(WireError, match="bad_frame"):
        decode(Clue("", b"\xff" * 20))
