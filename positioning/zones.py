"""Which zone or unit a place lies in: polygons drawn once into a raster per floor, then table look-ups."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.sitemap import Polygon, Site

CELL_M = 1.0
"""Raster of the labels: a quarter of the error of an estimate."""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Raster:
    """Cells of ``CELL_M`` over all floors; ``label`` (floors, rows, columns) points into ``names``."""

    x0_m: float
    y0_m: float
    label: NDArray[np.int32]
    names: tuple[str | None, ...]

    def at(self, floor: Ints, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.int32]:
        """Labels at places; places off the raster take its nearest cell."""
        row = np.clip(((y_m - self.y0_m) / CELL_M).astype(np.int64), 0, self.label.shape[1] - 1)
        column = np.clip(((x_m - self.x0_m) / CELL_M).astype(np.int64), 0, self.label.shape[2] - 1)
        return self.label[floor, row, column]


def bounds_m(site: Site) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 around all floors' outlines."""
    corners = np.array([corner for floor in site.floors for corner in floor.outline.outer])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def draw(site: Site) -> Raster:
    """Zones over units, small ones over large ones; label 0 is no name."""
    x0, y0, x1, y1 = bounds_m(site)
    columns, rows = int(np.ceil((x1 - x0) / CELL_M)) or 1, int(np.ceil((y1 - y0) / CELL_M)) or 1
    label = np.zeros((len(site.floors), rows, columns), np.int32)
    shapes = [(s.floor, s.polygon, s.space_id) for s in site.spaces if s.walkable]
    shapes += [(z.floor, z.polygon, z.zone) for z in site.zones]
    names: list[str | None] = [None]
    x = x0 + (np.arange(columns) + 0.5) * CELL_M
    y = y0 + (np.arange(rows) + 0.5) * CELL_M
    known = {floor.floor: index for index, floor in enumerate(site.floors)}
    for floor, polygon, name in sorted(shapes, key=lambda shape: -_area_m2(shape[1])):
        if floor in known:
            names.append(name)
            _fill(label[known[floor]], x, y, polygon, len(names) - 1)
    return Raster(x0, y0, label, tuple(names))


def _area_m2(polygon: Polygon) -> float:
    return float(shapely.Polygon(polygon.outer, polygon.holes).area)


def _fill(
    label: NDArray[np.int32], x: NDArray[np.float64], y: NDArray[np.float64], polygon: Polygon, value: int
) -> None:
    """Give ``value`` to the cells whose centres lie in the polygon."""
    shape = shapely.Polygon(polygon.outer, polygon.holes)
    west, south, east, north = shape.bounds
    columns = slice(*np.searchsorted(x, (west, east)))
    rows = slice(*np.searchsorted(y, (south, north)))
    inside = shapely.contains_xy(shape, *np.meshgrid(x[columns], y[rows]))
    label[rows, columns][inside] = value
