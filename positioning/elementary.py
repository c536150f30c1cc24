"""Logarithms and exponentials of a row at once, by operations that processors do on whole registers.

The filter takes a logarithm per particle, gateway and update: a library's call for each would be most
of its time. Both part a number's bits into a power of two and a rest, for which a short series is enough
(Abramowitz and Stegun 4.1.27 and 4.2.1).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from positioning.compiled import compiled

LN2: Final = np.float32(np.log(2.0))
LOWEST: Final = np.float32(-87.0)
"""Exponentials below are those of this: 1.6e-38."""
_ROOT_HALF: Final = np.int32(0x3F3504F3)
"""Bits of sqrt(1/2)."""
_BIAS: Final = np.int32(127)


@compiled
def logarithms(values: NDArray[np.float32]) -> None:
    """Replace positive, finite, normal numbers (n,) by their logarithms, right to 3e-7.

    ln(2^k m) = k ln 2 + 2 artanh((m - 1) / (m + 1)) with m in [sqrt(1/2), sqrt(2)).
    """
    bits = values.view(np.int32)
    for i in range(len(values)):
        power = (bits[i] - _ROOT_HALF) >> 23
        bits[i] -= power << 23
        t = (values[i] - 1) / (values[i] + 1)
        tt = t * t
        series = np.float32(1 / 9)
        series = series * tt + np.float32(1 / 7)
        series = series * tt + np.float32(1 / 5)
        series = series * tt + np.float32(1 / 3)
        series = series * tt + np.float32(1)
        values[i] = np.float32(2) * t * series + np.float32(power) * LN2


@compiled
def exponentials(values: NDArray[np.float32]) -> None:
    """Replace numbers (n,) up to 87 by their exponentials, right to 3e-7 of them.

    exp(x) = 2^k exp(r) with r in [-ln 2 / 2, ln 2 / 2].
    """
    bits = values.view(np.int32)
    for i in range(len(values)):
        x = max(values[i], LOWEST)
        power = np.int32(x / LN2 + np.float32(128.5)) - np.int32(128)  # rounded: above zero it truncates
        r = x - np.float32(power) * LN2
        series = np.float32(1 / 720)
        series = series * r + np.float32(1 / 120)
        series = series * r + np.float32(1 / 24)
        series = series * r + np.float32(1 / 6)
        series = series * r + np.float32(1 / 2)
        series = series * r + np.float32(1)
        series = series * r + np.float32(1)
        bits[i] = (power + _BIAS) << 23
        values[i] *= series
