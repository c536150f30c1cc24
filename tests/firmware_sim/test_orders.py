"""A day's calls: repeatable, in order, by rate, floor and hour."""

from collections import Counter

import pytest

from contracts.grid import build_grid
from contracts.quantities import HOUR
from firmware_sim.orders import draw_orders, places_by_floor
from firmware_sim.scenario import Demand
from tests.firmware_sim.builders import START
from tests.sites import small_mall

SITE = small_mall()
GRID = build_grid(SITE, 2.0)
DEMAND = Demand(calls_per_h={"wheelchair": 60.0, "power_bank": 30.0}, by_floor={"L1": 3.0})


def test_the_same_seed_gives_the_same_day_and_another_gives_another() -> None:
    first = draw_orders(SITE, GRID, DEMAND, 1, START, START + HOUR)
    assert first == draw_orders(SITE, GRID, DEMAND, 1, START, START + HOUR)
    assert first != draw_orders(SITE, GRID, DEMAND, 2, START, START + HOUR)


def test_calls_come_in_order_at_the_rates_and_floors_asked_for() -> None:
    orders = draw_orders(SITE, GRID, DEMAND, 1, START, START + 20 * HOUR)
    times = [order.at for order in orders]
    assert times == sorted(set(times)), "no two at once: the time is a call's name"
    assert all(START <= at <= START + 20 * HOUR for at in times)
    services = Counter(order.service for order in orders)
    assert services["wheelchair"] == pytest.approx(1200, rel=0.1)
    floors = Counter(order.place.floor for order in orders)
    assert floors["L1"] / len(orders) == pytest.approx(0.75, abs=0.04)


def test_a_floor_fills_in_its_hour() -> None:
    hours = tuple(9.0 if hour == 13 else 0.0 for hour in range(24))
    demand = Demand(calls_per_h={"wheelchair": 60.0}, by_floor_hour={"L2": hours}, utc_offset_h=8.0)
    orders = draw_orders(SITE, GRID, demand, 1, START // (24 * HOUR) * 24 * HOUR, START + 24 * HOUR)
    for order in orders:
        local_hour = (order.at + 8 * HOUR) // HOUR % 24
        assert local_hour == 13 or order.place.floor == "L1"
    assert any(order.place.floor == "L2" for order in orders)


def test_every_floor_has_places_and_they_do_not_depend_on_the_day() -> None:
    assert all(places_by_floor(SITE, GRID))
    assert places_by_floor(SITE, GRID) == places_by_floor(SITE, GRID)
