"""Closures as orders of the control room, each in its time and once."""

from contracts import messages as m
from contracts.quantities import MINUTE
from firmware_sim.building import changes_of, due
from firmware_sim.scenario import Closure
from tests.firmware_sim.builders import START

CLOSURES = (
    Closure(after_min=2.0, for_min=3.0),
    Closure(connector="lift-1", after_min=1.0, for_min=2.0),
    Closure(connector="stair-1", after_min=4.0),
)


def test_what_closes_opens_again_if_it_has_an_end() -> None:
    said = [(change.at - START, *change.order) for change in changes_of(CLOSURES, START)]
    assert said == [
        (1 * MINUTE, m.CloseConnector, {"connector": "lift-1", "reason": "broken"}),
        (2 * MINUTE, m.SetFireMode, {"on": True}),
        (3 * MINUTE, m.OpenConnector, {"connector": "lift-1"}),
        (4 * MINUTE, m.CloseConnector, {"connector": "stair-1", "reason": "broken"}),
        (5 * MINUTE, m.SetFireMode, {"on": False}),
    ]


def test_each_happens_once_and_never_early() -> None:
    changes = changes_of(CLOSURES, START)
    assert due(changes, START + MINUTE - 1) == []
    assert len(due(changes, START + 3 * MINUTE)) == 3
    assert due(changes, START + 3 * MINUTE) == []
    assert len(changes) == 2
