"""What is installed and drawn, put into the form that the filter reads."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from contracts.grid import WalkableGrid
from contracts.messages import InstalledGateway
from contracts.sitemap import Site
from contracts.walking import Closures
from positioning.calibration import Calibration, residual_maps
from positioning.ground import Ground, lay
from positioning.particles import Ints
from positioning.radio import Floats, Gateways, install, storeys_of
from positioning.radiomap import model_levels, tabulate
from positioning.residuals import Places
from positioning.settings import PositioningSettings
from positioning.tracks import CANDIDATES, World

NEAR_M: Final = 10.0
FAR_M: Final = 45.0
"""Beyond, a tag is not heard indoors."""


def assemble(
    site: Site,
    grid: WalkableGrid,
    guests: tuple[InstalledGateway, ...],
    closures: Closures,
    settings: PositioningSettings,
    calibration: Calibration | None = None,
) -> World:
    """All tables, anew."""
    ground = lay(site, grid, closures)
    storeys = storeys_of(site)
    gateways, _ = install(site, guests, settings, calibration)
    height_m = settings.tag_height_m if calibration is None else calibration.tag_height_m
    levels = model_levels(site, ground, gateways, storeys, height_m)
    if calibration is not None:
        guest_names = {guest.gateway for guest in guests}
        surveyed = {name: i for name, i in gateways.index.items() if name not in guest_names}
        levels += surveyed_residuals(site, ground, surveyed, len(gateways), calibration)
    near = _near(ground, gateways, settings.particles * CANDIDATES)
    scale = 1.0 if calibration is None else calibration.ellipse_scale
    return World(ground, tabulate(levels), gateways, storeys, near, scale)


def surveyed_residuals(
    site: Site, ground: Ground, surveyed: Mapping[str, int], count: int, calibration: Calibration
) -> Floats:
    """What the survey found beyond the model, (cells, gateways)."""
    grid = ground.grid
    floors = tuple(floor.floor for floor in site.floors)
    places = Places(grid.floor.astype(np.int64), grid.x_m.astype(float), grid.y_m.astype(float))
    result = np.zeros((grid.n_cells, count))
    result[:, list(surveyed.values())] = residual_maps(calibration, list(surveyed), floors, places)
    return result


def _near(ground: Ground, gateways: Gateways, count: int) -> Ints:
    """Cells where a device may be that a gateway hears loudest, half of them close by."""
    grid = ground.grid
    cells = np.empty((len(gateways), count), np.int32)
    for number in range(len(gateways)):
        away_m = np.hypot(grid.x_m - gateways.x_m[number], grid.y_m - gateways.y_m[number])
        away_m = away_m + 3.0 * np.abs(grid.floor - gateways.floor[number])
        close, far = (np.flatnonzero(away_m <= limit) for limit in (NEAR_M, FAR_M))
        far = far if len(far) else np.arange(grid.n_cells)
        close = close if len(close) else far
        parts = (_spread(close, count // 2), _spread(far, count - count // 2))
        cells[number] = np.stack([parts[0], parts[1][: count // 2]], axis=1).ravel()[:count]
    return cells


def _spread(cells: np.ndarray, count: int) -> np.ndarray:
    """``count`` of the cells, evenly over them, in an order that jumps about."""
    index = ((np.arange(count) * 0.6180339887498949) % 1.0 * len(cells)).astype(np.int64)
    return cells[index]
