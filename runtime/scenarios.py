"""Scenario files: what the world is told (``[world]``, ``[faults]``) and what is simulated (the rest)."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from contracts.errors import ConfigError
from firmware_sim.scenario import Scenario
from runtime.faults import FaultLimits


class WorldPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[world]``: where and when the scenario plays."""

    site: str = "demo"
    """Folder of the site, from config/sites/."""
    start: str = "2026-03-14T10:00:00+08:00"
    """Virtual time of the beginning: a busy Saturday."""
    minutes: float = 10.0
    positioning_wake_ms: int | None = None
    """Pace of the solver instead of the live one: where gateways upload once a second, so does it."""
    settle_minutes: float = 0.0
    """Of these, the last ones without faults or new calls: everything must settle."""


class ScenarioFile(msgspec.Struct, frozen=True):
    world: WorldPlan
    faults: FaultLimits
    scenario: Scenario


def load_scenario(file: Path) -> ScenarioFile:
    """A scenario file, unknown keys refused.

    Raises:
        ConfigError: names the file, the place in it and what was expected.
    """
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        world = content.pop("world", {})
        faults = content.pop("faults", {})
        return ScenarioFile(
            msgspec.convert(world, WorldPlan),
            msgspec.convert(faults, FaultLimits),
            msgspec.convert(content, Scenario),
        )
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}") from error
