"""Which zone or unit a device is in, from probability with hysteresis.

Each cell carries a label for the set of polygons around its centre; a device's probabilities are sums
of its particles' weights by label. A name is left for another, and a zone entered or left, only by a
clear majority, so that standing at a border flips nothing.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.geometry import shape
from contracts.grid import WalkableGrid
from contracts.sitemap import Polygon, Site
from positioning.compiled import compiled

ENTER: Final = 0.65
LEAVE: Final = 0.35
"""Probabilities at which a zone of interest is entered and left: wider apart they lag behind (right less
often), closer together they flip more often than people cross."""
LEAD: Final = 0.3
"""A name gives way to another that is more probable by so much: the gap between ENTER and LEAVE."""
Ints = NDArray[np.int32]
Singles = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class ZoneMap:
    """Labels of the n cells; l labels, s names, z zones of interest."""

    label: Ints
    """(n,)"""
    name_of: Ints
    """(l,) name of each label."""
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
    used, name_of = np.unique(distinct[:, 0], return_inverse=True)
    return ZoneMap(
        label=label_of.ravel().astype(np.int32),
        name_of=name_of.astype(np.int32),
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


class Look(NamedTuple):
    """Where m devices are by their clouds."""

    name: Ints
    """(m,) the most probable name."""
    lead: Singles
    """(m,) by how much it is more probable than the one said before; more than 1 where nothing was said."""
    by_zone: Singles
    """(m, z) probability of each zone of interest."""


def look(zone_map: ZoneMap, weight: Singles, cell: Ints, rows: Rows, said: Ints) -> Look:
    """At ``rows`` (m,) of clouds (n, p), of which the names ``said`` (m,) were said, -1 = none."""
    count = len(rows)
    found = Look(
        np.zeros(count, np.int32),
        np.zeros(count, np.float32),
        np.zeros((count, len(zone_map.zones)), np.float32),
    )
    _look(found, (zone_map.label, zone_map.name_of, zone_map.member), weight, cell, rows, said)
    return found


@compiled
def _look(
    found: Look, tables: tuple[Ints, Ints, Singles], weight: Singles, cell: Ints, rows: Rows, said: Ints
) -> None:
    label_of, name_of, member = tables
    size = weight.shape[1]
    seen_for = np.full(len(name_of), -1, np.int64)
    by_name = np.zeros(name_of.max() + 1, np.float32)
    label, distinct = np.empty(size, np.int32), np.empty(size, np.int32)
    for i in range(len(rows)):
        row = rows[i]
        for p in range(size):
            label[p] = label_of[cell[row, p]]
        found_here, before = 0, np.int32(-1)
        for p in range(size):
            here = label[p]
            if here != before and seen_for[here] != i:
                seen_for[here] = i
                distinct[found_here] = here
                found_here += 1
            before = here
        best = name_of[label[0]]
        for here in distinct[:found_here]:
            share = np.float32(0)
            for p in range(size):
                share += weight[row, p] if label[p] == here else np.float32(0)
            by_name[name_of[here]] += share
            for zone in range(member.shape[1]):
                found.by_zone[i, zone] += share * member[here, zone]
        for here in distinct[:found_here]:
            name = name_of[here]
            if by_name[name] > by_name[best] or (by_name[name] == by_name[best] and name < best):
                best = name
        found.name[i] = best
        found.lead[i] = by_name[best] - (by_name[said[i]] if said[i] >= 0 else np.float32(-1))
        for here in distinct[:found_here]:
            by_name[name_of[here]] = 0.0


class Change(NamedTuple):
    """A zone of interest was entered or left."""

    row: int
    """Which of the rows that were looked at."""
    zone: int
    entered: bool
    probability: float
    dwell_s: float
    """On leaving: since it was entered."""


class ZoneMemory:
    """Where each device was said to be: name index (rows,), -1 = nothing; (rows, z) inside, since when."""

    def __init__(self, zone_map: ZoneMap) -> None:
        self.map = zone_map
        self._name: Ints = np.zeros(0, np.int32)
        self._inside: NDArray[np.bool_] = np.zeros((0, len(zone_map.zones)), bool)
        self._since_s: NDArray[np.float64] = np.zeros((0, len(zone_map.zones)))

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` devices."""
        missing = max(0, rows - len(self._name))
        self._name = np.concatenate([self._name, np.full(missing, -1, np.int32)])
        self._inside = np.concatenate([self._inside, np.zeros((missing, self._inside.shape[1]), bool)])
        self._since_s = np.concatenate([self._since_s, np.zeros((missing, self._inside.shape[1]))])

    def clear(self, row: int) -> None:
        """Forget a device."""
        self._name[row] = -1
        self._inside[row] = False

    def update(self, rows: Rows, weight: Singles, cell: Ints, now_s: float) -> tuple[Ints, list[Change]]:
        """Names of ``rows`` of the clouds (n, p) now, and what changed."""
        said = self._name[rows]
        found = look(self.map, weight, cell, rows, said)
        by_zone = found.by_zone
        name = np.where(found.lead > LEAD, found.name, said)
        self._name[rows] = name
        before = self._inside[rows]
        inside = np.where(before, by_zone > LEAVE, by_zone >= ENTER)
        self._inside[rows] = inside
        changed = np.argwhere(inside != before)
        changes = []
        for i, z in changed.tolist():
            entered = bool(inside[i, z])
            dwell_s = 0.0 if entered else now_s - float(self._since_s[rows[i], z])
            changes.append(Change(i, z, entered, float(by_zone[i, z]), dwell_s))
            if entered:
                self._since_s[rows[i], z] = now_s
        return name, changes
