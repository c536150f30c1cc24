import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from positioning.geometry import REACH_M, SUMS, covariance, information

AROUND = np.linspace(0, 2 * np.pi, 6, endpoint=False)


def ring(radius_m: float, count: int = 6, variance_db2: float = 16.0) -> np.ndarray:
    """Information about the centre of a ring of gateways."""
    x, y = radius_m * np.cos(AROUND[:count])[None], radius_m * np.sin(AROUND[:count])[None]
    return information(x, y, np.full_like(x, 2.0), np.full_like(x, 2.4), np.full_like(x, 1 / variance_db2))


def test_with_nothing_heard_a_place_is_known_as_far_as_one_is_heard() -> None:
    xx, xy, yy = covariance(np.zeros((3, SUMS)), np.full(3, 2.0))
    assert np.allclose(xx, REACH_M**2)
    assert np.allclose(yy, REACH_M**2)
    assert not xy.any()


@given(st.floats(3, 30), st.floats(1.1, 4.0))
def test_farther_gateways_say_less(radius_m: float, times: float) -> None:
    near, far = (covariance(ring(r), np.full(1, 1.5)) for r in (radius_m, radius_m * times))
    assert near[0][0] < far[0][0]
    assert near[2][0] < far[2][0]


@given(st.floats(3, 30), st.integers(1, 6), st.floats(0.5, 10))
def test_a_covariance_is_positive_and_an_unknown_offset_costs(
    radius_m: float, count: int, spread_db: float
) -> None:
    xx, xy, yy = covariance(ring(radius_m, count), np.full(1, spread_db))
    assert xx[0] > 0
    assert xx[0] * yy[0] > xy[0] ** 2
    known = covariance(ring(radius_m, count), np.full(1, 0.1))
    assert known[0][0] <= xx[0] + 1e-9


def test_it_is_the_bound_of_a_linear_fit() -> None:
    rng = np.random.default_rng(3)
    dx, dy = rng.uniform(5, 15, (1, 8)) * rng.choice([-1, 1], (1, 8)), rng.uniform(-15, 15, (1, 8))
    dz, exponent, spread_db = np.full((1, 8), 1.8), np.full((1, 8), 2.4), 4.0
    sums = information(dx, dy, dz, exponent, np.full((1, 8), spread_db**-2))
    square = dx**2 + dy**2 + dz**2
    slope = -10 / np.log(10) * 2.4 / square
    design = np.stack([slope[0] * dx[0], slope[0] * dy[0], np.ones(8)], axis=1)
    full = design.T @ design / spread_db**2 + np.diag([REACH_M**-2, REACH_M**-2, 1.5**-2])
    expected = np.linalg.inv(full)[:2, :2]
    xx, xy, yy = covariance(sums, np.full(1, 1.5))
    assert np.allclose([[xx[0], xy[0]], [xy[0], yy[0]]], expected)
