import msgspec
import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import detail, read

FRAME = bytes([4]) + bytes.fromhex("123b6a1a64cf") + bytes([0xAA]) + b"\x02\x01\x06"


def packed(**changes: object) -> bytes:
    body = {"v": "1.5.5", "mid": 4, "time": 4096, "mac": "E831CDCCCBB0", "rssi": 213, "devices": [FRAME]}
    return msgspec.msgpack.encode({**body, **changes})


def test_frames_of_bytes() -> None:
    decoded = read(packed(), "ab_gateway/office", "april_brother")
    (sighting,) = decoded.sightings
    assert (sighting.device, sighting.rssi_dbm, sighting.basis) == (
        "12:3B:6A:1A:64:CF",
        -86,
        "gateway_uptime",
    )
    assert decoded.fields == {"wifi_rssi_dbm": -43}
    assert detail(packed()) == {"adv_type": 4}


def test_after_ntp_it_is_unix_time() -> None:
    assert read(packed(time=1744564900)).sightings[0].basis == "gateway_unix_s"


def test_rows_of_json() -> None:
    rows = [[0, "D712ED6A66C6", -85, "020106"], [0, "D712", -85, ""], [0], None, [0, "D712ED6A66C6", 0, ""]]
    decoded = read(
        {"v": 1, "mid": 1, "time": 1, "mac": "E831CDCCCBB0", "devices": rows}, "xbg", "april_brother"
    )
    assert len(decoded.sightings) == 1
    assert decoded.drops == {"no_device": 1, "bad_entry": 2, "no_rssi": 1}


def test_broken_messages() -> None:
    assert read(packed(devices=[b"\x00\x01"])).drops == {"cut_short": 1}
    with pytest.raises(WireError):
        read(packed()[:-2])
    with pytest.raises(WireError, match="devices"):
        read(packed(devices=7))


def test_json_with_the_frames_as_hex_or_an_unsigned_rssi() -> None:
    body = {"v": "1", "mid": 1, "time": 4, "mac": "123B6A1A64CF"}
    rows = [FRAME.hex().upper(), [4, "123B6A1A64CF", 0xAA, "020106"], "00", "no hex"]
    decoded = read({**body, "devices": rows}, name="april_brother")
    first, second = decoded.sightings
    assert (first.device, first.rssi_dbm, first.adv) == ("12:3B:6A:1A:64:CF", -86, b"\x02\x01\x06")
    assert (second.device, second.rssi_dbm, second.adv) == (first.device, first.rssi_dbm, first.adv)
    assert decoded.drops == {"cut_short": 1, "bad_entry": 1}
