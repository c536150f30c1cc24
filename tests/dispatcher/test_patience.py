"""Who goes first, and how many hands that may bind."""

import msgspec
import numpy as np

from contracts import messages as m
from dispatcher.ledger import Task, running_tasks, task_state
from dispatcher.patience import past_patience
from tests.dispatcher.builders import EAST, HALL, SETTINGS, Control

SERVICE = ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06")
PATIENCE_S = 300.0 * SETTINGS.patience_targets


def first(control: Control, share: float = SETTINGS.patience_share, way_s: float = 0.0) -> list[bool]:
    """Of the tasks that nobody is committed to."""
    waiting: list[Task] = [task for task in running_tasks(control.ledger) if task_state(task) == "pending"]
    settings = msgspec.structs.replace(SETTINGS, patience_share=share)
    catalogue = control.service.catalogue
    ways_s = np.full(len(waiting), way_s)
    return past_patience(control.ledger, catalogue, waiting, ways_s, settings, control.now).tolist()


def nobody_there(control: Control, but: tuple[str, ...] = ()) -> None:
    for unit_id in sorted(set(SERVICE) - set(but)):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")


def test_the_oldest_goes_first_even_where_hardly_anybody_is_there() -> None:
    control = Control()
    nobody_there(control)
    control.call("luggage", EAST)
    control.wait(100)
    control.call("luggage", HALL)
    control.wait(PATIENCE_S - 101)
    assert first(control) == [False, False]
    assert first(control, way_s=99.0) == [True, False], "who has a long way sets out sooner"
    control.wait(10)
    assert first(control) == [True, False]
    control.wait(100)
    assert first(control) == [True, False], "one hand at a time: nobody else is on duty"


def test_a_share_of_the_hands_is_bound_to_the_oldest_and_no_more() -> None:
    control = Control()
    nobody_there(control)
    for _ in range(6):
        control.call("luggage", HALL)
    control.wait(PATIENCE_S + 1)
    for unit_id in SERVICE[:4]:
        control.do(m.SetDuty, unit_id=unit_id, duty="on")
    control.wait(1)
    control.accept_all()
    assert sum(task_state(task) == "en_route" for task in running_tasks(control.ledger)) == 4
    assert first(control, share=0.5) == [False, False], "four of two hands are bound: nothing else waited"
    assert first(control, share=1.25) == [True, False]
    assert first(control, share=1.5) == [True, True]


def test_emergencies_past_their_patience_are_never_rationed() -> None:
    control = Control()
    for unit_id in sorted(control.ledger.units):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    for _ in range(3):
        control.call("medical", HALL)
    control.wait(180.0 * SETTINGS.patience_targets + 1)
    assert first(control) == [True] * len(first(control))
    assert len(first(control)) == 9
