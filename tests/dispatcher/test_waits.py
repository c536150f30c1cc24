"""Lift waits: read off ways from depots, drawn to the site's figure, felt in walking times."""

import pytest

from contracts import messages as m
from contracts.quantities import DAY, HOUR, from_seconds, to_seconds
from contracts.walking import Closures
from dispatcher import waits
from dispatcher.eta import Ways
from dispatcher.ledger import new_ledger
from dispatcher.waits import CHANGE_S, WAIT_MAX_S, WAITS_MAX, expected_s, note
from tests.dispatcher.builders import EAST, HALL, NOON, SETTINGS, Control, a_catalogue, ground

SITE = ground()[0]
LIFT = next(c for c in SITE.connectors if c.kind == "lift")


def bring(control: Control, extra_s: float, place: m.Place = EAST) -> list[m.LiftWaited]:
    """A wheelchair from a depot downstairs that takes so much longer than reckoned; what was learned."""
    before = len(control.of(m.LiftWaited))
    task_id = control.task(control.call("wheelchair", place))
    unit_id = control.offered(task_id)[0]
    control.accept(unit_id)
    assert control.report(m.ReportItemPickedUp, unit_id).accepted
    task, ways = control.ledger.tasks[task_id], control.service.ways
    cell = control.service.catalogue.cell_of(place)
    reckoned_s = float(ways.travel.times_to(cell, wheels=True)[ways.depot_cells[task.depot or ""]])
    control.wait(reckoned_s + extra_s)
    control.finish(unit_id)
    return control.of(m.LiftWaited)[before:]


def test_what_an_arrival_took_beyond_its_way_was_the_wait() -> None:
    control = Control()
    said = bring(control, 20.0)  # wheelchairs are kept downstairs only
    assert [(fact.connector, fact.wait_s) for fact in said] == [
        (LIFT.connector_id, pytest.approx(LIFT.wait_s + 20.0, abs=1.0))
    ]
    assert control.replayed() == control.ledger


def test_who_is_late_by_the_lift_alone_was_late_by_the_lift() -> None:
    control = Control()
    (fact,) = bring(control, 220.0)
    task = control.ledger.tasks[fact.task_id]
    assert task.reached_at is not None
    assert task.need.deadline_at < task.reached_at < task.need.deadline_at + from_seconds(fact.wait_s)
    (view,) = [said for said in control.service.resumed(control.now) if isinstance(said, m.CallChanged)]
    assert view.tasks[0].miss_cause == "lift"


def test_a_talk_on_the_way_is_no_wait_and_a_way_without_a_lift_shows_none() -> None:
    control = Control()
    assert bring(control, WAIT_MAX_S + 100.0) == []
    assert bring(Control(), 0.0, HALL) == []


def test_much_evidence_moves_the_figure_and_little_does_not() -> None:
    ledger = new_ledger(SITE)
    assert expected_s(ledger, SITE.connectors, NOON)[LIFT.connector_id] == LIFT.wait_s
    for n in range(40):
        note(ledger, m.LiftWaited(seq=n + 1, at=NOON, connector=LIFT.connector_id, wait_s=LIFT.wait_s + 60.0))
        if n == 0:
            first = expected_s(ledger, SITE.connectors, NOON)[LIFT.connector_id]
    assert first == pytest.approx(LIFT.wait_s + 60.0 / 9.0, abs=0.1)
    noon = expected_s(ledger, SITE.connectors, NOON + DAY)[LIFT.connector_id]
    later = expected_s(ledger, SITE.connectors, NOON + HOUR)[LIFT.connector_id]
    night = expected_s(ledger, SITE.connectors, NOON + 12 * HOUR)[LIFT.connector_id]
    assert noon > LIFT.wait_s + 45.0 > later > night == LIFT.wait_s
    for n in range(40, 400):
        note(ledger, m.LiftWaited(seq=n + 1, at=NOON, connector=LIFT.connector_id, wait_s=5.0))
    assert max(entry[0] for entry in ledger.lift_waits[LIFT.connector_id]) < WAITS_MAX
    assert expected_s(ledger, SITE.connectors, NOON)[LIFT.connector_id] < LIFT.wait_s


def test_walking_times_follow() -> None:
    known = Ways(a_catalogue(), SETTINGS, Closures(), {LIFT.connector_id: LIFT.wait_s + 60.0})
    plain = Ways(a_catalogue(), SETTINGS, Closures())
    cell = a_catalogue().cell_of(EAST)
    start = a_catalogue().cell_of(HALL)
    apart_s = known.travel.times_to(cell, True)[start] - plain.travel.times_to(cell, True)[start]
    assert float(apart_s) == pytest.approx(60.0, abs=0.1)
    assert waits.changed(known.waits_s, plain.waits_s)
    assert not waits.changed({LIFT.connector_id: LIFT.wait_s + CHANGE_S / 2}, plain.waits_s)


def test_the_service_reckons_with_what_it_learned() -> None:
    control = Control()
    for n in range(30):
        fact = m.LiftWaited(
            seq=control.ledger.seq + 1, at=control.now, connector=LIFT.connector_id, wait_s=90.0 + n % 3
        )
        control.service._fold([fact])
        control.facts.append(fact)
    control.wait(700)
    control.call("luggage")
    assert control.service.ways.waits_s[LIFT.connector_id] > LIFT.wait_s + 20.0
    assert to_seconds(control.now - NOON) > 600
