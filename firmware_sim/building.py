"""What goes out of use in the building, and when: the scenario's closures, as the control room's orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts import messages as m
from contracts.messages import Command
from contracts.quantities import MINUTE, Instant
from firmware_sim.scenario import Closure

CONTROL: Final = "operator/control-room"


@dataclass(frozen=True)
class Change:
    """One connector or space out of use, or in use again; no connector = fire mode."""

    at: Instant
    connector: str
    closed: bool

    @property
    def order(self) -> tuple[type[Command], dict[str, Any]]:
        """The command that says so, and its fields."""
        if not self.connector:
            return m.SetFireMode, {"on": self.closed}
        if self.closed:
            return m.CloseConnector, {"connector": self.connector, "reason": "broken"}
        return m.OpenConnector, {"connector": self.connector}


def changes_of(closures: Sequence[Closure], start: Instant) -> list[Change]:
    """All that is to happen, in order; what has no end stays closed."""
    changes = []
    for closure in closures:
        at = start + round(closure.after_min * MINUTE)
        changes.append(Change(at, closure.connector, True))
        if closure.for_min > 0:
            changes.append(Change(at + round(closure.for_min * MINUTE), closure.connector, False))
    return sorted(changes, key=lambda change: change.at)


def due(changes: list[Change], now: Instant) -> list[Change]:
    """Those whose time has come, taken off ``changes``."""
    found = []
    while changes and changes[0].at <= now:
        found.append(changes.pop(0))
    return found
