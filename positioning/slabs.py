"""What slabs take from a signal between floors; nothing where it passes through a void (an atrium)."""

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.geometry import shape
from contracts.grid import WalkableGrid
from contracts.sitemap import Site
from positioning.radio import Floats, Gateways, Storeys

VOID = "opentobelow"
"""IMDF's category of a unit whose floor is missing."""
RASTER_M = 1.0


class Voids:
    """Where each floor's slab is missing, on a raster of a metre; made once from the site."""

    def __init__(self, site: Site, grid: WalkableGrid) -> None:
        self._x0, self._y0 = float(grid.x_m.min()), float(grid.y_m.min())
        columns = int((float(grid.x_m.max()) - self._x0) / RASTER_M) + 1
        rows = int((float(grid.y_m.max()) - self._y0) / RASTER_M) + 1
        xs, ys = np.meshgrid(self._x0 + RASTER_M * np.arange(columns), self._y0 + RASTER_M * np.arange(rows))
        self._open = np.zeros((len(site.floors), rows, columns), bool)
        for space in site.spaces:
            if space.category == VOID:
                self._open[site.floor_index(space.floor)] |= shapely.contains_xy(shape(space.polygon), xs, ys)

    def at(self, floor: int, x_m: Floats, y_m: Floats) -> NDArray[np.bool_]:
        """Whether the slab under ``floor`` is missing at points; outside the raster as at its edge."""
        _, rows, columns = self._open.shape
        row = np.clip(np.rint((y_m - self._y0) / RASTER_M), 0, rows - 1).astype(np.intp)
        column = np.clip(np.rint((x_m - self._x0) / RASTER_M), 0, columns - 1).astype(np.intp)
        return np.asarray(self._open[floor, row, column])


def slabs_db(
    grid: WalkableGrid,
    voids: Voids,
    gateways: Gateways,
    storeys: Storeys,
    number: int,
    tag_height_m: float,
) -> Floats:
    """Loss in dB between gateway ``number`` and a tag at each cell, (cells,): the slabs that the straight
    line crosses outside voids."""
    floor = np.asarray(grid.floor, np.intp)
    home = int(gateways.floor[number])
    top_m = storeys.elevation_m[home] + gateways.height_m[number]
    tag_m = storeys.elevation_m[floor] + tag_height_m
    x0, y0 = gateways.x_m[number], gateways.y_m[number]
    loss = np.zeros(grid.n_cells)
    for slab in range(1, len(storeys)):
        between = (np.minimum(home, floor) < slab) & (slab <= np.maximum(home, floor))
        if not between.any():
            continue
        share = np.clip((storeys.elevation_m[slab] - top_m) / (tag_m[between] - top_m), 0.0, 1.0)
        x = x0 + share * (grid.x_m[between] - x0)
        y = y0 + share * (grid.y_m[between] - y0)
        takes = storeys.slabs_db[slab] - storeys.slabs_db[slab - 1]
        loss[between] += np.where(voids.at(slab, x, y), 0.0, takes)
    return loss
