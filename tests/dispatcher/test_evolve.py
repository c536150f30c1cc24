"""The fold: bounded memories, and facts that cannot be."""

import pytest

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import DAY, SECOND
from dispatcher import evolve as fold
from dispatcher.evolve import evolve, replay
from dispatcher.ledger import new_ledger, task_state
from tests.dispatcher.builders import NOON, Control, a_need, encoded, ground


def answered(seq: int, at: int = NOON, by: str = "operator/x") -> m.CommandAnswered:
    return m.CommandAnswered(seq=seq, at=at, command_id=f"k{seq}", accepted=True, by=by)


def received(seq: int, items: bool = False) -> m.CallReceived:
    need = a_need(task_id=f"c{seq}-1-service", item="umbrella" if items else None)
    return m.CallReceived(
        seq=seq,
        at=NOON,
        call_id=f"c{seq}",
        service="luggage",
        priority=3,
        place=Place("L1", 5.0, 15.0),
        device_id=None,
        note="",
        tasks=(need,),
    )


def test_facts_come_without_gaps() -> None:
    with pytest.raises(AssertionError):
        evolve(new_ledger(ground()[0]), answered(2))


def test_every_fact_is_known_to_the_fold() -> None:
    class Unheard(m.Fact, frozen=True, kw_only=True):
        pass

    try:
        with pytest.raises(AssertionError, match="no ledger knows"):
            evolve(new_ledger(ground()[0]), Unheard(seq=1, at=NOON))
    finally:
        del Unheard
        import gc

        gc.collect()


def test_answers_are_forgotten_by_number_and_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "ANSWERS_MAX", 3)
    ledger = new_ledger(ground()[0])
    for seq in range(1, 6):
        evolve(ledger, answered(seq))
    assert list(ledger.answers) == ["k3", "k4", "k5"]
    evolve(ledger, answered(6, NOON + 2 * DAY))
    assert list(ledger.answers) == ["k6"]
    evolve(ledger, answered(7, NOON + 4 * DAY))
    assert list(ledger.answers) == ["k7"]


def test_an_impossible_step_is_our_own_fault() -> None:
    ledger = replay(ground()[0], [received(1)])
    for fact in (
        m.ItemPickedUp(
            seq=2, at=NOON, task_id="c1-1-service", unit_id="u-01", depot=None, item="x", item_number=""
        ),
        m.TaskCleared(
            seq=2, at=NOON, task_id="c1-1-service", unit_id="u-01", outcome="done", item_number="", note=""
        ),
        m.UnitReleased(seq=2, at=NOON, task_id="c1-1-service", unit_id="u-01", reason="x"),
        m.CallCleared(seq=2, at=NOON, call_id="c1"),
    ):
        with pytest.raises(AssertionError):
            evolve(replay(ground()[0], [received(1)]), fact)
    assert task_state(ledger.tasks["c1-1-service"]) == "pending"


def test_people_and_depots_that_left_the_site_stay_in_the_journal() -> None:
    ledger = replay(
        ground()[0],
        [
            received(1, items=True),
            m.DutyChanged(seq=2, at=NOON, unit_id="u-gone", duty="on"),
            m.UnitAssigned(seq=3, at=NOON, task_id="c1-1-service", unit_id="u-gone", depot="d-gone"),
            m.ItemPickedUp(
                seq=4,
                at=NOON + SECOND,
                task_id="c1-1-service",
                unit_id="u-gone",
                depot="d-gone",
                item="umbrella",
                item_number="",
            ),
        ],
    )
    assert ledger.units["u-gone"].carried is not None
    assert ledger.stores["d-gone"].free["umbrella"] == -1


def test_offers_of_one_task_are_remembered_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "OFFERS_KEPT_MAX", 2)
    control = Control()
    task_id = control.task(control.call("luggage"))
    for _ in range(4):
        control.decline(control.offered(task_id)[0])
        control.wait(0.2)
    assert len(control.ledger.tasks[task_id].offers) <= 3
    assert len(control.ledger.offers) == len(control.ledger.tasks[task_id].offers)
    assert encoded(control.replayed()) == encoded(control.ledger)


def test_a_second_call_for_the_same_happening_is_noticed() -> None:
    control = Control()
    first = control.call("medical", Place("L1", 5.0, 15.0))
    again = control.call("medical", Place("L1", 12.0, 15.0))
    other_kind = control.call("luggage", Place("L1", 5.0, 15.0))
    upstairs = control.call("medical", Place("L2", 5.0, 15.0))
    far = control.call("medical", Place("L1", 50.0, 15.0))
    control.wait(700)
    late = control.call("medical", Place("L1", 5.0, 15.0))
    similar = {call_id: control.ledger.calls[call_id].similar_to for call_id in control.ledger.open_calls}
    assert similar == {first: "", again: first, other_kind: "", upstairs: "", far: "", late: ""}
    (view,) = [
        said
        for said in control.service.resumed(control.now)
        if isinstance(said, m.CallChanged) and said.similar_to
    ]
    assert view.call_id == again
