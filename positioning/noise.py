"""Evenly spread random numbers without dice: a fixed additive recurrence.

The filter needs many small random moves, and the same ones in every run and for every device. Points of
the recurrence with the generalised golden ratio (Roberts, 2018, "The unreasonable effectiveness of
quasirandom sequences") cover the unit cube more evenly than independent draws, so that fewer particles
do; neighbours in the sequence lie far apart, so that copies of one particle part quickly.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

ROWS = 509
"""Different sets before they repeat (prime, so that no pace of waking falls in step with it)."""
DIMENSIONS = 6


@dataclass(frozen=True)
class Noise:
    """Sets of ``particles`` numbers each."""

    normal: NDArray[np.float32]
    """(ROWS, 4, particles): four independent standard normal variables."""
    uniform: NDArray[np.float32]
    """(ROWS, 2, particles): two, in (0, 1)."""


@lru_cache(maxsize=2)
def spread(particles: int) -> Noise:
    """The table of numbers for a filter with so many particles: always the same, so made once."""
    ratio = _golden(DIMENSIONS)
    index = np.arange(1, ROWS * particles + 1, dtype=np.float64)
    columns = []
    for power in range(1, DIMENSIONS + 1):
        even = (0.5 + index * ratio**-power) % 1.0
        columns.append(np.clip(even, 1e-6, 1 - 1e-6).reshape(ROWS, particles))
    unit = np.stack(columns, axis=1)
    return Noise(ndtri(unit[:, :4]).astype(np.float32), unit[:, 4:].astype(np.float32))


def _golden(dimensions: int) -> float:
    """The root of x ** (d + 1) = x + 1."""
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (dimensions + 1))
    return root
