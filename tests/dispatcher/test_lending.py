"""Items that are lent, brought back, kept longer, lost, carried elsewhere."""

from contracts import messages as m
from contracts.quantities import SECOND
from tests.dispatcher.builders import HALL, Control


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


def a_loan(control: Control, service: str = "wheelchair") -> str:
    task_id = control.task(control.call(service, HALL))
    control.accept_all()
    control.finish(control.ledger.tasks[task_id].unit_id or "")
    assert task_id in control.ledger.loans
    return task_id


def test_a_certain_loan_comes_back_to_the_desk() -> None:
    control = Control()
    first, second = a_loan(control), a_loan(control)
    assert control.do(m.ReturnLoan, task_id=second, depot="d-L2").accepted
    assert list(control.ledger.loans) == [first]
    assert control.ledger.stores["d-L2"].free["wheelchair"] == 1
    lent = {said.depot: said.lent for said in control.sent if isinstance(said, m.StockChanged)}
    assert lent == {"d-L1": {"wheelchair": 1}, "d-L2": {}}
    assert control.do(m.ReturnLoan, task_id=second, depot="d-L2").reason == "unknown_loan"
    assert control.do(m.ReturnLoan, task_id=first, depot="d-X").reason == "unknown_depot"


def test_a_loan_that_is_kept_longer_is_overdue_later() -> None:
    control = Control()
    task_id = a_loan(control)
    control.wait(7201)
    assert control.ledger.loans[task_id].overdue
    later = control.now + 3600 * SECOND
    assert control.do(m.ExtendLoan, task_id=task_id, due_at=control.now).reason == "expired"
    assert control.do(m.ExtendLoan, task_id=task_id, due_at=control.now + 2**50).reason == "too_long"
    assert control.do(m.ExtendLoan, task_id=task_id, due_at=later).accepted
    (stock,) = [said for said in control.sent if isinstance(said, m.StockChanged)]
    assert [(loan.due_at, loan.overdue) for loan in stock.loans] == [(later, False)]
    control.wait(3601)
    assert len(control.of(m.LoanOverdue)) == 2


def test_what_is_lost_is_written_off_and_still_counted() -> None:
    control = Control()
    task_id = a_loan(control)
    assert control.do(m.WriteOffLoan, task_id=task_id, reason="stolen").accepted
    assert control.ledger.loans == {}
    assert control.ledger.used == {"wheelchair": 1}


def test_items_are_carried_from_depot_to_depot() -> None:
    control = Control()

    def move(item: str = "power_bank", count: int = 4, to: str = "d-L2") -> str:
        return control.do(m.MoveStock, item=item, count=count, from_depot="d-L1", to_depot=to).reason

    assert move() == ""
    assert control.ledger.stores["d-L1"].free["power_bank"] == 6
    assert control.ledger.stores["d-L2"].free["power_bank"] == 10
    assert move(count=7) == "no_stock"
    assert move(count=0) == "no_change"
    assert move(to="d-L1") == "no_change"
    assert move(to="d-X") == "unknown_depot"
    assert move(item="gold") == "unknown_item"
