"""The world: one seed gives the same bytes, faults break no law, and a broken law is caught."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from contracts.quantities import MINUTE, SECOND
from runtime import compose
from runtime.faults import Crash, FaultLimits, draw_faults
from runtime.scenarios import ScenarioFile, load_scenario
from runtime.settings import CLONE, Settings
from runtime.simulate import simulate
from runtime.site_files import load_site
from runtime.world import BrokenInvariantError, World
from tests.sites import small_mall

START = 1_773_453_600 * SECOND
CALM = draw_faults(FaultLimits(), compose.PROCESSES, START, START + 1, np.random.default_rng(0))


@pytest.fixture(scope="module")
def ground() -> compose.Ground:
    return compose.ground(small_mall(), Settings())


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return load_scenario(CLONE / "config" / "scenarios" / "faults.toml")


def test_the_small_malls_folder_is_the_small_mall() -> None:
    assert load_site(CLONE / "config" / "sites" / "small") == small_mall()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    ground: compose.Ground, file: ScenarioFile
) -> None:
    one, _ = simulate(ground, file, seed=5, minutes=2)
    again, _ = simulate(ground, file, seed=5, minutes=2)
    other, _ = simulate(ground, file, seed=6, minutes=2)
    assert one.failure == ""
    assert one.digest == again.digest
    assert one.digest != other.digest


def test_hash_randomisation_changes_nothing(tmp_path: Path) -> None:
    written = []
    for hash_seed in ("1", "2"):
        journal = tmp_path / hash_seed
        command = ["-m", "runtime", "simulate", "--seed", "3", "--minutes", "1.5", "--journal", str(journal)]
        scenario = ["--scenario", str(CLONE / "config" / "scenarios" / "faults.toml")]
        subprocess.run(
            [sys.executable, *command, *scenario],
            cwd=CLONE,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(CLONE), "PATH": "/usr/bin:/bin"},
            check=True,
            timeout=200,
            stdout=subprocess.DEVNULL,
        )
        written.append(journal.read_bytes())
    assert written[0] == written[1]
    assert len(written[0]) > 1000


@pytest.mark.parametrize("point", ["idle", "before_journal", "after_journal", "half_sent"])
def test_a_dispatcher_that_dies_anywhere_loses_nothing(
    ground: compose.Ground, file: ScenarioFile, point: str
) -> None:
    crashes = tuple(Crash(START + (20 + 25 * n) * SECOND, "dispatcher", 3 * SECOND, point) for n in range(4))
    faults = dataclasses.replace(CALM, crashes=crashes)
    world = World(ground, file.scenario, 11, START, faults)
    world.run(START + 3 * MINUTE)
    assert world.counters["crashes_dispatcher"] >= 3
    assert world.watch.accepted_calls
    assert world.dispatcher is not None
    assert set(world.watch.accepted_calls) <= set(world.dispatcher.ledger.calls)


def test_a_broken_law_is_caught_with_the_last_events(ground: compose.Ground, file: ScenarioFile) -> None:
    world = World(ground, file.scenario, 1, START, CALM)
    world.watch.accepted_calls["c-invented"] = START
    with pytest.raises(BrokenInvariantError, match="c-invented is lost") as caught:
        world.run(START + MINUTE)
    assert caught.value.last
