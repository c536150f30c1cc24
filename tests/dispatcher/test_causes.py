"""The cause of every miss."""

import pytest

from contracts import messages as m
from dispatcher.causes import miss_cause
from dispatcher.ledger import Task
from tests.dispatcher.builders import EAST, NOON, Control, a_need

S = 1_000_000


def a_miss(**changes: object) -> Task:
    task = Task("c1", a_need(deadline_at=NOON + 300 * S), NOON)
    task.breached_at, task.reached_at = NOON + 300 * S, NOON + 400 * S
    task.first_offer_at, task.assigned_at = NOON + 10 * S, NOON + 20 * S
    for name, value in changes.items():
        setattr(task, name, value)
    return task


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"breached_at": None}, ""),
        ({}, "walking"),
        ({"lift_wait_s": 99.0}, "walking"),
        ({"lift_wait_s": 100.0}, "lift"),
        ({"lift_wait_s": 100.0, "first_offer_at": NOON + 390 * S, "assigned_at": NOON + 395 * S}, "queue"),
        ({"first_offer_at": NOON + 300 * S, "assigned_at": NOON + 310 * S}, "queue"),
        ({"first_offer_at": NOON + 300 * S, "assigned_at": NOON + 310 * S, "lacked": ["no_stock"]}, "stock"),
        (
            {"first_offer_at": NOON + 300 * S, "assigned_at": NOON + 310 * S, "lacked": ["no_route"]},
            "no_route",
        ),
        ({"assigned_at": NOON + 350 * S, "silences": 3, "refusals": 1}, "silence"),
        ({"assigned_at": NOON + 350 * S, "silences": 1, "refusals": 3}, "refusal"),
        ({"assigned_at": NOON + 350 * S, "given_back": 1}, "given_back"),
        ({"first_offer_at": None, "assigned_at": None, "reached_at": None}, "queue"),
    ],
)
def test_the_longest_part_is_the_cause(changes: dict[str, object], cause: str) -> None:
    assert miss_cause(a_miss(**changes)) == cause


def test_a_shift_without_anybody_is_a_queue() -> None:
    control = Control()
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    call_id = control.call("luggage", EAST)
    control.wait(400)
    view = next(said for said in control.service.resumed(control.now) if isinstance(said, m.CallChanged))
    assert (view.call_id, view.tasks[0].miss_cause) == (call_id, "queue")


def test_a_closed_lift_is_the_cause_of_a_wheelchair_that_did_not_come() -> None:
    control = Control()
    control.do(m.CloseConnector, connector="lift-1")
    control.call("wheelchair", EAST)
    control.wait(400)
    (task,) = control.ledger.tasks.values()
    assert miss_cause(task) == "no_route"
