import numpy as np

from contracts.grid import build_grid
from contracts.walking import Closures
from positioning.ground import REACH, SIDE, lay
from tests.positioning.builders import grid_of, hall
from tests.sites import small_mall


def bit(down: int, right: int) -> int:
    return (down + REACH) * SIDE + right + REACH


def test_every_reachable_neighbour_is_a_cell_and_a_walk_away() -> None:
    site = small_mall()
    grid = build_grid(site)
    ground = lay(site, grid, Closures())
    neighbours = {(int(a), int(b)) for a, b in zip(grid.step_from, grid.step_to, strict=True)}
    for cell in range(0, grid.n_cells, 97):
        place = int(ground.place[cell])
        assert ground.lattice[place] == cell
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                if (ground.reach[cell] >> bit(down, right)) & 1:
                    other = int(ground.lattice[place + down * ground.columns + right])
                    assert other >= 0, "a move may end on walkable ground only"
                if (down, right) != (0, 0):
                    other = int(ground.lattice[place + down * ground.columns + right])
                    if (cell, other) in neighbours:
                        assert (ground.reach[cell] >> bit(down, right)) & 1


def test_a_wall_is_not_stepped_through() -> None:
    grid = grid_of()
    ground = lay(hall(), grid, Closures())
    west, open_west = grid.cell_at(0, 19.5, 5.5), grid.cell_at(0, 19.5, 20.5)
    assert not (ground.reach[west] >> bit(0, 1)) & 1
    assert not (ground.reach[west] >> bit(0, 2)) & 1
    assert (ground.reach[open_west] >> bit(0, 1)) & 1
    assert (ground.reach[open_west] >> bit(0, 2)) & 1


def test_floors_are_joined_at_connectors_only_and_not_when_closed() -> None:
    site, grid = hall(2), grid_of(2)
    ground = lay(site, grid, Closures())
    ways = np.flatnonzero(ground.hop_rate > 0)
    assert len(ways)
    assert np.hypot(grid.x_m[ways] - 20.5, grid.y_m[ways] - 20.5).max() < 3.0
    ends = ground.hop_to[ways, 0]
    assert (grid.floor[ends] != grid.floor[ways]).all()
    closed = lay(site, grid, Closures(frozenset({"lift"})))
    assert not closed.hop_rate.any()
    assert (closed.hop_to < 0).all()
