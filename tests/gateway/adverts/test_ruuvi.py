import pytest

from gateway.adverts.ruuvi import ruuvi


def test_format_5_from_its_document() -> None:
    fields = ruuvi(bytes.fromhex("0512fc5394c37c0004fffc040cac364200cdcbb8334c884f"))
    assert fields is not None
    assert fields["temperature_c"] == pytest.approx(24.3)
    assert fields["humidity_percent"] == pytest.approx(53.49)
    assert fields["pressure_pa"] == 100_044
    assert fields["acceleration_mg"] == [4, -4, 1036]
    assert (fields["battery_mv"], fields["tx_power_dbm"]) == (2977, 4)
    assert (fields["movement_counter"], fields["sequence"]) == (66, 205)
    assert fields["mac"] == "CB:B8:33:4C:88:4F"


def test_not_available_is_none_and_not_a_number() -> None:
    fields = ruuvi(bytes.fromhex("058000ffffffff800080008000ffffffffffffffffffffff"))
    assert fields is not None
    assert fields.pop("type") == "ruuvi_df5"
    assert fields.pop("acceleration_mg") == [None] * 3
    assert set(fields.values()) == {None}


def test_format_3_below_zero() -> None:
    fields = ruuvi(bytes.fromhex("0329811ece1efc18f94202ca0b53"))
    assert fields is not None
    assert fields["temperature_c"] == pytest.approx(-1.3)


def test_cut_or_unknown_formats_say_nothing() -> None:
    for data in (b"", b"\x05" + bytes(10), b"\x06" + bytes(10), b"\xe1" + bytes(20), b"\x09" + bytes(40)):
        assert ruuvi(data) is None
