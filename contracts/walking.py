"""Walking times over the grid: who is near in seconds, and by which way.

One field gives the time from (or to) every cell at once; connectors join the floors. Closing a connector
or fire mode makes a new ``Travel`` from the same grid.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contracts.floors import Floors
from contracts.grid import WalkableGrid
from contracts.sitemap import Connector, Point, Site

Seconds: TypeAlias = NDArray[np.float32]

STOP_REACH_M: Final = 3.0
"""A stop further than this from walkable ground joins nothing (``site check`` reports it)."""
FIELDS_MAX: Final = 96
"""Time fields kept in the cache, oldest use out first: 96 of 100 000 cells are 38 MB."""


@dataclass(frozen=True)
class Closures:
    """What cannot be used now: connector ids, or ids of spaces (a closed corridor), and fire mode."""

    connectors: frozenset[str] = frozenset()
    fire_mode: bool = False


@dataclass(frozen=True)
class Leg:
    """A part of a way: on foot over one floor, or by one connector."""

    floor: int
    """Where it starts."""
    points: tuple[Point, ...]
    """Corners of the way, start and end included."""
    seconds: float
    connector_id: str | None = None
    kind: Literal["walk", "stairs", "escalator", "lift", "ramp"] = "walk"
    to_floor: int = -1
    """Where it ends; the same as ``floor`` on foot."""


@dataclass(frozen=True)
class Hop:
    """One use of a connector between two cells."""

    start: int
    end: int
    seconds: float
    connector: Connector


class Travel:
    """Walking times and ways for one state of the building. Fields are cached (``FIELDS_MAX``)."""

    def __init__(
        self,
        site: Site,
        grid: WalkableGrid,
        closures: Closures = Closures(),
        speed_mps: float = 1.2,
        before: "Travel | None" = None,
    ) -> None:
        """``before``: for another state of the building; what is known of its floors is taken over."""
        assert speed_mps > 0
        self.grid = grid
        self.closures = closures
        self.speed_mps = speed_mps
        self._site = site
        self._hops: dict[bool, dict[tuple[int, int], Hop]] = {}
        self._graphs: dict[bool, csr_array] = {}
        self._between: dict[bool, NDArray[np.float64]] = {}
        self._ground = (grid, speed_mps, closures.connectors & {space.space_id for space in site.spaces})
        self._floors: Floors | None = None
        if before is not None and before._ground == self._ground:
            self._floors = before._floors
        self._fields: OrderedDict[tuple[int, bool, bool], Seconds] = OrderedDict()

    def times_to(self, cell: int, wheels: bool = False) -> Seconds:
        """(n_cells,) seconds from every cell to ``cell``; inf where there is no way."""
        return self._field(cell, wheels, backwards=True)

    def times_from(self, cell: int, wheels: bool = False) -> Seconds:
        """(n_cells,) seconds from ``cell`` to every cell; inf where there is no way."""
        return self._field(cell, wheels, backwards=False)

    def path(self, start: int, goal: int, wheels: bool = False) -> list[int]:
        """The cells of a quickest way, both ends included; empty where there is none."""
        remaining = self.times_to(goal, wheels)
        if not np.isfinite(remaining[start]):
            return []
        forward = self._graph(wheels)
        cells = [start]
        while cells[-1] != goal:
            here = cells[-1]
            row = slice(forward.indptr[here], forward.indptr[here + 1])
            onward = forward.data[row] + remaining[forward.indices[row]]
            cells.append(int(forward.indices[row][int(np.argmin(onward))]))
            assert remaining[cells[-1]] < remaining[here], "the field must fall along a way"
        return cells

    def parts(self, start: int, goal: int, wheels: bool = False) -> list[tuple[list[int], float, Hop | None]]:
        """The same way cut at its connectors: cells and seconds of each walk (None) and each ride."""
        cells = self.path(start, goal, wheels)
        remaining = self.times_to(goal, wheels)
        hops = self._open_hops(wheels)
        return [
            (
                part,
                float(remaining[part[0]] - remaining[part[-1]]),
                hops.get((part[0], part[-1])) if len(part) == 2 else None,
            )
            for part in _split(cells, hops)
        ]

    def legs(self, start: int, goal: int, wheels: bool = False) -> list[Leg]:
        """The same way for people: floor by floor, corners only, connectors named."""
        result: list[Leg] = []
        for part, seconds, hop in self.parts(start, goal, wheels):
            floor, to_floor = int(self.grid.floor[part[0]]), int(self.grid.floor[part[-1]])
            if hop is None:
                result.append(Leg(floor, corners(self.grid, part), seconds, to_floor=to_floor))
            else:
                points = (_centre(self.grid, hop.start), _centre(self.grid, hop.end))
                connector = hop.connector
                result.append(Leg(floor, points, seconds, connector.connector_id, connector.kind, to_floor))
        return result

    def _field(self, cell: int, wheels: bool, backwards: bool) -> Seconds:
        assert 0 <= cell < self.grid.n_cells, cell
        key = (cell, wheels, backwards)
        if key in self._fields:
            self._fields.move_to_end(key)
            return self._fields[key]
        floors = self._walks()
        if wheels not in self._between:
            hops = self._open_hops(wheels)
            seconds = np.array([hop.seconds for hop in hops.values()])
            self._between[wheels] = floors.between(_pairs(hops), seconds)
        self._fields[key] = floors.field(cell, self._between[wheels], backwards)
        self._fields[key].flags.writeable = False
        if len(self._fields) > FIELDS_MAX:
            self._fields.popitem(last=False)
        return self._fields[key]

    def _walks(self) -> Floors:
        if self._floors is None:
            stops = np.unique(_pairs(hops_of(self._site, self.grid, Closures(), wheels=False)))
            steps = _matrix(self._site, self.grid, self.closures, self.speed_mps, {})
            self._floors = Floors(steps, self.grid.floor, stops)
        return self._floors

    def _graph(self, wheels: bool) -> csr_array:
        """Seconds of each step and hop."""
        if wheels not in self._graphs:
            hops = self._open_hops(wheels)
            self._graphs[wheels] = _matrix(self._site, self.grid, self.closures, self.speed_mps, hops)
        return self._graphs[wheels]

    def _open_hops(self, wheels: bool) -> dict[tuple[int, int], Hop]:
        if wheels not in self._hops:
            self._hops[wheels] = hops_of(self._site, self.grid, self.closures, wheels)
        return self._hops[wheels]


def hops_of(site: Site, grid: WalkableGrid, closures: Closures, wheels: bool) -> dict[tuple[int, int], Hop]:
    """The uses of connectors that are open, the quickest for each pair of cells.

    A lift goes from any stop to any other after one wait; the others go from stop to stop.
    """
    hops: dict[tuple[int, int], Hop] = {}
    for connector in site.connectors:
        if usable(connector, closures, wheels):
            for hop in _connector_hops(site, grid, connector):
                known = hops.get((hop.start, hop.end))
                if not adjacent(grid, hop) and (known is None or hop.seconds < known.seconds):
                    hops[hop.start, hop.end] = hop
    return hops


def adjacent(grid: WalkableGrid, hop: Hop) -> bool:
    """Whether the two cells of a connector are so near that people walk (a ramp of one cell)."""
    same_floor = grid.floor[hop.start] == grid.floor[hop.end]
    away_m = max(
        abs(float(grid.x_m[hop.start] - grid.x_m[hop.end])),
        abs(float(grid.y_m[hop.start] - grid.y_m[hop.end])),
    )
    return bool(same_floor) and away_m < 1.5 * grid.cell_m


def usable(connector: Connector, closures: Closures, wheels: bool) -> bool:
    """Whether a connector may be used now, by somebody on foot or with wheels."""
    if connector.connector_id in closures.connectors or (wheels and not connector.wheels):
        return False
    return connector.fire_safe or not closures.fire_mode


def stop_cell(site: Site, grid: WalkableGrid, floor: str, at: Point) -> int | None:
    """The cell of a connector's stop, None where no walkable ground is near."""
    try:
        cell = grid.cell_at(site.floor_index(floor), *at)
    except KeyError:
        return None
    away_m = math.hypot(float(grid.x_m[cell]) - at[0], float(grid.y_m[cell]) - at[1])
    return cell if away_m <= STOP_REACH_M else None


def _connector_hops(site: Site, grid: WalkableGrid, connector: Connector) -> Iterator[Hop]:
    stops = [
        (site.floor_index(stop.floor), cell)
        for stop in connector.stops
        if (cell := stop_cell(site, grid, stop.floor, stop.at)) is not None
    ]
    for i, (floor, cell) in enumerate(stops):
        for j, (other_floor, other) in enumerate(stops):
            if not connector.both_ways and j < i:
                continue
            if i != j and (connector.kind == "lift" or abs(i - j) == 1):
                climb = storeys(site, floor, other_floor)
                seconds = connector.wait_s + climb * connector.seconds_per_floor
                yield Hop(cell, other, seconds, connector)


def storeys(site: Site, floor: int, other: int) -> int:
    """How many storeys lie between two floors, at least one: a landing half-way up is no storey."""
    elevations = [entry.elevation_m for entry in site.floors]
    rises_m = np.abs(np.diff(elevations))
    usual_m = float(np.percentile(rises_m, 75, method="higher")) if len(rises_m) else 0.0
    apart_m = abs(elevations[floor] - elevations[other])
    return max(1, round(apart_m / usual_m)) if usual_m > 0 else max(1, abs(floor - other))


def _matrix(
    site: Site,
    grid: WalkableGrid,
    closures: Closures,
    speed_mps: float,
    hops: dict[tuple[int, int], Hop],
) -> csr_array:
    """(n, n) seconds from row to column. Nobody enters a closed space; whoever is in it gets out."""
    steps = np.ones(len(grid.step_from), bool)
    closed = [i for i, space in enumerate(site.spaces) if space.space_id in closures.connectors]
    if closed:
        shut = np.isin(grid.space, closed)
        steps &= ~shut[grid.step_to] | shut[grid.step_from]
    step_seconds = grid.step_m[steps].astype(np.float64) / speed_mps
    pairs = _pairs(hops)
    rows = np.concatenate([grid.step_from[steps], pairs[:, 0]])
    columns = np.concatenate([grid.step_to[steps], pairs[:, 1]])
    seconds = np.concatenate([step_seconds, [hop.seconds for hop in hops.values()]])
    return csr_array((seconds, (rows, columns)), shape=(grid.n_cells, grid.n_cells))


def _pairs(hops: dict[tuple[int, int], Hop]) -> NDArray[np.intp]:
    """(hops, 2): the cells where they start and end."""
    return np.array(list(hops), np.intp).reshape(-1, 2)


def _split(cells: list[int], hops: dict[tuple[int, int], Hop]) -> list[list[int]]:
    """A way cut into parts: walks, and pairs of cells joined by a connector."""
    parts: list[list[int]] = []
    walk = cells[:1]
    for a, b in pairwise(cells):
        if (a, b) in hops:
            if len(walk) > 1:
                parts.append(walk)
            parts.append([a, b])
            walk = [b]
        else:
            walk.append(b)
    return [*parts, walk] if len(walk) > 1 else parts


def corners(grid: WalkableGrid, cells: list[int]) -> tuple[Point, ...]:
    """A walk over one floor with only the corners that walls and voids make necessary."""
    kept = [0]
    while kept[-1] < len(cells) - 1:
        low, high = kept[-1] + 1, len(cells) - 1
        while low < high:  # bisection: what is in sight is nearly a prefix of the way, and a
            middle = (low + high + 1) // 2  # shorter piece than possible is no fault
            if in_sight(grid, cells[kept[-1]], cells[middle]):
                low = middle
            else:
                high = middle - 1
        kept.append(low)
    return tuple(_centre(grid, cells[index]) for index in kept)


def in_sight(grid: WalkableGrid, a: int, b: int) -> bool:
    """Whether the straight line between two cells of one floor stays on walkable ground."""
    floor = int(grid.floor[a])
    (ax, ay), (bx, by) = _centre(grid, a), _centre(grid, b)
    count = max(2, math.ceil(4 * math.hypot(bx - ax, by - ay) / grid.cell_m))
    xs, ys = np.linspace(ax, bx, count), np.linspace(ay, by, count)
    if not grid.walkable(np.full(count, floor), xs, ys).all():
        return False
    line = shapely.LineString([(ax, ay), (bx, by)])
    return len(grid.barriers[floor].query(line, predicate="intersects")) == 0


def _centre(grid: WalkableGrid, cell: int) -> Point:
    return (round(float(grid.x_m[cell]), 3), round(float(grid.y_m[cell]), 3))
