"""Eight kinds of time on the wire to instants, without a clock and without the standard date library.

A time that cannot be read is None: the entry then counts as heard on arrival.
"""

import re
from functools import lru_cache
from typing import Any, Final

from contracts.quantities import MILLISECOND, SECOND, Instant
from gateway.sightings import Basis

UNIX_SINCE: Final = 1_000_000_000
"""Seconds. Smaller numbers in the same field count from the gateway's start (April Brother)."""
UNIX_MS_SINCE: Final = 100_000_000_000
"""As seconds this is the year 5138: larger numbers are milliseconds."""
UNIX_MS_MAX: Final = 10**16
_STAMP: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T &](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?\s*"
    r"(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?"
)


@lru_cache(maxsize=4_096)
def _midnight(year: int, month: int, day: int) -> Instant | None:
    """Start of a day of the Gregorian calendar, after Hinnant's days_from_civil; None for no such day."""
    if not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        return None
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return (era * 146_097 + day_of_era - 719_468) * 86_400 * SECOND


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@lru_cache(maxsize=16_384)
def parse_stamp(text: str) -> tuple[Instant, bool] | None:
    """A date and time, and whether it named its zone; without one it is read as if it were UTC.

    Takes ISO 8601 and MOKO's ``2026-6-8&21:43:48+00``.
    """
    found = _STAMP.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[number]) for number in range(1, 7))
    midnight = _midnight(year, month, day)
    if midnight is None or hour > 23 or minute > 59 or second > 60:
        return None
    fraction = int((found[7] or "0").ljust(6, "0")[:6])
    at = midnight + ((hour * 60 + minute) * 60 + second) * SECOND + fraction
    zone = found[8]
    return at - _zone_offset(zone), zone is not None


def _zone_offset(zone: str | None) -> int:
    if zone is None or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[2:] or 0) if len(digits) > 2 else 0
    offset = (int(digits[:2]) * 60 + minutes) * 60 * SECOND
    return -offset if zone[0] == "-" else offset


def number_of(value: Any) -> float | int | None:
    """A finite number that came as one, or as its text; booleans are none."""
    if type(value) is int:
        return value
    if type(value) is str:
        try:
            value = int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
        except ValueError:
            return None
        if type(value) is int:
            return value
    if type(value) is float and value - value == 0:
        return value
    return None


def unix_seconds(value: Any) -> tuple[Instant | None, Basis]:
    """Seconds since 1970 as int, float or text; small numbers count from the gateway's start."""
    number = number_of(value)
    if number is None or number <= 0:
        return None, "none"
    if number >= UNIX_MS_SINCE:
        return unix_milliseconds(number)
    at = number * SECOND if type(number) is int else round(number * SECOND)
    if number < UNIX_SINCE:
        return int(at), "gateway_uptime"
    return int(at), "gateway_unix_s" if type(number) is int else "gateway_unix_s_float"


def unix_milliseconds(value: Any) -> tuple[Instant | None, Basis]:
    """Milliseconds since 1970 as int or text."""
    if type(value) is int and 0 < value < UNIX_MS_MAX:
        return value * MILLISECOND, "gateway_unix_ms"
    number = number_of(value)
    if number is None or not 0 < number < UNIX_MS_MAX:
        return None, "none"
    return round(number * MILLISECOND), "gateway_unix_ms"


_MILLISECONDS: Final = {f".{number:03d}Z": number * MILLISECOND for number in range(1000)} | {"Z": 0}


@lru_cache(maxsize=4_096)
def _second(text: str) -> Instant:
    """The instant of ``2026-02-09T00:13:53``; KeyError for anything else."""
    parsed = parse_stamp(text)
    if parsed is None or parsed[1] or len(text) != 19:
        raise KeyError(text)
    return parsed[0]


def quick_stamp(text: str) -> Instant:
    """The commonest stamp, ``2026-02-09T00:13:53.668Z``, by two look-ups.

    Raises:
        KeyError: another spelling; TypeError: no text.
    """
    return _second(text[:19]) + _MILLISECONDS[text[19:]]


def iso_utc(value: Any) -> tuple[Instant | None, Basis]:
    """ISO 8601 text; without a zone it is local time of we know not where."""
    try:
        return quick_stamp(value), "gateway_iso_utc"
    except (KeyError, TypeError):
        pass
    parsed = parse_stamp(value) if type(value) is str else None
    if parsed is None:
        return None, "none"
    at, zoned = parsed
    return at, "gateway_iso_utc" if zoned else "gateway_local_no_zone"
