from hypothesis import given
from hypothesis import strategies as st

from gateway.adverts.moko import PRESS_MODES, button_data, service_data


@given(st.integers(0, 3), st.booleans(), st.integers(0, 65535))
def test_a_button_frame_comes_back(mode: int, triggered: bool, count: int) -> None:
    data = (
        bytes([0x20 + mode, 2 if triggered else 0]) + count.to_bytes(2, "big") + bytes.fromhex("000000000001")
    )
    fields = button_data(data)
    assert fields is not None
    assert fields["press_mode"] == PRESS_MODES[mode]
    assert fields["triggered"] is triggered
    assert fields["trigger_count"] == count
    assert fields["device_id"] == "000000000001"


def test_device_info_and_acceleration() -> None:
    info = service_data(bytes.fromhex("4000140b980001f95bc0ec4e562001"))
    assert info is not None
    assert (info["battery_mv"], info["mac"]) == (2968, "F9:5B:C0:EC:4E:56")
    motion = service_data(bytes.fromhex("60000a0100013e40edc007c00b2800fa05c2c70fc6"))
    assert motion is not None
    assert motion["battery_mv"] == 2856
    assert 950 < sum(axis * axis for axis in motion["acceleration_mg"]) ** 0.5 < 1100, "one g at rest"
    copy = service_data(b"\x50\x00\xc5" + bytes(16) + bytes.fromhex("00010002"))
    assert copy is not None
    assert (copy["major"], copy["minor"]) == (1, 2)


def test_cut_frames_say_nothing() -> None:
    assert service_data(b"") is None
    assert service_data(b"\x40\x00") is None
    assert button_data(b"\x22\x02") is None
    assert button_data(b"\x30" + bytes(12)) is None
