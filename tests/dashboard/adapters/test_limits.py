"""Buckets and back-off."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.quantities import SECOND
from dashboard.adapters.limits import KEYS_LIMIT, BackOff, Buckets
from tests.dashboard.builders import T0


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 5), st.integers(1, 30))
def test_a_bucket_never_lets_more_through_than_burst_and_rate(
    steps: list[int], burst: int, every_s: int
) -> None:
    buckets, now, taken = Buckets(burst, every_s), T0, 0
    for step in steps:
        now += step * SECOND
        if buckets.wait_s("k", now) == 0:
            buckets.take("k", now)
            taken += 1
        assert taken <= burst + (now - T0) // (every_s * SECOND)


def test_whoever_waits_as_told_is_let_through() -> None:
    buckets = Buckets(2, 10.0)
    for _ in range(2):
        assert buckets.wait_s("k", T0) == 0
        buckets.take("k", T0)
    wait_s = buckets.wait_s("k", T0)
    assert wait_s == 10.0
    assert buckets.wait_s("k", T0 + 10 * SECOND) == 0
    assert buckets.wait_s("other", T0) == 0


def test_back_off_doubles_up_to_its_limit_and_ends_with_success() -> None:
    back_off = BackOff(free=2, first_s=2.0, last_s=10.0)
    waits = []
    for _ in range(7):
        waits.append(back_off.wait_s("k", T0))
        back_off.fail("k", T0)
    assert waits == [0, 0, 2, 4, 8, 10, 10]
    assert back_off.wait_s("k", T0 + 10 * SECOND) == 0
    back_off.succeed("k")
    assert back_off.wait_s("k", T0) == 0


def test_only_so_many_keys_are_remembered() -> None:
    back_off, buckets = BackOff(free=1), Buckets(1, 60)
    for index in range(KEYS_LIMIT + 1):
        back_off.fail(str(index), T0)
        buckets.take(str(index), T0)
    assert back_off.wait_s("0", T0) == 0
    assert buckets.wait_s("0", T0) == 0
    assert back_off.wait_s("1", T0) > 0
    assert buckets.wait_s("1", T0) > 0
