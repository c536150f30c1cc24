"""Expected error: none where the model is true, larger where it is wrong, nothing heard is no number."""

import numpy as np

from contracts.grid import build_grid
from positioning.prospect import snapshot_errors_m
from positioning.survey import Survey
from tests.sites import small_mall

SITE = small_mall()
GRID = build_grid(SITE)
HANG = (np.array([g.x_m for g in SITE.gateways]), np.array([g.y_m for g in SITE.gateways]))


def truth(spots: np.ndarray) -> tuple[Survey, np.ndarray]:
    """A survey that a made-up, exact model explains, and that model's table (cells, gateways)."""
    rows = []
    for gateway in SITE.gateways:
        apart = np.hypot(GRID.x_m - gateway.x_m, GRID.y_m - gateway.y_m)
        above = 6.0 * (np.asarray(GRID.floor) != SITE.floor_index(gateway.floor))
        rows.append(-50 - 25 * np.log10(np.hypot(apart, 2.0)) - 3 * above)
    table = np.array(rows).T
    level = table[spots]
    floor = np.asarray(GRID.floor)[spots].astype(np.int64)
    nothing = np.zeros_like(level)
    return Survey(floor, GRID.x_m[spots], GRID.y_m[spots], level, nothing, nothing.astype(bool)), table


def test_a_true_model_finds_the_place_and_a_wrong_one_does_worse() -> None:
    spots = np.arange(50, GRID.n_cells, GRID.n_cells // 12)
    survey, table = truth(spots)
    everyone, noise = np.arange(len(spots)), np.full(len(SITE.gateways), 1.0)
    errors, right = snapshot_errors_m(survey, everyone, GRID, table, noise, 2.0, HANG)
    assert np.median(errors) < 1.0
    assert right.all()
    shuffled = table + np.random.default_rng(1).normal(0, 6, table.shape[1])
    worse, _ = snapshot_errors_m(survey, everyone, GRID, shuffled, noise, 2.0, HANG)
    assert np.median(worse) > np.median(errors)


def test_a_spot_where_nothing_was_heard_has_no_error() -> None:
    survey, table = truth(np.array([10]))
    deaf = Survey(
        survey.floor,
        survey.x_m,
        survey.y_m,
        np.full_like(survey.level_dbm, np.nan),
        survey.spread_db,
        survey.missed,
    )
    errors, right = snapshot_errors_m(
        deaf, np.array([0]), GRID, table, np.ones(len(SITE.gateways)), 2.0, HANG
    )
    assert np.isnan(errors[0])
    assert not right[0]
