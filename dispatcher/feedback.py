"""What people complained about or praised, in three grades: what must be put right, by whom, by when."""

from typing import Final

from contracts import messages as m
from contracts.messages import Fact, FeedbackGrade
from contracts.quantities import DAY, MINUTE, Duration, Instant
from dispatcher.commitments import Answer
from dispatcher.drafting import Draft
from dispatcher.ledger import Feedback, Ledger

FACTS: Final[tuple[type[Fact], ...]] = (
    *(m.FeedbackRaised, m.FeedbackAssigned, m.FeedbackClosed, m.FeedbackOverdue),
)
DUE_AFTER: Final[dict[FeedbackGrade, Duration]] = {
    "at_once": 30 * MINUTE,
    "three_days": 3 * DAY,
    "this_month": 30 * DAY,
}
"""``at_once``: while the customer is still in the house. A month is thirty days, whenever it begins."""
OWNER: Final = "control_room"
"""Who sees to what nobody else was named for."""
OPEN_MAX: Final = 5_000
"""More are refused (``too_many``)."""
CLOSED_MAX: Final = 500
"""Closed ones that are remembered; the journal keeps all."""
BAD: Final = 1
"""Stars that somebody must look into while the customer is still here."""


def decide(
    ledger: Ledger, command: m.RaiseFeedback | m.AssignFeedback | m.CloseFeedback, now: Instant, draft: Draft
) -> Answer:
    if isinstance(command, m.RaiseFeedback):
        if command.call_id and command.call_id not in ledger.calls:
            return Answer("unknown_call")
        if not command.text.strip():
            return Answer("no_text")
        if len(open_ones(ledger)) >= OPEN_MAX:
            return Answer("too_many")
        return Answer(subject=raise_(draft, now, command.grade, command.text, command.owner, command.call_id))
    known = ledger.feedback.get(command.feedback_id)
    if known is None:
        return Answer("unknown_feedback")
    if known.closed_at is not None:
        return Answer("closed")
    if isinstance(command, m.CloseFeedback):
        draft.add(m.FeedbackClosed, feedback_id=command.feedback_id, note=command.note)
    elif command.owner in ("", known.owner):
        return Answer("no_change")
    else:
        draft.add(m.FeedbackAssigned, feedback_id=command.feedback_id, owner=command.owner)
    return Answer(subject=command.feedback_id)


def raise_(draft: Draft, now: Instant, grade: FeedbackGrade, text: str, owner: str, call_id: str) -> str:
    """Something new to put right; its id."""
    feedback_id = f"f{draft.next_seq}"
    draft.add(
        m.FeedbackRaised,
        feedback_id=feedback_id,
        call_id=call_id,
        grade=grade,
        text=text,
        owner=owner or OWNER,
        due_at=now + DUE_AFTER[grade],
    )
    return feedback_id


def open_ones(ledger: Ledger) -> list[Feedback]:
    return [one for one in ledger.feedback.values() if one.closed_at is None]


def evolve(ledger: Ledger, fact: Fact) -> None:
    """The fold of ``FACTS``."""
    if isinstance(fact, m.FeedbackRaised):
        ledger.feedback[fact.feedback_id] = Feedback(
            feedback_id=fact.feedback_id,
            version=fact.seq,
            call_id=fact.call_id,
            grade=fact.grade,
            text=fact.text,
            owner=fact.owner,
            raised_at=fact.at,
            raised_by=fact.by,
            due_at=fact.due_at,
        )
        return
    assert isinstance(fact, m.FeedbackAssigned | m.FeedbackClosed | m.FeedbackOverdue), fact
    known = ledger.feedback[fact.feedback_id]
    known.version = fact.seq
    match fact:
        case m.FeedbackAssigned():
            known.owner = fact.owner
        case m.FeedbackOverdue():
            assert not known.overdue, fact
            known.overdue = True
        case m.FeedbackClosed():
            known.closed_at, known.closed_by, known.note = fact.at, fact.by, fact.note
            del ledger.feedback[fact.feedback_id]  # the closed in the order of their closing, the last last
            ledger.feedback[fact.feedback_id] = known
            closed = [one.feedback_id for one in ledger.feedback.values() if one.closed_at is not None]
            for feedback_id in closed[: max(0, len(closed) - CLOSED_MAX)]:
                del ledger.feedback[feedback_id]
