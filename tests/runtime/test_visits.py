"""A walk as visits: each stay is a stranger, judged three and six seconds after it was first heard."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from contracts.quantities import SECOND
from runtime.recordings import Recording, grid_of
from runtime.surveyed import Surveyed, survey_of
from runtime.visits import VISITS_MAX, as_recording, visits
from tests.runtime.walks_made import STOPS, survey


def surveyed_of(recording: Recording) -> Surveyed:
    return survey_of(recording, recording.site, grid_of(recording.site))


def test_each_stay_is_a_visit_and_each_visit_a_device(tmp_path: Path) -> None:
    surveyed = surveyed_of(survey(tmp_path))
    came = visits(surveyed)
    assert sorted(visit.spot for visit in came) == list(range(len(STOPS)))
    recording, spot = as_recording(surveyed, came)
    assert len(recording.device_names) == len(STOPS)
    assert len(spot) == len(recording.truth.at) == 2 * len(STOPS)
    after_s = (recording.truth.at - recording.at[0]) / SECOND
    assert sorted(set(after_s)) == [3.0, 6.0]
    assert np.allclose(recording.truth.x_m, surveyed.survey.x_m[spot])
    assert (np.diff(recording.at) >= 0).all()


def test_a_short_stay_is_judged_at_its_end(tmp_path: Path) -> None:
    surveyed = surveyed_of(survey(tmp_path, stay_s=2))
    recording, _ = as_recording(surveyed, visits(surveyed))
    assert set((recording.truth.at - recording.at[0]) / SECOND) == {1.0}


def test_of_one_spot_only_some_visits_count(tmp_path: Path) -> None:
    once = survey(tmp_path)
    many = 2 * VISITS_MAX
    last = once.at[-1] + 100 * SECOND
    columns = {
        "at": np.concatenate([once.at + number * last for number in range(many)]),
        **{name: np.tile(getattr(once, name), many) for name in ("device", "gateway", "rssi_dbm")},
    }
    truth = once.truth
    again = replace(
        truth,
        at=np.concatenate([truth.at + number * last for number in range(many)]),
        **{name: getattr(truth, name) * many for name in ("device", "floor", "zone")},
        **{name: np.tile(getattr(truth, name), many) for name in ("x_m", "y_m", "z_m")},
    )
    came = visits(surveyed_of(replace(once, truth=again, **columns)))
    assert len(came) == VISITS_MAX * len(STOPS)
