"""The noise facts that the simulator promises, measured on what it gives."""

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_sim.coverage import Coverage
from firmware_sim.radio import Emitters, hear
from firmware_sim.scenario import Radio
from tests.firmware_sim.builders import rng

N = 40_000


def _one_place(level_dbm: float, loss: float = 0.0) -> Coverage:
    """One gateway, 10 m to the east, at one level."""
    return Coverage(
        origin=(0.0, 0.0),
        rows=1,
        columns=1,
        gateway=np.zeros((1, 1), np.int16),
        level_dbm=np.full((1, 1), level_dbm, np.float32),
        loss=np.full((1, 1), loss, np.float32),
        gateway_x_m=np.array([10.0], np.float32),
        gateway_y_m=np.array([0.5], np.float32),
    )


def _emitters(
    moving: bool = False, worn: bool = False, heading: float = 0.0, offset: float = 0.0
) -> Emitters:
    return Emitters(
        floor=np.zeros(N, np.int8),
        x_m=np.zeros(N),
        y_m=np.full(N, 0.5),
        offset_db=np.full(N, offset, np.float32),
        moving=np.full(N, moving),
        worn=np.full(N, worn),
        heading=np.tile([np.cos(heading), np.sin(heading)], (N, 1)),
    )


def _rssi(emitters: Emitters, level_dbm: float = -60.0, radio: Radio = Radio()) -> NDArray[np.float64]:  # noqa: B008
    quiet = msgspec.structs.replace(radio, impossible_per_million=0.0)
    return hear(_one_place(level_dbm), quiet, emitters, rng()).rssi_dbm.astype(np.float64)


def test_a_tag_at_rest_is_heard_with_the_static_spread() -> None:
    rssi = _rssi(_emitters())
    assert rssi.mean() == pytest.approx(-60.0, abs=0.1)
    assert rssi.std() == pytest.approx(2.9, abs=0.15)


def test_a_moving_tag_is_heard_with_the_measured_spread_and_skew() -> None:
    rssi = _rssi(_emitters(moving=True))
    away = rssi - rssi.mean()
    assert rssi.mean() == pytest.approx(-60.0, abs=0.2)
    assert rssi.std() == pytest.approx(5.5, abs=0.15)
    assert (away**3).mean() / rssi.std() ** 3 == pytest.approx(-0.54, abs=0.08)
    assert np.percentile(away, 1) == pytest.approx(-14.9, abs=0.8)
    assert np.percentile(away, 99) == pytest.approx(10.8, abs=0.8)


@pytest.mark.parametrize(("level_dbm", "heard"), [(-60.0, 1.0), (-80.0, 1.0), (-90.0, 0.95), (-95.0, 0.9)])
def test_reception_falls_with_the_level_as_measured(level_dbm: float, heard: float) -> None:
    """Nominal 2 Hz were 2.0 Hz down to -80, 1.9 at -90, 1.8 at -95 dBm (by the level received)."""
    radio = Radio(static_sd_db=0.0)
    assert len(_rssi(_emitters(), level_dbm, radio)) / N == pytest.approx(heard, abs=0.04)


def test_packets_are_lost_at_any_level_too() -> None:
    heard = hear(_one_place(-50.0, loss=0.3), Radio(), _emitters(), rng())
    assert len(heard.rssi_dbm) / N == pytest.approx(0.7, abs=0.01)


def test_the_body_is_in_the_way_of_what_is_behind() -> None:
    ahead, behind = (_rssi(_emitters(worn=True, heading=h)).mean() for h in (0.0, np.pi))
    assert ahead == pytest.approx(-60.0, abs=0.2)
    assert behind == pytest.approx(-60.0 - Radio().body_db, abs=0.2)


def test_a_phone_is_weaker_by_its_offset() -> None:
    assert _rssi(_emitters(offset=-18.0)).mean() == pytest.approx(-78.0, abs=0.1)


def test_impossible_values_come_at_their_rate_and_no_others() -> None:
    radio = Radio(impossible_per_million=1000.0)
    rssi = hear(_one_place(-60.0), radio, _emitters(), rng()).rssi_dbm
    wrong = rssi[rssi > 0]
    assert set(wrong.tolist()) <= {42, 62}
    assert 20 <= len(wrong) <= 65
    assert not (_rssi(_emitters()) > 0).any()
