"""The whole system under faults: forty seeds of the small mall, one hour of the demo mall, all laws held.

A seed that fails prints the command that repeats it. Every bug that a simulation found stands in SEEDS.
"""

import pytest

from runtime import compose
from runtime.scenarios import ScenarioFile, load_scenario
from runtime.settings import CLONE, Settings
from runtime.simulate import Outcome, describe, simulate
from runtime.site_files import load_site
from tests.sites import small_mall

FAULTS = CLONE / "config" / "scenarios" / "faults.toml"
HOUR = CLONE / "config" / "scenarios" / "hour.toml"
SEEDS = range(1, 41)
CPU_S_LIMIT = 200
"""Catches a collapse only: 51 to 62 s were measured; the goal is 60 (bench/RESULTS.md)."""


@pytest.fixture(scope="module")
def ground() -> compose.Ground:
    return compose.ground(small_mall(), Settings())


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return load_scenario(FAULTS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_all_laws_hold_under_faults(ground: compose.Ground, file: ScenarioFile, seed: int) -> None:
    outcome, world = simulate(ground, file, seed)
    assert not outcome.failure, repeat(outcome, "faults")
    assert outcome.calls > 0
    answered = [call for call in world.watch.calls.values() if call.state in ("cleared", "cancelled")]
    assert answered, "somebody was helped in spite of it all"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_hour_of_the_demo_mall() -> None:
    ground = compose.ground(load_site(CLONE / "config" / "sites" / "demo"), Settings())
    outcome, _ = simulate(ground, load_scenario(HOUR), seed=1)
    assert not outcome.failure, repeat(outcome, "hour")
    assert outcome.calls >= 30
    assert outcome.cpu_s < CPU_S_LIMIT, describe(outcome)


def repeat(outcome: Outcome, scenario: str) -> str:
    """What to type to see it again."""
    last = "\n".join(outcome.last)
    command = f"nearhand simulate --seed {outcome.seed} --scenario config/scenarios/{scenario}.toml"
    return f"{last}\n{outcome.failure}\nrepeat with: {command}"
