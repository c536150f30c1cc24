"""The calls of a stretch of the journal are those that were shown last."""

from contracts import messages as m
from contracts.figures import figures
from contracts.quantities import DAY, SECOND
from dispatcher import views
from dispatcher.ledger import new_ledger
from runtime.figures import calls_in
from tests.dispatcher.builders import EAST, HALL, NOON, Control, ground


def a_shift() -> Control:
    """One call served, one that nobody can take, one merged, one cancelled, one offered again."""
    control = Control()
    served = control.call("luggage", HALL)
    control.accept_all()
    control.wait(30)
    control.finish(control.ledger.tasks[control.task(served)].unit_id or "")
    control.do(m.RateCall, "device/x", call_id=served, stars=3)
    control.do(m.SetDuty, unit_id="u-04", duty="off")
    control.call("complaint", EAST)
    first, second = control.call("cleaning", HALL), control.call("cleaning", HALL)
    control.do(m.MergeCalls, call_id=second, into=first)
    control.do(m.CancelCall, call_id=control.call("umbrella"), reason="left")
    control.wait(700)
    return control


def test_the_journal_gives_the_calls_as_they_were_shown_last() -> None:
    control = a_shift()
    calls = calls_in(new_ledger(ground()[0]), control.facts, NOON, NOON + DAY)
    live = [views.call_view(control.ledger, call) for call in control.ledger.calls.values()]
    assert sorted(calls, key=lambda call: call.call_id) == sorted(live, key=lambda call: call.call_id)
    result = figures(calls, ground()[0].services, NOON, control.now, 28_800)
    assert result.states == {"cancelled": 1, "cleared": 1, "merged": 1, "offered": 1, "pending": 1}
    assert result.by_service["luggage/service"].on_time == 1.0
    assert result.by_service["complaint/lead"].unserved == 1
    assert result.misses["queue"] >= 1
    assert result.stars == {3: 1}
    assert 0 < (result.timed_out_share or 0) < 1


def test_a_later_stretch_holds_later_calls_only() -> None:
    control = a_shift()
    since = control.now
    control.wait(1)
    late = control.call("luggage", HALL)
    before = [fact for fact in control.facts if fact.at <= since]
    ledger = new_ledger(ground()[0])
    assert calls_in(ledger, before, NOON + DAY, NOON + 2 * DAY) == []
    calls = calls_in(ledger, control.facts[len(before) :], since, control.now + SECOND)
    assert [call.call_id for call in calls] == [late]
