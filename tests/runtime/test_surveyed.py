"""A walk held against a site: where readings were taken, and the fit to them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import ConfigError
from contracts.quantities import SECOND
from runtime.recordings import grid_of
from runtime.surveyed import placed, survey_of, walk_of
from tests.runtime.walks_made import STOPS, survey


def test_each_reading_is_put_where_its_stop_was(tmp_path: Path) -> None:
    recording = survey(tmp_path)
    reading, walk = placed(recording, recording.site)
    assert len(reading) == len(recording.at), "every reading was taken at a stop"
    stop = ((recording.at[reading] - recording.at[0]) // 28_000_000).astype(int)
    assert walk.x_m == pytest.approx(np.array(STOPS)[stop, 0])
    assert walk.y_m == pytest.approx(np.array(STOPS)[stop, 1])
    assert list(walk.rssi_dbm) == list(recording.rssi_dbm[reading])


def test_readings_far_from_every_stop_are_nowhere(tmp_path: Path) -> None:
    recording = survey(tmp_path)
    with pytest.raises(ConfigError, match="readings near them"):
        walk_of(replace(recording, at=recording.at + 3600 * SECOND), recording.site)
    late = replace(recording, at=recording.at + 5 * SECOND)
    assert len(placed(late, recording.site)[0]) == 20 * len(recording.site.gateways) * 5, "two seconds on"


def test_a_fit_to_some_spots_knows_only_those(tmp_path: Path) -> None:
    recording = survey(tmp_path)
    surveyed = survey_of(recording, recording.site, grid_of(recording.site))
    assert len(surveyed.survey.x_m) == len(STOPS)
    whole, part = surveyed.fit(), surveyed.fit(np.arange(10))
    assert (len(whole.spots), len(part.spots)) == (len(STOPS), 10)
    assert whole.title == f"survey {recording.name}"
    assert [fit.path_loss_exponent for fit in whole.gateways] == pytest.approx([2.4] * 4, abs=0.5)
