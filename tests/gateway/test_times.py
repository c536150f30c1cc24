from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.times import iso_utc, number_of, parse_stamp, quick_stamp, unix_milliseconds, unix_seconds

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1))


def micros(when: datetime) -> int:
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@given(moments, st.integers(-12 * 60, 14 * 60))
def test_a_stamp_means_what_the_standard_library_says(when: datetime, minutes: int) -> None:
    zoned = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_stamp(zoned.isoformat()) == (micros(zoned), True)
    assert parse_stamp(when.isoformat(" ")) == (micros(when.replace(tzinfo=UTC)), False)


@given(moments, st.booleans())
def test_the_quick_way_agrees(when: datetime, whole: bool) -> None:
    when = when.replace(microsecond=0 if whole else when.microsecond // 1000 * 1000, tzinfo=UTC)
    text = when.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if whole else f".{when.microsecond // 1000:03d}Z")
    assert quick_stamp(text) == micros(when)


def test_mokos_time() -> None:
    assert iso_utc("2026-6-8&21:43:48+00")[0] == micros(datetime(2026, 6, 8, 21, 43, 48, tzinfo=UTC))
    assert iso_utc("2021-01-01&17:10:16+08")[0] == micros(datetime(2021, 1, 1, 9, 10, 16, tzinfo=UTC))


def test_a_time_without_zone_says_so() -> None:
    assert iso_utc("2021-10-08 13:42:48")[1] == "gateway_local_no_zone"
    assert iso_utc("2021-10-08T13:42:48Z")[1] == "gateway_iso_utc"


@pytest.mark.parametrize(
    "text", ["", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "now", "2026-01-01T25:00:00Z"]
)
def test_no_such_time(text: str) -> None:
    assert iso_utc(text) == (None, "none")


def test_seconds_come_as_numbers_and_as_text() -> None:
    assert unix_seconds(1653668027) == (1653668027_000_000, "gateway_unix_s")
    assert unix_seconds("1653668027") == (1653668027_000_000, "gateway_unix_s")
    assert unix_seconds("1639557006.811") == (1639557006_811_000, "gateway_unix_s_float")
    assert unix_seconds(4096) == (4096_000_000, "gateway_uptime")
    assert unix_seconds(1786359514903) == (1786359514903_000, "gateway_unix_ms")
    assert unix_milliseconds("1786359514903") == (1786359514903_000, "gateway_unix_ms")


@pytest.mark.parametrize(
    "value", [None, "", "x", True, 0, -5, float("nan"), float("inf"), [], {}, "9" * 5000, 1e300]
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert unix_seconds(value)[0] is None
    assert unix_milliseconds(value)[0] is None
    assert iso_utc(value) == (None, "none")


def test_numbers() -> None:
    assert number_of("-50") == -50
    assert number_of(" -81.10 ") == -81.1
    assert number_of(True) is None
    assert number_of("1e999") is None
