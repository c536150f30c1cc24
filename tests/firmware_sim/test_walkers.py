import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.walkers import Walkers, near_point, seconds_later, turn
from tests.firmware_sim.builders import SECOND, START, coarse_grid, rng, ways


def _walkers(count: int = 3, seed: int = 1) -> Walkers:
    cells = rng(seed).choice(coarse_grid().n_cells, count).astype(np.int32)
    return Walkers(coarse_grid(), ways(), cells, np.full(count, 1.2))


def _one_at(floor: int, x_m: float, y_m: float) -> Walkers:
    cell = coarse_grid().cell_at(floor, x_m, y_m)
    return Walkers(coarse_grid(), ways(), np.array([cell], np.int32), np.array([1.2]))


def test_a_walker_comes_to_the_very_point_and_says_so_once() -> None:
    walkers = _one_at(0, 30.0, 12.0)
    goal = coarse_grid().cell_at(0, 55.0, 27.0)
    assert walkers.go(0, goal, (55.3, 27.2), START)
    arrivals = [(s, who) for s in range(60) for who in walkers.advance(START + s * SECOND)]
    assert [who for _, who in arrivals] == [0]
    assert (walkers.x_m[0], walkers.y_m[0]) == (55.3, 27.2)
    assert not walkers.moving[0]
    assert arrivals[0][0] >= np.hypot(25, 15) / 1.2, "nobody is faster than the straight line"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(0, 5))
def test_where_a_walker_is_does_not_depend_on_when_one_looks(steps: list[int], seed: int) -> None:
    often, once = _walkers(seed=seed), _walkers(seed=seed)
    goal = coarse_grid().cell_at(1, 48.0, 27.0)
    for walkers in (often, once):
        for who in range(3):
            walkers.go(who, goal, (48.0, 27.0), START)
    now = START
    arrived = []
    for step in steps:
        now += step * SECOND // 2
        arrived += often.advance(now)
    assert sorted(once.advance(now)) == sorted(arrived)
    np.testing.assert_allclose(often.x_m, once.x_m)
    np.testing.assert_allclose(often.y_m, once.y_m)
    assert (often.floor == once.floor).all()


def test_nobody_is_faster_than_their_walk_or_leaves_the_ground() -> None:
    walkers, grid = _walkers(8), coarse_grid()
    goals = rng(2).choice(grid.n_cells, 8)
    for who, goal in enumerate(goals.tolist()):
        walkers.go(who, goal, near_point(grid, goal, rng(3)), START)
    before = None
    for step in range(1, 400):
        walkers.advance(START + step * SECOND // 2)
        cells = grid.cells_at(walkers.floor, walkers.x_m, walkers.y_m)
        away = np.hypot(grid.x_m[cells] - walkers.x_m, grid.y_m[cells] - walkers.y_m)
        riding = away > 2.0
        if before is not None:
            floor, x_m, y_m = before
            same = (floor == walkers.floor) & ~riding
            moved = np.hypot(walkers.x_m - x_m, walkers.y_m - y_m)
            assert (moved[same] <= 0.5 * 1.2 + 1e-6).all()
        before = walkers.floor.copy(), walkers.x_m.copy(), walkers.y_m.copy()
    assert not walkers.moving.any()


def test_floors_change_only_on_connectors() -> None:
    walkers = _one_at(0, 30.0, 12.0)
    walkers.go(0, coarse_grid().cell_at(1, 48.0, 27.0), (48.0, 27.0), START)
    stops = [(23.0, 14.5), (35.0, 14.5), (9.0, 20.0), (51.0, 20.0)]
    floor, changes = 0, 0
    for step in range(1, 2000):
        walkers.advance(START + step * SECOND // 10)
        if walkers.floor[0] != floor:
            floor, changes = int(walkers.floor[0]), changes + 1
            x_m, y_m = float(walkers.x_m[0]), float(walkers.y_m[0])
            assert min(np.hypot(x_m - x, y_m - y) for x, y in stops) < 8.0
    assert (floor, changes) == (1, 1)


def test_who_is_sent_elsewhere_finishes_the_step_and_turns() -> None:
    walkers = _one_at(0, 30.0, 12.0)
    walkers.go(0, coarse_grid().cell_at(0, 57.0, 12.0), (57.0, 12.0), START)
    walkers.advance(START + 5 * SECOND)
    east = float(walkers.x_m[0])
    assert walkers.go(0, coarse_grid().cell_at(0, 3.0, 12.0), (3.0, 12.0), START + 5 * SECOND)
    walkers.advance(START + 5 * SECOND)
    assert walkers.x_m[0] == pytest.approx(east), "nobody jumps"
    walkers.advance(START + 60 * SECOND)
    assert (walkers.x_m[0], walkers.y_m[0]) == (3.0, 12.0)


def test_without_a_way_one_stays() -> None:
    walkers = _one_at(0, 30.0, 12.0)
    walkers.ways.next_cell[:] = 0
    table = ways(rows_max=1)
    table.row_to(5, False, np.empty(0, np.int32))
    walkers.ways = table
    walkers.row[0] = 0
    assert not walkers.go(0, 9, (0.0, 0.0), START)
    assert not walkers.moving[0]


def test_the_heading_is_where_one_goes() -> None:
    walkers = _one_at(0, 30.0, 12.0)
    walkers.go(0, coarse_grid().cell_at(0, 57.0, 12.0), (57.0, 12.0), START)
    walkers.advance(START + 5 * SECOND)
    np.testing.assert_allclose(walkers.heading[0], [1.0, 0.0], atol=0.01)
    turn(walkers, 0, rng())
    assert np.hypot(*walkers.heading[0]) == pytest.approx(1.0)


def test_waits_are_never_negative() -> None:
    assert seconds_later(START, -3.0) == START
    assert seconds_later(START, 1.5) == START + 1_500_000
