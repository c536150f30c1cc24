"""Stock: what is free, reserved on an offer, in a unit's hands, on loan, handed over for good.

Nothing is made or lost: free + reserved + carried (in pouches, too) + lent + handed over is constant for
each item (``invariants`` counts). Part of the fold: called by ``evolve`` only.
"""

import msgspec

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import from_seconds
from dispatcher.ledger import Carried, Ledger, Loan, Task, Unit, in_pouch, loan_to_return, store_of, to_fetch

DELIVERED = ("done", "handed_over")
"""Outcomes that leave the item with the customer."""


def reserve(ledger: Ledger, depot: str, item: str, fact: Fact) -> None:
    """One free item is spoken for."""
    store = store_of(ledger, depot)
    store.free[item] = store.free.get(item, 0) - 1
    store.reserved[item] = store.reserved.get(item, 0) + 1
    store.version = fact.seq


def unreserve(ledger: Ledger, depot: str, item: str, fact: Fact) -> None:
    """The reservation ended and the item is still there."""
    take_out(ledger, depot, item, fact)
    store_of(ledger, depot).free[item] += 1


def take_out(ledger: Ledger, depot: str, item: str, fact: Fact) -> None:
    """A reserved item left the depot."""
    store = store_of(ledger, depot)
    assert store.reserved.get(item, 0) > 0, (depot, item, fact)
    store.reserved[item] -= 1
    store.version = fact.seq


def put_in(ledger: Ledger, depot: str, item: str, fact: Fact) -> None:
    store = store_of(ledger, depot)
    store.free[item] = store.free.get(item, 0) + 1
    store.reserved.setdefault(item, 0)
    store.version = fact.seq


def give_back_reserved(ledger: Ledger, task: Task, fact: Fact) -> None:
    """What was reserved for the holder and not fetched is free again."""
    if to_fetch(task):
        assert task.depot is not None
        assert task.need.item is not None
        unreserve(ledger, task.depot, task.need.item, fact)


def picked_up(ledger: Ledger, task: Task, unit: Unit, fact: m.ItemPickedUp) -> None:
    """The unit has it in its hands. What it still had to bring back stays in this depot."""
    assert task.depot is not None, fact
    assert task.depot == fact.depot, fact
    assert task.picked_up_at is None, fact
    take_out(ledger, task.depot, fact.item, fact)
    if unit.carried is not None:
        put_in(ledger, task.depot, unit.carried.item, fact)
    unit.carried = Carried(fact.item, task.depot, fact.item_number, fact.at)
    if fact.spares:
        store = store_of(ledger, task.depot)
        assert 0 < fact.spares <= store.free.get(fact.item, 0), fact
        store.free[fact.item] -= fact.spares
    unit.pouch = unit.pouch + [Carried(fact.item, task.depot, "", fact.at)] * fact.spares


def task_cleared(ledger: Ledger, task: Task, unit: Unit, fact: m.TaskCleared) -> None:
    """What was brought stays with the customer, but for what an emergency box lends: that is the
    responder's tool and goes back into a box."""
    item = task.need.item
    if item is None:
        return
    if fact.outcome not in DELIVERED:
        give_back_reserved(ledger, task, fact)
    elif to_fetch(task):
        assert task.depot is not None
        if _boxed(ledger, task.depot):
            unreserve(ledger, task.depot, item, fact)  # nobody said that it was opened
        else:  # nobody reported the pick-up, but the customer has the item all the same
            take_out(ledger, task.depot, item, fact)
            _hand_over(ledger, Carried(item, task.depot, fact.item_number, fact.at), fact)
    elif unit.carried is not None and unit.carried.item == item and not _boxed(ledger, unit.carried.depot):
        _hand_over(ledger, unit.carried, fact)
        unit.carried = None
    elif unit.carried is None and in_pouch(unit, item):
        _hand_over(ledger, _out_of_pouch(unit, item), fact)


def returned(ledger: Ledger, unit: Unit, fact: m.ItemReturned) -> None:
    """Into ``fact.depot``: what the unit carries, else the loan that it most probably is; or a spare."""
    if fact.spare:
        _out_of_pouch(unit, fact.item)
    elif unit.carried is not None and unit.carried.item == fact.item:
        unit.carried = None
    else:
        loan = loan_to_return(ledger, fact.unit_id, fact.item)
        assert loan is not None, fact
        del ledger.loans[loan.task_id]
        store_of(ledger, loan.depot).version = fact.seq
    put_in(ledger, fact.depot, fact.item, fact)


def _out_of_pouch(unit: Unit, item: str) -> Carried:
    """The oldest spare of a kind, which is no longer in the pouch."""
    number = next(n for n, spare in enumerate(unit.pouch) if spare.item == item)
    spare = unit.pouch[number]
    unit.pouch = unit.pouch[:number] + unit.pouch[number + 1 :]
    return spare


def _boxed(ledger: Ledger, depot: str) -> bool:
    return store_of(ledger, depot).kind == "emergency_box"


def _hand_over(ledger: Ledger, carried: Carried, fact: m.TaskCleared) -> None:
    """The customer has it now: lent with a clock, or for good."""
    store_of(ledger, carried.depot).version = fact.seq
    loan_s = ledger.loan_s.get(carried.item)
    if loan_s is None:
        ledger.used[carried.item] = ledger.used.get(carried.item, 0) + 1
        return
    ledger.loans[fact.task_id] = Loan(
        task_id=fact.task_id,
        item=carried.item,
        item_number=fact.item_number or carried.item_number,
        depot=carried.depot,
        unit_id=fact.unit_id,
        at=fact.at,
        due_at=fact.at + from_seconds(loan_s),
    )


def lending_changed(
    ledger: Ledger,
    fact: m.LoanOverdue | m.LoanReturned | m.LoanExtended | m.LoanWrittenOff | m.StockMoved,
) -> None:
    """A loan's clock, its end, and what was carried from depot to depot."""
    if isinstance(fact, m.StockMoved):
        source = store_of(ledger, fact.from_depot)
        assert source.free.get(fact.item, 0) >= fact.count > 0, fact
        source.free[fact.item] -= fact.count
        source.version = fact.seq
        for _ in range(fact.count):
            put_in(ledger, fact.to_depot, fact.item, fact)
        return
    loan = ledger.loans[fact.task_id]
    store_of(ledger, loan.depot).version = fact.seq
    match fact:
        case m.LoanOverdue():
            assert not loan.overdue, fact
            ledger.loans[fact.task_id] = msgspec.structs.replace(loan, overdue=True)
        case m.LoanExtended():
            ledger.loans[fact.task_id] = msgspec.structs.replace(loan, overdue=False, due_at=fact.due_at)
        case m.LoanReturned():
            del ledger.loans[fact.task_id]
            put_in(ledger, fact.depot, loan.item, fact)
        case m.LoanWrittenOff():
            del ledger.loans[fact.task_id]
            ledger.used[loan.item] = ledger.used.get(loan.item, 0) + 1
