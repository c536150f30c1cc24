from gateway.adverts.ingics import ingics


def frame(text: str, company: int = 0x0059) -> dict[str, object]:
    fields = ingics(company, bytes.fromhex(text))
    assert fields is not None
    return fields


def test_the_first_generation_without_a_subtype_may_mean_any_event() -> None:
    fields = frame("80bc360101ffffffffffffffffffff")
    assert fields["type"] == "ingics_ibs01"
    assert fields["battery_mv"] == 3100
    assert fields["button"] is True
    assert fields["fall"] is False
    climate = frame("80bcff00007a0d4300ffffffffffff")
    assert (climate["temperature_c"], climate["humidity_percent"]) == (34.5, 67)


def test_subtypes_use_their_own_events() -> None:
    tag = frame("80bc3a0108ffff0000000006030000")
    assert (tag["type"], tag["moving"], tag["fall"]) == ("ingics_ibs01g", False, True)
    door = frame("80bc160105ffff0000000004030000")
    assert (door["type"], door["button"], door["hall"]) == ("ingics_ibs01h", True, True)


def test_the_second_generation() -> None:
    counter = frame("83bc2d0101aaaa04000000310a1000", 0x082C)
    assert (counter["type"], counter["button"], counter["counter"]) == ("ingics_ibs05h", True, 4)
    warm = frame("83bc4a0100a10affff000032000000", 0x082C)
    assert (warm["type"], warm["temperature_c"]) == ("ingics_ibs05t", 27.21)
    assert frame("83bc4a0100a10affff0000fe000000", 0x082C)["type"] == "ingics_unknown"


def test_the_acceleration_tags_pack_events_into_the_battery() -> None:
    fields = frame("81bc3e310a00f4ff00ff", 0x000D)
    assert (fields["battery_mv"], fields["moving"], fields["button"]) == (3180, True, True)


def test_other_data_of_these_companies_says_nothing() -> None:
    assert ingics(0x0059, b"") is None
    assert ingics(0x0059, bytes.fromhex("99bc360101ffff")) is None
    assert ingics(0x0059, bytes.fromhex("8000360101ffff")) is None
