"""What a walk is worth: fitted and judged on a walk through the simulated building."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from contracts.quantities import SECOND
from dashboard.walks import Assessment
from firmware_sim.scenario import Scenario
from firmware_sim.survey import walk
from runtime import calibrate
from runtime.recording_write import write_recording
from runtime.site_files import save_site
from runtime.walk_assess import SPOTS_MIN, assess
from runtime.walks import Question
from tests.dashboard.builders import small_grid
from tests.sites import small_mall

AT = 1_700_000_000 * SECOND


@dataclass(frozen=True)
class Walked:
    folder: Path
    site: Path


def walked(folder: Path, louder_db: float = 0.0, stops: int | None = None) -> Walked:
    """A walk of the small mall as a recording; its first gateway may be louder."""
    site = small_mall()
    save_site(site, folder / "site")
    survey = walk(site, small_grid(), Scenario(), AT, np.random.default_rng(3), spacing_m=10.0, stay_s=4.0)
    count = len(survey.stop_floor) if stops is None else stops
    until = survey.stop_until[count - 1]
    rows = [
        (int(at), site.gateways[g].gateway, "tag", min(-1, int(rssi + (louder_db if g == 0 else 0))))
        for at, g, rssi in zip(survey.at, survey.gateway, survey.rssi_dbm, strict=True)
        if at < until
    ]
    write_recording(folder / "walk", site, rows, "through the mall")
    with (folder / "walk" / "truth.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["t_s", "device", "floor", "x_m", "y_m", "z_m", "zone"])
        for n in range(count):
            place = (survey.stop_x_m[n], survey.stop_y_m[n], 1.2, "")
            for at in (survey.stop_from[n], survey.stop_until[n]):
                writer.writerow([at / SECOND, "tag", site.floors[survey.stop_floor[n]].floor, *place])
    return Walked(folder / "walk", folder / "site")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    return walked(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def worth(whole: Walked) -> Assessment:
    return assess(Question(str(whole.folder), str(whole.site)))


def test_a_walk_says_what_it_is_worth_on_each_floor_and_keeps_its_calibration(
    whole: Walked, worth: Assessment
) -> None:
    judged = worth
    assert judged.state == "done"
    assert [floor.floor for floor in judged.floors] == ["L1", "L2"]
    for floor in judged.floors:
        assert floor.before is not None
        assert floor.after is not None
        assert floor.after.mean_m < 1.2 * floor.before.mean_m
    assert sum(floor.spots for floor in judged.floors) == len(judged.spots)
    assert len(judged.gateways) == len(small_mall().gateways)
    assert not any(gateway.moved for gateway in judged.gateways)
    assert calibrate.load(whole.folder / calibrate.FILE_NAME).title == "through the mall"


@pytest.mark.usefixtures("worth")
def test_a_gateway_that_is_much_louder_than_last_time_is_named(whole: Walked, tmp_path: Path) -> None:
    now = walked(tmp_path, louder_db=15.0)
    judged = assess(Question(str(now.folder), str(now.site), str(whole.folder / calibrate.FILE_NAME)))
    assert [gateway.gateway for gateway in judged.gateways if gateway.moved] == [
        small_mall().gateways[0].gateway
    ]


def test_too_few_spots_say_nothing(tmp_path: Path) -> None:
    few = walked(tmp_path, stops=SPOTS_MIN // 2)
    judged = assess(Question(str(few.folder), str(few.site)))
    assert (judged.state, judged.reason) == ("failed", "too_few_spots")
