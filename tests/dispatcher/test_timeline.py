"""A call's timeline is bounded; whoever is concerned hears of changes."""

from contracts import messages as m
from contracts.messages import Place
from dispatcher import timeline
from tests.dispatcher.builders import Control


def test_a_timeline_keeps_its_beginning_and_its_end() -> None:
    control = Control()
    call_id = control.call("luggage")
    for _ in range(100):
        control.do(m.MoveCall, call_id=call_id, place=Place("L1", 5.0, 15.0))
    entries = control.ledger.calls[call_id].timeline
    assert len(entries) == timeline.TIMELINE_MAX
    assert entries[0].kind == "CallReceived"
    assert entries[-1].at == control.now
