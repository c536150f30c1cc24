from pathlib import Path

import numpy as np
import pytest

from contracts.columns import observations
from contracts.errors import ConfigError
from runtime.recordings import enrolled, read_recording, reports
from tests.runtime.recording_files import GATEWAYS, START_S, write


@pytest.mark.parametrize("packed", [True, False])
def test_a_recording_is_read_whole(tmp_path: Path, packed: bool) -> None:
    recording = read_recording(write(tmp_path / "room", packed=packed))
    assert recording.name == "room"
    assert recording.survey == "room-survey"
    assert len(recording.at) == 21 * 4
    assert recording.impossible == 1
    assert (np.diff(recording.at) >= 0).all()
    assert recording.rssi_dbm.max() < 0
    assert [z.zone for z in recording.site.zones] == ["west", "east"]
    assert recording.site.floors[0].outline.outer == ((0, 0), (10, 0), (10, 8), (0, 8))
    assert recording.truth.x_m[0] == 1.0
    assert [d.device_class for d in enrolled(recording)] == ["tag"]


def test_places_zones_and_heights_may_be_unknown(tmp_path: Path) -> None:
    folder = write(tmp_path / "room", zones=False, places=False)
    text = (folder / "gateways.csv").read_text().replace(",3.0", ",")
    (folder / "gateways.csv").write_text(text)
    (folder / "recording.toml").write_text('schema = 1\ntitle = "room"\n')
    recording = read_recording(folder)
    assert np.isnan(recording.truth.x_m).all()
    assert {g.height_m for g in recording.site.gateways} == {3.0}
    low = recording.site.floors[0].outline.outer[0]
    assert low == (-5.0, -5.0)


def test_reports_hold_every_observation_once_and_cross_no_edge(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "room"))
    edges = recording.at[::7]
    total = 0
    for report in reports(recording, edges):
        columns = observations(report)
        total += len(columns.rssi_dbm)
        heard = report.started_at + columns.offset_ms.astype(np.int64) * 1000
        for edge in edges:
            assert (heard <= edge).all() or (heard > edge).all()
        assert report.received_at >= int(heard.max())
        assert report.gateway in GATEWAYS
    assert total == len(recording.at)


def test_what_cannot_be_read_names_file_and_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no recording\.toml"):
        read_recording(tmp_path)
    folder = write(tmp_path / "room")
    text = (folder / "truth.csv").read_text().replace("1.0,4.0", "here,4.0", 1)
    (folder / "truth.csv").write_text(text)
    with pytest.raises(ConfigError, match=r"truth\.csv line 2: x_m is 'here'"):
        read_recording(folder)
    write(tmp_path / "room")
    (folder / "recording.toml").write_text('bounds_m = "0,0,10"\n')
    with pytest.raises(ConfigError, match="bounds_m"):
        read_recording(folder)


def test_stamps_are_microseconds(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "room"))
    assert recording.at[0] == START_S * 1_000_000
    assert recording.truth.at[0] == START_S * 1_000_000 + 500_000
