"""The one walkable grid: square cells where people can stand, and the steps between neighbours.

The same cells bound the positions (nobody is inside a wall or outside the building) and carry the
walking times. Cells are numbered over all floors: floor by floor, row by row from the south-west.
"""

import math
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from contracts.geometry import shape
from contracts.sitemap import Door, Fixture, Site, Space, Wall

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
_T = TypeVar("_T", bound=np.generic)

SHIFT_CELLS: Final = (0.11, 0.07)
"""The lattice lies this far off whole metres: walls are drawn on whole and half metres, and none may run
exactly through the centres of a row of cells."""
DOOR_REACH_M: Final = 0.35
"""A door opens walls at most this far from its line: maps are drawn to a hand's breadth."""
DOOR_CELLS_MIN: Final = 1.5
"""A door is at least this many cells wide, so that no door falls between two rows of cell centres."""
PARALLEL_SINE: Final = 0.5
"""A door opens walls within 30 degrees of its own direction, and leaves a corner's other wall alone."""


@dataclass(frozen=True, eq=False)
class WalkableGrid:
    """Walkable cells of all floors. Arrays are read-only; n = ``n_cells``, f floors."""

    cell_m: float
    n_cells: int
    floor: NDArray[np.int8]
    """(n,) index into ``Site.floors``."""
    x_m: Floats
    """(n,) centre of the cell."""
    y_m: Floats
    space: Ints
    """(n,) index into ``Site.spaces`` of the smallest walkable space around the centre."""
    step_from: Ints
    """(s,) steps between neighbouring cells of one floor, each in both directions, by ``step_from``."""
    step_to: Ints
    step_m: Floats
    """(s,) length of the step."""
    origin: tuple[float, float]
    """South-west corner of the lattice."""
    lattice: Ints
    """(f, rows, columns): cell number, -1 where nobody can stand."""
    nearest: Ints
    """(f, rows, columns): number of the nearest cell, -1 where the floor has none."""
    barriers: tuple[shapely.STRtree, ...]
    """(f) walls without their doors, as line strings."""

    def cell_at(self, floor: int, x_m: float, y_m: float) -> int:
        """The cell of a point, or the nearest one (to about a cell) where nobody can stand.

        Raises:
            KeyError: the floor is unknown or has no walkable cell.
        """
        if not 0 <= floor < len(self.nearest):
            raise KeyError(floor)
        row, column = self._place(np.asarray(x_m, np.float64), np.asarray(y_m, np.float64))
        cell = int(self.nearest[floor, row, column])
        if cell < 0:
            raise KeyError(floor)
        return cell

    def cells_at(
        self, floor: NDArray[np.integer], x_m: NDArray[np.floating], y_m: NDArray[np.floating]
    ) -> Ints:
        """``cell_at`` for k points at once: (k,) cells, -1 where the floor is unknown or has none."""
        floor = np.asarray(floor)
        known = (floor >= 0) & (floor < len(self.nearest))
        row, column = self._place(np.asarray(x_m), np.asarray(y_m))
        cells: Ints = self.nearest[np.where(known, floor, 0), row, column]
        return np.where(known, cells, -1).astype(np.int32)

    def walkable(
        self, floor: NDArray[np.integer], x_m: NDArray[np.floating], y_m: NDArray[np.floating]
    ) -> NDArray[np.bool_]:
        """Whether k points lie in a walkable cell, (k,)."""
        floor, x_m, y_m = np.asarray(floor), np.asarray(x_m), np.asarray(y_m)
        _, rows, columns = self.lattice.shape
        row = np.floor((y_m - self.origin[1]) / self.cell_m)
        column = np.floor((x_m - self.origin[0]) / self.cell_m)
        inside = (floor >= 0) & (floor < len(self.lattice))
        inside &= (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        at = (
            np.where(inside, floor, 0).astype(np.intp),
            np.where(inside, row, 0).astype(np.intp),
            np.where(inside, column, 0).astype(np.intp),
        )
        answer: NDArray[np.bool_] = inside & (self.lattice[at] >= 0)
        return answer

    def _place(self, x_m: NDArray[np.floating], y_m: NDArray[np.floating]) -> tuple[Ints, Ints]:
        """Row and column, clipped to the lattice."""
        _, rows, columns = self.lattice.shape
        row = np.clip(np.floor((y_m - self.origin[1]) / self.cell_m), 0, rows - 1)
        column = np.clip(np.floor((x_m - self.origin[0]) / self.cell_m), 0, columns - 1)
        return row.astype(np.int32), column.astype(np.int32)


def build_grid(site: Site, cell_m: float = 1.0) -> WalkableGrid:
    """The walkable cells of a site.

    A cell is walkable if its centre lies in a walkable space and in none that is not, nor in a fixture.
    Neighbours (eight) are joined unless a wall without a door lies between their centres, or a diagonal
    step would squeeze between two blocked cells. Cells without any step are left out.
    """
    assert cell_m > 0
    origin, rows, columns = _lattice_of(site, cell_m)
    x_m: NDArray[np.float64] = origin[0] + (np.arange(columns, dtype=np.float64) + 0.5) * cell_m
    y_m: NDArray[np.float64] = origin[1] + (np.arange(rows, dtype=np.float64) + 0.5) * cell_m
    open_cells = np.zeros((len(site.floors), rows, columns), bool)
    space = np.full(open_cells.shape, -1, np.int32)
    for index, floor in enumerate(site.floors):
        space[index] = _rasterise(site.spaces, floor.floor, x_m, y_m)
        open_cells[index] = (space[index] >= 0) & ~_blocked(site, floor.floor, x_m, y_m)
    barriers = tuple(barrier_tree(site, floor.floor, cell_m) for floor in site.floors)
    steps = _steps(open_cells, x_m, y_m, barriers)
    return _assemble(cell_m, origin, open_cells, space, steps, barriers)


def _lattice_of(site: Site, cell_m: float) -> tuple[tuple[float, float], int, int]:
    """South-west corner, rows, columns; one spare cell all around, and shifted by ``SHIFT_CELLS``."""
    bounds = shapely.total_bounds([shape(floor.outline) for floor in site.floors])
    left, bottom = (math.floor(value / cell_m) - 2 for value in bounds[:2])
    right, top = (math.ceil(value / cell_m) + 1 for value in bounds[2:])
    origin = ((left + SHIFT_CELLS[0]) * cell_m, (bottom + SHIFT_CELLS[1]) * cell_m)
    return origin, top - bottom, right - left


def _window(values: NDArray[np.float64], low: float, high: float) -> slice:
    return slice(int(np.searchsorted(values, low)), int(np.searchsorted(values, high, "right")))


def _contains(
    geometry: shapely.Polygon, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """The window of the lattice around a polygon, and which of its centres lie inside."""
    left, bottom, right, top = geometry.bounds
    window = (_window(y_m, bottom, top), _window(x_m, left, right))
    xs, ys = np.meshgrid(x_m[window[1]], y_m[window[0]])
    inside: NDArray[np.bool_] = shapely.contains_xy(geometry, xs, ys)
    return window, inside


def _rasterise(
    spaces: tuple[Space, ...], floor: str, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> Ints:
    """Index of the smallest walkable space at each centre of a floor, -1 where there is none."""
    found = np.full((len(y_m), len(x_m)), -1, np.int32)
    here = [(i, shape(s.polygon)) for i, s in enumerate(spaces) if s.floor == floor and s.walkable]
    for index, geometry in sorted(here, key=lambda entry: (-entry[1].area, entry[0])):
        shapely.prepare(geometry)
        window, inside = _contains(geometry, x_m, y_m)
        found[window][inside] = index
    return found


def _blocked(site: Site, floor: str, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Centres in a fixture or in a space where nobody can be."""
    blocked = np.zeros((len(y_m), len(x_m)), bool)
    obstacles: list[Fixture | Space] = [f for f in site.fixtures if f.floor == floor]
    obstacles += [s for s in site.spaces if s.floor == floor and not s.walkable]
    for obstacle in obstacles:
        window, inside = _contains(shape(obstacle.polygon), x_m, y_m)
        blocked[window] |= inside
    return blocked


def barrier_tree(site: Site, floor: str, cell_m: float) -> shapely.STRtree:
    """The walls of a floor, opened where doors are."""
    walls = [wall for wall in site.walls if wall.floor == floor and wall.a != wall.b]
    lines = [shapely.LineString([wall.a, wall.b]) for wall in walls]
    doors = [door for door in site.doors if door.floor == floor and door.a != door.b]
    if lines and doors:
        tree = shapely.STRtree(lines)
        for door in doors:
            opening = _opening(door, cell_m)
            for hit in sorted(int(i) for i in tree.query(opening)):
                if _parallel(door, walls[hit]):
                    lines[hit] = lines[hit].difference(opening)
    return shapely.STRtree([line for line in lines if not line.is_empty])


def _opening(door: Door, cell_m: float) -> shapely.Polygon:
    """What a door opens: its line, widened for the grid's sake, and a strip on both sides."""
    ax, ay, bx, by = *door.a, *door.b
    width = math.hypot(bx - ax, by - ay)
    extra = max(0.0, DOOR_CELLS_MIN * cell_m - width) / 2
    ux, uy = (bx - ax) / width, (by - ay) / width
    line = shapely.LineString([(ax - ux * extra, ay - uy * extra), (bx + ux * extra, by + uy * extra)])
    return line.buffer(DOOR_REACH_M, cap_style="flat")


def _parallel(door: Door, wall: Wall) -> bool:
    ux, uy = door.b[0] - door.a[0], door.b[1] - door.a[1]
    vx, vy = wall.b[0] - wall.a[0], wall.b[1] - wall.a[1]
    return abs(ux * vy - uy * vx) <= PARALLEL_SINE * math.hypot(ux, uy) * math.hypot(vx, vy)


def _steps(
    open_cells: NDArray[np.bool_],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    barriers: tuple[shapely.STRtree, ...],
) -> list[NDArray[np.intp]]:
    """Allowed steps in each of four directions: arrays (k, 3) of floor, row, column of the start."""
    result = []
    near = np.stack([_near(tree, x_m, y_m) for tree in barriers])
    for down, right in NEIGHBOURS:
        both = _overlap(open_cells, down, right)
        if down and right:  # a person does not squeeze between two blocked cells
            both &= _shifted(open_cells, down, 0) | _shifted(open_cells, 0, right)
        start = np.argwhere(both)
        ends = start + np.array([0, down, right])
        blocked = np.zeros(len(start), bool)
        close = near[tuple(start.T)]
        for index, tree in enumerate(barriers):
            here = np.flatnonzero(close & (start[:, 0] == index))
            if not len(here):
                continue
            a = np.stack([x_m[start[here, 2]], y_m[start[here, 1]]], axis=-1)
            b = np.stack([x_m[ends[here, 2]], y_m[ends[here, 1]]], axis=-1)
            lines = shapely.linestrings(np.stack([a, b], axis=1))
            hits = shapely.STRtree(lines).query(tree.geometries, predicate="intersects")
            blocked[here[hits[1]]] = True
        result.append(start[~blocked])
    return result


def _near(barriers: shapely.STRtree, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Centres (rows, columns) from which a step of one cell may meet a barrier: those about its box."""
    near = np.zeros((len(y_m), len(x_m)), bool)
    reach = 1.5 * float(x_m[1] - x_m[0])
    for left, bottom, right, top in shapely.bounds(barriers.geometries).tolist():
        rows = _window(y_m, bottom - reach, top + reach)
        near[rows, _window(x_m, left - reach, right + reach)] = True
    return near


NEIGHBOURS: Final = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of the eight directions (row, column); the other half are the same steps backwards."""


def _shifted(cells: NDArray[np.bool_], down: int, right: int) -> NDArray[np.bool_]:
    """Entry (f, r, c) holds ``cells[f, r + down, c + right]``, False beyond the edge."""
    result = np.zeros_like(cells)
    rows, columns = cells.shape[1:]
    to = (slice(None), slice(0, rows - down), slice(max(0, -right), columns - max(0, right)))
    source = (slice(None), slice(down, rows), slice(max(0, right), columns - max(0, -right)))
    result[to] = cells[source]
    return result


def _overlap(cells: NDArray[np.bool_], down: int, right: int) -> NDArray[np.bool_]:
    return cells & _shifted(cells, down, right)


def _assemble(
    cell_m: float,
    origin: tuple[float, float],
    open_cells: NDArray[np.bool_],
    space: Ints,
    steps: list[NDArray[np.intp]],
    barriers: tuple[shapely.STRtree, ...],
) -> WalkableGrid:
    """Numbers the cells that have at least one step, and the steps by these numbers."""
    used = np.zeros_like(open_cells)
    for (down, right), start in zip(NEIGHBOURS, steps, strict=True):
        used[tuple(start.T)] = True
        used[tuple((start + np.array([0, down, right])).T)] = True
    cells = np.argwhere(used)
    lattice = np.full(used.shape, -1, np.int32)
    lattice[used] = np.arange(len(cells), dtype=np.int32)
    source, target, length = [], [], []
    for (down, right), start in zip(NEIGHBOURS, steps, strict=True):
        a = lattice[tuple(start.T)]
        b = lattice[tuple((start + np.array([0, down, right])).T)]
        source += [a, b]
        target += [b, a]
        length.append(np.full(2 * len(a), cell_m * math.hypot(down, right), np.float32))
    step_from, step_to, step_m = np.concatenate(source), np.concatenate(target), np.concatenate(length)
    order = np.lexsort((step_to, step_from))
    return WalkableGrid(
        cell_m=cell_m,
        n_cells=len(cells),
        floor=_frozen(cells[:, 0].astype(np.int8)),
        x_m=_frozen((origin[0] + (cells[:, 2] + 0.5) * cell_m).astype(np.float32)),
        y_m=_frozen((origin[1] + (cells[:, 1] + 0.5) * cell_m).astype(np.float32)),
        space=_frozen(space[used]),
        step_from=_frozen(step_from[order]),
        step_to=_frozen(step_to[order]),
        step_m=_frozen(step_m[order]),
        origin=origin,
        lattice=_frozen(lattice),
        nearest=_frozen(_nearest(lattice)),
        barriers=barriers,
    )


def _nearest(lattice: Ints) -> Ints:
    """For each place of the lattice the number of the nearest cell on its floor."""
    nearest = lattice.copy()
    for index, cells in enumerate(lattice):
        if (cells >= 0).any():
            rows, columns = ndimage.distance_transform_edt(
                cells < 0, return_distances=False, return_indices=True
            )
            nearest[index] = cells[rows, columns]
    return nearest


def _frozen(values: NDArray[_T]) -> NDArray[_T]:
    values.flags.writeable = False
    return values
