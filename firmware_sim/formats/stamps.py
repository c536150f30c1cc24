"""Instants as the vendors print them."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import SECOND, Instant

REMEMBERED: Final = 256
"""Seconds whose text is kept: gateways write many entries of the same few."""
HOUR_S: Final = 3600
ZONE_H: Final = 8
"""Where the simulated malls are."""


def iso_ms(at: NDArray[np.int64]) -> list[str]:
    """``2026-02-09T00:13:53.668Z`` for each instant."""
    stamps, second, text = [], -1, ""
    for ms in (at // 1000).tolist():
        if ms // 1000 != second:
            second = ms // 1000
            text = _iso(second)
        stamps.append(f"{text}.{ms % 1000:03d}Z")
    return stamps


def unix_s(at: Instant) -> int:
    return at // SECOND


@lru_cache(maxsize=REMEMBERED)
def _iso(second: int) -> str:
    return str(np.datetime_as_string(np.datetime64(second, "s")))


@lru_cache(maxsize=REMEMBERED)
def moko(second: int, zone_h: int) -> str:
    """``2026-6-8&21:43:48+08``: local time, month and day without leading zero. ``second`` is Unix time."""
    date, _, clock = _iso(second + zone_h * HOUR_S).partition("T")
    year, month, day = (int(part) for part in date.split("-"))
    return f"{year}-{month}-{day}&{clock}{zone_h:+03d}"


@lru_cache(maxsize=REMEMBERED)
def local(second: int, zone_h: int) -> str:
    """``2021-05-20 18:12:48``: local time that does not say so."""
    return _iso(second + zone_h * HOUR_S).replace("T", " ")
