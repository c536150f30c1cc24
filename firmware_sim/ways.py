"""Ways over the coarse grid: for each goal a table of next cells, so that all walkers step at once."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from contracts.grid import WalkableGrid
from contracts.sitemap import Site
from contracts.walking import Closures, hops_of

NO_WAY: Final = -9999
"""What scipy calls "no predecessor": the goal itself, and cells without a way to it."""
PLANNING_SPEED_MPS: Final = 1.2
"""Which way is quickest hardly depends on the walker's own speed."""

RowKey = tuple[int, bool, int]
"""Goal cell, with wheels, state of the closures: whoever is under way finishes by the way chosen."""


class Ways:
    """Next cells towards goals, kept for at most ``rows_max`` goals; the longest unused goes first."""

    def __init__(self, site: Site, grid: WalkableGrid, rows_max: int) -> None:
        assert rows_max > 0
        self.grid = grid
        self.full = 0
        """Goals refused because every row was in use."""
        self._site = site
        self._closures = Closures()
        self._state = 0
        self._graphs: dict[bool, csr_array] = {}
        self._hop_s: dict[tuple[int, int], float] = {}
        self._rows: OrderedDict[RowKey, int] = OrderedDict()
        self.next_cell = np.empty((rows_max, grid.n_cells), np.int32)
        """(rows, cells): where to step from each cell; ``NO_WAY`` at the goal and where none leads."""

    def close(self, closures: Closures) -> None:
        """New ways from now on; rows handed out keep their old way until they are let go."""
        self._closures = closures
        self._state += 1
        self._graphs.clear()

    def row_to(self, cell: int, wheels: bool, in_use: NDArray[np.int32]) -> int:
        """The row of a goal cell, or -1 when all rows are ``in_use`` (counted)."""
        key = (cell, wheels, self._state)
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
            return row
        row = len(self._rows)
        if row == len(self.next_cell):
            row = self._let_go(in_use)
            if row < 0:
                self.full += 1
                return -1
        graph = self._graph(wheels)
        _, towards = dijkstra(graph, directed=True, indices=[cell], return_predecessors=True)
        self.next_cell[row] = towards[0]
        self._rows[key] = row
        return row

    def reaches(self, row: int, cell: int, goal: int) -> bool:
        return row >= 0 and (cell == goal or int(self.next_cell[row, cell]) != NO_WAY)

    def hop_seconds(self, start: int, end: int) -> float | None:
        """How long a connector takes between two cells, None where they are joined on foot."""
        return self._hop_s.get((start, end))

    def _let_go(self, in_use: NDArray[np.int32]) -> int:
        used = set(in_use.tolist())
        for key, row in self._rows.items():
            if row not in used:
                del self._rows[key]
                return row
        return -1

    def _graph(self, wheels: bool) -> csr_array:
        """Steps backwards, so that one search from the goal gives every cell's next step."""
        if wheels not in self._graphs:
            hops = hops_of(self._site, self.grid, self._closures, wheels)
            self._hop_s.update({pair: hop.seconds for pair, hop in hops.items()})
            steps = self._open_steps()
            pairs = np.array(list(hops), np.int32).reshape(-1, 2)
            start = np.concatenate([self.grid.step_from[steps], pairs[:, 0]])
            end = np.concatenate([self.grid.step_to[steps], pairs[:, 1]])
            walk_s = self.grid.step_m[steps] / PLANNING_SPEED_MPS
            seconds = np.concatenate([walk_s, [hop.seconds for hop in hops.values()]])
            shape = (self.grid.n_cells, self.grid.n_cells)
            self._graphs[wheels] = csr_array((seconds, (end, start)), shape=shape)
        return self._graphs[wheels]

    def _open_steps(self) -> NDArray[np.bool_]:
        """Nobody steps into a closed space; whoever is in it gets out."""
        closed = [i for i, s in enumerate(self._site.spaces) if s.space_id in self._closures.connectors]
        shut = np.isin(self.grid.space, closed)
        result: NDArray[np.bool_] = ~shut[self.grid.step_to] | shut[self.grid.step_from]
        return result


def attractions(site: Site, grid: WalkableGrid, count: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Cells that shoppers walk to: at least one in each space of the public, more in large ones."""
    public = [i for i, space in enumerate(site.spaces) if space.category.split(".")[0] in PUBLIC]
    cells = np.flatnonzero(np.isin(grid.space, public)) if public else np.arange(grid.n_cells)
    if not len(cells):
        cells = np.arange(grid.n_cells)
    order = rng.permutation(cells)
    _, first = np.unique(grid.space[order], return_index=True)
    chosen = np.concatenate([order[np.sort(first)], np.delete(order, first)])
    return np.sort(chosen[:count]).astype(np.int32)


PUBLIC: Final = (
    "fitnessroom", "foodservice", "footbridge", "information", "lobby", "lounge", "mothersroom",
    "movietheater", "recreation", "restroom", "retail", "room", "unenclosedarea", "walkway",
)  # fmt: skip
"""IMDF unit categories that shoppers visit, without what follows a dot."""


def cells_by_floor(cells: Iterable[int], grid: WalkableGrid, floors: int) -> list[NDArray[np.int32]]:
    """The same cells sorted into one array for each floor."""
    every = np.array(list(cells), np.int32)
    return [every[grid.floor[every] == floor] for floor in range(floors)]
