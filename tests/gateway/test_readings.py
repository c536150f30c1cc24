from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.readings import battery_fields, hex_bytes, is_bad_hex, percent_of, rssi_of, rssi_of_byte


@given(st.integers(-126, 20).filter(bool))
def test_possible_values_pass_in_every_disguise(value: int) -> None:
    assert rssi_of(value) == rssi_of(str(value)) == rssi_of(float(value)) == value
    assert rssi_of_byte(value & 0xFF) == value


@pytest.mark.parametrize("value", [None, "", "n/a", 0, "0", -127, 127, 21, -200, True, [], {}, float("nan")])
def test_no_value_is_never_defaulted(value: Any) -> None:
    assert rssi_of(value) is None


def test_a_filtered_value_keeps_its_fraction() -> None:
    assert rssi_of(-81.10) == -81.1


def test_bytes_that_mean_no_value() -> None:
    assert rssi_of_byte(0) is None
    assert rssi_of_byte(0x81) is None
    assert rssi_of_byte(0xAA) == -86


def test_hex_in_either_case_empty_or_broken() -> None:
    assert hex_bytes("0A0b") == hex_bytes("0a0B") == b"\x0a\x0b"
    for nothing in ("", None, 7, "0G", "abc"):
        assert hex_bytes(nothing) is None
    assert is_bad_hex("0G")
    assert not is_bad_hex("")


def test_batteries_in_one_field_for_two_units() -> None:
    assert battery_fields(98) == {"battery_percent": 98}
    assert battery_fields(2968) == {"battery_mv": 2968}
    assert battery_fields(0) == battery_fields(None) == {}
    assert percent_of(-101) is None
    assert percent_of(255) is None
    assert percent_of("92") == 92
