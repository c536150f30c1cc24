import numpy as np

from firmware_sim.survey import Survey, stops, walk
from tests.firmware_sim.builders import QUIET, SECOND, START, fine_grid, rng
from tests.sites import small_mall


def _walk(seed: int = 1) -> Survey:
    return walk(small_mall(), fine_grid(), QUIET, START, rng(seed), spacing_m=10.0, stay_s=8.0)


def test_there_is_one_stop_in_each_square_with_walkable_ground() -> None:
    grid = fine_grid()
    cells = stops(grid, 10.0)
    squares = {
        (int(f), int(y // 10), int(x // 10))
        for f, x, y in zip(grid.floor[cells], grid.x_m[cells], grid.y_m[cells], strict=True)
    }
    assert len(squares) == len(cells) == 2 * 6 * 4


def test_observations_belong_to_stops_and_come_in_order() -> None:
    survey = _walk()
    assert (np.diff(survey.at) >= 0).all()
    number = np.searchsorted(survey.stop_from, survey.at, side="right") - 1
    assert (survey.at < survey.stop_until[number]).all()
    assert (survey.stop_until - survey.stop_from == 8 * SECOND).all()
    assert len(set(number.tolist())) == len(survey.stop_x_m), "something is heard everywhere"
    assert len(survey.at) / len(survey.stop_x_m) > 16 * 3, "16 adverts at each stop, several gateways each"


def test_levels_at_a_stop_repeat_from_walk_to_walk() -> None:
    """Most of the residual is spatial: two walks agree far better than the packets within one."""
    means = []
    for seed in (1, 2):
        survey = _walk(seed)
        number = np.searchsorted(survey.stop_from, survey.at, side="right") - 1
        key = number * 16 + survey.gateway
        count = np.bincount(key, minlength=16 * len(survey.stop_x_m))
        total = np.bincount(key, survey.rssi_dbm, minlength=16 * len(survey.stop_x_m))
        means.append(np.where(count >= 12, total / np.maximum(count, 1), np.nan))
    difference = means[0] - means[1]
    both = np.isfinite(difference)
    assert both.sum() > 100
    assert np.nanstd(difference) < 1.6
    assert np.nanstd(means[0]) > 5.0
