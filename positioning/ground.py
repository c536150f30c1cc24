"""Walkable ground as the filter needs it: tables by cell, and which short moves stay on it.

Made once from the grid (positions are bounded by the same cells that carry the walking times).
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.grid import WalkableGrid
from contracts.sitemap import Site
from contracts.walking import Closures, hops_of

REACH: Final = 3
"""A single move reaches at most so many cells in each direction; longer ones are made in steps."""
SIDE: Final = 2 * REACH + 1
HOPS_MAX: Final = 6
"""Ways out of one connector cell that are kept: a lift of seven floors."""
STOP_REACH_M: Final = 2.5
"""From so far around its stop somebody may be on the way with a connector: the error of a fix indoors."""
Ints = NDArray[np.int32]


class Terrain(NamedTuple):
    """What compiled loops read of the ground: the arrays of ``Ground``, and the cells' middles."""

    lattice: Ints
    columns: int
    x0_m: np.float32
    y0_m: np.float32
    per_m: np.float32
    place: Ints
    reach: NDArray[np.int64]
    hop_rate: NDArray[np.float32]
    hop_to: Ints
    x_m: NDArray[np.float32]
    y_m: NDArray[np.float32]


@dataclass(frozen=True)
class Ground:
    """Arrays over the n cells of the grid, and its lattice of floors, rows and columns."""

    grid: WalkableGrid
    lattice: Ints
    """(floors * rows * columns,) cell number or -1."""
    rows: int
    columns: int
    x0_m: np.float32
    y0_m: np.float32
    per_m: np.float32
    """Cells per metre."""
    floor: NDArray[np.int8]
    place: Ints
    """(n,) where in ``lattice`` each cell is."""
    reach: NDArray[np.int64]
    """(n,) bit ``(down + REACH) * SIDE + right + REACH``: that neighbour can be walked to directly."""
    hop_rate: NDArray[np.float32]
    """(n,) per second, of leaving by a connector when standing at its stop."""
    hop_to: Ints
    """(n, HOPS_MAX) cells at the other ends, -1 = none."""

    @property
    def terrain(self) -> Terrain:
        """The same for compiled loops."""
        grid = self.grid
        return Terrain(
            lattice=self.lattice,
            columns=self.columns,
            x0_m=self.x0_m,
            y0_m=self.y0_m,
            per_m=self.per_m,
            place=self.place,
            reach=self.reach,
            hop_rate=self.hop_rate,
            hop_to=self.hop_to,
            x_m=grid.x_m,
            y_m=grid.y_m,
        )


def lay(site: Site, grid: WalkableGrid, closures: Closures) -> Ground:
    """The ground of a site in its present state."""
    _, rows, columns = grid.lattice.shape
    hop_rate, hop_to = _hops(site, grid, closures)
    return Ground(
        grid=grid,
        lattice=np.ascontiguousarray(grid.lattice.ravel()),
        rows=rows,
        columns=columns,
        x0_m=np.float32(grid.origin[0]),
        y0_m=np.float32(grid.origin[1]),
        per_m=np.float32(1 / grid.cell_m),
        floor=np.asarray(grid.floor),
        place=np.flatnonzero(grid.lattice.ravel() >= 0).astype(np.int32),
        reach=_reach(grid),
        hop_rate=hop_rate,
        hop_to=hop_to,
    )


def _reach(grid: WalkableGrid) -> NDArray[np.int64]:
    """Which cells within REACH can be walked to in as many steps; walls and voids are in between."""
    _, rows, columns = grid.lattice.shape
    where = np.flatnonzero(grid.lattice.ravel() >= 0)
    row, column = (where // columns) % rows, where % columns
    down = row[grid.step_to] - row[grid.step_from]
    right = column[grid.step_to] - column[grid.step_from]
    centre = REACH * SIDE + REACH
    bits = np.full(grid.n_cells, 1 << centre, np.int64)
    for _ in range(REACH):
        wider = bits.copy()
        for d in (-1, 0, 1):
            for r in (-1, 0, 1):
                step = (down == d) & (right == r)
                shift = d * SIDE + r
                seen = bits[grid.step_to[step]]
                moved = seen << shift if shift >= 0 else seen >> -shift
                wider[grid.step_from[step]] |= moved
        bits = wider
    return bits


def _hops(site: Site, grid: WalkableGrid, closures: Closures) -> tuple[NDArray[np.float32], Ints]:
    """Rates and ends of connectors, spread over the cells around each stop."""
    rate = np.zeros(grid.n_cells, np.float32)
    ends = np.full((grid.n_cells, HOPS_MAX), -1, np.int32)
    by_start: dict[int, list[tuple[int, float]]] = {}
    for (start, end), hop in sorted(hops_of(site, grid, closures, wheels=False).items()):
        by_start.setdefault(start, []).append((end, hop.seconds))
    for start, ways in by_start.items():
        away_m = np.hypot(grid.x_m - grid.x_m[start], grid.y_m - grid.y_m[start])
        around = np.flatnonzero((grid.floor == grid.floor[start]) & (away_m <= STOP_REACH_M))
        for cell in around:
            free = np.flatnonzero(ends[cell] < 0)[: len(ways)]
            ends[cell, free] = [end for end, _ in ways[: len(free)]]
        rate[around] = np.maximum(rate[around], 1.0 / min(seconds for _, seconds in ways))
    return rate, ends
