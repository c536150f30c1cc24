"""Reading the ledger."""

from contracts import messages as m
from dispatcher.ledger import (
    call_state,
    calls_of,
    live_offers,
    loan_to_return,
    new_ledger,
    offer_of,
    open_tasks,
    store_of,
    task_state,
    unit_of,
    unit_status,
)
from tests.dispatcher.builders import HALL, Control, ground


def test_a_new_ledger_has_full_depots_and_nobody_on_duty() -> None:
    ledger = new_ledger(ground()[0])
    assert ledger.stores["d-L1"].free["wheelchair"] == 3
    assert {unit_status(ledger, unit) for unit in ledger.units.values()} == {"off_duty"}


def test_states_follow_a_task_through_its_life() -> None:
    control = Control()
    call_id = control.call("wheelchair", HALL)
    task, call = control.ledger.tasks[control.task(call_id)], control.ledger.calls[call_id]
    seen = [(task_state(task), call_state(control.ledger, call))]
    control.accept_all()
    unit_id = task.unit_id or ""
    unit = control.ledger.units[unit_id]
    statuses = [unit_status(control.ledger, unit)]
    for kind in (m.ReportItemPickedUp, m.ReportOnScene, m.ReportDone):
        seen.append((task_state(task), call_state(control.ledger, call)))
        control.report(kind, unit_id)
        statuses.append(unit_status(control.ledger, unit))
    seen.append((task_state(task), call_state(control.ledger, call)))
    assert seen == [
        ("offered", "offered"),
        ("en_route_to_item", "en_route"),
        ("en_route", "en_route"),
        ("on_scene", "on_scene"),
        ("cleared", "cleared"),
    ]
    assert statuses == ["en_route_to_item", "en_route", "on_scene", "available"]


def test_facts_find_their_call() -> None:
    control = Control()
    call_id = control.call("luggage")
    offer_id = next(iter(control.ledger.offers))
    offer = offer_of(control.ledger, offer_id)
    assert offer is not None
    seen = m.OfferReceived(seq=0, at=0, unit_id=offer.unit_id, offer_id=offer_id, receipt="seen")
    assert calls_of(control.ledger, seen) == [call_id]
    arrived = m.UnitOnScene(seq=0, at=0, unit_id=offer.unit_id, task_id=offer.task_id)
    assert calls_of(control.ledger, arrived) == [call_id]
    assert calls_of(control.ledger, m.CallCleared(seq=0, at=0, call_id=call_id)) == [call_id]
    assert calls_of(control.ledger, m.FireModeSet(seq=0, at=0, on=True)) == []
    assert offer_of(control.ledger, "o0") is None


def test_unknown_people_and_depots_are_made_once() -> None:
    ledger = new_ledger(ground()[0])
    assert unit_of(ledger, "u-x") is unit_of(ledger, "u-x")
    assert store_of(ledger, "d-x") is store_of(ledger, "d-x")
    assert loan_to_return(ledger, "u-x") is None


def test_open_tasks_are_those_that_still_want_somebody() -> None:
    control = Control()
    call_id = control.call("medical")
    control.accept_all()
    assert len(open_tasks(control.ledger)) == 3
    control.finish(control.ledger.tasks[control.task(call_id, 2)].unit_id or "")
    assert len(open_tasks(control.ledger)) == 2
    assert all(live_offers(task) == [] for task in open_tasks(control.ledger))
