"""Calls: placed, moved, held, merged, added to, ended, rated."""

from typing import Any

import pytest

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import SECOND
from dispatcher.calls import FILES_MAX
from dispatcher.ledger import call_state, task_state, unit_status
from tests.dispatcher.builders import EAST, HALL, NOON, Control, encoded


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


# --- holding ------------------------------------------------------------------------------------------


def test_while_a_call_is_held_its_clock_stands_still_and_nobody_is_asked() -> None:
    control = Control()
    call_id = control.call("wheelchair")
    task = control.ledger.tasks[control.task(call_id)]
    deadline_at = task.need.deadline_at
    control.accept_all()
    sent = task.unit_id
    control.wait(60)
    assert control.do(m.HoldCall, call_id=call_id, cause="wants_it_later", note="after the film").accepted
    assert unit_status(control.ledger, control.ledger.units[sent or ""]) == "available"
    control.wait(900)
    assert task_state(task) == "pending"
    assert control.of(m.SlaBreached) == []
    assert control.of(m.TaskEscalated) == []
    assert control.do(m.HoldCall, call_id=call_id, cause="not_decided").reason == "already_held"
    assert control.do(m.ResumeCall, call_id=call_id).accepted
    assert task.need.deadline_at == deadline_at + 900 * SECOND
    control.wait(0.2)
    assert control.offered(control.task(call_id)) != []
    (view,) = [said for said in control.sent if isinstance(said, m.CallChanged)]
    assert (view.paused_s, view.held_at) == (900.0, None)
    assert control.do(m.ResumeCall, call_id=call_id).reason == "not_held"


def test_a_held_call_goes_on_by_itself_and_its_customer_still_waits_since_the_beginning() -> None:
    control = Control()
    call_id = control.call("luggage")
    received_at = control.ledger.calls[call_id].received_at
    assert control.do(m.HoldCall, call_id=call_id, cause="not_reachable").accepted
    control.wait(30 * 60 + 1)
    assert control.of(m.CallResumed)[0].cause == "clock"
    assert control.offered(control.task(call_id)) != []
    assert control.ledger.calls[call_id].received_at == received_at


def test_a_breach_before_the_pause_stays_one_breach() -> None:
    control = Control()
    control.do(m.SetDuty, unit_id="u-04", duty="off")
    call_id = control.call("complaint")
    control.wait(601)
    assert len(control.of(m.SlaBreached)) == 1
    control.do(m.HoldCall, call_id=call_id, cause="wants_it_later")
    control.do(m.ResumeCall, call_id=call_id)
    control.wait(1000)
    assert len(control.of(m.SlaBreached)) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"until": NOON}, "expired"),
        ({"until": NOON + 13 * 3600 * SECOND}, "too_long"),
    ],
)
def test_holds_end(fields: dict[str, Any], reason: str) -> None:
    control = Control()
    call_id = control.call("luggage")
    assert control.do(m.HoldCall, call_id=call_id, cause="not_decided", **fields).reason == reason


def test_no_emergency_and_nobody_who_has_been_reached_is_held() -> None:
    control = Control()
    emergency, call_id = control.call("medical"), control.call("luggage")
    assert control.do(m.HoldCall, call_id=emergency, cause="not_reachable").reason == "emergency"
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.report(m.ReportOnScene, unit_id)
    assert control.do(m.HoldCall, call_id=call_id, cause="not_reachable").reason == "on_scene"


def test_whoever_has_the_item_in_hand_goes_on_and_the_arrival_ends_the_pause() -> None:
    control = Control()
    call_id = control.call("wheelchair")
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.report(m.ReportItemPickedUp, unit_id)
    assert control.do(m.HoldCall, call_id=call_id, cause="not_at_the_place").accepted
    control.wait(120)
    assert control.report(m.ReportOnScene, unit_id).accepted
    kinds = [type(fact) for fact in control.facts[-4:] if not isinstance(fact, m.LiftWaited)]
    assert kinds[-3:] == [m.CallResumed, m.UnitOnScene, m.CommandAnswered]


def test_a_late_answer_does_not_wake_a_held_call_but_an_operator_does() -> None:
    control = Control()
    call_id = control.call("complaint")
    task_id = control.task(call_id)
    offer_id = control.ledger.units["u-04"].offer_id
    control.do(m.HoldCall, call_id=call_id, cause="not_decided")
    late = control.do(m.AcceptOffer, "unit/u-04", offer_id=offer_id, unit_id="u-04")
    assert late.reason == "held"
    assert control.do(m.AssignUnit, task_id=task_id, unit_id="u-04").accepted
    assert control.ledger.calls[call_id].held_at is None


# --- duplicates ---------------------------------------------------------------------------------------


def test_a_duplicate_is_merged_and_whoever_was_sent_to_it_goes_to_the_first() -> None:
    control = Control()
    first, second = control.call("wheelchair"), control.call("wheelchair")
    assert control.ledger.calls[second].similar_to == first
    (asked,) = control.offered(control.task(second))
    assert control.accept(asked).accepted
    assert control.do(m.MergeCalls, call_id=second, into=first).subject == first
    assert control.ledger.tasks[control.task(first)].unit_id == asked
    states = [call_state(control.ledger, control.ledger.calls[call]) for call in (first, second)]
    assert states == ["assigned", "merged"]
    views = {said.call_id: said for said in control.sent if isinstance(said, m.CallChanged)}
    assert views[first].duplicates == (second,)
    assert views[second].merged_into == first
    control.finish(asked)
    control.wait(1)
    assert control.do(m.RateCall, "device/b", call_id=second, stars=3).accepted


def test_a_merger_by_mistake_is_undone_with_the_old_clock() -> None:
    control = Control()
    first, second = control.call("luggage"), control.call("luggage")
    deadline_at = control.ledger.tasks[control.task(second)].need.deadline_at
    control.do(m.MergeCalls, call_id=second, into=first)
    control.accept_all()
    control.wait(301)
    breached = {fact.call_id for fact in control.of(m.SlaBreached)}
    assert second not in breached
    assert control.do(m.UnmergeCall, call_id=second).accepted
    assert control.ledger.tasks[control.task(second)].need.deadline_at == deadline_at
    control.wait(1)
    assert second in {fact.call_id for fact in control.of(m.SlaBreached)}, "the mistake was ours"
    assert control.offered(control.task(second)) != []
    assert control.do(m.UnmergeCall, call_id=second).reason == "not_merged"


def test_mergers_that_would_lose_somebody_are_refused() -> None:
    control = Control()
    first, second, medical = control.call("luggage"), control.call("luggage"), control.call("medical")

    def merge(call_id: str, into: str) -> str:
        return control.do(m.MergeCalls, call_id=call_id, into=into).reason

    assert merge(medical, first) == "different_kind"
    assert merge(first, second) == "older"
    assert merge(first, first) == "no_change"
    assert merge(first, "c0") == "unknown_call"
    assert merge("c0", first) == "unknown_call"
    control.accept_all()
    there = control.ledger.tasks[control.task(second)].unit_id or ""
    control.report(m.ReportOnScene, there)
    assert merge(second, first) == "on_scene"
    assert merge(first, second) == "", "the help has come to the second: the first is its duplicate"
    assert merge(first, second) == "closed"
    control.report(m.ReportDone, there)
    third = control.call("luggage")
    assert merge(third, second) == "closed"


# --- abandoned ----------------------------------------------------------------------------------------


def test_a_customer_who_left_frees_everybody() -> None:
    control = Control()
    call_id = control.call("medical")
    control.accept_all()
    there = control.ledger.tasks[control.task(call_id, 2)].unit_id or ""
    control.report(m.ReportOnScene, there)
    assert control.do(m.AbandonCall, call_id=call_id, reason="walked away").accepted
    assert call_state(control.ledger, control.ledger.calls[call_id]) == "abandoned"
    assert all(unit.task_id is None for unit in control.ledger.units.values())
    assert control.do(m.RateCall, call_id=call_id, stars=3).reason == "not_cleared"
    assert control.do(m.AbandonCall, call_id=call_id).reason == "closed"


# --- more and fewer people ------------------------------------------------------------------------------


def test_a_second_pair_of_hands_has_a_clock_of_its_own() -> None:
    control = Control()
    call_id = control.call("luggage")
    control.accept_all()
    control.wait(100)
    answer = control.do(m.AddTask, call_id=call_id, role="service")
    task = control.ledger.tasks[answer.subject]
    assert task.need.deadline_at == control.now + 300 * SECOND
    control.wait(1)
    assert control.offered(answer.subject) != []
    (view,) = [said for said in control.sent if isinstance(said, m.CallChanged)]
    assert [task.target_s for task in view.tasks] == [300.0, 300.0]


def test_the_one_on_the_scene_may_ask_for_more_and_others_may_not() -> None:
    control = Control()
    call_id = control.call("luggage")
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id or ""
    assert control.do(m.AddTask, f"unit/{unit_id}", call_id=call_id, role="security").accepted
    other = "u-12"
    assert control.do(m.AddTask, f"unit/{other}", call_id=call_id, role="security").reason == "not_yours"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"role": "pilot"}, "unknown_role"),
        ({"role": "service", "item": "parachute"}, "unknown_item"),
        ({"role": "service", "target_s": -1.0}, "bad_target"),
        ({"role": "service", "target_s": float("nan")}, "bad_target"),
    ],
)
def test_people_that_cannot_be_asked_for(fields: dict[str, Any], reason: str) -> None:
    control = Control()
    call_id = control.call("luggage")
    assert control.do(m.AddTask, call_id=call_id, **fields).reason == reason


def test_a_call_wants_only_so_many_people() -> None:
    control = Control()
    call_id = control.call("luggage")
    reasons = [control.do(m.AddTask, call_id=call_id, role="service").reason for _ in range(12)]
    assert reasons == [""] * 11 + ["too_many"]


def test_somebody_who_is_not_needed_after_all_does_not_keep_the_call_open() -> None:
    control = Control()
    call_id = control.call("luggage")
    control.accept_all()
    added = control.do(m.AddTask, call_id=call_id, role="service").subject
    control.wait(1)
    first = control.task(call_id)
    assert control.do(m.CancelTask, task_id=added).accepted
    assert control.do(m.CancelTask, task_id=first).reason == "last_task"
    assert control.do(m.CancelTask, task_id=added).reason == "cancelled"
    assert control.do(m.CancelTask, task_id="c0-1-x").reason == "unknown_task"
    control.finish(control.ledger.tasks[first].unit_id or "")
    assert call_state(control.ledger, control.ledger.calls[call_id]) == "cleared"


def test_cancelling_the_last_open_person_clears_the_call() -> None:
    control = Control()
    call_id = control.call("medical")
    control.accept_all()
    for number in (1, 2):
        control.finish(control.ledger.tasks[control.task(call_id, number)].unit_id or "")
    assert control.do(m.CancelTask, task_id=control.task(call_id, 3)).accepted
    assert control.of(m.CallCleared)[0].call_id == call_id
    assert call_state(control.ledger, control.ledger.calls[call_id]) == "cleared"


def test_the_checklist_of_an_emergency_is_ticked_by_whoever_is_there() -> None:
    control = Control()
    call_id = control.call("medical")

    def tick(step: int, by: str = "operator/lin", done: bool = True) -> str:
        return control.do(m.TickChecklist, by, call_id=call_id, step=step, done=done).reason

    assert tick(1) == ""
    assert tick(1) == "no_change"
    assert tick(9) == "unknown_step"
    assert tick(0, "unit/u-12") == "not_yours"
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id
    assert tick(0, f"unit/{unit_id}") == ""
    assert control.ledger.calls[call_id].checked == [0, 1]
    assert tick(1, done=False) == ""
    assert control.ledger.calls[call_id].checked == [0]


def test_whoever_is_there_adds_photos_up_to_a_limit_and_others_none() -> None:
    control = Control()
    call_id = control.call("luggage")

    def attach(number: int, by: str) -> str:
        return control.do(
            m.AttachFile, by, call_id=call_id, file_id=f"photo-{number:04}", what="photo"
        ).reason

    assert attach(0, "unit/u-12") == "not_yours"
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id
    assert [attach(number, f"unit/{unit_id}") for number in range(FILES_MAX)] == [""] * FILES_MAX
    assert attach(99, f"unit/{unit_id}") == "too_many_files"
    details = [one.detail for one in control.ledger.calls[call_id].timeline if one.kind == "FileAttached"]
    assert details[-1] == f"photo photo-{FILES_MAX - 1:04}"
    control.finish(unit_id or "")
    assert attach(100, f"unit/{unit_id}") == "closed"


def test_a_bad_face_is_looked_into_while_the_customer_is_here() -> None:
    control = Control()
    call_id = control.call("luggage")
    control.accept_all()
    control.finish(control.ledger.tasks[control.task(call_id)].unit_id or "")
    assert control.do(m.RateCall, "device/x", call_id=call_id, stars=1, note="rude").accepted
    (raised,) = control.of(m.FeedbackRaised)
    assert (raised.grade, raised.text, raised.call_id) == ("at_once", "rude", call_id)
