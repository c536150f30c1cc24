"""Time as integers: seconds there and back, and exact in a browser."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.quantities import DAY, HOUR, MILLISECOND, MINUTE, SECOND, from_seconds, to_seconds

BROWSER_EXACT = 2**53
"""JavaScript's numbers hold every integer up to here."""


def test_the_units_are_microseconds() -> None:
    assert (MILLISECOND, SECOND, MINUTE) == (1_000, 1_000_000, 60_000_000)
    assert (24 * HOUR, HOUR) == (DAY, 3_600_000_000)


@pytest.mark.parametrize(
    ("value_s", "wanted"),
    [(0, 0), (0.25, 250_000), (1.0000004, 1_000_000), (1.0000006, 1_000_001), (-2.5, -2_500_000), (-1e-7, 0)],
)
def test_seconds_become_the_nearest_microsecond(value_s: float, wanted: int) -> None:
    got = from_seconds(value_s)
    assert got == wanted
    assert type(got) is int


@settings(deadline=None)
@given(st.integers(0, BROWSER_EXACT))
def test_every_instant_a_browser_holds_survives_seconds(instant: int) -> None:
    assert abs(from_seconds(to_seconds(instant)) - instant) <= 1


@settings(deadline=None)
@given(st.integers(-10 * DAY, 10 * DAY))
def test_durations_survive_seconds_exactly(duration: int) -> None:
    assert from_seconds(to_seconds(duration)) == duration


@settings(deadline=None)
@given(st.integers(-DAY, DAY), st.integers(-DAY, DAY))
def test_order_is_kept(one: int, other: int) -> None:
    assert (one < other) == (to_seconds(one) < to_seconds(other))


def test_instants_stay_exact_in_a_browser_until_2255() -> None:
    def instant(year: int) -> int:
        return from_seconds(datetime.datetime(year, 1, 1, tzinfo=datetime.UTC).timestamp())

    assert instant(2255) < BROWSER_EXACT < instant(2256)
