"""Commands: what they bring about, and with which word they are refused."""

from typing import Any

import pytest

from contracts import messages as m
from contracts.messages import EnrolledDevice, InstalledGateway, Place
from contracts.quantities import SECOND
from dispatcher.ledger import task_state, unit_status
from tests.dispatcher.builders import EAST, HALL, Control, encoded


def test_a_call_becomes_one_task_for_each_person_it_needs() -> None:
    control = Control()
    call_id = control.call("medical")
    received = control.of(m.CallReceived)[0]
    assert [need.task_id for need in received.tasks] == [
        f"{call_id}-1-medic",
        f"{call_id}-2-security",
        f"{call_id}-3-service",
    ]
    assert {need.deadline_at - received.at for need in received.tasks} == {180 * SECOND}
    assert received.tasks[0].item == "first_aid_kit"
    assert call_id == f"c{received.seq}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service": "massage"}, "unknown_service"),
        ({"place": Place("L9", 1.0, 1.0)}, "bad_place"),
        ({"place": Place("L1", 5000.0, 1.0)}, "bad_place"),
        ({"place": Place("L1", float("nan"), 1.0)}, "bad_place"),
    ],
)
def test_a_call_that_cannot_be_served_is_refused(changes: dict[str, Any], reason: str) -> None:
    control = Control()
    before = encoded(control.ledger)
    fields: dict[str, Any] = {"service": "wheelchair", "place": EAST, **changes}
    answer = control.do(m.PlaceCall, **fields)
    assert (answer.accepted, answer.reason) == (False, reason)
    after = control.replayed()
    after.seq -= 1
    after.answers.clear()
    assert encoded(after) == before, "a refusal changes nothing but the list of answers"


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
    answer = control.do(m.SetDuty, "unit/u-04", unit_id="u-04", duty="on")
    assert answer.reason == "no_change"
    control.wait(6)
    assert control.offered(task_id) == ["u-04"], "a word, even a refused one, ends the silence"


def test_a_late_answer_is_granted_while_somebody_is_still_wanted() -> None:
    control = Control()
    task_id = control.task(control.call("complaint"))
    offer_id = control.ledger.units["u-04"].offer_id
    control.wait(40)
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


def test_cancelling_frees_everybody_and_what_is_carried_comes_back() -> None:
    control = Control()
    call_id = control.call("wheelchair")
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.report(m.ReportItemPickedUp, unit_id)
    assert control.do(m.CancelCall, call_id=call_id, reason="left").accepted
    unit = control.ledger.units[unit_id]
    assert unit_status(control.ledger, unit) == "returning_item"
    assert control.do(m.CancelCall, call_id=call_id, reason="left").reason == "closed"
    assert control.do(m.MoveCall, call_id=call_id, place=HALL).reason == "closed"
    assert control.do(m.RateCall, call_id=call_id, stars=1).reason == "not_cleared"
    assert control.do(m.ReportItemReturned, unit_id=unit_id, depot="d-L1").accepted
    assert unit_status(control.ledger, unit) == "available"
    assert control.ledger.stores["d-L1"].free["wheelchair"] == 3


def test_cancelling_with_somebody_on_the_scene_frees_them_too() -> None:
    control = Control()
    call_id = control.call("luggage")
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.report(m.ReportOnScene, unit_id)
    control.do(m.CancelCall, call_id=call_id, reason="left")
    assert unit_status(control.ledger, control.ledger.units[unit_id]) == "available"


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


def test_closures_and_fire_mode_are_told_once() -> None:
    control = Control()
    assert control.do(m.CloseConnector, connector="lift-1").accepted
    assert control.sent[-1] == m.ClosuresChanged(
        version=control.ledger.seq, connectors=("lift-1",), fire_mode=False
    )
    assert control.do(m.CloseConnector, connector="lift-1").reason == "no_change"
    assert control.do(m.CloseConnector, connector="lift-9").reason == "unknown_connector"
    assert control.do(m.CloseConnector, connector="L1-N1").accepted, "a space can be closed as well"
    assert control.do(m.OpenConnector, connector="lift-1").accepted
    assert control.do(m.OpenConnector, connector="lift-1").reason == "no_change"
    assert control.do(m.SetFireMode, on=True).accepted
    assert control.do(m.SetFireMode, on=True).reason == "no_change"


def test_devices_and_guests_come_and_go() -> None:
    control = Control()
    device = EnrolledDevice("tag-1", "asset", "trolley", until=control.now + 5 * SECOND)
    assert control.do(m.EnrolDevices, devices=(device,)).accepted
    assert any(one.device_id == "tag-1" for one in control.sent[-1].devices)  # type: ignore[attr-defined]
    control.wait(6)
    assert control.of(m.DevicesReleased)[0].device_ids == ("tag-1",)
    assert control.do(m.EnrolDevices, devices=(device,)).reason == "expired"
    assert control.do(m.EnrolDevices, devices=()).reason == "no_change"
    assert control.do(m.ReleaseDevices, device_ids=("tag-1",)).reason == "unknown_device"
    many = tuple(EnrolledDevice(f"t{n}", "asset", "x") for n in range(5001))
    assert control.do(m.EnrolDevices, devices=many).reason == "too_many"
    gateway = InstalledGateway("gw-new", "L1", 5.0, 5.0)
    assert control.do(m.InstallGateways, gateways=(gateway,)).accepted
    assert control.sent[-1] == m.GuestGatewaysChanged(version=control.ledger.seq, gateways=(gateway,))
    nowhere = InstalledGateway("gw-2", "L7", 5.0, 5.0)
    assert control.do(m.InstallGateways, gateways=(nowhere,)).reason == "unknown_floor"
    crowd = tuple(InstalledGateway(f"g{n}", "L1", 5.0, 5.0) for n in range(501))
    assert control.do(m.InstallGateways, gateways=crowd).reason == "too_many"
    assert control.do(m.RemoveGateways, gateways=("gw-new",)).accepted
    assert control.do(m.RemoveGateways, gateways=("gw-new",)).reason == "unknown_gateway"


def test_returns_that_make_no_sense_are_refused() -> None:
    control = Control()
    assert control.do(m.ReportItemReturned, unit_id="u-01", depot="d-L1").reason == "nothing_to_return"
    assert control.do(m.ReportItemReturned, unit_id="u-99", depot="d-L1").reason == "unknown_unit"
    assert control.do(m.ReportItemReturned, unit_id="u-01", depot="d-X").reason == "unknown_depot"
    assert control.do(m.ReportItemReturned, "unit/u-02", unit_id="u-01", depot="d-L1").reason == "not_yours"
    control.call("wheelchair")
    control.accept_all()
    (holder,) = [unit.unit_id for unit in control.ledger.units.values() if unit.task_id]
    control.report(m.ReportItemPickedUp, holder)
    assert control.do(m.ReportItemReturned, unit_id=holder, depot="d-L1").reason == "item_in_use"


def test_too_many_open_calls_are_refused_not_queued() -> None:
    from dispatcher.settings import DispatcherSettings

    control = Control(DispatcherSettings(open_calls_max=2))
    control.call()
    control.call()
    assert control.do(m.PlaceCall, service="luggage", place=EAST).reason == "too_many_calls"


def test_a_move_reaches_whoever_is_asked_and_whoever_is_under_way() -> None:
    control = Control()
    call_id = control.call("luggage")
    (asked,) = control.offered(control.task(call_id))
    assert control.do(m.MoveCall, call_id=call_id, place=HALL).accepted
    told = [said.unit_id for said in control.sent if isinstance(said, m.UnitChanged)]
    assert asked in told
    control.accept_all()
    assert control.do(m.MoveCall, call_id=call_id, place=EAST).accepted
    (view,) = [said for said in control.sent if isinstance(said, m.UnitChanged)]
    assert view.target == EAST
    assert control.do(m.MoveCall, call_id=call_id, place=Place("L9", 0.0, 0.0)).reason == "bad_place"
    assert control.do(m.MoveCall, call_id="c0", place=EAST).reason == "unknown_call"
