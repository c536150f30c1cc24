"""Trips: as long as the ways say, with the chances of the way, and found at any time on them."""

import numpy as np
import pytest

from contracts.grid import build_grid
from contracts.quantities import SECOND
from contracts.walking import Closures, Travel
from firmware_sim.luck import stream
from firmware_sim.scenario import Staff
from firmware_sim.trips import Routes, Trip, ride_s, set_out
from tests.firmware_sim.builders import START
from tests.sites import small_mall

SITE = small_mall()
GRID = build_grid(SITE, 2.0)
ROUTES = Routes(SITE, GRID, Closures())
EVEN = Staff(leg_cv=0.0)
LOW = GRID.cell_at(0, 10.0, 12.0)
HIGH = GRID.cell_at(1, 50.0, 27.0)


def trip(staff: Staff = EVEN, seed: int = 1, routes: Routes = ROUTES, wheels: bool = False) -> Trip | None:
    return set_out(routes, staff, LOW, HIGH, 1.2, wheels, START, stream(seed, "t"))


@pytest.mark.parametrize("wheels", [False, True])
def test_without_chance_a_trip_takes_what_the_dispatcher_reckons(wheels: bool) -> None:
    found = trip(wheels=wheels)
    assert found is not None
    reckoned_s = float(Travel(SITE, GRID, Closures()).times_to(HIGH, wheels)[LOW])
    assert (found.arrives_at - START) / SECOND == pytest.approx(reckoned_s, abs=0.5)
    assert (found.cells[0], found.cells[-1]) == (LOW, HIGH)


def test_one_is_on_the_way_in_between() -> None:
    found = trip()
    assert found is not None
    assert found.times == sorted(found.times)
    assert found.index(START - 1) == 0
    assert found.index(found.times[3]) == 3
    assert found.index(found.arrives_at + 1) == len(found.cells) - 1


def test_legs_vary_by_a_tenth_and_repeat_with_their_luck() -> None:
    took = [(t.arrives_at - START) / SECOND for n in range(200) if (t := trip(Staff(leg_cv=0.1), n))]
    walked = [t.walked_m for n in range(3) if (t := trip(Staff(leg_cv=0.1), n))]
    assert 0.03 < np.std(took) / np.mean(took) < 0.11, "the ride does not vary"
    assert len(set(walked)) == 1
    assert trip(Staff(leg_cv=0.1), 7) == trip(Staff(leg_cv=0.1), 7)


def test_lifts_come_when_they_come() -> None:
    staff = Staff(lift_wait_sd_s=20.0, lift_wait_factor=1.5)
    hop = next(hop for hop in ROUTES._hops[True].values() if hop.connector.wait_s > 0)
    waits = [ride_s(hop, staff, stream(n, "lift")) - hop.seconds + hop.connector.wait_s for n in range(2000)]
    assert np.mean(waits) == pytest.approx(1.5 * hop.connector.wait_s, rel=0.06)
    assert np.std(waits) == pytest.approx(20.0, rel=0.1)
    stairs = next(hop for hop in ROUTES._hops[False].values() if hop.connector.wait_s == 0)
    assert ride_s(stairs, staff, stream(1, "lift")) == stairs.seconds


def test_where_no_way_leads_there_is_no_trip() -> None:
    every = frozenset(connector.connector_id for connector in SITE.connectors)
    assert trip(routes=Routes(SITE, GRID, Closures(every))) is None
