"""Gaussian processes over a floor: what the radio model leaves over, smooth in space.

Kernel: Matern 3/2 within a floor, none between floors. Rasmussen and Williams, Gaussian Processes for
Machine Learning (2006), algorithm 2.1 and section 5.4 (leave-one-out without refitting).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDS_MAX: Final = 60
"""Steps of the simplex: the optimum is flat."""


@dataclass(frozen=True)
class Kernel:
    """Shared by all gateways of a site: walls and furniture are the same for all of them."""

    length_m: float
    spread_db: float
    nugget_db: float
    """What differs from reading to reading at one spot."""


PRIOR: Final = Kernel(4.0, 4.0, 2.0)
PRIOR_WIDTH: Final = (0.6, 0.4, 0.6)
"""Of the logarithms: keeps a small survey from claiming the impossible."""


@dataclass(frozen=True)
class Field:
    """Residuals of one gateway at its spots."""

    floor: Ints
    x_m: Floats
    y_m: Floats
    residual_db: Floats
    spread_db: Floats
    """Of each residual, beyond the kernel's nugget."""


def covariance(kernel: Kernel, a: Field, floor: Ints, x_m: Floats, y_m: Floats) -> Floats:
    """Between a field's spots and other places, (spots, places)."""
    apart = np.hypot(a.x_m[:, None] - x_m, a.y_m[:, None] - y_m) * (np.sqrt(3) / kernel.length_m)
    near = kernel.spread_db**2 * (1 + apart) * np.exp(-apart)
    result: Floats = np.where(a.floor[:, None] == floor, near, 0.0)
    return result


def _gram(kernel: Kernel, field: Field) -> Floats:
    gram = covariance(kernel, field, field.floor, field.x_m, field.y_m)
    gram[np.diag_indices_from(gram)] += kernel.nugget_db**2 + field.spread_db**2
    return gram


def fit(fields: Sequence[Field]) -> Kernel:
    """The kernel that makes all fields together most likely, with a prior on its logarithms."""
    prior = np.log([PRIOR.length_m, PRIOR.spread_db, PRIOR.nugget_db])

    def cost(logs: Floats) -> float:
        kernel = Kernel(*np.exp(np.clip(logs, -3, 5)))
        total = 0.5 * float((((logs - prior) / PRIOR_WIDTH) ** 2).sum())
        for field in fields:
            factor = cho_factor(_gram(kernel, field), lower=True)
            whitened = cho_solve(factor, field.residual_db)
            total += 0.5 * float(field.residual_db @ whitened) + float(np.log(np.diag(factor[0])).sum())
        return total

    if not fields:
        return PRIOR
    found = minimize(cost, prior, method="Nelder-Mead", options={"maxiter": ROUNDS_MAX})
    return Kernel(*(float(value) for value in np.exp(np.clip(found.x, -3, 5))))


def whiten(kernel: Kernel, field: Field, columns: Floats) -> Floats:
    """K^-1 times columns (spots, m): weights for least squares that spots close together share."""
    result: Floats = cho_solve(cho_factor(_gram(kernel, field), lower=True), columns)
    return result


def predict(kernel: Kernel, field: Field, floor: Ints, x_m: Floats, y_m: Floats) -> Floats:
    """The residual to expect at places (n,), in dB; zero far from any spot."""
    weights = cho_solve(cho_factor(_gram(kernel, field), lower=True), field.residual_db)
    result: Floats = covariance(kernel, field, floor, x_m, y_m).T @ weights
    return result


def left_out(kernel: Kernel, field: Field) -> Floats:
    """What the map misses at each spot when that spot is left out, (spots,)."""
    inverse = np.linalg.inv(_gram(kernel, field))
    result: Floats = (inverse @ field.residual_db) / np.diag(inverse)
    return result
