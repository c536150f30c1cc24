"""What a commissioning walk is worth: fitted and judged in a process of its own.

    python -m runtime.walk_assess < {"folder": …, "site": …, "current": …}

The calibration is left in the walk's folder.
"""

import sys
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from contracts.errors import NearhandError
from dashboard.walks import (
    Assessment,
    ErrorFigures,
    FloorExpectation,
    GatewayFound,
    SpotExpectation,
)
from positioning import calibration as calibrations
from positioning.calibration import Calibration
from runtime.calibrate import FILE_NAME, MOVED_DB, load, save
from runtime.held_out import Prospect, judge_left_out, prospect, with_scale
from runtime.recordings import grid_of, read_recording
from runtime.site_files import load_site
from runtime.surveyed import Floats, Surveyed, survey_of
from runtime.walks import Question

SPOTS_MIN: Final = 10
"""Fewer say nothing about a building, and cannot be judged by leaving some out."""


def assess(question: Question) -> Assessment:
    """Fits, judges by spots left out, keeps the calibration in the walk's folder.

    Raises:
        NearhandError: no place is known for any reading, or a file cannot be read.
    """
    folder = Path(question.folder)
    site = load_site(Path(question.site))
    recording = read_recording(folder)
    surveyed = survey_of(recording, site, grid_of(site))
    if len(surveyed.survey.x_m) < SPOTS_MIN:
        return Assessment("failed", "too_few_spots")
    fitted = msgspec.structs.replace(surveyed.fit(), title=recording.title)
    judged = judge_left_out(surveyed, fitted)
    calibration, expected = with_scale(fitted, judged), prospect(surveyed, judged)
    save(calibration, folder / FILE_NAME)
    current = load(Path(question.current)) if question.current else None
    return Assessment(
        state="done",
        floors=tuple(_floors(surveyed, expected)),
        spots=tuple(_spots(surveyed, expected)),
        gateways=tuple(_gateways(calibration, current)),
    )


def _floors(surveyed: Surveyed, p: Prospect) -> list[FloorExpectation]:
    rows = []
    for index, floor in enumerate(surveyed.site.floors):
        here = np.flatnonzero(surveyed.survey.floor == index)
        if len(here):
            before = _figures(p.before_m[here], p.floor_before[here])
            after = _figures(p.after_m[here], p.floor_after[here])
            rows.append(FloorExpectation(floor.floor, len(here), before, after))
    return rows


def _figures(
    errors_m: Floats, right: Floats | np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> ErrorFigures | None:
    known = errors_m[np.isfinite(errors_m)]
    if not len(known):
        return None
    p90_m = float(np.percentile(known, 90))
    return ErrorFigures(round(float(known.mean()), 2), round(p90_m, 2), round(float(right.mean()), 3))


def _spots(surveyed: Surveyed, p: Prospect) -> list[SpotExpectation]:
    survey, floors = surveyed.survey, surveyed.site.floors

    def known(error_m: float) -> float | None:
        return round(float(error_m), 2) if np.isfinite(error_m) else None

    return [
        SpotExpectation(
            floors[int(survey.floor[i])].floor,
            round(float(survey.x_m[i]), 2),
            round(float(survey.y_m[i]), 2),
            known(p.before_m[i]),
            known(p.after_m[i]),
        )
        for i in range(len(survey.x_m))
    ]


def _gateways(new: Calibration, old: Calibration | None) -> list[GatewayFound]:
    changes = {} if old is None else {name: db for name, db, _ in calibrations.differences(old, new)}
    usual_db = float(np.median(list(changes.values()))) if changes else 0.0
    return [
        GatewayFound(
            gateway=fit.gateway,
            power_dbm=round(fit.power_dbm, 1),
            path_loss_exponent=round(fit.path_loss_exponent, 2),
            misfit_db=round(fit.misfit_db, 1),
            spots=fit.spots,
            change_db=round(changes[fit.gateway], 1) if fit.gateway in changes else None,
            moved=abs(changes.get(fit.gateway, usual_db) - usual_db) > MOVED_DB,
        )
        for fit in new.gateways
    ]


def main() -> int:
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    try:
        answer = assess(question)
    except NearhandError as cause:
        answer = Assessment("failed", str(cause))
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
