"""Commands: what they bring about, and with which word they are refused."""

from typing import Any

import pytest

from contracts import messages as m
from dispatcher.ledger import task_state, unit_status
from tests.dispatcher.builders import EAST, Control


def test_a_repeated_command_gets_the_same_answer_and_changes_nothing() -> None:
    control = Control()
    command = control.make(m.PlaceCall, service="wheelchair", place=EAST)
    first = [said for said in control.receive(command) if isinstance(said, m.CommandAnswered)]
    count = len(control.of(m.CallReceived))
    control.wait(1)
    again = control.receive(command)
    assert [(said.accepted, said.reason, said.subject) for said in first] == [
        (said.accepted, said.reason, said.subject) for said in again if isinstance(said, m.CommandAnswered)
    ]
    assert len(control.of(m.CallReceived)) == count


def test_the_wheelchair_is_offered_accepted_fetched_and_delivered() -> None:
    control = Control()
    call_id = control.call("wheelchair")
    task_id = control.task(call_id)
    (unit_id,) = control.offered(task_id)
    assert control.ledger.stores["d-L1"].reserved["wheelchair"] == 1
    assert control.accept(unit_id).subject == task_id
    assert task_state(control.ledger.tasks[task_id]) == "en_route_to_item"
    assert control.report(m.ReportItemPickedUp, unit_id, item_number="W-2").accepted
    assert task_state(control.ledger.tasks[task_id]) == "en_route"
    assert control.report(m.ReportOnScene, unit_id).accepted
    assert control.report(m.ReportDone, unit_id).accepted
    assert control.ledger.calls[call_id].closed_at == control.now
    assert control.ledger.loans[task_id].item_number == "W-2"
    assert control.ledger.stores["d-L1"].free["wheelchair"] == 2
    back = control.do(m.ReportItemReturned, f"unit/{unit_id}", unit_id=unit_id, depot="d-L2")
    assert back.accepted
    assert control.ledger.stores["d-L2"].free["wheelchair"] == 1
    assert control.do(m.RateCall, "device/x", call_id=call_id, stars=3).accepted
    assert control.do(m.RateCall, "device/x", call_id=call_id, stars=1).reason == "already_rated"


def test_only_the_one_who_was_asked_may_answer() -> None:
    control = Control()
    task_id = control.task(control.call())
    (unit_id,) = control.offered(task_id)
    offer_id = control.ledger.units[unit_id].offer_id
    other = "u-12"
    ids = {"offer_id": offer_id, "unit_id": other}
    assert control.do(m.AcceptOffer, f"unit/{other}", **ids).reason == "not_yours"
    assert (
        control.do(m.AcceptOffer, f"unit/{other}", offer_id=offer_id, unit_id=unit_id).reason == "not_yours"
    )
    assert control.do(m.DeclineOffer, f"unit/{other}", **ids, reason="").reason == "not_yours"
    assert (
        control.do(m.AcceptOffer, f"unit/{other}", offer_id="o999", unit_id=other).reason == "unknown_offer"
    )


def test_who_declines_is_not_asked_again_for_a_while() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    assert control.offered(task_id) == ["u-04"], "the only lead"
    assert control.decline("u-04").accepted
    control.wait(60)
    assert control.offered(task_id) == []
    assert control.ledger.tasks[task_id].waiting_for == {"declined_before": 1}
    control.wait(70)
    assert control.offered(task_id) == ["u-04"]


def test_silence_is_not_a_refusal_and_mutes_until_the_handheld_speaks() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    control.wait(26)
    assert control.of(m.OfferExpired)[0].unit_id == "u-04"
    assert control.ledger.tasks[task_id].declined == {}
    assert control.ledger.tasks[task_id].waiting_for == {"silent": 1}
    assert control.do(m.ReportPresent, "unit/u-01", unit_id="u-04").reason == "not_yours"
    assert control.do(m.ReportPresent, "unit/u-99", unit_id="u-99").reason == "unknown_unit"
    assert control.ledger.units["u-04"].silent_at is not None
    assert control.do(m.ReportPresent, "unit/u-04", unit_id="u-04").accepted, "somebody logs in"
    control.wait(6)
    assert control.offered(task_id) == ["u-04"], "any word ends the silence"


def test_a_late_answer_is_granted_while_somebody_is_still_wanted() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    offer_id = control.ledger.units["u-04"].offer_id
    control.wait(40)
    late = control.do(m.AcceptOffer, "unit/u-04", offer_id=offer_id, unit_id="u-04")
    assert (late.accepted, late.subject) == (True, task_id)
    assert len(control.of(m.OfferMade)) == 2, (
        "there is nobody else, so u-04 is asked again, and the yes counts"
    )
    assert control.ledger.units["u-04"].task_id == task_id


def test_a_late_answer_to_a_question_not_asked_again_is_granted() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    offer_id = control.ledger.units["u-04"].offer_id
    control.wait(26)
    late = control.do(m.AcceptOffer, "unit/u-04", offer_id=offer_id, unit_id="u-04")
    assert (late.accepted, late.subject) == (True, task_id)
    assert control.of(m.UnitAssigned)[0].unit_id == "u-04"


def test_a_late_answer_after_somebody_else_is_told_taken() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    (first,) = control.offered(task_id)
    offer_id = control.ledger.units[first].offer_id
    control.wait(11)
    first_again, second = control.offered(task_id)
    assert first_again == first
    assert control.accept(second).accepted
    assert control.of(m.OfferWithdrawn)[-1].reason == "taken"
    assert control.do(m.AcceptOffer, f"unit/{first}", offer_id=offer_id, unit_id=first).reason == "taken"
    assert (
        control.do(m.DeclineOffer, f"unit/{first}", offer_id=offer_id, unit_id=first, reason="").reason
        == "withdrawn"
    )
    control.finish(second)
    assert control.do(m.AcceptOffer, f"unit/{first}", offer_id=offer_id, unit_id=first).reason == "cleared"


def test_the_second_asked_may_come_second_and_still_win() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.wait(11)
    first, second = control.offered(task_id)
    assert control.accept(second).accepted
    assert control.ledger.tasks[task_id].unit_id == second
    assert unit_status(control.ledger, control.ledger.units[first]) == "available"


def test_accepting_twice_is_told_so() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    (unit_id,) = control.offered(task_id)
    offer_id = control.ledger.units[unit_id].offer_id
    assert control.accept(unit_id).accepted
    again = control.do(m.AcceptOffer, f"unit/{unit_id}", offer_id=offer_id, unit_id=unit_id)
    assert again.reason == "already_accepted"


def test_receipts_are_kept_once() -> None:
    control = Control()
    (unit_id,) = control.offered(control.task(control.call()))
    offer_id = control.ledger.units[unit_id].offer_id
    ids: dict[str, Any] = {"offer_id": offer_id, "unit_id": unit_id}
    assert control.do(m.ReportReceipt, **ids, receipt="delivered").accepted
    assert control.do(m.ReportReceipt, **ids, receipt="seen").accepted
    assert control.do(m.ReportReceipt, **ids, receipt="seen").reason == "already_received"


def test_people_turn_up_without_having_been_sent_and_no_stamp_is_invented() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    (asked,) = control.offered(task_id)
    other = "u-03" if asked != "u-03" else "u-01"
    answer = control.do(m.ReportOnScene, f"unit/{other}", task_id=task_id, unit_id=other)
    task = control.ledger.tasks[task_id]
    assert answer.accepted
    assert (task.unit_id, task.on_scene_at, task.assigned_at) == (other, control.now, None)
    assert control.of(m.OfferWithdrawn)[-1].reason == "someone_arrived"


def test_turning_up_takes_over_from_who_is_still_under_way() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    sent = control.ledger.tasks[task_id].unit_id
    other = "u-03" if sent != "u-03" else "u-01"
    assert control.do(m.ReportOnScene, f"unit/{other}", task_id=task_id, unit_id=other).accepted
    assert control.of(m.UnitReleased)[-1].unit_id == sent
    third = "u-05"
    again = control.do(m.ReportOnScene, f"unit/{third}", task_id=task_id, unit_id=third)
    assert again.reason == "taken"


@pytest.mark.parametrize(("unit_id", "reason"), [("u-11", "not_qualified"), ("u-99", "unknown_unit")])
def test_turning_up_needs_the_skill(unit_id: str, reason: str) -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    assert control.do(m.ReportOnScene, task_id=task_id, unit_id=unit_id).reason == reason


def test_reports_out_of_turn_are_refused() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    assert control.do(m.ReportDone, task_id=task_id, unit_id="u-01").reason == "not_yours"
    control.accept_all()
    unit_id = control.ledger.tasks[task_id].unit_id or ""
    assert control.report(m.ReportItemPickedUp, unit_id).reason == "nothing_to_fetch"
    other = "u-03" if unit_id != "u-03" else "u-01"
    assert control.do(m.ReportDone, task_id=task_id, unit_id=other).reason == "taken"
    assert control.do(m.ReportDone, "unit/u-12", task_id=task_id, unit_id=unit_id).reason == "not_yours"
    assert control.report(m.ReportOnScene, unit_id).accepted
    assert control.report(m.ReportOnScene, unit_id).reason == "already_on_scene"
    assert control.report(m.ReportDone, unit_id).accepted
    assert control.do(m.ReportDone, task_id=task_id, unit_id=unit_id).reason == "cleared"
    assert control.do(m.ReportDone, task_id="c9-1-x", unit_id=unit_id).reason == "unknown_task"


def test_done_without_an_arrival_invents_none() -> None:
    control = Control()
    task_id = control.task(control.call("luggage"))
    control.accept_all()
    unit_id = control.ledger.tasks[task_id].unit_id or ""
    assert control.report(m.ReportDone, unit_id, outcome="not_found").accepted
    assert control.ledger.tasks[task_id].on_scene_at is None


def test_a_word_that_changes_nothing_else_still_shows_that_the_silence_is_over() -> None:
    control = Control()
    control.call("luggage", EAST)
    silent = next(unit.unit_id for unit in control.ledger.units.values() if unit.offer_id)
    offer_id = control.ledger.units[silent].offer_id or ""
    control.wait(26)
    assert control.ledger.units[silent].silent_at is not None
    ids = {"offer_id": offer_id, "unit_id": silent}
    assert not control.do(m.DeclineOffer, f"unit/{silent}", **ids, reason="busy").accepted
    told = [said for said in control.sent if isinstance(said, m.UnitChanged) and said.unit_id == silent]
    assert [view.silent_since for view in told] == [None]
