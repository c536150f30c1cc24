from hypothesis import given
from hypothesis import strategies as st

from gateway.adverts.beacons import altbeacon, beacon_id, eddystone, eddystone_url, ibeacon, ibeacon_id

UUID = bytes(range(16))
WRITTEN = "00010203-0405-0607-0809-0a0b0c0d0e0f"


@given(st.integers(0, 65535), st.integers(0, 65535), st.integers(-128, 127), st.booleans())
def test_an_ibeacon_comes_back(major: int, minor: int, power: int, battery: bool) -> None:
    data = b"\x02\x15" + UUID + major.to_bytes(2, "big") + minor.to_bytes(2, "big")
    data += power.to_bytes(1, "big", signed=True) + b"\x64" * battery
    fields = ibeacon(data)
    assert fields is not None
    assert (fields["uuid"], fields["major"], fields["minor"]) == (WRITTEN, major, minor)
    assert fields["measured_power_dbm"] == power
    assert beacon_id(fields) == f"ibeacon:{WRITTEN}:{major}:{minor}"


def test_other_apple_frames_are_no_ibeacon() -> None:
    assert ibeacon(b"\x10\x05\x44\x1c\xbd\x08\xc5") is None
    assert ibeacon(b"\x02\x15" + bytes(20)) is None
    assert ibeacon(b"\x02\x15" + bytes(30)) is None


def test_altbeacon_of_any_company() -> None:
    fields = altbeacon(280, b"\xbe\xac" + UUID + bytes.fromhex("00010002c509"))
    assert fields is not None
    assert (fields["id2"], fields["id3"], fields["reference_rssi_dbm"]) == (1, 2, -59)
    assert beacon_id(fields) == f"altbeacon:{WRITTEN}:1:2"


def test_eddystone_frames() -> None:
    uid = eddystone(bytes.fromhex("00e71122334455667788990a000000000001"))
    assert uid is not None
    assert beacon_id(uid) == "eddystone:1122334455667788990a:000000000001"
    assert eddystone(b"") is None
    assert eddystone(b"\x00\xe7") is None
    mains = eddystone(bytes.fromhex("2000000080000000000100000064"))
    assert mains is not None
    assert mains["temperature_c"] is None
    assert mains["uptime_s"] == 10.0
    hub = eddystone(b"\x40" + bytes(20))
    assert hub is not None
    assert hub["trackable_identity"] is False
    assert hub["separated"] is False


def test_urls() -> None:
    assert eddystone_url(bytes.fromhex("00696f742d6770732e636f2e7a61")) == "http://www.iot-gps.co.za"
    assert eddystone_url(b"\x03example\x07") == "https://example.com"
    assert eddystone_url(b"") == eddystone_url(b"\x09x") == ""


def test_an_id_needs_all_of_its_parts() -> None:
    """OpenMQTTGateway prints 0x8000 as a negative number."""
    assert ibeacon_id(WRITTEN.upper(), -32768, 7) == f"ibeacon:{WRITTEN}:32768:7"
    for uuid, major, minor in ((None, 1, 2), ("x", 1, 2), (WRITTEN, None, 2), (WRITTEN, 1, "2")):
        assert ibeacon_id(uuid, major, minor) is None
    assert beacon_id({"type": "other"}) is None
