"""Ellipses by what was left out: too wide ones shrink, too narrow ones grow, few spots change little."""

from pathlib import Path

import numpy as np
import pytest

from runtime.held_out import SCALES, Judged, commission, ellipse_scale, judge_left_out, prospect, with_scale
from runtime.recordings import grid_of
from runtime.surveyed import survey_of
from tests.runtime.walks_made import STOPS, survey


def judged(stretch: list[float] | np.ndarray) -> Judged:
    values = np.asarray(stretch, float)
    return Judged(np.arange(len(values)), values, np.ones(len(values), bool), values)


def test_the_scale_is_what_most_truths_need() -> None:
    rng = np.random.default_rng(1)
    rayleigh = np.hypot(*rng.normal(0, 1, (2, 4000))) / np.sqrt(5.991)
    assert ellipse_scale(judged(rayleigh)) == pytest.approx(1.0, abs=0.05)
    assert ellipse_scale(judged(rayleigh * 1.5)) == pytest.approx(1.5, abs=0.08)
    assert ellipse_scale(judged(rayleigh * 0.7)) == pytest.approx(0.7, abs=0.05)


def test_few_spots_hardly_count_and_nothing_is_believed_beyond_reason() -> None:
    assert ellipse_scale(judged([])) == 1.0
    assert ellipse_scale(judged([np.nan, np.nan])) == 1.0
    assert 1.0 < ellipse_scale(judged([1.8, 1.8])) < 1.1
    assert ellipse_scale(judged([9.0] * 500)) == SCALES[1]
    assert ellipse_scale(judged([0.0] * 500)) == SCALES[0]


def test_spots_are_judged_by_a_model_that_does_not_know_them(tmp_path: Path) -> None:
    recording = survey(tmp_path)
    surveyed = survey_of(recording, recording.site, grid_of(recording.site))
    calibration = surveyed.fit()
    told: list[str] = []
    after = judge_left_out(surveyed, calibration, told.append)
    assert len(told) == 5
    assert sorted(set(after.spot.tolist())) == list(range(len(STOPS)))
    assert after.right_floor.all()
    assert 0.2 < np.nanmean(after.error_m) < 3.0
    expected = prospect(surveyed, after)
    assert expected.after_m.shape == expected.before_m.shape == (len(STOPS),)
    assert expected.floor_after.all()
    scale = ellipse_scale(after)
    assert with_scale(calibration, after) == commission(surveyed)
    assert commission(surveyed).ellipse_scale == scale != 1.0
