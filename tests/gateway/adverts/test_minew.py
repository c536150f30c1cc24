from gateway.adverts.minew import manufacturer_data, service_data


def test_service_frames() -> None:
    fields = service_data(bytes.fromhex("a101641870" + "17fd5b8fa03f23ac"))
    assert fields is not None
    assert fields["type"] == "minew_a101"
    assert fields["temperature_c"] == 24.4375
    assert fields["mac"] == "AC:23:3F:A0:8F:5B"
    vibration = service_data(bytes.fromhex("a11832000000000100aabbccddee"))
    assert vibration is not None
    assert vibration["vibration"] is True
    assert service_data(b"\xa1\x01\x64") is None
    assert service_data(b"\xa1\x77" + bytes(12)) is None


def test_connect_frames() -> None:
    info = manufacturer_data(bytes.fromhex("ca00a13caf3f23ac6461004000000040000004002814d0f5"))
    assert info is not None
    assert (info["mac"], info["battery_percent"], info["firmware"]) == ("AC:23:3F:AF:3C:A1", 100, "3.2.0")
    climate = manufacturer_data(bytes.fromhex("ca050100001b1829d34d535430315f340000000070ccb755"))
    assert climate is not None
    assert climate["temperature_c"] == 27.09375
    only_temperature = manufacturer_data(bytes.fromhex("ca050102001b1829d34d535430315f340000000070ccb755"))
    assert only_temperature is not None
    assert "humidity_percent" not in only_temperature
    assert manufacturer_data(b"\xca\x05") is None


def test_a_switch_tells_its_buttons_apart() -> None:
    fields = manufacturer_data(bytes.fromhex("51012345220100"))
    assert fields is not None
    assert fields["button_pressed"] == [True, False]
    assert fields["tx_count"] == 0x23


def test_an_impossible_battery_is_unknown() -> None:
    fields = service_data(bytes.fromhex("a102ff01fa31a03f23ac"))
    assert fields is not None
    assert fields["battery_percent"] is None
