"""Gaussian processes over a floor: what the radio model leaves over, smooth in space.

Kernel: Matern 3/2 within a floor, none between floors. Rasmussen and Williams, Gaussian Processes for
Machine Learning (2006), algorithm 2.1 and section 5.4 (leave-one-out without refitting).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDS_MAX: Final = 60
"""Steps of the simplex: the optimum is flat."""
LEARN_FROM_MAX: Final = 4000
"""Residuals that the kernel is learnt from: three numbers are known well enough by then."""
PLACES_AT_ONCE: Final = 8192
"""Places predicted in one go: bounds the memory of their covariances."""


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


@dataclass(frozen=True)
class Places:
    """n points of the building, (n,)."""

    floor: Ints
    x_m: Floats
    y_m: Floats


def _near(kernel: Kernel, apart_m: Floats) -> Floats:
    """Covariance of places so far apart on one floor; between floors there is none."""
    scaled = apart_m * (np.sqrt(3) / kernel.length_m)
    return np.asarray(kernel.spread_db**2 * (1 + scaled) * np.exp(-scaled))


def _floors(floor: Ints) -> list[Ints]:
    """Where each floor's spots are: floors are independent, so that big matrices fall into blocks."""
    return [np.flatnonzero(floor == number) for number in np.unique(floor)]


def _apart_m(x_m: Floats, y_m: Floats) -> Floats:
    return np.asarray(np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m))


def _gram(kernel: Kernel, apart_m: Floats, spread_db: Floats) -> Floats:
    gram = _near(kernel, apart_m)
    gram[np.diag_indices_from(gram)] += kernel.nugget_db**2 + spread_db**2
    return gram


def _block(kernel: Kernel, field: Field, own: Ints) -> Floats:
    return _gram(kernel, _apart_m(field.x_m[own], field.y_m[own]), field.spread_db[own])


def fit(fields: Sequence[Field], first: Kernel | None = None) -> Kernel:
    """The kernel that makes all fields together most likely, with a prior on its logarithms.

    Args:
        first: where the search begins, when something is known already.
    """
    prior = np.log([PRIOR.length_m, PRIOR.spread_db, PRIOR.nugget_db])
    blocks = [
        (_apart_m(field.x_m[own], field.y_m[own]), field.spread_db[own], field.residual_db[own])
        for field in _some(fields)
        for own in _floors(field.floor)
    ]

    def cost(logs: Floats) -> float:
        kernel = Kernel(*np.exp(np.clip(logs, -3, 5)))
        total = 0.5 * float((((logs - prior) / PRIOR_WIDTH) ** 2).sum())
        for apart_m, spread_db, residual_db in blocks:
            factor = cho_factor(_gram(kernel, apart_m, spread_db), lower=True, overwrite_a=True)
            whitened = cho_solve(factor, residual_db)
            total += 0.5 * float(residual_db @ whitened) + float(np.log(np.diag(factor[0])).sum())
        return total

    if not blocks:
        return PRIOR
    begin = prior if first is None else np.log([first.length_m, first.spread_db, first.nugget_db])
    found = minimize(cost, begin, method="Nelder-Mead", options={"maxiter": ROUNDS_MAX, "fatol": 0.5})
    return Kernel(*(float(value) for value in np.exp(np.clip(found.x, -3, 5))))


def _some(fields: Sequence[Field]) -> Sequence[Field]:
    """Fields evenly out of all, with LEARN_FROM_MAX residuals at most (one field at least)."""
    total = sum(len(field.x_m) for field in fields)
    step = max(1, -(-total // LEARN_FROM_MAX))
    return fields[::step]


def whiten(kernel: Kernel, field: Field, columns: Floats) -> Floats:
    """K^-1 times columns (spots, m): weights for least squares that spots close together share."""
    result = np.empty_like(columns)
    for own in _floors(field.floor):
        result[own] = cho_solve(cho_factor(_block(kernel, field, own), lower=True), columns[own])
    return result


def predict(kernel: Kernel, spots: Places, weights: Floats, places: Places) -> Floats:
    """The residuals to expect at n places by m fields at once, (n, m) in dB; zero far from any spot.

    Args:
        weights: (spots, m), each field's ``whiten``-ed residuals; zero where it has none.
    """
    result = np.zeros((len(places.x_m), weights.shape[1]))
    for number in np.unique(spots.floor):
        own = np.flatnonzero(spots.floor == number)
        here = np.flatnonzero(places.floor == number)
        for begin in range(0, len(here), PLACES_AT_ONCE):
            some = here[begin : begin + PLACES_AT_ONCE]
            result[some] = _between(kernel, spots, own, places, some).T @ weights[own]
    return result


def doubt_db(kernel: Kernel, spots: Places, places: Places) -> Floats:
    """How uncertain a map by these spots is at places, (n,): near zero at a spot, the spread far away."""
    variance = np.full(len(places.x_m), kernel.spread_db**2)
    for number in np.unique(spots.floor):
        own = np.flatnonzero(spots.floor == number)
        here = np.flatnonzero(places.floor == number)
        gram = _gram(kernel, _apart_m(spots.x_m[own], spots.y_m[own]), np.zeros(len(own)))
        factor = cho_factor(gram, lower=True)[0]
        for begin in range(0, len(here), PLACES_AT_ONCE):
            some = here[begin : begin + PLACES_AT_ONCE]
            told = solve_triangular(factor, _between(kernel, spots, own, places, some), lower=True)
            variance[some] -= np.square(told).sum(axis=0)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _between(kernel: Kernel, spots: Places, own: Ints, places: Places, some: Ints) -> Floats:
    """Covariance between some spots and some places of the same floor, (spots, places)."""
    return _near(
        kernel,
        np.hypot(spots.x_m[own, None] - places.x_m[some], spots.y_m[own, None] - places.y_m[some]),
    )


def left_out(kernel: Kernel, field: Field) -> Floats:
    """What the map misses at each spot when that spot is left out, (spots,)."""
    result = np.empty(len(field.x_m))
    for own in _floors(field.floor):
        inverse = np.linalg.inv(_block(kernel, field, own))
        result[own] = (inverse @ field.residual_db[own]) / np.diag(inverse)
    return result


def elsewhere(kernel: Kernel, field: Field, places: Places) -> float:
    """The variance to expect at ``places`` by the whole field, against that at a spot that is left out.

    A spot that is left out is farther from its neighbours than most places are, and its own level is known
    only so well. Places on floors without a spot say nothing; 1 where there are none.
    """
    missed, found = [], []
    for own in _floors(field.floor):
        inverse = np.linalg.inv(_block(kernel, field, own))
        missed.append(1 / np.diag(inverse))
        here = places.floor == field.floor[own[0]]
        x_m, y_m = places.x_m[here], places.y_m[here]
        shared = _near(kernel, np.hypot(field.x_m[own, None] - x_m, field.y_m[own, None] - y_m))
        told = np.einsum("sp,sp->p", shared, inverse @ shared)
        found.append(kernel.spread_db**2 + kernel.nugget_db**2 - told)
    expected = np.concatenate(found) if found else np.zeros(0)
    return float(expected.mean() / np.concatenate(missed).mean()) if len(expected) else 1.0
