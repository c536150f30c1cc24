"""What falls due, in which order, and when to look again."""

from contracts import messages as m
from contracts.quantities import SECOND
from dispatcher import deadlines
from tests.dispatcher.builders import EAST, SETTINGS, Control


def test_due_facts_come_in_the_order_in_which_they_fell_due() -> None:
    control = Control()
    control.call("medical")
    control.wait(1)
    control.call("luggage")
    facts = deadlines.due(control.ledger, control.now + 400 * SECOND)
    times = [
        fact.deadline_at if isinstance(fact, m.SlaBreached) else fact.at
        for fact in facts
        if not isinstance(fact, m.OfferExpired)
    ]
    assert times == sorted(times)
    assert [fact.seq for fact in facts] == list(
        range(control.ledger.seq + 1, control.ledger.seq + 1 + len(facts))
    )
    assert {type(fact) for fact in facts} == {m.OfferExpired, m.SlaBreached}


def test_nothing_is_due_early() -> None:
    control = Control()
    control.call("luggage")
    offer = next(iter(control.ledger.tasks.values())).offers
    expires_at = next(iter(offer.values())).expires_at
    assert deadlines.due(control.ledger, expires_at - 1) == []
    assert len(deadlines.due(control.ledger, expires_at)) == 1
    deadline = control.of(m.CallReceived)[0].tasks[0].deadline_at
    assert not any(isinstance(fact, m.SlaBreached) for fact in deadlines.due(control.ledger, deadline))
    assert any(isinstance(fact, m.SlaBreached) for fact in deadlines.due(control.ledger, deadline + 1))


def test_an_empty_mall_has_nothing_to_wait_for() -> None:
    control = Control()
    assert deadlines.next_at(control.ledger) == deadlines.NEVER
    assert deadlines.replan_at(control.ledger, SETTINGS, control.now) == deadlines.NEVER


def test_a_second_offer_is_due_after_its_share_of_silence_and_only_then() -> None:
    control = Control()
    control.do(m.PlaceCall, service="luggage", place=EAST)
    task = next(iter(control.ledger.tasks.values()))
    assert deadlines.hedge_at(task, SETTINGS) == control.now + 10 * SECOND
    assert deadlines.replan_at(control.ledger, SETTINGS, control.now) == control.now + 10 * SECOND
    control.wait(11)
    assert deadlines.hedge_at(task, SETTINGS) is None, "two are enough"


def test_a_torn_journal_is_mended() -> None:
    control = Control()
    control.call("luggage")
    control.accept_all()
    unit_id = next(iter(control.ledger.tasks.values())).unit_id or ""
    control.finish(unit_id)
    from dispatcher.evolve import replay

    cut = next(i for i, fact in enumerate(control.facts) if isinstance(fact, m.CallCleared))
    ledger = replay(control.site, control.facts[:cut])
    assert [type(fact) for fact in deadlines.due(ledger, control.now)] == [m.CallCleared]
