"""The figures: each number by hand, and laws that hold for any calls."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.figures import Kept, Understaffed, figures, in_time, nearest_rank
from contracts.messages import CallChanged, Place, TaskView
from contracts.quantities import HOUR, SECOND
from contracts.sitemap import Name, RoleNeed, ServiceKind, Within

NOON = 1_700_000_000 * SECOND // (24 * HOUR) * (24 * HOUR) + 4 * HOUR
UTC_8 = 28_800
DAY_S = 86_400


def a_task(at: int = NOON, wait_s: float | None = 100.0, role: str = "service", **changes: Any) -> TaskView:
    """Asked for at ``at``, offered after 1 s, committed after 5 s, reached after ``wait_s``."""
    reached = None if wait_s is None else at + round(wait_s * SECOND)
    task = TaskView(
        task_id="c1-1-service",
        role=role,
        item=None,
        state="cleared" if reached else "pending",
        deadline_at=at + 300 * SECOND,
        target_s=300.0,
        asked_at=at,
        first_offer_at=at + SECOND,
        committed_at=at + 5 * SECOND if reached else None,
        reached_at=reached,
        on_scene_at=reached,
        cleared_at=reached,
        breached_at=None if reached is None or reached <= at + 300 * SECOND else at + 300 * SECOND + 1,
    )
    return msgspec.structs.replace(task, **changes)


def a_call(at: int = NOON, *tasks: TaskView, floor: str = "L1", **changes: Any) -> CallChanged:
    call = CallChanged(
        call_id="c1",
        version=1,
        service="luggage",
        priority=3,
        state="cleared",
        place=Place(floor, 1.0, 1.0),
        device_id=None,
        note="",
        by="spot/x",
        received_at=at,
        deadline_at=at + 300 * SECOND,
        tasks=tasks or (a_task(at),),
    )
    return msgspec.structs.replace(call, **changes)


def of(*calls: CallChanged, promises: tuple[Within, ...] = ()) -> Any:
    kind = ServiceKind("luggage", Name("x", "x"), 3, (RoleNeed("service", 300.0, promises=promises),))
    return figures(calls, (kind,), NOON, NOON + 24 * HOUR, UTC_8)


def test_nothing_is_nothing_and_not_a_hundred_percent() -> None:
    empty = of()
    assert (empty.calls, empty.timed_out_share, empty.first_response_on_time) == (0, None, None)
    assert empty.by_service == {}


def test_a_day_by_hand() -> None:
    calls = [a_call(NOON + n * SECOND, a_task(NOON + n * SECOND, 10.0 * (n + 1))) for n in range(40)]
    waits = of(*calls, promises=(Within(0.8, 320.0), Within(1.0, 600.0))).by_service["luggage/service"]
    assert (waits.tasks, waits.unserved) == (40, 0)
    assert waits.on_time == 0.75, "waits of 310 to 400 s are late"
    assert (waits.p50_s, waits.p80_s, waits.p90_s, waits.p99_s) == (200.0, 320.0, 360.0, 400.0)
    assert waits.promises == (Kept(0.8, 320.0, 0.8), Kept(1.0, 600.0, 1.0))


def test_calls_outside_the_time_do_not_count() -> None:
    assert of(a_call(NOON - 1), a_call(NOON + 24 * HOUR), a_call(NOON)).calls == 1


def test_the_customer_waits_while_our_clock_stands_still() -> None:
    held = a_task(NOON, 700.0, deadline_at=NOON + 900 * SECOND, breached_at=None)
    waits = of(a_call(NOON, held)).by_service["luggage/service"]
    assert (waits.on_time, waits.p50_s) == (1.0, 700.0)


def test_silence_and_refusals_are_shares_of_the_answers_that_were_due() -> None:
    result = of(a_call(NOON, a_task(accepted=6, declined=1, timed_out=3)))
    assert (result.offers, result.timed_out_share, result.declined_share) == (10, 0.3, 0.1)


def test_the_first_response_is_the_first_who_commits_to_any_part() -> None:
    late = a_call(NOON, a_task(committed_at=NOON + 31 * SECOND), a_task(committed_at=NOON + 40 * SECOND))
    never = a_call(NOON, a_task(wait_s=None), state="pending")
    called_off = a_call(NOON, a_task(wait_s=None, state="cancelled"), state="cancelled")
    result = of(a_call(), late, never, called_off)
    assert result.first_response_p90_s == 31.0
    assert result.first_response_on_time == round(1 / 3, 4)
    assert result.states == {"cancelled": 1, "cleared": 2, "pending": 1}


def test_whoever_was_called_off_is_not_counted() -> None:
    call = a_call(NOON, a_task(), a_task(wait_s=None, state="merged"), a_task(wait_s=None, state="abandoned"))
    assert of(call).by_service["luggage/service"].tasks == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reached_at": None, "cleared_at": NOON + 301 * SECOND}, False),
        ({"reached_at": None, "cleared_at": None}, None),
        ({"reached_at": None, "cleared_at": None, "breached_at": NOON + 300 * SECOND + 1}, False),
    ],
)
def test_in_time_is_unknown_until_it_is_known(changes: dict[str, Any], expected: bool | None) -> None:
    assert in_time(a_task(**changes), NOON + 200 * SECOND) is expected


def test_a_floor_without_enough_people_is_named_with_its_hour() -> None:
    queued = a_task(first_offer_at=NOON + 60 * SECOND, committed_at=NOON + 70 * SECOND, wait_s=400.0)
    fine = [a_call() for _ in range(8)]
    result = of(*fine, a_call(NOON, queued, floor="L3"), a_call(NOON, queued, floor="L3"), a_call(floor="L3"))
    assert result.understaffed == (Understaffed("service", "L3", 12, 3, 2, 2),)
    assert list(result.by_hour) == [12]
    assert result.by_floor["L3"].on_time == round(1 / 3, 4)


def test_misses_have_causes_and_faces_are_counted() -> None:
    missed = a_call(NOON, a_task(wait_s=400.0, miss_cause="walking"), stars=1)
    result = of(missed, a_call(stars=3), a_call(stars=3))
    assert (result.misses, result.stars) == ({"walking": 1}, {1: 1, 3: 2})


@given(st.lists(st.floats(0, 2000), max_size=40), st.randoms())
def test_shares_are_shares_percentiles_ascend_and_the_order_is_nothing(
    waits: list[float], chance: random.Random
) -> None:
    calls = [a_call(NOON + n * 600 * SECOND, a_task(NOON + n * 600 * SECOND, w)) for n, w in enumerate(waits)]
    result = of(*calls)
    chance.shuffle(calls)
    assert of(*calls) == result
    for group in (*result.by_service.values(), *result.by_hour.values()):
        assert 0 <= group.on_time <= 1
        assert group.p50_s <= group.p80_s <= group.p90_s <= group.p99_s
    assert sum(group.tasks for group in result.by_hour.values()) == len(waits)


@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0, 1))
def test_nearest_rank_is_the_smallest_that_enough_do_not_exceed(values: list[int], share: float) -> None:
    ascending = sorted(float(value) for value in values)
    found = nearest_rank(ascending, share)
    assert found in ascending
    assert sum(value <= found for value in ascending) >= share * len(ascending) - 1e-6
