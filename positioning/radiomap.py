"""The expected level of each gateway at each walkable cell: one table, so that a likelihood is look-ups.

Log-distance, slabs between floors, walls in the way (multi-wall model, COST 231 section 4.7.2), and what
a calibration found beyond them. Levels in half decibels, so that a mall's table stays in the cache:
80 gateways x 70 000 cells are 5.6 MB.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.sitemap import Site
from positioning.ground import Ground
from positioning.radio import Floats, Gateways, Storeys, vertical_m
from positioning.slabs import Voids, slabs_db

UNIT_DB: Final = 0.5
FLOOR_DBM: Final = -127.0
"""Nothing is heard below; also the table's lowest value."""
WALLS_MAX_DB: Final = 20.0
"""More walls do not take more: the signal finds another way (doors, voids, reflections)."""
RAY_STEP_M: Final = 0.4
RAYS: Final = 720
"""From each gateway; at the end of the reach they are half a metre apart, half a cell."""
RAY_REACH_M: Final = 60.0
"""Walls matter where a level may still be heard; beyond, distance alone has ended the link."""


Levels = NDArray[np.uint8]


@dataclass(frozen=True)
class RadioMap:
    """``level`` (cells, gateways) flat, uint8: dBm = FLOOR_DBM + UNIT_DB * level."""

    level: Levels
    gateways: int

    def expected_dbm(self, cells: NDArray[np.int32], gateway: NDArray[np.int32]) -> NDArray[np.float32]:
        """Levels at cells from gateways; shapes broadcast."""
        index = cells * np.int32(self.gateways) + gateway
        units = self.level[index].astype(np.float32)
        levels: NDArray[np.float32] = np.float32(FLOOR_DBM) + units * np.float32(UNIT_DB)
        return levels


def model_levels(
    site: Site, ground: Ground, gateways: Gateways, storeys: Storeys, tag_height_m: float
) -> Floats:
    """Expected levels in dBm by the model alone, (cells, gateways)."""
    grid = ground.grid
    floor = grid.floor.astype(np.int64)
    walls = [_wall_raster(site, ground, index) for index in range(len(storeys))]
    voids = Voids(site, grid)
    levels = np.empty((len(gateways), grid.n_cells))  # a gateway's levels side by side: filled in one go
    for number in range(len(gateways)):
        which = np.full(1, number)
        vertical = vertical_m(gateways, storeys, which, floor, tag_height_m)
        flat = np.hypot(grid.x_m - gateways.x_m[number], grid.y_m - gateways.y_m[number])
        distance = np.maximum(np.hypot(flat, vertical), 0.5)
        loss = 10 * gateways.exponent[number] * np.log10(distance)
        loss += slabs_db(grid, voids, gateways, storeys, number, tag_height_m)
        loss += _walls_db(ground, walls, gateways, number, flat)
        levels[number] = gateways.power_dbm[number] - loss
    return levels.T


def tabulate(levels_dbm: Floats) -> RadioMap:
    """Levels (cells, gateways) as the table."""
    units = np.clip(np.rint((levels_dbm - FLOOR_DBM) / UNIT_DB), 0, 255).astype(np.uint8)
    return RadioMap(np.ascontiguousarray(units).ravel(), levels_dbm.shape[1])


def _wall_raster(site: Site, ground: Ground, floor: int) -> tuple[NDArray[np.int16], Floats]:
    """Which wall stands at each point of a fine raster (0 = none), and what each takes."""
    here = [w for w in site.walls if w.floor == site.floors[floor].floor and w.loss_db > 0]
    height = int(np.ceil(ground.rows / float(ground.per_m) / RAY_STEP_M)) + 2
    width = int(np.ceil(ground.columns / float(ground.per_m) / RAY_STEP_M)) + 2
    raster = np.zeros((height, width), np.int16)
    for number, wall in enumerate(here, start=1):
        length = np.hypot(wall.b[0] - wall.a[0], wall.b[1] - wall.a[1])
        along = np.linspace(0.0, 1.0, max(2, int(np.ceil(2 * length / RAY_STEP_M)) + 1))
        x = wall.a[0] + along * (wall.b[0] - wall.a[0])
        y = wall.a[1] + along * (wall.b[1] - wall.a[1])
        row, column = _fine(ground, x, y)
        ok = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        raster[row[ok], column[ok]] = number
    return raster, np.array([0.0, *(wall.loss_db for wall in here)])


def _fine(ground: Ground, x: Floats, y: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row = np.floor((y - float(ground.y0_m)) / RAY_STEP_M).astype(np.int64)
    column = np.floor((x - float(ground.x0_m)) / RAY_STEP_M).astype(np.int64)
    return row, column


def _fan_db(ground: Ground, raster: NDArray[np.int16], takes: Floats, x0: float, y0: float) -> Floats:
    """Walls crossed on the way out along each ray, summed: (steps, rays) in dB."""
    angle = np.arange(RAYS) * (2 * np.pi / RAYS)
    steps = int(RAY_REACH_M / RAY_STEP_M) + 2
    away_m = np.arange(steps)[:, None] * RAY_STEP_M
    row, column = _fine(ground, x0 + away_m * np.cos(angle), y0 + away_m * np.sin(angle))
    wall = raster[np.clip(row, 0, raster.shape[0] - 1), np.clip(column, 0, raster.shape[1] - 1)]
    last = np.where(wall > 0, np.arange(steps)[:, None], 0)
    last = np.maximum.accumulate(last, axis=0)
    before = np.zeros_like(wall)
    before[1:] = np.take_along_axis(wall, last[:-1], axis=0)
    crossed = (wall != before) & (wall > 0)
    crossed[0] = False  # the gateway itself may hang on a wall
    return np.cumsum(np.where(crossed, takes[wall], 0.0), axis=0)


def _walls_db(
    ground: Ground,
    walls: list[tuple[NDArray[np.int16], Floats]],
    gateways: Gateways,
    number: int,
    flat_m: NDArray[np.float32],
) -> Floats:
    """Walls between a gateway and the cells of its own floor, by a fan of rays."""
    grid = ground.grid
    loss = np.zeros(grid.n_cells)
    floor = int(gateways.floor[number])
    raster, takes = walls[floor]
    near = np.flatnonzero((grid.floor == floor) & (flat_m <= RAY_REACH_M))
    if len(takes) == 1 or not len(near):
        return loss
    x0, y0 = gateways.x_m[number], gateways.y_m[number]
    fan = _fan_db(ground, raster, takes, x0, y0)
    angle = np.arctan2(grid.y_m[near] - y0, grid.x_m[near] - x0) % (2 * np.pi)
    ray = np.rint(angle * (RAYS / (2 * np.pi))).astype(np.int64) % RAYS
    step = np.minimum(np.rint(flat_m[near] / RAY_STEP_M).astype(np.int64), fan.shape[0] - 1)
    loss[near] = np.minimum(fan[step, ray], WALLS_MAX_DB)
    return loss
