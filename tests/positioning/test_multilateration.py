import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positioning.multilateration import Fix, Heard, solve

ANCHORS = np.array([(0.0, 0.0), (20.0, 0.0), (20.0, 15.0), (0.0, 15.0), (10.0, 7.0), (10.0, 0.0)])
POWER_DBM, EXPONENT, ABOVE_M = -59.0, 2.2, 1.8


def problem(
    places: np.ndarray, offset_db: float = 0.0, anchors: np.ndarray = ANCHORS, spread_db: float = 8.0
) -> Heard:
    """Noise-free levels of devices at ``places`` (n, 2)."""
    n, k = len(places), len(anchors)
    apart = places[:, None, :] - anchors[None]
    distance = np.sqrt((apart**2).sum(axis=2) + ABOVE_M**2)
    shape = (n, k)
    return Heard(
        x_m=np.broadcast_to(anchors[:, 0], shape),
        y_m=np.broadcast_to(anchors[:, 1], shape),
        vertical_m=np.full(shape, ABOVE_M),
        rssi_dbm=POWER_DBM - 10 * EXPONENT * np.log10(distance) + offset_db,
        power_dbm=np.full(shape, POWER_DBM),
        exponent=np.full(shape, EXPONENT),
        sigma_db=np.full(shape, 4.0),
        offset_mean_db=np.zeros(n),
        offset_spread_db=np.full(n, spread_db),
    )


def changed(heard: Heard, **columns: np.ndarray) -> Heard:
    return Heard(**{**{name: getattr(heard, name) for name in Heard.__dataclass_fields__}, **columns})


inside = st.tuples(st.floats(1.0, 19.0), st.floats(1.0, 14.0))


@settings(deadline=None, max_examples=40)
@given(inside, st.floats(-15.0, 5.0))  # at +7 dB and more a second minimum near the middle may win
def test_noise_free_levels_give_the_place_back_whatever_the_offset(
    place: tuple[float, float], offset_db: float
) -> None:
    fix = solve(problem(np.array([place]), offset_db, spread_db=30.0), reach_m=1000.0)
    assert np.hypot(fix.x_m[0] - place[0], fix.y_m[0] - place[1]) < 0.3
    assert fix.offset_db[0] == pytest.approx(offset_db, abs=0.3)


@settings(deadline=None, max_examples=40)
@given(st.lists(inside, min_size=1, max_size=5), st.integers(0, 1000))
def test_covariance_is_symmetric_and_positive(places: list[tuple[float, float]], seed: int) -> None:
    heard = problem(np.array(places))
    noisy = changed(
        heard, rssi_dbm=heard.rssi_dbm + np.random.default_rng(seed).normal(0, 8, heard.rssi_dbm.shape)
    )
    fix = solve(noisy)
    assert np.allclose(fix.covariance_m2, fix.covariance_m2.transpose(0, 2, 1))
    assert (np.linalg.eigvalsh(fix.covariance_m2) > 0).all()
    assert (fix.hdop > 0).all()


@settings(deadline=None, max_examples=40)
@given(inside, st.integers(3, 5))
def test_one_more_gateway_never_widens_the_ellipse(place: tuple[float, float], count: int) -> None:
    few = solve(problem(np.array([place]), anchors=ANCHORS[:count]), reach_m=1000.0)
    more = solve(problem(np.array([place]), anchors=ANCHORS[: count + 1]), reach_m=1000.0)
    gain = few.covariance_m2[0] - more.covariance_m2[0]
    assert np.linalg.eigvalsh(gain).min() > -0.05 * np.trace(few.covariance_m2[0])


def test_problems_do_not_touch_one_another() -> None:
    places = np.array([(3.0, 4.0), (15.0, 11.0), (8.0, 2.0)])
    heard = problem(places)
    together = solve(heard)
    backwards = solve(changed(heard, **{n: getattr(heard, n)[::-1] for n in Heard.__dataclass_fields__}))
    assert np.array_equal(together.x_m, backwards.x_m[::-1])
    assert np.array_equal(together.covariance_m2, backwards.covariance_m2[::-1])


def error_m(fix: Fix, place: tuple[float, float]) -> float:
    return float(np.hypot(fix.x_m[0] - place[0], fix.y_m[0] - place[1]))


def test_one_falsely_strong_far_gateway_does_not_drag_the_fix() -> None:
    place = (4.0, 4.0)
    heard = problem(np.array([place]), spread_db=2.0)
    wrong = heard.rssi_dbm.copy()
    wrong[0, 2] += 15.0
    assert error_m(solve(changed(heard, rssi_dbm=wrong)), place) < 2.0


def test_an_absent_gateway_says_nothing() -> None:
    place = np.array([(5.0, 6.0)])
    heard = problem(place)
    sigma, level = heard.sigma_db.copy(), heard.rssi_dbm.copy()
    sigma[0, 5], level[0, 5] = np.inf, -10.0
    fix = solve(changed(heard, sigma_db=sigma, rssi_dbm=level))
    fewer = solve(problem(place, anchors=ANCHORS[:5]))
    assert fix.x_m[0] == pytest.approx(fewer.x_m[0], abs=0.02)
    assert fix.y_m[0] == pytest.approx(fewer.y_m[0], abs=0.02)


def test_one_gateway_gives_its_place_and_a_large_ellipse() -> None:
    fix = solve(problem(np.array([(6.0, 0.0)]), anchors=ANCHORS[:1]))
    assert error_m(fix, (0.0, 0.0)) < 8.0
    assert np.linalg.eigvalsh(fix.covariance_m2[0]).max() > 25.0
