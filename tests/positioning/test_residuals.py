"""Residual maps: exact at what was measured, nothing far away, honest about spots left out."""

import numpy as np
import pytest

from positioning.residuals import (
    PRIOR,
    Field,
    Kernel,
    Places,
    doubt_db,
    elsewhere,
    fit,
    left_out,
    predict,
    whiten,
)

KERNEL = Kernel(4.0, 4.0, 0.01)


def field(seed: int = 1, n: int = 30) -> Field:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 20, n), rng.uniform(0, 20, n)
    residual = 4 * np.sin(x / 5) + 3 * np.cos(y / 4)
    return Field(np.zeros(n, np.int64), x, y, residual, np.zeros(n))


def places(x_m: np.ndarray, y_m: np.ndarray, floor: int = 0) -> Places:
    return Places(np.full(len(x_m), floor, np.int64), x_m, y_m)


def expected(kernel: Kernel, f: Field, where: Places) -> np.ndarray:
    weights = whiten(kernel, f, f.residual_db[:, None])
    return predict(kernel, Places(f.floor, f.x_m, f.y_m), weights, where)[:, 0]


def test_the_map_passes_through_its_spots_and_is_flat_far_away() -> None:
    f = field()
    assert expected(KERNEL, f, places(f.x_m, f.y_m)) == pytest.approx(f.residual_db, abs=0.05)
    assert expected(KERNEL, f, places(np.array([500.0]), np.array([500.0]))) == pytest.approx([0.0], abs=1e-6)


def test_other_floors_know_nothing_of_it() -> None:
    f = field()
    above = places(f.x_m[:3], f.y_m[:3], floor=1)
    assert (expected(KERNEL, f, above) == 0).all()
    assert doubt_db(KERNEL, Places(f.floor, f.x_m, f.y_m), above) == pytest.approx(KERNEL.spread_db)


def test_floors_together_are_as_each_by_itself() -> None:
    """Blocks by floor are an economy, not another model."""
    one, two = field(1), field(2)
    both = Field(
        np.concatenate([one.floor, two.floor + 1]),
        *(
            np.concatenate([getattr(one, n), getattr(two, n)])
            for n in ("x_m", "y_m", "residual_db", "spread_db")
        ),
    )
    kernel = Kernel(4.0, 4.0, 1.0)
    assert left_out(kernel, both) == pytest.approx(np.concatenate([left_out(kernel, f) for f in (one, two)]))
    there = places(two.x_m + 0.7, two.y_m, floor=1)
    alone = expected(kernel, two, places(two.x_m + 0.7, two.y_m))
    assert expected(kernel, both, there) == pytest.approx(alone)


def test_doubt_grows_from_the_spots_to_the_whole_spread() -> None:
    f, kernel = field(), Kernel(4.0, 4.0, 0.5)
    along = places(f.x_m[0] + np.array([0.0, 300.0]), np.repeat(f.y_m[0], 2))
    at_spot, far = doubt_db(kernel, Places(f.floor, f.x_m, f.y_m), along)
    assert at_spot < 0.6
    assert far == pytest.approx(kernel.spread_db)


def test_left_out_is_what_refitting_without_the_spot_would_miss() -> None:
    f, kernel = field(n=12), Kernel(4.0, 4.0, 1.0)
    missed = left_out(kernel, f)
    for spot in range(12):
        keep = np.arange(12) != spot
        rest = Field(f.floor[keep], f.x_m[keep], f.y_m[keep], f.residual_db[keep], f.spread_db[keep])
        there = expected(kernel, rest, places(f.x_m[[spot]], f.y_m[[spot]]))
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


def test_places_near_spots_are_known_better_than_a_spot_that_is_left_out() -> None:
    f = field(3)
    spots = Places(f.floor, f.x_m, f.y_m)
    far = Places(f.floor[:1], f.x_m[:1] + 500.0, f.y_m[:1])
    upstairs = Places(f.floor[:1] + 7, f.x_m[:1], f.y_m[:1])
    assert elsewhere(PRIOR, f, spots) < 1.0
    assert elsewhere(PRIOR, f, spots) < elsewhere(PRIOR, f, far)
    assert elsewhere(PRIOR, f, upstairs) == 1.0
