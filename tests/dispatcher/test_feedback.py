"""Feedback in three grades: owner, deadline, overdue, closed."""

import pytest

from contracts import messages as m
from contracts.quantities import DAY, MINUTE
from dispatcher import deadlines, feedback
from tests.dispatcher.builders import Control


def raised(control: Control, grade: str = "at_once", **fields: str) -> str:
    answer = control.do(m.RaiseFeedback, grade=grade, text="the lift smells", **fields)
    assert answer.accepted, answer
    return answer.subject


@pytest.mark.parametrize(
    ("grade", "due_us"), [("at_once", 30 * MINUTE), ("three_days", 3 * DAY), ("this_month", 30 * DAY)]
)
def test_each_grade_has_its_deadline(grade: str, due_us: int) -> None:
    control = Control()
    feedback_id = raised(control, grade)
    one = control.ledger.feedback[feedback_id]
    assert (one.due_at - one.raised_at, one.owner, one.raised_by) == (due_us, "control_room", "operator/lin")
    assert deadlines.due(control.ledger, one.due_at - 1) == []
    (overdue,) = deadlines.due(control.ledger, one.due_at)
    assert isinstance(overdue, m.FeedbackOverdue)
    assert overdue.feedback_id == feedback_id


def test_what_is_overdue_is_said_once_and_shown() -> None:
    control = Control()
    raised(control)
    control.wait(30 * 60 + 0.1)
    (view,) = [said for said in control.sent if isinstance(said, m.FeedbackChanged)]
    assert view.overdue
    control.wait(3600)
    assert len(control.of(m.FeedbackOverdue)) == 1


def test_it_is_handed_on_and_closed_once() -> None:
    control = Control()
    feedback_id = raised(control, owner="operator/lin")

    def hand_on(owner: str) -> str:
        return control.do(m.AssignFeedback, feedback_id=feedback_id, owner=owner).reason

    assert hand_on("operator/lin") == "no_change"
    assert hand_on("operator/wu") == ""
    assert control.do(m.CloseFeedback, feedback_id=feedback_id, note="cleaned").accepted
    one = control.ledger.feedback[feedback_id]
    assert (one.owner, one.note, one.closed_at) == ("operator/wu", "cleaned", control.now)
    assert hand_on("operator/lin") == "closed"
    assert control.do(m.CloseFeedback, feedback_id="f0").reason == "unknown_feedback"
    control.wait(3600)
    assert control.of(m.FeedbackOverdue) == []


def test_feedback_about_nothing_is_refused() -> None:
    control = Control()
    assert control.do(m.RaiseFeedback, grade="at_once", text="  ").reason == "no_text"
    assert control.do(m.RaiseFeedback, grade="at_once", text="x", call_id="c0").reason == "unknown_call"


def test_only_so_many_are_open_and_only_so_many_closed_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feedback, "OPEN_MAX", 3)
    monkeypatch.setattr(feedback, "CLOSED_MAX", 1)
    control = Control()
    first, second, third = (raised(control) for _ in range(3))
    assert control.do(m.RaiseFeedback, grade="at_once", text="x").reason == "too_many"
    for feedback_id in (second, first):
        control.do(m.CloseFeedback, feedback_id=feedback_id)
    assert list(control.ledger.feedback) == [third, first]
    assert [one.feedback_id for one in feedback.open_ones(control.ledger)] == [third]
