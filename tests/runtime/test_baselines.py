from pathlib import Path

import numpy as np
import pytest

from runtime import baselines
from runtime.judging import judge
from runtime.recordings import read_recording
from tests.runtime.recording_files import write


@pytest.mark.parametrize("method", baselines.METHODS)
def test_every_baseline_answers_every_row(tmp_path: Path, method: str) -> None:
    recording = read_recording(write(tmp_path / "room"))
    estimates = baselines.run(recording, method)
    metrics = judge(recording.truth, estimates, ("0",))
    assert metrics["coverage"] == 1.0
    assert metrics["mean_m"] is not None
    assert metrics["mean_m"] < 6.0


def test_noise_free_ranges_give_the_place() -> None:
    place = np.array([(0.0, 0.0, 1.2), (10.0, 0.0, 1.2), (5.0, 9.0, 1.2)])
    rssi = -59 - 20 * np.log10(np.hypot(place[:, 0] - 4.0, place[:, 1] - 3.0))
    assert baselines.nlls(place, rssi) == pytest.approx((4.0, 3.0), abs=0.05)
    assert baselines.multilateration(place, rssi) == pytest.approx((4.0, 3.0), abs=0.6)
    assert baselines.nearest(place, rssi) == (0.0, 0.0)
