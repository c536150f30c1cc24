"""Proposals to carry items from depot to depot: they cure what they can, and no giver runs dry."""

from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts.messages import StockMove
from dispatcher.ledger import new_ledger
from dispatcher.rebalancing import FILL, LOW, rebalance
from tests.dispatcher.builders import Control, a_catalogue, ground


def test_a_full_house_needs_nothing() -> None:
    assert rebalance(new_ledger(ground()[0]), a_catalogue()) == ()


def test_a_desk_that_runs_dry_is_filled_from_the_other() -> None:
    control = Control()
    assert control.do(m.MoveStock, item="power_bank", count=5, from_depot="d-L2", to_depot="d-L1").accepted
    (proposed,) = [said for said in control.sent if isinstance(said, m.RebalanceChanged)]
    assert proposed.moves == (StockMove("power_bank", 3, "d-L1", "d-L2"),)
    done = control.do(m.MoveStock, item="power_bank", count=3, from_depot="d-L1", to_depot="d-L2")
    assert done.accepted
    (proposed,) = [said for said in control.sent if isinstance(said, m.RebalanceChanged)]
    assert proposed.moves == ()


@given(st.integers(0, 16), st.integers(0, 12))
def test_nobody_gives_below_the_level(at_l1: int, at_l2: int) -> None:
    ledger = new_ledger(ground()[0])
    ledger.stores["d-L1"].free["power_bank"] = at_l1
    ledger.stores["d-L2"].free["power_bank"] = at_l2
    share = {"d-L1": 10, "d-L2": 6}
    free = {"d-L1": at_l1, "d-L2": at_l2}
    for move in rebalance(ledger, a_catalogue()):
        assert free[move.to_depot] < LOW * share[move.to_depot]
        free[move.from_depot] -= move.count
        free[move.to_depot] += move.count
        assert free[move.from_depot] >= FILL * share[move.from_depot]
    assert sum(free.values()) == at_l1 + at_l2
