"""Facts in the making."""

from contracts import messages as m
from dispatcher.drafting import Draft


def test_facts_are_numbered_and_stamped() -> None:
    draft = Draft(41, 7, "k1", "operator/lin")
    assert draft.next_seq == 42
    first = draft.add(m.FireModeSet, on=True)
    second = draft.add(m.CallCleared, call_id="c1")
    assert (first.seq, second.seq, draft.next_seq) == (42, 43, 44)
    assert draft.facts == [first, second]
    assert (first.at, first.cause, first.by) == (7, "k1", "operator/lin")
