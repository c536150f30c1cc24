from pathlib import Path

import msgspec
import pytest

from firmware_sim.scenario import Scenario
from runtime.scenarios import load_scenario

FILES = sorted((Path(__file__).parents[2] / "config" / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_scenario_in_config_is_read(file: Path) -> None:
    scenario = load_scenario(file).scenario
    assert scenario.name == file.stem
    assert scenario.crowd.visitors > 0


def test_there_are_the_promised_scenarios() -> None:
    assert {"demo", "hour", "small", "quiet", "mass_call", "broken_network"} <= {file.stem for file in FILES}


@pytest.mark.parametrize("text", ["speed = 3", "[crowd]\ntourists = 3", "[radio]\nsnr = 3"])
def test_unknown_keys_are_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.toml.decode(text, type=Scenario)


def test_an_empty_file_is_the_default() -> None:
    assert msgspec.toml.decode("", type=Scenario) == Scenario()
