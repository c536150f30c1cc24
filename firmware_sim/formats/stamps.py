"""Instants as the vendors print them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import HOUR, SECOND, Instant


def iso_ms(at: NDArray[np.int64]) -> list[str]:
    """``2026-02-09T00:13:53.668Z`` for each instant."""
    texts = np.datetime_as_string(at.view("datetime64[us]"), unit="ms")
    return [f"{text}Z" for text in texts.tolist()]


def civil(at: Instant) -> tuple[int, int, int, int, int, int]:
    """Year, month, day, hour, minute, second in UTC."""
    text = str(np.datetime_as_string(np.datetime64(at, "us"), unit="s"))
    date, _, clock = text.partition("T")
    year, month, day = (int(part) for part in date.split("-"))
    hour, minute, second = (int(part) for part in clock.split(":"))
    return year, month, day, hour, minute, second


def moko(at: Instant, zone_h: int) -> str:
    """``2026-6-8&21:43:48+08``: local time, month and day without leading zero."""
    year, month, day, hour, minute, second = civil(at + zone_h * HOUR)
    return f"{year}-{month}-{day}&{hour:02d}:{minute:02d}:{second:02d}{zone_h:+03d}"


def local(at: Instant, zone_h: int) -> str:
    """``2021-05-20 18:12:48``: local time that does not say so."""
    year, month, day, hour, minute, second = civil(at + zone_h * HOUR)
    return f"{year}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"


def unix_s(at: Instant) -> int:
    return at // SECOND


ZONE_H: Final = 8
"""Where the simulated malls are."""
