"""Scenario files: what the world is told (``[world]``, ``[faults]``), what is different in the building
(``[site]``), and what is simulated (the rest)."""

import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from contracts.errors import ConfigError
from firmware_sim.scenario import Scenario
from runtime.faults import FaultLimits
from runtime.scenario_site import SiteChanges

EXTENDS_MAX: Final = 4
"""Files that extend files that extend …"""


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
    changes: SiteChanges = SiteChanges()


def load_scenario(file: Path) -> ScenarioFile:
    """A scenario file, unknown keys refused.

    Raises:
        ConfigError: names the file, the place in it and what was expected.
    """
    try:
        content = _read(file, EXTENDS_MAX)
        world = content.pop("world", {})
        faults = content.pop("faults", {})
        changes = content.pop("site", {})
        return ScenarioFile(
            msgspec.convert(world, WorldPlan),
            msgspec.convert(faults, FaultLimits),
            msgspec.convert(content, Scenario),
            msgspec.convert(changes, SiteChanges),
        )
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}") from error


def _read(file: Path, further: int) -> dict[str, Any]:
    """A file laid over the one that it ``extends``, key by key; lists are replaced whole."""
    content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    base = content.pop("extends", None)
    if base is None:
        return content
    if not isinstance(base, str) or further == 0:
        raise ConfigError(
            f"{file}: extends: expected the name of a file beside it, at most {EXTENDS_MAX} deep"
        )
    return _laid_over(_read(file.parent / base, further - 1), content)


def _laid_over(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _laid_over(below, value) if both else value  # type: ignore[arg-type]
    return merged
