from collections.abc import Sequence
from typing import Any

from contracts.messages import ButtonPressed, DeviceTelemetry, Message
from contracts.quantities import MINUTE, SECOND, Instant
from gateway.drops import no_drops
from gateway.formats import minew, moko
from gateway.settings import IngestSettings
from gateway.sightings import Event, Sighting
from gateway.tags import Source, Tags
from tests.gateway.builders import START, TAG

BATTERY = bytes.fromhex("020106020a001216abfe4000140b980001f95bc0ec4e56200107094e6f74696679")
PRESS = bytes.fromhex("0201060f16e0fe2202000600000000000100000a094d4b20427574746f6e")
PLAIN = bytes.fromhex("0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001cf64c5")
SEALED = bytes.fromhex("0201061216d2fc41a47266c95f730011223378237214")


def fresh(**settings: Any) -> Tags:
    return Tags(IngestSettings(**settings), ())


def source(at: Instant = START) -> Source:
    return Source("gw-1", at, no_drops())


def values(messages: Sequence[Message]) -> list[tuple[int | None, int | None, bool | None]]:
    return [(x.battery_mv, x.battery_percent, x.moving) for x in messages if isinstance(x, DeviceTelemetry)]


def test_battery_is_told_on_change_and_once_a_minute() -> None:
    tags = fresh()
    lower = BATTERY.replace(bytes.fromhex("0b98"), bytes.fromhex("0b90"))
    assert values(tags.advert(TAG, BATTERY, TAG, START, source())) == [(2968, None, None)]
    assert tags.advert(TAG, lower, TAG, START, source(START + 30 * SECOND)) == []
    tags.tick(START + MINUTE)
    assert values(tags.advert(TAG, lower, TAG, START, source(START + MINUTE))) == [(2960, None, None)]
    tags.tick(START + 3 * MINUTE)
    assert not tags.advert(TAG, lower, TAG, START, source(START + 3 * MINUTE))


def test_frames_of_one_tag_that_say_different_things_are_kept_together() -> None:
    tags = fresh()
    moving = bytes.fromhex("02010612ff590080bc3a0102ffff0000000006030000")
    tags.advert(TAG, BATTERY, TAG, START, source())
    tags.advert(TAG, moving, TAG, START, source(START + SECOND))
    tags.advert(TAG, BATTERY, TAG, START, source(START + 2 * SECOND))
    tags.tick(START + MINUTE)
    assert values(tags.advert(TAG, BATTERY, TAG, START, source(START + MINUTE))) == [(2968, None, True)]


def test_an_alarm_passes_at_once_and_an_old_one_is_history() -> None:
    tags = fresh(button_age_s_max=60.0)
    (press,) = tags.advert(TAG, PRESS, TAG, START, source(START + 59 * SECOND))
    assert isinstance(press, ButtonPressed)
    assert press.heard_at == START
    late = source(START + 61 * SECOND)
    assert fresh(button_age_s_max=60.0).advert(TAG, PRESS, TAG, START, late) == []
    assert late.drops == {"old_button": 1}


def test_plain_beacons_say_nothing_and_leave_no_trace() -> None:
    tags = fresh(devices_max=1)
    assert tags.sighting(TAG, Sighting(TAG, -60, adv=PLAIN), minew.FORMAT, START, source()) == ()
    assert tags.advert(TAG, PLAIN, TAG, START, source()) == ()
    assert tags.says_nothing_new(TAG, PLAIN)
    assert not tags.says_nothing_new(TAG, PRESS)


def test_the_same_advert_by_eight_gateways_is_looked_at_once_and_a_level_always() -> None:
    tags = fresh()
    assert len(tags.advert(TAG, PRESS, TAG, START, source())) == 1
    for second in range(40):
        tags.tick(START + second * SECOND)
        assert not tags.advert(TAG, PRESS, TAG, START + second * SECOND, source(START + second * SECOND))
    flag = bytes.fromhex("02010612ff590080bc360101ffffffffffffffffffff")
    found = [
        x
        for s in range(30)
        for x in tags.advert("f", flag, "f", START + s * SECOND, source(START + s * SECOND))
    ]
    assert sum(isinstance(x, ButtonPressed) for x in found) == 1, "the level held for half a minute"
    later = START + 60 * SECOND
    assert sum(isinstance(x, ButtonPressed) for x in tags.advert("f", flag, "f", later, source(later))) == 1


def test_encrypted_adverts_need_the_tags_key() -> None:
    address = "54:48:E6:8F:80:A5"
    keyed = fresh(bthome_keys={address.lower(): "231d39c1d7cc1ab1aee224cd096db932"})
    assert keyed.advert(address, SEALED, address, START, source()) == (), (
        "temperature is none of our business"
    )
    assert fresh().advert(address, SEALED, address, START, source()) == ()


def test_entries_without_bytes_speak_through_their_format() -> None:
    tags = fresh()
    entry = moko.Value(frame_type=0, alarm_status=1, trigger_count=69, batt_vol=98)
    press, battery = tags.sighting(TAG, Sighting(TAG, -60, entry=entry), moko.FORMAT, START, source())
    assert isinstance(press, ButtonPressed)
    assert isinstance(battery, DeviceTelemetry)
    climate = minew.Entry(battery=90)
    assert values(tags.sighting("t", Sighting("t", -60, entry=climate), minew.FORMAT, START, source())) == [
        (None, 90, None)
    ]
    assert not tags.sighting("t", Sighting("t", -60, entry=climate), minew.FORMAT, START, source())


def test_words_without_rssi_and_triggers_are_alarms_too() -> None:
    tags = fresh()
    event = Event(TAG, {"button": {"mode": "single", "pressed": True, "packet_id": 4}})
    assert len(tags.event(TAG, event, source())) == 1
    assert tags.event(TAG, Event(TAG, {}), source()) == []
    (press,) = tags.trigger(TAG, START, source())
    assert isinstance(press, ButtonPressed)
    assert press.mode == "trigger"


def findings(messages: Sequence[Message]) -> list[str]:
    return [x.finding for x in messages if isinstance(x, DeviceTelemetry)]


def test_a_tired_battery_and_a_slow_tag_are_found() -> None:
    tags = fresh()
    low = BATTERY.replace(bytes.fromhex("0b98"), bytes.fromhex("0900"))
    assert findings(tags.advert(TAG, low, TAG, START, source())) == ["low_battery"]
    (slow,) = tags.paced({"slow": 5.0, "quick": 1.0}, START)
    assert isinstance(slow, DeviceTelemetry)
    assert (slow.device_id, slow.finding, slow.advert_interval_s) == ("slow", "slow_adverts", 5.0)
    assert findings(tags.paced({"slow": 1.0}, START + MINUTE)) == [""], "it was set right"
    assert fresh(battery_low_percent=50).paced({}, START) == []
