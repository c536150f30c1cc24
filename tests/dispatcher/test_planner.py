"""Whom the planner asks, in the mall."""

import msgspec
import pytest

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import SECOND
from dispatcher.settings import DispatcherSettings
from tests.dispatcher.builders import EAST, HALL, SETTINGS, Control, ground


def test_the_nearest_by_way_of_the_depot_is_asked_not_the_nearest_to_the_caller() -> None:
    control = Control()
    control.locate({"u-01": (0, 30.0, 13.0), "u-05": (1, 50.0, 27.0), "u-02": (0, 5.0, 35.0)})
    task_id = control.task(control.call("wheelchair", Place("L1", 31.0, 14.0)))
    assert control.offered(task_id) == ["u-01"]


def test_a_medical_call_asks_three_people_at_once() -> None:
    control = Control()
    call_id = control.call("medical", EAST)
    asked = [control.offered(control.task(call_id, number)) for number in (1, 2, 3)]
    assert all(len(units) == 1 for units in asked)
    assert len({units[0] for units in asked}) == 3
    medic = control.of(m.OfferMade)[0]
    assert medic.depot in ("box-L1", "box-L2"), "by way of an emergency box"


def test_a_medic_with_the_kit_on_the_belt_goes_straight() -> None:
    site, _ = ground()
    staff = tuple(
        msgspec.structs.replace(person, carries=("first_aid_kit",)) if person.unit_id == "u-07" else person
        for person in site.staff
    )
    control = Control(site=msgspec.structs.replace(site, staff=staff))
    call_id = control.call("medical", Place("L2", 17.0, 14.0))
    offer = next(fact for fact in control.of(m.OfferMade) if fact.task_id == control.task(call_id))
    assert (offer.unit_id, offer.depot) == ("u-07", None)


def test_an_emergency_without_any_kit_left_is_served_all_the_same() -> None:
    site, _ = ground()
    empty = tuple(
        msgspec.structs.replace(depot, stock={}) if depot.kind == "emergency_box" else depot
        for depot in site.depots
    )
    control = Control(site=msgspec.structs.replace(site, depots=empty))
    task_id = control.task(control.call("medical"))
    assert len(control.offered(task_id)) == 1
    assert control.of(m.OfferMade)[0].depot is None


def test_without_stock_nobody_is_asked_and_the_reason_is_said_once() -> None:
    control = Control()
    calls = [control.call("wheelchair") for _ in range(3)]
    control.accept_all()
    control.wait(1)
    control.accept_all()
    control.wait(1)
    control.accept_all()
    assert control.ledger.stores["d-L1"].free["wheelchair"] == 0
    task_id = control.task(control.call("wheelchair"))
    control.wait(1)
    assert control.offered(task_id) == []
    assert "no_stock" in control.ledger.tasks[task_id].waiting_for
    said = [fact for fact in control.of(m.NoUnitAvailable) if fact.task_id == task_id]
    control.wait(30)
    again = [fact for fact in control.of(m.NoUnitAvailable) if fact.task_id == task_id]
    assert len(again) == len(said) == 1
    control.do(m.CancelCall, call_id=calls[0], reason="left")
    control.wait(1)
    assert len(control.offered(task_id)) == 1


def test_two_calls_never_get_the_same_last_item() -> None:
    site, _ = ground()
    depots = tuple(
        msgspec.structs.replace(depot, stock={**depot.stock, "wheelchair": 1})
        if depot.depot == "d-L1"
        else depot
        for depot in site.depots
    )
    control = Control(site=msgspec.structs.replace(site, depots=depots))
    first, second = control.make(m.PlaceCall, service="wheelchair", place=EAST), control.call("luggage")
    control.receive(first)
    control.call("wheelchair", HALL)
    control.wait(1)
    assert second
    assert control.ledger.stores["d-L1"].reserved["wheelchair"] == 1


def test_off_shift_on_break_lost_and_unskilled_people_are_never_asked() -> None:
    control = Control()
    control.do(m.SetDuty, unit_id="u-01", duty="off")
    control.do(m.SetDuty, unit_id="u-02", duty="break")
    control.locate({f"u-{n:02d}": (0, 30.0, 20.0) for n in range(1, 13)})
    control.locate({"u-03": (0, 30.0, 20.0), "u-06": (0, 30.0, 20.0)}, quality=3)
    task_id = control.task(control.call("luggage", HALL))
    seen = {one.unit_id: one.reason for one in control.of(m.OfferMade)[0].candidates}
    assert control.offered(task_id) == ["u-04"]
    assert set(seen) <= {"u-04", "u-05", "u-01", "u-02", "u-03", "u-06"}
    assert seen["u-04"] == "chosen"
    assert seen["u-05"] == "slower"


def test_nobody_left_says_why() -> None:
    control = Control()
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        control.do(m.SetDuty, unit_id=unit_id, duty="off" if unit_id < "u-04" else "break")
    task_id = control.task(control.call("luggage", HALL))
    assert control.ledger.tasks[task_id].waiting_for == {"off_shift": 3, "on_break": 3}


def test_a_closed_lift_leaves_a_wheelchair_without_a_way_at_once() -> None:
    control = Control()
    control.do(m.CloseConnector, connector="lift-1", reason="service")
    task_id = control.task(control.call("wheelchair", EAST))
    control.wait(1)
    assert set(control.ledger.tasks[task_id].waiting_for) == {"no_route"}
    control.do(m.OpenConnector, connector="lift-1")
    control.wait(1)
    assert len(control.offered(task_id)) == 1


def test_the_first_position_ends_the_assumption_of_home() -> None:
    control = Control()
    control.call("luggage", HALL)
    assert control.of(m.OfferMade)[0].candidates[0].reason == "chosen_home"
    assert control.of(m.OfferMade)[0].candidates[0].fix_age_s is None
    control.accept_all()
    control.locate({"u-03": (1, 12.0, 27.0)})
    control.wait(25)
    control.locate({"u-03": (1, 12.0, 27.0)})
    call_id = control.call("luggage", Place("L2", 13.0, 27.0))
    offer = next(fact for fact in control.of(m.OfferMade) if fact.call_id == call_id)
    assert offer.unit_id == "u-03"
    assert {one.reason for one in offer.candidates} == {"chosen"}, "the others were never located"


def test_the_caller_is_not_sent_to_himself() -> None:
    control = Control()
    staff = {person.unit_id: person.device_id for person in control.site.staff}
    control.locate({"u-06": (0, 45.0, 18.0)})
    control.receive(
        m.ButtonPressed(
            device_id=staff["u-06"], mode="long", counter=1, gateway="gw-L1-01", heard_at=control.now
        )
    )
    call = control.ledger.calls[control.ledger.open_calls[0]]
    assert (call.service, call.place.x_m, call.by) == ("medical", 45.0, f"device/{staff['u-06']}")
    assert "u-06" not in [
        unit for number in (1, 2, 3) for unit in control.offered(control.task(call.call_id, number))
    ]


def test_an_emergency_takes_people_off_lesser_tasks_and_says_so() -> None:
    control = Control()
    cleaning = control.call("luggage", Place("L1", 5.0, 18.0))
    task = control.ledger.tasks[control.task(cleaning)]
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        if unit_id not in control.offered(task.need.task_id):
            control.do(m.SetDuty, unit_id=unit_id, duty="break")
    control.accept_all()
    holder = task.unit_id
    control.wait(9)
    call_id = control.call("medical", HALL)
    control.wait(1)
    assert control.of(m.UnitReleased)[-1].reason == "preempted"
    assert control.of(m.UnitReleased)[-1].unit_id == holder
    assert holder in control.offered(control.task(call_id, 3)) or holder in control.offered(
        control.task(call_id, 1)
    )


def test_nobody_is_taken_off_for_anything_less() -> None:
    control = Control()
    first = control.call("luggage", EAST)
    holder = control.offered(control.task(first))[0]
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        if unit_id != holder:
            control.do(m.SetDuty, unit_id=unit_id, duty="break")
    control.accept_all()
    control.wait(9)
    second = control.call("luggage", HALL)
    control.wait(20)
    assert control.of(m.UnitReleased) == []
    assert control.offered(control.task(second)) == []
    assert set(control.ledger.tasks[control.task(second)].waiting_for) <= {"busy", "on_break", "finishing"}


def test_a_much_nearer_person_replaces_the_one_under_way_once_he_accepts() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, switch_cost=0.02))
    control.do(m.SetDuty, unit_id="u-05", duty="break")
    control.locate(
        {"u-01": (0, 5.0, 35.0), "u-02": (0, 5.0, 5.0), "u-03": (1, 5.0, 35.0), "u-04": (1, 5.0, 5.0)}
    )
    control.wait(21)
    control.locate(
        {
            "u-01": (0, 5.0, 35.0),
            "u-02": (0, 5.0, 5.0),
            "u-03": (1, 5.0, 35.0),
            "u-04": (1, 5.0, 5.0),
            "u-05": (1, 50.0, 27.0),
        }
    )
    task_id = control.task(control.call("luggage", EAST))
    control.accept_all()
    task = control.ledger.tasks[task_id]
    holder = task.unit_id or ""
    assert holder != "u-05"
    control.wait(10)
    control.do(m.SetDuty, unit_id="u-05", duty="on")
    control.wait(1)
    assert control.offered(task_id) == ["u-05"]
    assert task.unit_id == holder, "make before break: he goes on"
    assert control.accept("u-05").accepted
    assert task.unit_id == "u-05"
    assert control.of(m.UnitReleased)[-1] == m.UnitReleased(
        seq=control.of(m.UnitReleased)[-1].seq,
        at=control.now,
        cause=control.of(m.UnitReleased)[-1].cause,
        by="unit/u-05",
        task_id=task_id,
        unit_id=holder,
        reason="replaced",
    )


@pytest.mark.parametrize("policy", ["nearest", "eta", "optimal", "full"])
def test_every_policy_serves(policy: str) -> None:
    control = Control(msgspec.structs.replace(SETTINGS, policy=policy))
    for place in (EAST, HALL):
        control.call("wheelchair", place)
    control.call("medical", EAST)
    for _ in range(4):
        control.wait(1)
        control.accept_all()
    for unit_id in sorted(control.ledger.units):
        if control.ledger.units[unit_id].task_id:
            control.finish(unit_id)
    assert control.ledger.open_calls == []


def test_nearest_ignores_floors_and_depots_as_a_plain_map_would() -> None:
    control = Control(DispatcherSettings(policy="nearest"))
    control.locate({"u-01": (0, 54.0, 27.0), "u-05": (1, 45.0, 27.0)})
    assert control.offered(control.task(control.call("luggage", EAST))) == ["u-01"]
    control = Control()
    control.locate({"u-01": (0, 54.0, 27.0), "u-05": (1, 45.0, 27.0)})
    assert control.offered(control.task(control.call("luggage", EAST))) == ["u-05"]


def test_a_burst_is_planned_together_at_most_five_times_a_second() -> None:
    control = Control()
    control.wait(1)
    for place in (EAST, HALL, HALL):
        control.do(m.PlaceCall, service="luggage", place=place)
    made = 1
    assert len(control.of(m.OfferMade)) == made == 1
    control.wait(0.2)
    assert len(control.of(m.OfferMade)) == 3
    assert control.of(m.OfferMade)[-1].at - control.of(m.OfferMade)[0].at == SECOND // 5
