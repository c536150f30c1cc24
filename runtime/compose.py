"""Which services a process consists of, and how each is made. The only file that knows them all.

Each is imported where it is made, so that a process starts with what it runs and nothing else.

The host (real time) and the world (virtual time) both compose from here, so that what is simulated is
what runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from contracts.grid import WalkableGrid, build_grid
from contracts.messages import ButtonPressed, Fact
from contracts.service import Service
from contracts.sitemap import Site
from runtime.settings import Settings

if TYPE_CHECKING:
    from dashboard.service import DashboardService
    from dispatcher.service import DispatcherService
    from firmware_sim.scenario import Scenario
    from firmware_sim.service import FirmwareSimService
    from positioning.calibration import Calibration

PROCESSES = ("positioning", "dispatcher", "dashboard", "firmware_sim")
"""The processes of a mall. ``positioning`` holds ingest too: raw payloads never cross the bus twice."""


@dataclass(frozen=True)
class Ground:
    """What every process builds its services on: the site and its walkable grid."""

    site: Site
    grid: WalkableGrid
    settings: Settings
    calibration: "Calibration | None" = None
    """Of the commissioning walk, where there was one."""


def ground(site: Site, settings: Settings, calibration: "Calibration | None" = None) -> Ground:
    return Ground(site, build_grid(site), settings, calibration)


def positioning_services(ground: Ground, presses: Sequence[ButtonPressed] = ()) -> tuple[Service, ...]:
    """Ingest and positioning. ``presses`` are those raised before a restart."""
    from gateway.ingest import IngestService
    from positioning.rehearsal import rehearse
    from positioning.service import PositioningService

    rehearse()
    settings = ground.settings
    return (
        IngestService(ground.site, settings.ingest, presses),
        PositioningService(ground.site, ground.grid, settings.positioning, ground.calibration),
    )


def dispatcher_service(ground: Ground, facts: Sequence[Fact] = ()) -> "DispatcherService":
    from dispatcher.service import DispatcherService

    return DispatcherService(ground.site, ground.grid, ground.settings.dispatcher, facts)


def dashboard_service(ground: Ground, simulated: bool = False) -> "DashboardService":
    from dashboard.service import DashboardService

    origin: Literal["live", "simulated"] = "simulated" if simulated else "live"
    return DashboardService(ground.site, ground.grid, ground.settings.dashboard, origin)


def firmware_sim_service(ground: Ground, scenario: "Scenario", seed: int) -> "FirmwareSimService":
    from firmware_sim.service import FirmwareSimService

    return FirmwareSimService(ground.site, ground.grid, scenario, np.random.default_rng(seed))
