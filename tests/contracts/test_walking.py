import heapq
import math
from functools import cache
from itertools import pairwise

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.grid import WalkableGrid, build_grid
from contracts.sitemap import Connector, Stop
from contracts.walking import FIELDS_MAX, Closures, Travel, hops_of, in_sight, stop_cell, storeys, usable
from tests.sites import small_mall

TWO_WAY = frozenset(("escalator-up", "escalator-down"))


@cache
def the_grid() -> WalkableGrid:
    return build_grid(small_mall())


@cache
def travel(closed: frozenset[str] = frozenset(), fire_mode: bool = False) -> Travel:
    return Travel(small_mall(), the_grid(), Closures(closed, fire_mode))


@pytest.fixture
def grid() -> WalkableGrid:
    return the_grid()


cells = st.integers(0, the_grid().n_cells - 1)
CLOSE = {"rel": 1e-4, "abs": 1e-3}


def brute_force(travel_: Travel, start: int, wheels: bool) -> list[float]:
    """Dijkstra with a heap over the steps and hops, as one would write it on a blackboard."""
    grid = travel_.grid
    onward: dict[int, list[tuple[int, float]]] = {}
    for a, b, length in zip(grid.step_from, grid.step_to, grid.step_m, strict=True):
        onward.setdefault(int(a), []).append((int(b), float(length) / travel_.speed_mps))
    for (a, b), hop in hops_of(small_mall(), grid, travel_.closures, wheels).items():
        onward.setdefault(a, []).append((b, hop.seconds))
    best = [math.inf] * grid.n_cells
    best[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        seconds, here = heapq.heappop(heap)
        if seconds > best[here]:
            continue
        for there, cost in onward.get(here, []):
            if seconds + cost < best[there]:
                best[there] = seconds + cost
                heapq.heappush(heap, (best[there], there))
    return best


@pytest.mark.parametrize("wheels", [False, True])
def test_times_equal_a_blackboard_dijkstra(grid: WalkableGrid, wheels: bool) -> None:
    start = grid.cell_at(0, 5.0, 5.0)
    expected = brute_force(travel(), start, wheels)
    np.testing.assert_allclose(travel().times_from(start, wheels), expected, rtol=1e-5, atol=1e-3)


@given(cells, cells, st.booleans())
@settings(max_examples=30, deadline=None)
def test_to_and_from_tell_the_same_time(a: int, b: int, wheels: bool) -> None:
    assert float(travel().times_to(b, wheels)[a]) == pytest.approx(
        float(travel().times_from(a, wheels)[b]), **CLOSE
    )


@given(cells, cells, cells)
@settings(max_examples=30, deadline=None)
def test_no_detour_is_shorter(a: int, b: int, c: int) -> None:
    times = travel()
    direct = float(times.times_from(a)[c])
    assert direct <= float(times.times_from(a)[b]) + float(times.times_from(b)[c]) + 1e-2


@given(cells, cells)
@settings(max_examples=20, deadline=None)
def test_without_one_way_connectors_there_and_back_take_the_same(a: int, b: int) -> None:
    times = travel(TWO_WAY)
    assert float(times.times_from(a)[b]) == pytest.approx(float(times.times_from(b)[a]), **CLOSE)


@given(cells, cells, st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_path_takes_as_long_as_the_field_says(a: int, b: int, wheels: bool) -> None:
    times, grid = travel(), the_grid()
    path = times.path(a, b, wheels)
    assert (path[0], path[-1]) == (a, b)
    hops = hops_of(small_mall(), grid, times.closures, wheels)
    seconds = 0.0
    for here, there in pairwise(path):
        if (here, there) in hops:
            seconds += hops[here, there].seconds
        else:
            away = math.dist((grid.x_m[here], grid.y_m[here]), (grid.x_m[there], grid.y_m[there]))
            assert grid.floor[here] == grid.floor[there]
            assert away < 1.5 * grid.cell_m
            seconds += away / times.speed_mps
    assert seconds == pytest.approx(float(times.times_to(b, wheels)[a]), **CLOSE)


@given(cells, cells, st.booleans())
@settings(max_examples=30, deadline=None)
def test_legs_join_up_cross_no_wall_and_take_the_whole_time(a: int, b: int, wheels: bool) -> None:
    times, grid = travel(), the_grid()
    legs = times.legs(a, b, wheels)
    total = sum(leg.seconds for leg in legs)
    assert total == pytest.approx(float(times.times_to(b, wheels)[a]), abs=1e-2)
    for before, after in pairwise(legs):
        assert before.to_floor == after.floor
        assert before.points[-1] == after.points[0]
    for leg in legs:
        assert (leg.connector_id is None) == (leg.kind == "walk")
        if leg.kind == "walk" and len(leg.points) > 1:
            line = shapely.LineString(leg.points)
            assert len(grid.barriers[leg.floor].query(line, predicate="intersects")) == 0


def test_escalators_carry_one_way_only(grid: WalkableGrid) -> None:
    foot, head = grid.cell_at(0, 23.0, 14.5), grid.cell_at(1, 35.0, 14.5)
    assert travel().times_from(foot)[head] == pytest.approx(24.0)
    assert travel().times_from(head)[foot] > 40.0


def test_wheels_take_the_lift(grid: WalkableGrid) -> None:
    a, b = grid.cell_at(0, 50.0, 20.0), grid.cell_at(1, 50.0, 20.0)
    assert [leg.kind for leg in travel().legs(a, b) if leg.connector_id] == ["stairs"]
    assert [leg.connector_id for leg in travel().legs(a, b, wheels=True) if leg.connector_id] == ["lift-1"]
    assert travel().times_to(b, wheels=True)[a] > travel().times_to(b)[a]


def test_a_closed_connector_is_not_used_and_fire_mode_leaves_the_stairs(grid: WalkableGrid) -> None:
    a, b = grid.cell_at(0, 9.0, 20.0), grid.cell_at(1, 9.0, 20.0)
    every = frozenset(c.connector_id for c in small_mall().connectors)
    assert [leg.kind for leg in travel(frozenset(["lift-1"])).legs(a, b) if leg.connector_id] == ["escalator"]
    assert travel(every).legs(a, b) == []
    assert np.isinf(travel(every).times_to(b)[a])
    fire = travel(fire_mode=True)
    assert [leg.kind for leg in fire.legs(a, b) if leg.connector_id] == ["stairs"]
    assert np.isinf(fire.times_to(b, wheels=True)[a])


def test_nobody_enters_a_closed_space_but_people_get_out(grid: WalkableGrid) -> None:
    shut = travel(frozenset(["L1-S1"]))
    inside, outside = grid.cell_at(0, 5.0, 5.0), grid.cell_at(0, 30.0, 20.0)
    assert np.isinf(shut.times_from(outside)[inside])
    assert np.isfinite(shut.times_from(inside)[outside])


def test_a_lift_waits_once_however_far_it_goes() -> None:
    site = small_mall()
    lift = next(c for c in site.connectors if c.kind == "lift")
    times = Travel(msgspec.structs.replace(site, connectors=(lift,)), the_grid())
    a, b = the_grid().cell_at(0, 9.0, 20.0), the_grid().cell_at(1, 9.0, 20.0)
    assert times.times_from(a)[b] == pytest.approx(lift.wait_s + lift.seconds_per_floor)


def test_a_landing_half_way_up_is_no_storey() -> None:
    one, two = small_mall().floors
    at = [0.0, 5.0, 7.5, 10.0, 15.0]
    floors = tuple(msgspec.structs.replace(one, floor=f"F{i}", elevation_m=z) for i, z in enumerate(at))
    site = msgspec.structs.replace(small_mall(), floors=floors)
    assert [storeys(site, 0, i) for i in range(1, 5)] == [1, 2, 2, 3]
    assert storeys(small_mall(), 0, 1) == storeys(small_mall(), 1, 0) == 1
    flat = msgspec.structs.replace(small_mall(), floors=(one, msgspec.structs.replace(two, elevation_m=0.0)))
    assert storeys(flat, 0, 1) == 1


def test_stairs_go_from_stop_to_stop() -> None:
    site = small_mall()
    stair = next(c for c in site.connectors if c.kind == "stairs")
    hops = hops_of(msgspec.structs.replace(site, connectors=(stair,)), the_grid(), Closures(), False)
    assert sorted(hop.seconds for hop in hops.values()) == [28.0, 28.0]


def test_whoever_walks_faster_arrives_earlier(grid: WalkableGrid) -> None:
    a, b = grid.cell_at(0, 2.0, 20.0), grid.cell_at(0, 58.0, 20.0)
    fast = Travel(small_mall(), grid, speed_mps=2.4)
    assert 2 * fast.times_to(b)[a] == pytest.approx(float(travel().times_to(b)[a]), rel=1e-4)


def test_a_stop_in_the_middle_of_the_void_joins_nothing(grid: WalkableGrid) -> None:
    site = small_mall()
    assert stop_cell(site, grid, "L2", (30.0, 20.0)) is None
    assert stop_cell(site, grid, "L9", (30.0, 20.0)) is None
    nowhere = Connector("x", "stairs", (Stop("L1", (30.0, 20.0)), Stop("L2", (30.0, 20.0))), True)
    alone = msgspec.structs.replace(site, connectors=(nowhere,))
    assert hops_of(alone, grid, Closures(), False) == {}


def test_usable_says_who_may_take_what() -> None:
    stair = next(c for c in small_mall().connectors if c.kind == "stairs")
    assert usable(stair, Closures(), wheels=False)
    assert not usable(stair, Closures(), wheels=True)
    assert usable(stair, Closures(fire_mode=True), wheels=False)
    assert not usable(stair, Closures(frozenset(["stair-1"])), wheels=False)


def test_no_more_fields_are_kept_than_the_limit(grid: WalkableGrid) -> None:
    times = Travel(small_mall(), grid)
    for cell in range(FIELDS_MAX + 5):
        times.times_to(cell)
    assert len(times._fields) == FIELDS_MAX
    assert times.times_to(FIELDS_MAX) is times.times_to(FIELDS_MAX)


def test_in_sight_is_what_one_can_walk_straight(grid: WalkableGrid) -> None:
    west, east = grid.cell_at(1, 15.0, 20.0), grid.cell_at(1, 45.0, 20.0)
    assert not in_sight(grid, west, east)  # the void lies between
    assert in_sight(grid, grid.cell_at(0, 15.0, 20.0), grid.cell_at(0, 45.0, 20.0))
    assert not in_sight(grid, grid.cell_at(0, 5.0, 5.0), grid.cell_at(0, 15.0, 5.0))  # a wall


def test_here_to_here_is_no_way_at_all(grid: WalkableGrid) -> None:
    assert travel().path(5, 5) == [5]
    assert travel().legs(5, 5) == []


def test_what_is_known_of_the_floors_outlives_a_closed_connector_but_no_closed_space() -> None:
    site, grid = small_mall(), the_grid()
    before = Travel(site, grid)
    before.times_to(0)
    lift = Travel(site, grid, Closures(frozenset(("lift-1",))), before=before)
    space = Closures(frozenset((site.spaces[int(grid.space[0])].space_id,)))
    corridor = Travel(site, grid, space, before=before)
    assert lift._floors is before._floors
    assert corridor._floors is None
    for after, closures in ((lift, lift.closures), (corridor, space)):
        np.testing.assert_array_equal(after.times_to(0), Travel(site, grid, closures).times_to(0))
