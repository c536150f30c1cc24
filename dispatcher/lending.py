"""Commands about items: what is brought back, kept longer, lost, or carried to another depot."""

from typing import Final

from contracts import messages as m
from contracts.quantities import DAY, Duration, Instant
from dispatcher.commitments import Answer, speaks_for
from dispatcher.drafting import Draft
from dispatcher.ledger import Ledger, loan_to_return

LOAN_MAX: Final[Duration] = 30 * DAY
"""Nothing is lent for longer at once."""


def return_item(ledger: Ledger, command: m.ReportItemReturned, draft: Draft) -> Answer:
    """What the unit carries, or else the item on loan that it most probably brings; or all its spares."""
    unit = ledger.units.get(command.unit_id)
    if unit is None:
        return Answer("unknown_unit")
    if not speaks_for(command, command.unit_id):
        return Answer("not_yours")
    if command.depot not in ledger.stores:
        return Answer("unknown_depot")
    if command.spare:
        for one in unit.pouch:
            draft.add(m.ItemReturned, unit_id=command.unit_id, depot=command.depot, item=one.item, spare=True)
        return Answer(subject=command.depot) if unit.pouch else Answer("nothing_to_return")
    if unit.task_id is not None and unit.carried is not None:
        return Answer("item_in_use")
    if unit.carried is not None:
        item = unit.carried.item
    else:
        loan = loan_to_return(ledger, command.unit_id)
        if loan is None:
            return Answer("nothing_to_return")
        item = loan.item
    draft.add(m.ItemReturned, unit_id=command.unit_id, depot=command.depot, item=item)
    return Answer(subject=command.depot)


def change_loan(
    ledger: Ledger,
    command: m.ReturnLoan | m.ExtendLoan | m.WriteOffLoan,
    now: Instant,
    draft: Draft,
) -> Answer:
    """A certain loan: brought back, kept longer, lost."""
    loan = ledger.loans.get(command.task_id)
    if loan is None:
        return Answer("unknown_loan")
    about = {"task_id": loan.task_id, "item": loan.item, "item_number": loan.item_number}
    match command:
        case m.ReturnLoan():
            if command.depot not in ledger.stores:
                return Answer("unknown_depot")
            draft.add(m.LoanReturned, **about, depot=command.depot)
        case m.ExtendLoan():
            if not now < command.due_at <= now + LOAN_MAX:
                return Answer("expired" if command.due_at <= now else "too_long")
            draft.add(m.LoanExtended, task_id=loan.task_id, due_at=command.due_at)
        case m.WriteOffLoan():
            draft.add(m.LoanWrittenOff, **about, reason=command.reason)
    return Answer(subject=loan.task_id)


def move_stock(ledger: Ledger, command: m.MoveStock, draft: Draft) -> Answer:
    """Free items that somebody carried to another depot."""
    source, target = ledger.stores.get(command.from_depot), ledger.stores.get(command.to_depot)
    if source is None or target is None:
        return Answer("unknown_depot")
    if command.item not in ledger.loan_s:
        return Answer("unknown_item")
    if command.count < 1 or source is target:
        return Answer("no_change")
    if source.free.get(command.item, 0) < command.count:
        return Answer("no_stock")
    draft.add(
        m.StockMoved,
        item=command.item,
        count=command.count,
        from_depot=command.from_depot,
        to_depot=command.to_depot,
    )
    return Answer(subject=command.to_depot)
