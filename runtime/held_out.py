"""What a commissioning walk is worth: the engine itself, at spots that it was not calibrated with.

A share of the spots is left out in turn. Each visit of a left-out spot is a device of its own, which nothing
is known of beforehand, and is judged as a recording is: how far off, the right floor, and by how much the
ellipse would have to be stretched to hold the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from positioning.calibration import Calibration
from positioning.residuals import Places
from runtime.engine_run import run_engine
from runtime.judging import errors_m, pair, stretch
from runtime.surveyed import Floats, Ints, Surveyed
from runtime.visits import Visit, as_recording, visits

FOLDS: Final = 5
"""Shares of the spots left out in turn: enough to learn from the rest, and five fits take seconds."""
SPOTS_PRIOR: Final = 15
"""The scale of the ellipses is drawn to 1 as if so many more spots had said so: the 95 % point of 15 errors
is uncertain by a quarter, about as much as scales of sites differ."""
SCALES: Final = (0.5, 2.0)
"""Beyond, it is not the scale that is wrong."""


def silently(_text: str) -> None:
    """Says nothing of the progress."""


@dataclass(frozen=True)
class Judged:
    """Instants at which the engine was judged, (n,)."""

    spot: Ints
    error_m: Floats
    """NaN where nothing was said."""
    right_floor: NDArray[np.bool_]
    stretch: Floats
    """How many times wider the ellipse must be to hold the truth; NaN where nothing was said."""


@dataclass(frozen=True)
class Prospect:
    """Errors at each spot, judged by models that were fitted without it, (s,); NaN where nothing was said."""

    before_m: Floats
    after_m: Floats
    floor_before: NDArray[np.bool_]
    floor_after: NDArray[np.bool_]


def commission(surveyed: Surveyed) -> Calibration:
    """The calibration by a survey, with ellipses as wide as its own spots say."""
    calibration = surveyed.fit()
    return with_scale(calibration, judge_left_out(surveyed, calibration))


def with_scale(calibration: Calibration, judged: Judged) -> Calibration:
    """The calibration with the scale of the ellipses that held 95 % of what was judged."""
    return msgspec.structs.replace(calibration, ellipse_scale=ellipse_scale(judged))


def ellipse_scale(judged: Judged) -> float:
    """The 95 % point of the stretches, drawn to 1 where few spots were judged."""
    known = np.isfinite(judged.stretch)
    spots = len(np.unique(judged.spot[known]))
    if not spots:
        return 1.0
    found = max(float(np.quantile(judged.stretch[known], 0.95)), 1e-3)
    drawn = np.exp(np.log(found) * spots / (spots + SPOTS_PRIOR))
    return round(float(np.clip(drawn, *SCALES)), 3)


def prospect(surveyed: Surveyed, after: Judged, tell: Callable[[str], None] = silently) -> Prospect:
    """What was judged with a calibration, beside the same without."""
    count = len(surveyed.survey.x_m)
    tell(f"judging {count} spots without a calibration")
    before = _judge(surveyed, visits(surveyed), np.arange(count), None)
    (before_m, floor_before), (after_m, floor_after) = (_by_spot(each, count) for each in (before, after))
    return Prospect(before_m, after_m, floor_before, floor_after)


def judge_left_out(
    surveyed: Surveyed, calibration: Calibration, tell: Callable[[str], None] = silently
) -> Judged:
    """Every spot by a calibration that was fitted without it, with the kernel of ``calibration``."""
    survey, came = surveyed.survey, visits(surveyed)
    count = len(survey.x_m)
    folds, parts = min(FOLDS, count), []
    for fold in range(folds):
        tell(f"judging with a calibration, share {fold + 1} of {folds} left out")
        held = np.arange(fold, count, FOLDS)
        there = Places(survey.floor[held], survey.x_m[held], survey.y_m[held])
        fitted = surveyed.fit(np.setdiff1d(np.arange(count), held), calibration.kernel, there)
        parts.append(_judge(surveyed, came, held, fitted))
    return Judged(
        np.concatenate([part.spot for part in parts]),
        np.concatenate([part.error_m for part in parts]),
        np.concatenate([part.right_floor for part in parts]),
        np.concatenate([part.stretch for part in parts]),
    )


def _judge(surveyed: Surveyed, came: list[Visit], spots: Ints, calibration: Calibration | None) -> Judged:
    wanted = set(spots.tolist())
    chosen = [visit for visit in came if visit.spot in wanted]
    if not chosen:
        nothing = np.zeros(0)
        return Judged(nothing.astype(np.int64), nothing, nothing.astype(bool), nothing)
    recording, spot = as_recording(surveyed, chosen)
    estimates = run_engine(recording, calibration=calibration, grid=surveyed.grid)
    truth = recording.truth
    paired = pair(truth, estimates)
    said = [*estimates.floor, ""]
    right = np.array([said[i] == floor for i, floor in zip(paired.index, truth.floor, strict=True)], bool)
    return Judged(spot, errors_m(truth, estimates, paired), right, stretch(truth, estimates, paired))


def _by_spot(judged: Judged, count: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Mean error at each of ``count`` spots, and whether the floor was mostly right."""
    known = np.isfinite(judged.error_m)
    spot, error_m = judged.spot[known], judged.error_m[known]
    times = np.bincount(spot, minlength=count)
    with np.errstate(invalid="ignore"):
        mean_m = np.bincount(spot, error_m, count) / times
    right = np.bincount(spot, judged.right_floor[known], count)
    return np.where(times > 0, mean_m, np.nan), right > times / 2
