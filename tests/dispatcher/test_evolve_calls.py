"""The fold of the facts about calls: impossible ones die, memories are bounded."""

import pytest

from contracts import messages as m
from dispatcher import evolve_calls
from dispatcher.evolve import evolve
from tests.dispatcher.builders import Control


def test_closed_calls_are_forgotten_with_their_tasks_and_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evolve_calls, "CLOSED_CALLS_MAX", 2)
    control = Control()
    calls = [control.call("luggage") for _ in range(4)]
    for call_id in calls:
        control.do(m.CancelCall, call_id=call_id, reason="left")
    assert list(control.ledger.calls) == calls[2:]
    assert {task.call_id for task in control.ledger.tasks.values()} == set(calls[2:])
    assert all(task_id in control.ledger.tasks for task_id in control.ledger.offers.values())
    assert control.do(m.RateCall, call_id=calls[0], stars=1).reason == "unknown_call"


def test_a_call_is_not_held_twice_nor_resumed_unheld() -> None:
    control = Control()
    call_id = control.call("luggage")
    resumed = m.CallResumed(seq=control.ledger.seq + 1, at=control.now, call_id=call_id)
    with pytest.raises(AssertionError):
        evolve(control.ledger, resumed)


def test_a_call_with_somebody_under_way_is_not_merged_silently() -> None:
    control = Control()
    into, call_id = control.call("luggage"), control.call("luggage")
    control.accept_all()
    merged = m.CallMerged(seq=control.ledger.seq + 1, at=control.now, call_id=call_id, into=into)
    with pytest.raises(AssertionError):
        evolve(control.ledger, merged)


def test_unmerged_calls_stand_in_the_order_of_their_age_again() -> None:
    control = Control()
    calls = [control.call("luggage") for _ in range(4)]
    for duplicate in calls[1:3]:
        assert control.do(m.MergeCalls, call_id=duplicate, into=calls[0]).accepted
    assert control.ledger.open_calls == [calls[0], calls[3]]
    for duplicate in (calls[2], calls[1]):
        assert control.do(m.UnmergeCall, call_id=duplicate).accepted
    assert control.ledger.open_calls == calls
    assert control.ledger.calls[calls[0]].duplicates == []
