"""What was heard is on the disk as it was, and reads back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages import ScanReport
from contracts.quantities import MILLISECOND
from contracts.sitemap import Site
from runtime.listening import report_rows
from runtime.recording_write import write_recording
from runtime.recordings import read_recording, reports
from tests.sites import small_mall

AT = 1_773_453_600_123_000
ROWS = [
    (AT, "gw-L1-01", "C3:00:00:25:00:01", -61),
    (AT + 7 * MILLISECOND, "gw-L2-08", "ibeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825:10065:26049", -127),
    (AT + 65_535 * MILLISECOND, "gw-L1-01", "C3:00:00:25:00:02", -1),
]


def report(ids: tuple[str, ...], rows: list[tuple[int, int, int]]) -> ScanReport:
    device, rssi, offset = ([row[k] for row in rows] for k in range(3))
    return ScanReport(
        gateway="gw-L1-01",
        boot="b",
        seq=1,
        started_at=AT,
        device_ids=ids,
        device=np.array(device, "<u2").tobytes(),
        rssi_dbm=np.array(rssi, np.int8).tobytes(),
        offset_ms=np.array(offset, "<u2").tobytes(),
    )


def test_each_observation_becomes_a_row_at_the_time_it_was_heard() -> None:
    heard = report(("a", "b"), [(1, -60, 0), (0, -61, 250), (1, -62, 65_535)])
    assert report_rows(heard) == [
        (AT, "gw-L1-01", "b", -60),
        (AT + 250_000, "gw-L1-01", "a", -61),
        (AT + 65_535_000, "gw-L1-01", "b", -62),
    ]
    assert report_rows(report((), [])) == []


def test_what_was_recorded_reads_back(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "saturday"
    write_recording(folder, small_mall(), ROWS, 'Saturday "noon", 中庭')
    got = read_recording(folder)
    assert (got.name, got.title, got.impossible) == ("saturday", 'Saturday "noon", 中庭', 0)
    assert [
        (at, got.gateway_names[gateway], got.device_names[device], rssi)
        for at, gateway, device, rssi in zip(
            got.at.tolist(), got.gateway.tolist(), got.device.tolist(), got.rssi_dbm.tolist(), strict=True
        )
    ] == ROWS
    assert len(got.truth.at) == 0


def test_the_gateways_hang_where_they_hung(tmp_path: Path) -> None:
    write_recording(tmp_path, small_mall(), ROWS, "")
    got = read_recording(tmp_path)
    assert got.title == tmp_path.name, "without a title it is called like its folder"

    def places(site: Site) -> list[tuple[object, ...]]:
        return [(g.gateway, g.floor, g.x_m, g.y_m, g.height_m) for g in site.gateways]

    assert places(got.site) == places(small_mall())


def test_a_gateway_that_nobody_installed_is_kept_too(tmp_path: Path) -> None:
    rows = [(AT, "gw-guest", "a", -60)]
    write_recording(tmp_path, small_mall(), rows, "")
    got = read_recording(tmp_path)
    assert got.gateway_names[int(got.gateway[0])] == "gw-guest"


def test_recording_again_replaces_what_was_there(tmp_path: Path) -> None:
    write_recording(tmp_path, small_mall(), ROWS, "first")
    write_recording(tmp_path, small_mall(), ROWS[:1], "second")
    got = read_recording(tmp_path)
    assert (got.title, len(got.at)) == ("second", 1)


def test_silence_is_a_recording_too(tmp_path: Path) -> None:
    write_recording(tmp_path, small_mall(), [], "nothing")
    got = read_recording(tmp_path)
    assert len(got.at) == 0
    assert list(reports(got)) == []


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-127, -1), st.integers(0, 65_535)), max_size=30))
def test_what_is_replayed_is_what_was_recorded(
    tmp_path_factory: pytest.TempPathFactory, heard: list[tuple[int, int, int]]
) -> None:
    rows = sorted(report_rows(report(("a", "b", "c"), heard)))
    folder = tmp_path_factory.mktemp("recording")
    write_recording(folder, small_mall(), rows, "")
    again = [row for each in reports(read_recording(folder)) for row in report_rows(each)]
    assert sorted(again) == rows


def test_the_recordings_little_site_holds_all_its_gateways(tmp_path: Path) -> None:
    write_recording(tmp_path, small_mall(), ROWS, "")
    site = read_recording(tmp_path).site
    xs, ys = zip(*site.floors[0].outline.outer, strict=True)
    assert all(min(xs) <= g.x_m <= max(xs) and min(ys) <= g.y_m <= max(ys) for g in site.gateways)
    assert [floor.floor for floor in site.floors] == ["L1", "L2"]
