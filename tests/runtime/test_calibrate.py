"""nearhand calibrate on a real commissioning walk: fits, is kept, applied, rolled back."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench import simulated_survey
from contracts.grid import build_grid
from contracts.quantities import SECOND
from firmware_sim.survey import walk
from runtime import calibrate
from runtime.cli import main
from runtime.recordings import read_recording
from runtime.scenarios import load_scenario
from runtime.settings import CLONE

START = 1_773_450_000 * SECOND

SURVEY = CLONE.parent / "shared" / "recordings" / "lab-12gw-survey"


@pytest.fixture(scope="module")
def fitted() -> calibrate.Calibration:
    if not SURVEY.exists():
        pytest.skip(f"the real survey is not at {SURVEY}")
    recording = read_recording(SURVEY)
    return calibrate.survey_of(recording, recording.site, calibrate.grid_of(recording.site)).fit()


def test_a_real_walk_gives_lines_and_a_map(fitted: calibrate.Calibration) -> None:
    assert len(fitted.gateways) == 12
    assert all(1.0 < gateway.path_loss_exponent < 4.0 for gateway in fitted.gateways)
    assert fitted.spots


def test_it_survives_its_file_and_a_damaged_one_is_named(
    fitted: calibrate.Calibration, tmp_path: Path
) -> None:
    file = tmp_path / "calibration.json"
    calibrate.save(fitted, file)
    again = calibrate.load(file)
    assert [gateway.gateway for gateway in again.gateways] == [gateway.gateway for gateway in fitted.gateways]
    file.write_text("{")
    with pytest.raises(calibrate.ConfigError, match=r"calibration\.json"):
        calibrate.load(file)


def test_a_file_has_a_line_for_each_gateway_and_spot(fitted: calibrate.Calibration, tmp_path: Path) -> None:
    calibrate.save(fitted, tmp_path / "c.json")
    lines = (tmp_path / "c.json").read_text().splitlines()
    assert sum('"gateway"' in line for line in lines) == len(fitted.gateways)
    assert sum('"residual_db"' in line for line in lines) == len(fitted.spots)
    assert calibrate.load(tmp_path / "c.json") == fitted


def test_the_demo_malls_calibration_is_of_its_gateways() -> None:
    folder = CLONE / "config" / "sites" / "demo"
    site = calibrate.load_site(folder)
    shipped = calibrate.load(folder / calibrate.FILE_NAME)
    assert [fit.gateway for fit in shipped.gateways] == [g.gateway for g in site.gateways]
    assert all(fit.spots > 50 for fit in shipped.gateways)


def test_applied_and_rolled_back(fitted: calibrate.Calibration, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(CLONE / "config" / "sites" / "small", folder)
    calibrate.apply(fitted, folder)
    calibrate.apply(fitted, folder)
    assert calibrate.roll_back(folder) is not None


def test_the_whole_way_of_a_simulated_walk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Walk, fit, see what it is worth, apply, compare, roll back: as an operator does."""
    folder, walked, again = tmp_path / "site", tmp_path / "walk", tmp_path / "again"
    shutil.copytree(CLONE / "config" / "sites" / "small", folder)
    (folder / calibrate.FILE_NAME).unlink(missing_ok=True)
    site = calibrate.load_site(folder)
    scenario = load_scenario(CLONE / "config" / "scenarios" / "small.toml").scenario
    for path, seed in ((walked, 5), (again, 6)):
        rng = np.random.default_rng(seed)
        simulated_survey.write(path, site, walk(site, build_grid(site), scenario, START, rng, 7.0, 6.0))
    plots = tmp_path / "plots"
    assert main(["calibrate", str(walked), "--site", str(folder), "--apply", "--plot", str(plots)]) == 0
    said = capsys.readouterr()
    assert "share 5 of 5" in said.err, "progress is shown"
    for floor in site.floors:
        line = next(line for line in said.out.splitlines() if line.startswith(f"floor {floor.floor}:"))
        before, after = (float(mean) for mean in re.findall(r"(?:before|after) ([\d.]+) /", line))
        assert after < before
        drawn = {file.name for file in plots.glob(f"{floor.floor}-*.svg")}
        assert drawn == {f"{floor.floor}-{kind}.svg" for kind in ("before", "after", "doubt")}
    first = calibrate.load(folder / calibrate.FILE_NAME)
    compare = ["--compare", str(folder / calibrate.FILE_NAME)]
    assert main(["calibrate", str(again), "--site", str(folder), "--apply", *compare]) == 0
    assert "moved, turned" not in capsys.readouterr().out, "two walks of one building agree"
    assert calibrate.load(folder / calibrate.FILE_NAME).revision == first.revision + 1
    assert main(["calibrate", "--site", str(folder), "--rollback"]) == 0
    assert calibrate.load(folder / calibrate.FILE_NAME) == first
    assert main(["calibrate", "--site", str(folder), "--rollback"]) == 0
    assert "uncalibrated" in capsys.readouterr().out
    assert not (folder / calibrate.FILE_NAME).exists()


def test_a_folder_that_is_no_recording_is_said_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", str(tmp_path)]) == 2
    assert "recording" in capsys.readouterr().err
