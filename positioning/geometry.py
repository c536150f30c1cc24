"""How much one snapshot can say: the Fisher information of the gateways that hear a device.

What a radio model misses at a place is repeatable, so hearing it again and again adds nothing: a place is
known about as well as one snapshot of mean levels tells (Cramer-Rao bound of positions by received
strength: Patwari et al., IEEE Signal Processing Magazine 22(4), 2005), unless one has walked on. The sums
are kept per device over a short while, so that gateways that report at different moments count together.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from positioning.compiled import compiled
from positioning.multilateration import DB_PER_NEPER

Floats = NDArray[np.float64]
SUMS: Final = 6
"""Columns xx, xy, yy, xo, yo, oo of the information about x, y and the offset o."""
REACH_M: Final = 20.0
"""Whoever hears a device limits its place to so much, even when nothing else is known."""


def information(dx_m: Floats, dy_m: Floats, dz_m: Floats, exponent: Floats, weight: Floats) -> Floats:
    """Of k gateways about n places, (n, SUMS).

    Args:
        dx_m: (n, k) from gateway to place, as the others in m.
        weight: (n, k) one over the variance in dB², 0 where nothing was heard.
    """
    sums = np.zeros((len(dx_m), SUMS))
    _add(sums, dx_m, dy_m, dz_m, exponent, weight)
    return sums


@compiled
def _add(sums: Floats, dx_m: Floats, dy_m: Floats, dz_m: Floats, exponent: Floats, weight: Floats) -> None:
    for i in range(len(sums)):
        for k in range(dx_m.shape[1]):
            dx, dy, w = dx_m[i, k], dy_m[i, k], weight[i, k]
            slope = DB_PER_NEPER * exponent[i, k] / max(dx**2 + dy**2 + dz_m[i, k] ** 2, 0.25)
            x, y = slope * dx, slope * dy
            sums[i, 0] += w * x * x
            sums[i, 1] += w * x * y
            sums[i, 2] += w * y * y
            sums[i, 3] += w * x
            sums[i, 4] += w * y
            sums[i, 5] += w


def covariance(sums: Floats, offset_spread_db: Floats) -> tuple[Floats, Floats, Floats]:
    """xx, xy and yy in m², (n,) each, of places by a snapshot of that information; bounded by REACH_M."""
    xx, xy, yy, xo, yo, oo = sums.T
    oo = oo + offset_spread_db**-2.0
    xx, xy, yy = xx - xo * xo / oo + REACH_M**-2, xy - xo * yo / oo, yy - yo * yo / oo + REACH_M**-2
    det = xx * yy - xy * xy
    return yy / det, -xy / det, xx / det
