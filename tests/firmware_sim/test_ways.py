import numpy as np
import pytest

from contracts.walking import Closures, Travel
from firmware_sim.ways import NO_WAY, Ways, attractions, cells_by_floor
from tests.firmware_sim.builders import coarse_grid, rng, ways
from tests.sites import small_mall

NONE = np.empty(0, np.int32)


def _seconds(table: Ways, row: int, cell: int, goal: int) -> float:
    """Time along the table's way."""
    grid, total, steps = coarse_grid(), 0.0, 0
    while cell != goal:
        onward = int(table.next_cell[row, cell])
        assert onward != NO_WAY
        if grid.floor[onward] != grid.floor[cell]:
            ride = table.hop_seconds(cell, onward)
            assert ride is not None
            total += ride
        else:
            total += (
                float(np.hypot(grid.x_m[onward] - grid.x_m[cell], grid.y_m[onward] - grid.y_m[cell])) / 1.2
            )
        cell, steps = onward, steps + 1
        assert steps < grid.n_cells
    return total


@pytest.mark.parametrize("wheels", [False, True])
def test_the_tables_lead_by_a_quickest_way(wheels: bool) -> None:
    grid, table = coarse_grid(), ways()
    travel = Travel(small_mall(), grid)
    goal = grid.cell_at(1, 48.0, 27.0)
    row = table.row_to(goal, wheels, NONE)
    expected = travel.times_to(goal, wheels)
    for start in rng().choice(grid.n_cells, 40, replace=False).tolist():
        assert _seconds(table, row, start, goal) == pytest.approx(float(expected[start]), abs=0.05)


def test_a_closed_lift_leaves_wheels_without_a_way() -> None:
    grid, table = coarse_grid(), ways()
    start, goal = grid.cell_at(0, 30.0, 12.0), grid.cell_at(1, 48.0, 27.0)
    before = table.row_to(goal, True, NONE)
    table.close(Closures(frozenset({"lift-1"})))
    after = table.row_to(goal, True, NONE)
    assert table.reaches(before, start, goal), "who is under way keeps the way"
    assert not table.reaches(after, start, goal)
    assert table.reaches(table.row_to(goal, False, NONE), start, goal)


def test_nobody_steps_into_a_closed_space() -> None:
    grid, table = coarse_grid(), ways()
    start, goal = grid.cell_at(0, 30.0, 12.0), grid.cell_at(0, 5.0, 5.0)
    table.close(Closures(frozenset({"L1-S1"})))
    assert not table.reaches(table.row_to(goal, False, NONE), start, goal)


def test_rows_are_kept_while_they_are_in_use() -> None:
    table = ways(rows_max=2)
    first, second = table.row_to(0, False, NONE), table.row_to(10, False, NONE)
    assert table.row_to(0, False, NONE) == first
    assert table.row_to(20, False, np.array([first, second], np.int32)) == -1
    assert table.full == 1
    assert table.row_to(20, False, np.array([first], np.int32)) == second


def test_attractions_are_public_and_spread_over_all_spaces() -> None:
    site, grid = small_mall(), coarse_grid()
    cells = attractions(site, grid, 60, rng())
    spaces = {site.spaces[index].space_id for index in grid.space[cells].tolist()}
    public = {s.space_id for s in site.spaces if s.category in ("retail", "walkway")}
    assert len(cells) == len(set(cells.tolist())) == 60
    assert spaces == public
    by_floor = cells_by_floor(cells.tolist(), grid, 2)
    assert sum(len(part) for part in by_floor) == 60
    assert (grid.floor[by_floor[1]] == 1).all()
