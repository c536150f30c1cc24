"""Scenario files: every shipped one loads, unknown keys are refused with the file's name."""

from pathlib import Path

import pytest

from contracts.errors import ConfigError
from runtime.scenarios import load_scenario
from runtime.settings import CLONE

SHIPPED = sorted((CLONE / "config" / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_scenarios_load(file: Path) -> None:
    scenario = load_scenario(file)
    assert (CLONE / "config" / "sites" / scenario.world.site).is_dir()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[world]\nsite = 3", "site"),
        ("[world]\ncolour = 'red'", "colour"),
        ("[faults]\nlosss = 0.1", "losss"),
        ("tags_everywhere = 1", "tags_everywhere"),
        ("[world", "not TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_scenario(file)
    assert "mine.toml" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_scenario(tmp_path / "none.toml")
