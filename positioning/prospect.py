"""What accuracy to expect of a model, judged by surveyed spots that it was not fitted to.

Each spot's levels are held against the expected levels of all cells, as a snapshot: the filter does
better, but the comparison of two models is the same.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.grid import WalkableGrid
from positioning.survey import Survey

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]
DEGREES: Final = 6.0
"""Of Student's t, as in the filter."""
WIDTH: Final = 12
"""Loudest gateways used, as in the filter."""
CELLS_MAX: Final = 30_000
"""Of a large building each second cell, or each third, is tried: the mean over many cells is the same."""
REACH_M: Final = 60.0
"""No place further from the loudest gateway, on any floor, is tried: it would not be the loudest."""


def snapshot_errors_m(
    survey: Survey,
    spots: NDArray[np.int64],
    grid: WalkableGrid,
    expected_dbm: Floats,
    noise_db: Floats,
    offset_spread_db: float,
    gateways_xy_m: tuple[Floats, Floats],
) -> tuple[Floats, NDArray[np.bool_]]:
    """Horizontal error at each of ``spots``, and whether the floor is right.

    Args:
        expected_dbm: (cells, gateways) by the model to be judged.
        noise_db: (gateways,) of that model.
        gateways_xy_m: where they hang, each (gateways,).
    """
    errors, right = np.full(len(spots), np.nan), np.zeros(len(spots), bool)
    tried = _lattice(grid)
    floor, x_m, y_m = (np.asarray(values)[tried] for values in (grid.floor, grid.x_m, grid.y_m))
    expected = np.ascontiguousarray(expected_dbm[tried].T, np.float32)
    for index, spot in enumerate(spots):
        usable = np.flatnonzero(np.isfinite(survey.level_dbm[spot]) & ~survey.missed[spot])
        heard = usable[np.argsort(-survey.level_dbm[spot, usable], kind="stable")][:WIDTH]
        if not len(heard):
            continue
        gx, gy = (values[heard[0]] for values in gateways_xy_m)
        near = np.flatnonzero((x_m - gx) ** 2 + (y_m - gy) ** 2 <= REACH_M**2)
        near = near if len(near) else np.arange(len(tried))
        apart = survey.level_dbm[spot, heard, None] - expected[np.ix_(heard, near)]
        score = _score(apart.astype(np.float32), noise_db[heard, None], offset_spread_db)
        share = np.exp(score - score.max())
        on = floor[near].astype(np.int64)
        best = int(np.argmax(np.bincount(on, share)))
        share = np.where(on == best, share, 0.0)
        share /= share.sum()
        x, y = float(share @ x_m[near]), float(share @ y_m[near])
        errors[index] = np.hypot(x - survey.x_m[spot], y - survey.y_m[spot])
        right[index] = best == survey.floor[spot]
    return errors, right


def _lattice(grid: WalkableGrid) -> Cells:
    """The cells that are tried: all, or each k-th of each k-th row."""
    step = 1
    while grid.n_cells > CELLS_MAX * step**2:
        step += 1
    column = np.floor(grid.x_m / grid.cell_m).astype(np.int64)
    row = np.floor(grid.y_m / grid.cell_m).astype(np.int64)
    return np.flatnonzero((column % step == 0) & (row % step == 0))


def _score(apart_db: NDArray[np.float32], noise_db: Floats, offset_spread_db: float) -> Floats:
    """Log likelihood of each cell at its likeliest offset, (cells,); ``apart_db`` (k, cells), noise (k, 1).

    The product of k terms before one logarithm: each is at most some hundreds, twelve of them fit a double.
    """
    trust = np.float32(offset_spread_db**-2)
    weight = (noise_db**-2.0).astype(np.float32)
    offset = (weight * apart_db).sum(axis=0) / (weight.sum() + trust)
    for _ in range(2):
        robust = weight * np.float32(DEGREES + 1) / (np.float32(DEGREES) + (apart_db - offset) ** 2 * weight)
        offset = (robust * apart_db).sum(axis=0) / (robust.sum(axis=0) + trust)
    terms = 1 + (apart_db - offset) ** 2 * (weight / np.float32(DEGREES))
    score: Floats = -0.5 * (DEGREES + 1) * np.log(np.prod(terms, axis=0, dtype=np.float64))
    score -= 0.5 * np.square(offset, dtype=np.float64) * float(trust)
    return score
