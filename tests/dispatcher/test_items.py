"""Where things are: reserved, carried, lent, handed over, brought back."""

import msgspec
import pytest

from contracts import messages as m
from dispatcher import invariants
from dispatcher.ledger import unit_status
from tests.dispatcher.builders import EAST, HALL, Control
from tests.sites import small_mall


def holder_of(control: Control, service: str) -> str:
    task_id = control.task(control.call(service, HALL))
    control.accept_all()
    return control.ledger.tasks[task_id].unit_id or ""


def test_an_offer_reserves_and_its_end_gives_back() -> None:
    control = Control()
    control.call("reading_glasses", HALL)
    store = control.ledger.stores["d-L1"]
    assert (store.free["reading_glasses"], store.reserved["reading_glasses"]) == (4, 1)
    control.decline(next(unit.unit_id for unit in control.ledger.units.values() if unit.offer_id))
    assert store.free["reading_glasses"] + store.reserved["reading_glasses"] == 5


@pytest.mark.parametrize(
    ("outcome", "lent"), [("done", 1), ("handed_over", 1), ("not_found", 0), ("not_needed", 0)]
)
def test_what_is_delivered_is_lent_and_what_is_not_comes_back(outcome: str, lent: int) -> None:
    control = Control()
    unit_id = holder_of(control, "umbrella")
    control.finish(unit_id, outcome)
    assert len(control.ledger.loans) == lent
    expected = "available" if lent else "returning_item"
    assert unit_status(control.ledger, control.ledger.units[unit_id]) == expected


def test_a_loan_has_a_clock() -> None:
    control = Control()
    unit_id = holder_of(control, "reading_glasses")
    control.finish(unit_id)
    (loan,) = control.ledger.loans.values()
    assert loan.due_at - loan.at == 3600 * 1_000_000


def test_a_first_aid_kit_goes_back_into_a_box() -> None:
    control = Control()
    call_id = control.call("medical", EAST)
    control.accept_all()
    medic = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.finish(medic)
    unit = control.ledger.units[medic]
    assert unit_status(control.ledger, unit) == "returning_item"
    assert control.do(m.ReportItemReturned, f"unit/{medic}", unit_id=medic, depot="box-L1").accepted
    assert unit_status(control.ledger, unit) == "available"
    assert control.ledger.used == {}


def test_a_kit_whose_pick_up_nobody_reported_is_still_in_its_box() -> None:
    control = Control()
    call_id = control.call("medical", EAST)
    control.accept_all()
    medic = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.report(m.ReportOnScene, medic)
    control.report(m.ReportDone, medic)
    assert control.ledger.stores["box-L2"].free["first_aid_kit"] == 2
    assert control.ledger.units[medic].carried is None


def test_a_wheelchair_whose_pick_up_nobody_reported_is_with_the_customer() -> None:
    control = Control()
    unit_id = holder_of(control, "wheelchair")
    control.report(m.ReportOnScene, unit_id)
    control.report(m.ReportDone, unit_id, item_number="W-7")
    (loan,) = control.ledger.loans.values()
    assert loan.item_number == "W-7"


def test_whoever_fetches_something_else_leaves_the_old_thing_there() -> None:
    control = Control()
    unit_id = holder_of(control, "umbrella")
    control.finish(unit_id, "not_found")
    control.wait(700)
    call = control.call("wheelchair", HALL)
    task_id = control.task(call)
    control.do(m.AssignUnit, task_id=task_id, unit_id=unit_id)
    assert control.report(m.ReportItemPickedUp, unit_id).accepted
    assert control.ledger.units[unit_id].carried is not None
    assert control.ledger.stores["d-L1"].free["umbrella"] == 10


def test_somebody_who_has_the_thing_already_goes_straight() -> None:
    control = Control()
    unit_id = holder_of(control, "umbrella")
    control.finish(unit_id, "not_found")
    call_id = control.call("umbrella", HALL)
    offer = next(fact for fact in control.of(m.OfferMade) if fact.call_id == call_id)
    assert (offer.unit_id, offer.depot) == (unit_id, None)
    control.accept_all()
    control.finish(unit_id)
    assert len(control.ledger.loans) == 1


def test_a_return_takes_ones_own_loan_first() -> None:
    control = Control()
    first = holder_of(control, "umbrella")
    control.finish(first)
    second = holder_of(control, "reading_glasses")
    control.finish(second)
    other = next(unit for unit in ("u-01", "u-02", "u-03") if unit not in (first, second))
    control.do(m.ReportItemReturned, unit_id=second, depot="d-L1")
    back = control.of(m.ItemReturned)[-1].item
    assert back == ("reading_glasses" if first != second else "umbrella")
    control.do(m.ReportItemReturned, unit_id=other, depot="d-L1")
    assert control.ledger.loans == {}
    assert invariants.item_totals(control.ledger) == control.totals


def fetched_with_spares(control: Control, spares: int = 2) -> str:
    """Who has brought a power bank and has spares now."""
    unit_id = holder_of(control, "power_bank")
    assert control.report(m.ReportItemPickedUp, unit_id, spares=spares).accepted
    control.finish(unit_id)
    return unit_id


def test_whoever_fetches_is_told_to_take_spares_along_and_the_next_call_is_served_from_the_pouch() -> None:
    control = Control()
    unit_id = holder_of(control, "power_bank")
    unit = control.ledger.units[unit_id]
    depot = control.ledger.tasks[unit.task_id or ""].depot or ""
    (view,) = [said for said in control.sent if isinstance(said, m.UnitChanged) and said.unit_id == unit_id]
    assert view.spares == 2
    assert control.report(m.ReportItemPickedUp, unit_id, spares=view.spares).accepted
    control.finish(unit_id)
    assert [spare.item for spare in unit.pouch] == ["power_bank"] * 2
    assert unit_status(control.ledger, unit) == "available", "spares bind nobody"
    for other in sorted(set(control.ledger.units) - {unit_id}):
        control.do(m.SetDuty, unit_id=other, duty="off")
    second = control.task(control.call("power_bank", EAST))
    control.accept_all()
    assert unit_status(control.ledger, unit) == "en_route"
    control.finish(unit_id)
    assert control.ledger.loans[second].depot == depot
    assert len(unit.pouch) == 1


@pytest.mark.parametrize(("asked", "taken"), [(-1, 0), (0, 0), (1, 1), (9, 2)])
def test_no_more_spares_than_there_is_room_for(asked: int, taken: int) -> None:
    control = Control()
    unit_id = fetched_with_spares(control, asked)
    assert len(control.ledger.units[unit_id].pouch) == taken


def test_spares_leave_the_depot_a_third() -> None:
    site = small_mall()
    depots = tuple(
        msgspec.structs.replace(
            depot, stock={**depot.stock, "power_bank": 2} if depot.kind == "depot" else {}
        )
        for depot in site.depots
    )
    control = Control(site=msgspec.structs.replace(site, depots=depots))
    unit_id = fetched_with_spares(control)
    assert len(control.ledger.units[unit_id].pouch) == 0


def test_who_is_under_way_hears_that_others_took_the_spares() -> None:
    """Found by the thousand deaths: the number of spares changed under one version of the unit."""
    control = Control()
    unit_id = holder_of(control, "power_bank")
    (told,) = [said for said in control.sent if isinstance(said, m.UnitChanged) and said.unit_id == unit_id]
    depot = told.depot or ""
    other = next(
        name for name, store in control.ledger.stores.items() if name != depot and store.kind == "depot"
    )
    free = control.ledger.stores[depot].free["power_bank"]
    assert control.do(m.MoveStock, from_depot=depot, to_depot=other, item="power_bank", count=free).accepted
    (now,) = [said for said in control.sent if isinstance(said, m.UnitChanged)]
    assert (now.unit_id, told.spares, now.spares) == (unit_id, 2, 0)
    assert now.version > told.version


def test_spares_are_put_back_all_at_once() -> None:
    control = Control()
    unit_id = fetched_with_spares(control)
    before = control.ledger.stores["d-L2"].free["power_bank"]
    ids = {"unit_id": unit_id, "depot": "d-L2", "spare": True}
    assert control.do(m.ReportItemReturned, f"unit/{unit_id}", **ids).accepted
    assert control.ledger.units[unit_id].pouch == []
    assert control.ledger.stores["d-L2"].free["power_bank"] == before + 2
    assert control.do(m.ReportItemReturned, f"unit/{unit_id}", **ids).reason == "nothing_to_return"
    assert len(control.ledger.loans) == 1, "the customer keeps hers"
