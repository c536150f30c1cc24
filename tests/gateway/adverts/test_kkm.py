from gateway.adverts.kkm import sensor


def test_six_bytes_left_over_are_the_acceleration() -> None:
    fields = sensor(bytes.fromhex("2101070e5b16531f95fffcffec03eb"))
    assert fields is not None
    assert fields["battery_mv"] == 3675
    assert fields["temperature_c"] == 22.32421875
    assert fields["acceleration_mg"] == [-4, -20, 1003]


def test_only_what_the_mask_names() -> None:
    assert sensor(bytes.fromhex("2101021653")) == {"type": "kkm_sensor", "temperature_c": 22.32421875}
    assert sensor(bytes.fromhex("210107")) == {"type": "kkm_sensor"}
    assert sensor(bytes.fromhex("2001")) is None
