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
    when = []
    for fact in facts:
        if isinstance(fact, m.OfferExpired):
            offer = control.ledger.tasks[fact.task_id].offers[fact.offer_id]
            when.append(offer.expires_at)
        elif isinstance(fact, m.SlaBreached):
            when.append(fact.deadline_at)
    assert when == sorted(when)
    assert [fact.seq for fact in facts] == list(
        range(control.ledger.seq + 1, control.ledger.seq + 1 + len(facts))
    )
    assert {type(fact) for fact in facts} == {m.OfferExpired, m.SlaBreached, m.TaskEscalated}


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


def test_the_ladder_is_climbed_while_nobody_is_committed_and_begins_anew() -> None:
    control = Control()
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    task_id = control.task(control.call("luggage", EAST))
    received = control.of(m.CallReceived)[0].at
    control.wait(400)
    steps = control.of(m.TaskEscalated)
    assert [(fact.step, fact.to) for fact in steps] == [
        (1, "zone_lead"),
        (2, "control_room"),
        (3, "duty_manager"),
    ]
    assert [(fact.at - received) // SECOND for fact in steps] == [90, 180, 300]
    task = control.ledger.tasks[task_id]
    assert task.escalated_to == "duty_manager"
    control.do(m.SetDuty, unit_id="u-05", duty="on")
    control.wait(1)
    assert control.accept("u-05").accepted
    assert task.escalated_to == ""
    control.wait(100)
    assert len(control.of(m.TaskEscalated)) == 3, "somebody is on the way"
    control.do(m.UnassignUnit, task_id=task_id, unit_id="u-05", reason="hurt")
    control.wait(91)
    assert len(control.of(m.TaskEscalated)) == 4


def test_a_loan_is_overdue_once() -> None:
    control = Control()
    task_id = control.task(control.call("reading_glasses", EAST))
    control.accept_all()
    control.finish(control.ledger.tasks[task_id].unit_id or "")
    control.wait(3599)
    assert control.of(m.LoanOverdue) == []
    control.wait(3600)
    (fact,) = control.of(m.LoanOverdue)
    assert (fact.task_id, fact.item, fact.depot) == (task_id, "reading_glasses", "d-L1")
    assert fact.at == fact.due_at
    assert control.do(m.ReportItemReturned, unit_id="u-01", depot="d-L1").accepted
