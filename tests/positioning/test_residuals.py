"""Residual maps: exact at what was measured, nothing far away, honest about spots left out."""

import numpy as np
import pytest

from positioning.residuals import PRIOR, Field, Kernel, covariance, fit, left_out, predict, whiten

KERNEL = Kernel(4.0, 4.0, 0.01)


def field(seed: int = 1, n: int = 30) -> Field:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 20, n), rng.uniform(0, 20, n)
    residual = 4 * np.sin(x / 5) + 3 * np.cos(y / 4)
    return Field(np.zeros(n, np.int64), x, y, residual, np.zeros(n))


def test_the_map_passes_through_its_spots_and_is_flat_far_away() -> None:
    f = field()
    assert predict(KERNEL, f, f.floor, f.x_m, f.y_m) == pytest.approx(f.residual_db, abs=0.05)
    far = predict(KERNEL, f, np.zeros(1, np.int64), np.array([500.0]), np.array([500.0]))
    assert far == pytest.approx([0.0], abs=1e-6)


def test_other_floors_know_nothing_of_it() -> None:
    f = field()
    assert (covariance(KERNEL, f, np.ones(3, np.int64), f.x_m[:3], f.y_m[:3]) == 0).all()


def test_left_out_is_what_refitting_without_the_spot_would_miss() -> None:
    f, kernel = field(n=12), Kernel(4.0, 4.0, 1.0)
    missed = left_out(kernel, f)
    for spot in range(12):
        keep = np.arange(12) != spot
        rest = Field(f.floor[keep], f.x_m[keep], f.y_m[keep], f.residual_db[keep], f.spread_db[keep])
        there = predict(kernel, rest, f.floor[[spot]], f.x_m[[spot]], f.y_m[[spot]])
        assert missed[spot] == pytest.approx(f.residual_db[spot] - there[0], abs=1e-8)


def test_the_fitted_kernel_explains_better_than_the_prior_and_without_data_is_the_prior() -> None:
    f = field(n=60)
    found = fit([f])
    assert np.abs(left_out(found, f)).mean() <= np.abs(left_out(PRIOR, f)).mean() + 1e-6
    assert fit([]) == PRIOR


def test_spots_side_by_side_share_their_weight() -> None:
    n = np.zeros(3, np.int64)
    f = Field(n, np.array([0.0, 0.1, 15.0]), np.zeros(3), np.ones(3), np.zeros(3))
    weight = whiten(Kernel(4.0, 4.0, 1.0), f, np.ones((3, 1)))[:, 0]
    assert weight[0] + weight[1] < 1.5 * weight[2]
