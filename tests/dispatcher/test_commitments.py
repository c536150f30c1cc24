"""Who speaks for whom, and where an item is fetched."""

import pytest

from contracts import messages as m
from dispatcher.commitments import choose_depot, speaks_for, stocked
from tests.dispatcher.builders import EAST, NOON, Control


@pytest.mark.parametrize(
    ("by", "may"), [("unit/u-01", True), ("unit/u-02", False), ("operator/lin", True), ("device/x", True)]
)
def test_a_handheld_speaks_for_its_own_unit_only(by: str, may: bool) -> None:
    command = m.SetDuty(command_id="k", by=by, at=NOON, unit_id="u-01", duty="on")
    assert speaks_for(command, "u-01") is may


def test_the_item_is_fetched_where_there_is_one() -> None:
    control = Control()
    assert stocked(control.ledger, "power_bank") == ("d-L1", "d-L2")
    assert stocked(control.ledger, "gold") == ()
    task = control.ledger.tasks[control.task(control.call("wheelchair", EAST))]
    unit = control.ledger.units["u-05"]
    assert choose_depot(control.ledger, unit, task, control.service.book) == ("d-L1", "")
    for depot in control.ledger.stores.values():
        depot.free.pop("wheelchair", None)
    assert choose_depot(control.ledger, unit, task, control.service.book) == (None, "no_stock")


def test_an_emergency_does_not_wait_for_a_kit() -> None:
    control = Control()
    task = control.ledger.tasks[control.task(control.call("medical", EAST))]
    for depot in control.ledger.stores.values():
        depot.free.pop("first_aid_kit", None)
    unit = control.ledger.units["u-06"]
    assert choose_depot(control.ledger, unit, task, control.service.book) == (None, "")
