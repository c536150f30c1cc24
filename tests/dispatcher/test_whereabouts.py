"""Positions filed, aged, doubted."""

import numpy as np
import pytest

from contracts.messages import Place
from contracts.quantities import SECOND
from dispatcher.whereabouts import CALLERS_MAX, SAMPLES, Whereabouts
from tests.dispatcher.builders import NOON, SETTINGS, a_catalogue, positions_of

TAG_1, TAG_2 = "C3:00:00:25:00:01", "C3:00:00:25:00:02"


def a_whereabouts() -> Whereabouts:
    return Whereabouts(a_catalogue(), SETTINGS)


def test_before_anybody_is_located_all_are_at_home() -> None:
    here = a_whereabouts()
    assert here.missing(NOON) == ["home"] * 12
    cells, weights = here.samples(NOON)
    assert cells.shape == weights.shape == (12, SAMPLES)
    home = a_catalogue().grid.cell_at(0, 30.0, 12.0)
    assert cells[0, 0] == home
    assert weights.sum(axis=1) == pytest.approx(np.ones(12))


def test_a_position_is_filed_for_its_unit_only() -> None:
    here = a_whereabouts()
    assert not here.take(positions_of(NOON, {"stranger": (0, 1.0, 15.0), TAG_2: (1, 10.0, 27.0)}))
    assert here.place_of(TAG_2, NOON) == Place("L2", 10.0, 27.0)
    assert here.place_of(TAG_1, NOON) is None
    assert here.place_of("stranger", NOON) is None
    assert here.ages_s(NOON + 3 * SECOND)[:2] == [None, 3.0]
    assert here.sigma_of(TAG_2) == pytest.approx(1.0, abs=0.01)
    assert here.sigma_of(TAG_1) == np.inf


def test_people_go_from_home_to_never_located_to_located_to_lost() -> None:
    here = a_whereabouts()
    here.take(positions_of(NOON, {TAG_1: (0, 30.0, 12.0)}))
    assert here.missing(NOON + SECOND)[:2] == ["", "home"]
    assert here.missing(NOON + 30 * SECOND)[:2] == ["", "never_located"]
    here.take(positions_of(NOON + 130 * SECOND, {TAG_2: (0, 5.0, 15.0)}))
    assert here.missing(NOON + 130 * SECOND)[:3] == ["lost", "", "never_located"]
    here.take(positions_of(NOON + 131 * SECOND, {TAG_1: (0, 30.0, 12.0)}, quality=3))
    assert here.missing(NOON + 131 * SECOND)[0] == "lost", "its own word"
    assert here.place_of(TAG_1, NOON + 300 * SECOND) is None


def test_the_newest_estimate_of_each_device_counts() -> None:
    here = a_whereabouts()
    here.take(positions_of(NOON, {TAG_1: (0, 30.0, 12.0), TAG_2: (0, 5.0, 15.0)}))
    here.take(positions_of(NOON + SECOND, {TAG_1: (1, 10.0, 27.0)}))
    assert here.place_of(TAG_1, NOON + SECOND) == Place("L2", 10.0, 27.0)
    assert here.place_of(TAG_2, NOON + SECOND) == Place("L1", 5.0, 15.0)


def test_an_older_estimate_that_comes_later_is_no_news() -> None:
    for settle_between in (False, True):
        here = a_whereabouts()
        here.take(positions_of(NOON + SECOND, {TAG_1: (1, 10.0, 27.0)}))
        if settle_between:
            here.settle()
        here.take(positions_of(NOON, {TAG_1: (0, 30.0, 12.0)}))
        assert here.place_of(TAG_1, NOON + SECOND) == Place("L2", 10.0, 27.0)


def test_a_dead_network_is_not_an_empty_mall() -> None:
    here = a_whereabouts()
    here.take(positions_of(NOON, {TAG_1: (0, 30.0, 12.0), TAG_2: (0, 5.0, 15.0)}))
    later = NOON + 400 * SECOND
    assert here.missing(later) == ["", "", *["home"] * 10]
    cells = here.samples(later)[0]
    assert cells[0, 0] == a_catalogue().grid.cell_at(0, 30.0, 12.0)
    here.take(positions_of(later, {TAG_2: (0, 5.0, 15.0)}))
    assert here.missing(later)[:3] == ["lost", "", "never_located"]
    assert here.missing(NOON + 3 * 3600 * SECOND) == ["home"] * 12


def test_doubt_grows_with_age() -> None:
    here = a_whereabouts()
    here.take(positions_of(NOON, {TAG_1: (0, 30.0, 20.0)}))
    grid = a_catalogue().grid
    spread = []
    for seconds in (0, 20, 60):
        cells = here.samples(NOON + seconds * SECOND)[0][0]
        spread.append(float(np.hypot(np.ptp(grid.x_m[cells]), np.ptp(grid.y_m[cells]))))
    assert spread == sorted(spread)
    assert spread[2] > spread[0] + 10


def test_the_second_floor_gets_its_share() -> None:
    here = a_whereabouts()
    message = positions_of(NOON, {TAG_1: (0, 30.0, 12.0)})
    import msgspec

    here.take(msgspec.structs.replace(message, floor_probability=bytes([70, 30])))
    cells, weights = here.samples(NOON)
    assert weights[0, -1] == pytest.approx(0.3)
    assert a_catalogue().grid.floor[cells[0, -1]] == 1
    assert weights[0].sum() == pytest.approx(1.0)


def test_callers_are_watched_while_wanted_and_forgotten_after() -> None:
    here = a_whereabouts()
    here.watch_callers(["app-1", TAG_1, "app-2", "app-1"])
    assert here.take(positions_of(NOON, {"app-1": (0, 30.0, 12.0), "app-2": (1, 5.0, 27.0)}))
    assert here.place_of("app-2", NOON) == Place("L2", 5.0, 27.0)
    here.watch_callers(["app-2", "app-3"])
    assert here.place_of("app-1", NOON) is None
    assert here.place_of("app-2", NOON) is not None
    assert here.place_of("app-3", NOON) is None
    assert here.first_at is None, "callers are no units"


def test_more_callers_than_the_limit_are_not_followed() -> None:
    here = a_whereabouts()
    here.watch_callers([f"app-{n}" for n in range(CALLERS_MAX + 5)])
    assert len(here.rows) == 12 + CALLERS_MAX
