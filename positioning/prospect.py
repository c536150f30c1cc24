"""What accuracy to expect of a model, judged by surveyed spots that it was not fitted to.

Each spot's levels are held against the expected levels of all cells, as a snapshot: the filter does
better, but the comparison of two models is the same.
"""

import numpy as np
from numpy.typing import NDArray

from contracts.grid import WalkableGrid
from positioning.survey import Survey

Floats = NDArray[np.float64]
DEGREES = 6.0
"""Of Student's t, as in the filter."""
WIDTH = 12
"""Loudest gateways used, as in the filter."""


def snapshot_errors_m(
    survey: Survey,
    spots: NDArray[np.int64],
    grid: WalkableGrid,
    expected_dbm: Floats,
    noise_db: Floats,
    offset_spread_db: float,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Horizontal error at each of ``spots``, and whether the floor is right.

    Args:
        expected_dbm: (cells, gateways) by the model to be judged.
        noise_db: (gateways,) of that model.
    """
    errors, right = np.empty(len(spots)), np.zeros(len(spots), bool)
    for index, spot in enumerate(spots):
        usable = np.flatnonzero(np.isfinite(survey.level_dbm[spot]) & ~survey.missed[spot])
        heard = usable[np.argsort(-survey.level_dbm[spot, usable], kind="stable")][:WIDTH]
        if not len(heard):
            errors[index] = np.nan
            continue
        score = _score(
            survey.level_dbm[spot, heard] - expected_dbm[:, heard], noise_db[heard], offset_spread_db
        )
        share = np.exp(score - score.max())
        share /= share.sum()
        floor = int(np.argmax(np.bincount(grid.floor.astype(np.int64), share)))
        share = np.where(grid.floor == floor, share, 0.0)
        share /= share.sum()
        x, y = float(share @ grid.x_m), float(share @ grid.y_m)
        errors[index] = np.hypot(x - survey.x_m[spot], y - survey.y_m[spot])
        right[index] = floor == survey.floor[spot]
    return errors, right


def _score(apart_db: Floats, noise_db: Floats, offset_spread_db: float) -> Floats:
    """Log likelihood of each cell at its likeliest offset, (cells,); ``apart_db`` (cells, k)."""
    trust = offset_spread_db**-2
    weight = noise_db**-2.0
    robust = np.broadcast_to(weight, apart_db.shape)
    offset = (robust * apart_db).sum(axis=1) / (robust.sum(axis=1) + trust)
    for _ in range(2):
        z2 = (apart_db - offset[:, None]) ** 2 * weight
        robust = weight * (DEGREES + 1) / (DEGREES + z2)
        offset = (robust * apart_db).sum(axis=1) / (robust.sum(axis=1) + trust)
    z2 = (apart_db - offset[:, None]) ** 2 * weight
    result: Floats = -0.5 * (DEGREES + 1) * np.log1p(z2 / DEGREES).sum(axis=1) - 0.5 * offset**2 * trust
    return result
