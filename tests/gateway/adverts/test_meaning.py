from typing import Any

import pytest

from gateway.adverts.meaning import (
    advert_details,
    bthome_button,
    button_of,
    may_name_itself,
    meaning_of,
    telemetry_of,
)

IBEACON = bytes.fromhex("0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001cf64c5")
MOKO = bytes.fromhex("0201060f16e0fe2202000600000000000100000a094d4b20427574746f6e")
PHONE = bytes.fromhex("02011a020a0c0aff4c001005441cbd08c5")


def test_a_plain_beacon_only_says_that_it_is_here() -> None:
    meaning = meaning_of(IBEACON)
    assert meaning.silent
    assert meaning.identity == "ibeacon:b5b182c7-eab1-4988-aa99-b5c1517008d9:1:53092"
    assert may_name_itself(IBEACON)


def test_a_press_is_told_from_one_advert() -> None:
    meaning = meaning_of(MOKO)
    assert not meaning.silent
    assert meaning.button == {"mode": "long", "pressed": True, "counter": 6}


def test_a_phone_says_nothing_and_names_nobody() -> None:
    meaning = meaning_of(PHONE)
    assert meaning.silent
    assert meaning.identity is None
    assert not may_name_itself(PHONE)
    assert advert_details({"type": "apple_continuity", "subtypes": [16]}) == {"transient_phone": True}


@pytest.mark.parametrize(
    ("fields", "button"),
    [
        ({"type": "minew_mse01", "button_pressed": [False, True], "tx_count": 4}, ("single", True)),
        ({"type": "ingics_ibs01", "button": False}, ("flag", False)),
        ({"type": "bthome_v2", "buttons": ["none", "long_press"], "packet_id": 9}, ("long", True)),
        ({"type": "other"}, None),
    ],
)
def test_buttons_of_each_maker(fields: dict[str, Any], button: tuple[str, bool] | None) -> None:
    found = button_of(fields)
    assert (found and (found["mode"], found["pressed"])) == button


def test_a_remote_names_the_key() -> None:
    assert bthome_button(["none", "press"], 3) == {
        "mode": "single",
        "pressed": True,
        "key": 2,
        "packet_id": 3,
    }
    assert bthome_button(["none"], None) == {"mode": "single", "pressed": False}


def test_telemetry_of_any_maker() -> None:
    assert telemetry_of({"battery_mv": 2968, "motion": True}) == (2968, None, True)
    assert telemetry_of({"battery_mv": 0, "battery_percent": 78}) == (None, 78, None)
    assert telemetry_of({"battery_percent": 255}) == (None, None, None)
