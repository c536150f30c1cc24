"""Natural logarithms of a row at once, by operations that processors do on whole registers.

The filter takes a logarithm per particle, gateway and update: a library's call for each would be most
of its time. Exponent by the bits of the number; mantissa by ln(m) = 2 artanh((m - 1) / (m + 1)) about
m = 1 (Abramowitz and Stegun 4.1.27), five terms on m in [sqrt(1/2), sqrt(2)).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from positioning.compiled import compiled

LN2: Final = np.float32(np.log(2.0))
_ROOT_HALF: Final = np.int32(0x3F3504F3)
"""Bits of sqrt(1/2)."""


@compiled
def logarithms(values: NDArray[np.float32]) -> None:
    """Replace positive, finite, normal numbers (n,) by their logarithms: right to 2e-7 or better."""
    bits = values.view(np.int32)
    for i in range(len(values)):
        power = (bits[i] - _ROOT_HALF) >> 23
        bits[i] -= power << 23
        m = values[i]
        t = (m - 1) / (m + 1)
        tt = t * t
        series = np.float32(1 / 9)
        series = series * tt + np.float32(1 / 7)
        series = series * tt + np.float32(1 / 5)
        series = series * tt + np.float32(1 / 3)
        series = series * tt + np.float32(1)
        values[i] = np.float32(2) * t * series + np.float32(power) * LN2
