from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import ButtonPressed
from contracts.quantities import SECOND, Instant
from gateway.presses import LATE_COUNTS, REPEAT_SPAN, Presses
from gateway.sightings import Fields
from tests.gateway.builders import OTHER, START, TAG


def counter(number: int, pressed: bool | None = True, mode: str = "single") -> Fields:
    return {"mode": mode, "pressed": pressed, "counter": number}


def packet(number: int, pressed: bool = True) -> Fields:
    return {"mode": "single", "pressed": pressed, "packet_id": number}


FLAG: Fields = {"mode": "flag", "pressed": True}


def fresh(resumed: Iterable[ButtonPressed] = (), limit: int = 100) -> Presses:
    presses = Presses(limit, 10 * SECOND)
    presses.resume(resumed)
    return presses


def raised(
    presses: Presses, button: Fields, at: Instant = START, device: str = TAG, gateway: str = "gw-1"
) -> int:
    return len(presses.note(device, button, gateway, at))


def test_one_advert_of_one_gateway_is_enough() -> None:
    (press,) = fresh().note(TAG, counter(69), "gw-1", START)
    assert (press.device_id, press.mode, press.counter, press.gateway, press.heard_at) == (
        TAG,
        "single",
        69,
        "gw-1",
        START,
    )


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 20)), min_size=1, max_size=60),
    st.integers(0, 60_000),
)
def test_each_count_is_one_press_however_gateways_repeat_and_reorder(
    words: list[tuple[int, int]], base: int
) -> None:
    """Presses 1..n come in order somewhere; each is repeated late and out of order by others."""
    presses = fresh()
    total = newest = 0
    for number, late_s in words:
        number = min(number, newest + 1)
        newest = max(newest, number)
        total += raised(presses, counter(base + number), START + (number + late_s) * SECOND)
    assert total == newest


def test_the_first_word_after_a_start_is_a_baseline_unless_the_button_is_down() -> None:
    presses = fresh()
    assert raised(presses, counter(69, pressed=False)) == 0
    assert raised(presses, counter(70, pressed=False)) == 1, "the counter went on: somebody pressed"


def test_clouds_give_a_counter_and_no_state() -> None:
    presses = fresh()
    badge: Fields = {"mode": "counter", "pressed": None, "counter": 3, "second_counter": 1}
    assert raised(presses, badge) == 0
    (press,) = presses.note(TAG, {**badge, "second_counter": 2}, "gw-1", START)
    assert press.mode == "counter_2"


def test_repeats_from_before_a_restart_stay_repeats() -> None:
    before = fresh().note(TAG, counter(69), "gw-1", START)
    presses = fresh(before)
    assert raised(presses, counter(69), START + 20 * SECOND, gateway="gw-2") == 0
    assert raised(presses, counter(70), START + 21 * SECOND) == 1


def test_a_tag_that_restarted_counts_from_nought_again() -> None:
    presses = fresh()
    raised(presses, counter(500))
    assert raised(presses, counter(1), START + SECOND) == 1
    assert raised(presses, counter(1), START + 2 * SECOND) == 0


def test_late_repeats_of_presses_never_seen_are_not_news() -> None:
    presses = fresh()
    raised(presses, counter(70))
    assert raised(presses, counter(70 - LATE_COUNTS), START + SECOND) == 0
    assert raised(presses, counter(69), START + REPEAT_SPAN + SECOND) == 1, "long after it is another life"


def test_modes_and_tags_count_for_themselves() -> None:
    presses = fresh()
    assert raised(presses, counter(5)) == 1
    assert raised(presses, counter(5, mode="long")) == 1
    assert raised(presses, counter(5), device=OTHER) == 1
    assert raised(presses, counter(9, mode="inactivity")) == 0


def test_packet_ids_wrap_and_say_nothing_while_no_key_is_pressed() -> None:
    presses = fresh()
    assert raised(presses, packet(200, pressed=False)) == 0
    for number in (254, 255, 0, 1):
        assert raised(presses, packet(number), START + number * SECOND) == 1
        assert raised(presses, packet(number), START + number * SECOND + 1) == 0
    assert raised(presses, packet(255), START + REPEAT_SPAN + 300 * SECOND) == 1, (
        "the same number, a day later"
    )


def test_a_level_is_one_press_until_it_was_quiet_for_a_while() -> None:
    presses = fresh()
    assert raised(presses, {"mode": "flag", "pressed": False}) == 0
    assert raised(presses, FLAG, START) == 1
    for second in range(1, 30):
        assert raised(presses, FLAG, START + second * SECOND, gateway=f"gw-{second % 2}") == 0
    assert raised(presses, {"mode": "flag", "pressed": False}, START + 30 * SECOND) == 0
    assert raised(presses, FLAG, START + 35 * SECOND) == 0, "one gateway's quiet is not quiet"
    assert raised(presses, FLAG, START + 60 * SECOND) == 1


def test_the_keys_of_a_remote_are_different_buttons() -> None:
    presses = fresh()
    (press,) = presses.note(TAG, {**packet(7), "key": 4}, "gw-1", START)
    assert press.mode == "single_4"


def test_the_memory_is_limited() -> None:
    presses = fresh(limit=2)
    for number in range(50):
        assert raised(presses, counter(1), device=f"tag-{number}") == 1
