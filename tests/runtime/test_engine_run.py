"""The engine on a recording: the same service as live, nothing later used, luck by an earlier start."""

from dataclasses import replace
from pathlib import Path

import pytest

from runtime.engine_run import run_engine
from runtime.recordings import Recording, read_recording
from tests.runtime.recording_files import write


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path: Path = write(tmp_path_factory.mktemp("recording") / "room")
    return read_recording(path)


def test_estimates_come_in_order_and_twice_the_same(room: Recording) -> None:
    estimates = run_engine(room)
    assert estimates.at == sorted(estimates.at)
    assert set(estimates.device) == {"tag"}
    assert estimates == run_engine(room)


def test_what_comes_later_changes_nothing_before(room: Recording) -> None:
    half = len(room.at) // 2
    columns = {name: getattr(room, name)[:half] for name in ("at", "device", "gateway", "rssi_dbm")}
    early, whole = run_engine(replace(room, **columns)), run_engine(room)
    known = sum(at < int(room.at[half - 1]) for at in early.at)
    assert known > 5
    assert early.x_m[:known] == whole.x_m[:known]


def test_an_earlier_start_is_another_set_of_random_numbers(room: Recording) -> None:
    one, other = run_engine(room), run_engine(room, early_s=10.0)
    assert one.x_m != other.x_m
    assert abs(one.x_m[-1] - other.x_m[-1]) < 2.0
