"""People: sent, recalled, relieved, on and off duty."""

import pytest

from contracts import messages as m
from dispatcher.ledger import task_state, unit_status
from tests.dispatcher.builders import EAST, HALL, Control


def test_an_operator_sends_somebody_and_the_one_under_way_is_released() -> None:
    control = Control()
    task_id = control.task(control.call("wheelchair"))
    control.accept_all()
    sent = control.ledger.tasks[task_id].unit_id
    other = "u-05" if sent != "u-05" else "u-03"
    assert control.do(m.AssignUnit, task_id=task_id, unit_id=other).accepted
    task = control.ledger.tasks[task_id]
    assert (task.unit_id, task_state(task), task.depot) == (other, "assigned", "d-L1")
    assert control.of(m.UnitReleased)[-1].unit_id == sent
    assert control.do(m.AssignUnit, task_id=task_id, unit_id=other).reason == "already_assigned"
    control.finish(other)
    assert control.do(m.AssignUnit, task_id=task_id, unit_id=sent).reason == "cleared"


def test_an_operator_takes_somebody_from_one_task_to_another() -> None:
    control = Control()
    first = control.task(control.call("luggage"))
    control.accept_all()
    unit_id = control.ledger.tasks[first].unit_id or ""
    second = control.task(control.call("luggage", HALL))
    assert control.do(m.AssignUnit, task_id=second, unit_id=unit_id).accepted
    assert control.ledger.tasks[first].unit_id is None
    assert control.report(m.ReportOnScene, unit_id).accepted
    assert control.do(m.AssignUnit, task_id=first, unit_id=unit_id).reason == "busy"


@pytest.mark.parametrize(
    ("unit_id", "duty", "reason"),
    [
        ("u-99", None, "unknown_unit"),
        ("u-11", None, "not_qualified"),
        ("u-01", "break", "on_break"),
        ("u-01", "off", "off_shift"),
    ],
)
def test_whom_an_operator_may_not_send(unit_id: str, duty: str | None, reason: str) -> None:
    control = Control()
    task_id = control.task(control.call("luggage", EAST))
    if duty is not None:
        control.do(m.SetDuty, unit_id=unit_id, duty=duty)
    assert control.do(m.AssignUnit, task_id=task_id, unit_id=unit_id).reason == reason
    assert control.do(m.AssignUnit, task_id="c0-1-x", unit_id=unit_id).reason == "unknown_task"


def test_giving_a_task_back_blocks_the_pair_like_a_refusal() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    unit_id = control.ledger.tasks[task_id].unit_id or ""
    by = f"unit/{unit_id}"
    assert control.do(m.UnassignUnit, by, task_id=task_id, unit_id=unit_id, reason="hurt my foot").accepted
    control.wait(1)
    assert unit_id not in control.offered(task_id)
    assert control.do(m.UnassignUnit, by, task_id=task_id, unit_id=unit_id, reason="").reason == "not_yours"


def test_nobody_leaves_the_scene_by_giving_back() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    unit_id = control.ledger.tasks[task_id].unit_id or ""
    control.report(m.ReportOnScene, unit_id)
    assert control.do(m.UnassignUnit, task_id=task_id, unit_id=unit_id, reason="x").reason == "on_scene"
    assert control.do(m.SetDuty, unit_id=unit_id, duty="off").reason == "holds_task"


def test_going_on_a_break_takes_the_offer_back() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    assert control.do(m.SetDuty, "unit/u-04", unit_id="u-04", duty="break").accepted
    assert control.offered(task_id) == []
    control.wait(0.2)
    assert control.ledger.tasks[task_id].waiting_for == {"on_break": 1}
    assert control.do(m.SetDuty, "unit/u-05", unit_id="u-04", duty="on").reason == "not_yours"
    assert control.do(m.SetDuty, unit_id="u-99", duty="on").reason == "unknown_unit"
    assert control.do(m.SetDuty, unit_id="u-04", duty="on").accepted
    control.wait(1)
    assert control.offered(task_id) == ["u-04"]


def test_everything_of_a_person_who_falls_ill_goes_to_a_colleague() -> None:
    control = Control()
    task_id = control.task(control.call("wheelchair"))
    control.accept_all()
    ill = control.ledger.tasks[task_id].unit_id or ""
    heir = "u-05" if ill != "u-05" else "u-03"
    answer = control.do(m.RelieveUnit, unit_id=ill, to_unit_id=heir, duty="off", reason="ill")
    assert (answer.accepted, answer.subject) == (True, task_id)
    task = control.ledger.tasks[task_id]
    assert (task.unit_id, task_state(task)) == (heir, "assigned")
    assert unit_status(control.ledger, control.ledger.units[ill]) == "off_duty"


def test_without_an_heir_the_plan_finds_one_and_it_is_not_the_same_person() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    relieved = control.ledger.tasks[task_id].unit_id or ""
    assert control.do(m.RelieveUnit, unit_id=relieved).accepted
    control.wait(0.2)
    assert control.offered(task_id)
    assert relieved not in control.offered(task_id)


def test_who_is_relieved_on_the_scene_has_been_there_in_time() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    task = control.ledger.tasks[task_id]
    relieved = task.unit_id or ""
    control.report(m.ReportOnScene, relieved)
    reached_at = control.now
    control.wait(10)
    assert control.do(m.RelieveUnit, unit_id=relieved, duty="break").accepted
    assert (task_state(task), task.on_scene_at, task.reached_at) == ("offered", None, reached_at)
    control.accept_all()
    control.wait(400)
    assert control.of(m.SlaBreached) == [], "the customer had help in time"
    control.finish(task.unit_id or "")
    assert task.reached_at == reached_at


def test_relieving_takes_back_an_offer_and_refuses_what_makes_no_sense() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    assert control.offered(task_id) == ["u-04"]
    assert control.do(m.RelieveUnit, unit_id="u-04", to_unit_id="u-01").reason == "nothing_to_move"
    assert control.do(m.RelieveUnit, unit_id="u-04").accepted
    assert control.of(m.OfferWithdrawn)[-1].reason == "relieved"
    assert control.do(m.RelieveUnit, unit_id="u-11").reason == "nothing_to_move"
    assert control.do(m.RelieveUnit, unit_id="u-99").reason == "unknown_unit"
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    held = control.ledger.tasks[task_id].unit_id or ""
    assert control.do(m.RelieveUnit, unit_id=held, to_unit_id="u-11").reason == "not_qualified"
    assert control.do(m.RelieveUnit, unit_id=held, to_unit_id=held).reason == "already_assigned"
    assert control.do(m.RelieveUnit, unit_id=held, to_unit_id="u-99").reason == "unknown_unit"
