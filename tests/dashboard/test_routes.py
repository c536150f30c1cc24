"""Routes for people."""

import msgspec
import pytest

from contracts.messages import Place
from contracts.walking import Closures
from dashboard.routes import Question, Router
from tests.dashboard.builders import small_grid
from tests.sites import small_mall

HERE = Question("u-01", 0, 30.0, 18.0, Place("L2", 55.0, 27.0), False, Closures())


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(small_mall(), small_grid())


def test_a_way_over_floors_names_its_connector(router: Router) -> None:
    route = router.route(HERE)
    assert route.seconds is not None
    assert route.seconds == pytest.approx(sum(leg.seconds for leg in route.legs), abs=0.11)
    ride = next(leg for leg in route.legs if leg.connector is not None)
    assert (ride.floor, ride.to_floor) == ("L1", "L2")
    assert ride.connector is not None
    assert ride.connector.kind == ride.kind


def test_wheels_and_closures_change_the_way(router: Router) -> None:
    def kinds(question: Question) -> set[str]:
        return {leg.kind for leg in router.route(question).legs if leg.connector is not None}

    assert kinds(msgspec.structs.replace(HERE, wheels=True)) == {"lift"}
    shut = frozenset(c.connector_id for c in small_mall().connectors if c.kind != "stairs")
    assert kinds(msgspec.structs.replace(HERE, closures=Closures(shut))) == {"stairs"}


def test_no_target_no_way_and_already_there(router: Router) -> None:
    assert router.route(msgspec.structs.replace(HERE, target=None)).seconds is None
    everything = frozenset(c.connector_id for c in small_mall().connectors)
    shut = router.route(msgspec.structs.replace(HERE, closures=Closures(everything)))
    assert shut.seconds is None
    assert shut.legs == ()
    there = router.route(msgspec.structs.replace(HERE, target=Place("L1", 30.0, 18.0)))
    assert there.seconds == 0.0
