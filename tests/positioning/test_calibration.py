"""Calibration: recovers the lines it was made from, falls back to the site's where nothing was surveyed."""

import msgspec
import numpy as np
import pytest

from positioning.calibration import SCHEMA, Calibration, differences, fit
from positioning.residuals import Kernel, Places
from positioning.survey import Survey

NAMES, FLOORS = ("g1", "g2", "g3"), ("L1",)
POWER, EXPONENT = np.array([-57.0, -62.0, -59.0]), np.array([2.0, 2.6, 2.3])
KERNEL = Kernel(4.0, 0.5, 0.5)
PLACES = Places(np.zeros(9, np.int64), np.tile([10.0, 20, 30], 3), np.repeat([5.0, 15, 25], 3))


def made(surveyed: tuple[bool, bool, bool] = (True, True, True)) -> Calibration:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 40, 80), rng.uniform(0, 30, 80)
    at = np.array([[0.0, 0.0], [40.0, 0.0], [20.0, 30.0]])
    distance = np.sqrt((x[:, None] - at[:, 0]) ** 2 + (y[:, None] - at[:, 1]) ** 2 + 4.0)
    level = POWER - 10 * EXPONENT * np.log10(distance) + rng.normal(0, 0.3, distance.shape)
    level[:, ~np.array(surveyed)] = np.nan
    nothing = np.zeros_like(level)
    survey = Survey(np.zeros(80, np.int64), x, y, level, nothing, nothing.astype(bool))
    return fit(survey, NAMES, FLOORS, distance, nothing, ("a walk", "tag", 1.2), PLACES, KERNEL)


def test_lines_are_recovered() -> None:
    calibration = made()
    assert [g.gateway for g in calibration.gateways] == list(NAMES)
    assert [g.power_dbm for g in calibration.gateways] == pytest.approx(POWER, abs=2.0)
    assert [g.path_loss_exponent for g in calibration.gateways] == pytest.approx(EXPONENT, abs=0.2)
    assert max(g.misfit_db for g in calibration.gateways) < 5.0


def test_gateways_without_a_survey_get_the_sites_line() -> None:
    calibration = made((True, True, False))
    assert np.isfinite([calibration.power_dbm, calibration.path_loss_exponent]).all()
    third = [g for g in calibration.gateways if g.gateway == "g3" and g.spots]
    assert third == []
    assert 2.0 < calibration.path_loss_exponent < 2.6


def test_it_is_plain_data_that_survives_a_file() -> None:
    calibration = made()
    assert calibration.schema == SCHEMA
    assert msgspec.json.decode(msgspec.json.encode(calibration), type=Calibration) == calibration


def test_differences_name_what_changed() -> None:
    one = made()
    moved = msgspec.structs.replace(one.gateways[0], power_dbm=one.gateways[0].power_dbm - 9)
    other = msgspec.structs.replace(one, gateways=(moved, *one.gateways[1:]))
    assert "g1" in str(differences(one, other)[0])
