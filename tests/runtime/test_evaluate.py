import argparse
import json
from pathlib import Path

import pytest

from runtime import evaluate
from runtime.recordings import read_recording
from tests.runtime.recording_files import write

KEYS = {
    *("name", "method", "n", "coverage", "mean_m", "median_m", "p75_m", "p90_m", "p95_m", "floor_hit"),
    *("mean_with_floor_penalty_m", "inside_95_ellipse", "zone_accuracy", "zone_changes"),
    *("zone_changes_true", "zone_delay_median_s"),
}


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    evaluate.add_parsers(parser.add_subparsers())
    parsed = parser.parse_args(["evaluate", *words])
    return int(parsed.run(parsed))


def test_the_engine_finds_the_tag_of_a_clean_recording(tmp_path: Path) -> None:
    recording = read_recording(write(tmp_path / "room"))
    metrics = evaluate.evaluate(recording, evaluate.ENGINE)
    assert metrics["coverage"] == 1.0
    assert metrics["mean_m"] is not None
    assert metrics["mean_m"] < 1.5
    assert metrics["zone_changes"] == metrics["zone_changes_true"] == 1


def test_all_methods_side_by_side_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write(tmp_path / "room"))
    assert (
        run(folder, "--json", "--method", "engine", "--method", "nearest", "--method", "multilateration") == 0
    )
    told = json.loads(capsys.readouterr().out)["recordings"]
    assert [row["method"] for row in told] == ["engine", "nearest", "multilateration"]
    assert all(set(row) == KEYS for row in told)


def test_a_table_and_recordings_without_places_or_zones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(write(tmp_path / "bare", zones=False, places=False))) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| recording | method |")
    assert lines[2].startswith("| bare | engine | 21 |")


def test_a_recording_without_observations_or_truth_is_judged_empty(tmp_path: Path) -> None:
    folder = write(tmp_path / "room")
    (folder / "observations.csv.gz").unlink()
    metrics = evaluate.evaluate(read_recording(folder), evaluate.ENGINE)
    assert metrics["coverage"] == 0.0
    (folder / "truth.csv").unlink()
    assert evaluate.evaluate(read_recording(folder), evaluate.ENGINE)["n"] == 0
