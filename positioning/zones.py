"""Which zone or unit a device is in, from probability with hysteresis.

Each cell carries a label for the set of polygons around its centre; a device's probabilities are sums
of its particles' weights by label. A name is left for another, and a zone entered or left, only by a
clear majority, so that standing at a border flips nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.geometry import shape
from contracts.grid import WalkableGrid
from contracts.sitemap import Polygon, Site

ENTER: Final = 0.7
LEAVE: Final = 0.3
"""Probabilities at which a zone of interest is entered and left."""
LEAD: Final = 0.4
"""A name gives way to another that is more probable by so much: the gap between ENTER and LEAVE."""
TOGETHER: Final = 64
"""Devices counted in one go: their sums stay in the processor's cache."""
Ints = NDArray[np.int32]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class ZoneMap:
    """Labels of the n cells; l labels, s names, z zones of interest."""

    label: Ints
    """(n,) sorted so that labels of one name are neighbours."""
    labels: int
    begin: NDArray[np.intp]
    """(s,) first label of each name."""
    names: tuple[str | None, ...]
    """(s,) the smallest zone or unit around; the first is None, no name."""
    zones: tuple[str, ...]
    member: Singles
    """(l, z) 1 where the label lies in the zone."""


def draw(site: Site, grid: WalkableGrid) -> ZoneMap:
    """The labels of a site's cells. Small polygons name before large ones, zones before units."""
    cells = grid.n_cells
    zones = tuple(zone.zone for zone in site.zones)
    inside = np.zeros((cells, len(zones)), bool)
    name = np.zeros(cells, np.int64)
    names: list[str | None] = [None]
    shapes: list[tuple[str, Polygon, str, int]] = [
        (space.floor, space.polygon, space.space_id, -1) for space in site.spaces if space.walkable
    ]
    shapes += [(zone.floor, zone.polygon, zone.zone, number) for number, zone in enumerate(site.zones)]
    for floor, polygon, label, number in sorted(shapes, key=lambda entry: -shape(entry[1]).area):
        within = _within(site, grid, floor, polygon)
        names.append(label)
        name[within] = len(names) - 1
        if number >= 0:
            inside[within, number] = True
    key = np.concatenate([name[:, None], inside], axis=1)
    distinct, label_of = np.unique(key, axis=0, return_inverse=True)
    used, begin = np.unique(distinct[:, 0], return_index=True)
    return ZoneMap(
        label=label_of.ravel().astype(np.int32),
        labels=len(distinct),
        begin=begin,
        names=tuple(names[number] for number in used),
        zones=zones,
        member=distinct[:, 1:].astype(np.float32),
    )


def _within(site: Site, grid: WalkableGrid, floor: str, polygon: Polygon) -> NDArray[np.intp]:
    """Cells whose centres lie in a polygon of a floor (none where the floor is unknown)."""
    index = next((i for i, known in enumerate(site.floors) if known.floor == floor), -1)
    geometry = shape(polygon)
    west, south, east, north = geometry.bounds
    box = (grid.floor == index) & (grid.x_m >= west) & (grid.x_m <= east)
    near = np.flatnonzero(box & (grid.y_m >= south) & (grid.y_m <= north))
    result: NDArray[np.intp] = near[shapely.contains_xy(geometry, grid.x_m[near], grid.y_m[near])]
    return result


def probabilities(zone_map: ZoneMap, weight: Singles, cell: Ints) -> tuple[Singles, Singles]:
    """Of names (n, s) and of zones of interest (n, z), for clouds (n, p)."""
    parts = [
        _sums(zone_map, weight[begin : begin + TOGETHER], cell[begin : begin + TOGETHER])
        for begin in range(0, max(len(cell), 1), TOGETHER)
    ]
    by_label = np.concatenate(parts)
    alone = len(zone_map.begin) == zone_map.labels  # no name has two labels: nothing to sum
    by_name = by_label if alone else np.add.reduceat(by_label, zone_map.begin, axis=1)
    return by_name, by_label @ zone_map.member


def _sums(zone_map: ZoneMap, weight: Singles, cell: Ints) -> Singles:
    """Probabilities of the labels, (n, l)."""
    n = len(cell)
    key = zone_map.label[cell] + (np.arange(n, dtype=np.int32) * zone_map.labels)[:, None]
    flat = np.bincount(key.ravel(), weight.ravel(), n * zone_map.labels)
    return flat.reshape(n, zone_map.labels).astype(np.float32)


class ZoneMemory:
    """Where each device was said to be: name index (rows,) -1 = nothing said, and (rows, z) inside."""

    def __init__(self, zone_map: ZoneMap) -> None:
        self.map = zone_map
        self._name: Ints = np.zeros(0, np.int32)
        self._inside: NDArray[np.bool_] = np.zeros((0, len(zone_map.zones)), bool)

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` devices."""
        missing = max(0, rows - len(self._name))
        self._name = np.concatenate([self._name, np.full(missing, -1, np.int32)])
        self._inside = np.concatenate([self._inside, np.zeros((missing, self._inside.shape[1]), bool)])

    def clear(self, row: int) -> None:
        """Forget a device."""
        self._name[row] = -1
        self._inside[row] = False

    def update(
        self, rows: NDArray[np.int64], weight: Singles, cell: Ints
    ) -> tuple[Ints, list[tuple[int, int, bool, float]]]:
        """Names of ``rows`` now, and what changed: (index into rows, zone, entered, probability)."""
        by_name, by_zone = probabilities(self.map, weight, cell)
        said = self._name[rows]
        best = np.argmax(by_name, axis=1).astype(np.int32)
        take = np.arange(len(rows))
        led = by_name[take, best] - np.where(said >= 0, by_name[take, np.maximum(said, 0)], -1.0)
        name = np.where(led > LEAD, best, said)
        self._name[rows] = name
        before = self._inside[rows]
        inside = np.where(before, by_zone > LEAVE, by_zone >= ENTER)
        self._inside[rows] = inside
        changed = np.argwhere(inside != before)
        changes = [(int(i), int(z), bool(inside[i, z]), float(by_zone[i, z])) for i, z in changed]
        return name, changes
