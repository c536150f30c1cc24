"""Arrival times from uncertain positions, by way of depots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.walking import Closures
from dispatcher import eta
from dispatcher.eta import Arrival, Crowd, Ways
from tests.dispatcher.builders import SETTINGS, a_catalogue, open_ways


def at(*points: tuple[int, float, float], slowness: float = 1.0) -> Crowd:
    """People who are surely there."""
    grid = a_catalogue().grid
    cells = np.array([[grid.cell_at(*point)] for point in points], np.int32)
    return Crowd(cells, np.ones((len(points), 1)), np.full(len(points), slowness))


def straight(crowd: Crowd, cell: int, ways: Ways | None = None) -> Arrival:
    return eta.arrival_at(ways or open_ways(), crowd, cell)


def by_depot(
    crowd: Crowd, cell: int, depots: tuple[str, ...], wheels: bool, ways: Ways | None = None
) -> Arrival:
    return eta.arrival_at(ways or open_ways(), crowd, cell, depots, wheels)


def test_near_is_sooner_than_far_and_another_floor_is_far() -> None:
    cell = a_catalogue().grid.cell_at(0, 30.0, 20.0)
    times = straight(at((0, 31, 20), (0, 55, 20), (1, 31, 14)), cell).mean_s
    assert times[0] < 3 < times[1] < times[2]


def test_slow_people_need_longer() -> None:
    cell = a_catalogue().grid.cell_at(0, 30.0, 20.0)
    quick = straight(at((0, 55, 20)), cell).mean_s[0]
    assert straight(at((0, 55, 20), slowness=1.5), cell).mean_s[0] == pytest.approx(1.5 * quick)


def test_the_way_by_the_depot_is_never_shorter_and_takes_the_best_depot() -> None:
    cell, crowd = a_catalogue().grid.cell_at(1, 55.0, 27.0), at((0, 5, 15), (1, 50, 27), (1, 12, 26))
    direct = straight(crowd, cell).mean_s
    both = by_depot(crowd, cell, ("d-L1", "d-L2"), wheels=False)
    one = by_depot(crowd, cell, ("d-L1",), wheels=False)
    assert (both.mean_s >= direct + SETTINGS.pick_up_s - 0.1).all()
    assert (both.mean_s <= one.mean_s).all()
    assert both.depot[2] == 1, "stands beside the depot of L2"


def test_a_wheelchair_takes_the_lift_and_without_it_nobody_can_bring_one_up() -> None:
    cell, crowd = a_catalogue().grid.cell_at(1, 55.0, 27.0), at((0, 30, 13))
    on_foot = by_depot(crowd, cell, ("d-L1",), wheels=False).mean_s[0]
    with_wheels = by_depot(crowd, cell, ("d-L1",), wheels=True).mean_s[0]
    assert with_wheels > on_foot
    closed = Ways(a_catalogue(), SETTINGS, Closures(frozenset(("lift-1",))))
    assert by_depot(crowd, cell, ("d-L1",), True, closed).mean_s[0] == np.inf
    assert by_depot(crowd, cell, ("d-L1",), False, closed).mean_s[0] == pytest.approx(on_foot)


def test_no_depot_is_no_way() -> None:
    arrival = by_depot(at((0, 30, 13)), 0, (), wheels=False)
    assert arrival.mean_s[0] == np.inf
    assert arrival.depot[0] == -1


def test_doubt_about_the_position_is_doubt_about_the_time() -> None:
    grid = a_catalogue().grid
    goal = grid.cell_at(0, 55.0, 20.0)
    near, far = grid.cell_at(0, 50.0, 20.0), grid.cell_at(1, 10.0, 26.0)
    sure = Crowd(np.array([[near, near]], np.int32), np.array([[0.5, 0.5]]), np.ones(1))
    torn = Crowd(np.array([[near, far]], np.int32), np.array([[0.5, 0.5]]), np.ones(1))
    assert straight(torn, goal).sd_s[0] > 3 * straight(sure, goal).sd_s[0]


def test_points_without_a_way_carry_no_weight() -> None:
    field = np.array([10.0, np.inf, 30.0], np.float32)
    crowd = Crowd(np.array([[0, 1], [0, -1], [1, 1], [-1, -1]], np.int32), np.full((4, 2), 0.5), np.ones(4))
    mean_s, sd_s = eta.look_up([field, 2 * field], crowd)
    assert mean_s.tolist() == [[10.0, 10.0, np.inf, np.inf], [20.0, 20.0, np.inf, np.inf]]
    assert sd_s.tolist() == [[0.0] * 4] * 2
    nothing = eta.look_up([], crowd)
    assert nothing[0].shape == nothing[1].shape == (0, 4)


def test_fields_are_kept_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eta, "FIELDS_MAX", 3)
    ways = Ways(a_catalogue(), SETTINGS, Closures())
    for cell in range(6):
        ways.field(cell)
    assert len(ways._fields) == 3
    assert ways.field(5) is ways.field(5)


@given(st.floats(-1e5, 1e5), st.floats(0, 500))
def test_a_probability_is_one_and_grows_with_the_margin(margin_s: float, sd_s: float) -> None:
    p = eta.p_on_time(np.array([margin_s, margin_s + 1]), np.array([sd_s, sd_s]))
    assert 0 <= p[0] <= p[1] <= 1
    assert eta.p_on_time(np.zeros(1), np.array([sd_s]))[0] == 0.5
