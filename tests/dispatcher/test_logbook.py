"""Texts between the control room and a handheld, and finished jobs: kept, bounded, seen once."""

import pytest

from contracts import messages as m
from contracts.quantities import SECOND
from dispatcher import logbook
from tests.dispatcher.builders import HALL, Control, encoded

UNIT = "u-01"


def write(control: Control, by: str, **fields: str) -> m.CommandAnswered:
    return control.do(m.SendText, by, unit_id=UNIT, **fields)


def texts(control: Control) -> list[m.TextView]:
    return control.ledger.units[UNIT].texts


def test_both_sides_write_and_see() -> None:
    control = Control()
    first = write(control, "operator/lin", phrase="come_to_desk")
    write(control, f"unit/{UNIT}", text="  on my way ")
    assert [text.text for text in texts(control)] == ["", "on my way"]
    [book] = [said for said in control.sent if isinstance(said, m.LogbookChanged)]
    assert book.unit_id == UNIT
    assert len(book.texts) == 2
    seen = control.do(m.ReportTextsSeen, f"unit/{UNIT}", unit_id=UNIT, text_id=first.subject)
    assert seen.accepted
    assert [text.seen_at is not None for text in texts(control)] == [True, False]
    newest = texts(control)[-1].text_id
    assert control.do(m.ReportTextsSeen, unit_id=UNIT, text_id=newest).accepted
    assert all(text.seen_at is not None for text in texts(control))
    again = control.do(m.ReportTextsSeen, unit_id=UNIT, text_id=newest)
    assert again.reason == "no_change"


def test_a_text_keeps_the_time_at_which_it_was_written() -> None:
    control = Control()
    late = m.SendText(
        command_id="offline-1",
        by=f"unit/{UNIT}",
        at=control.now - 90 * SECOND,
        unit_id=UNIT,
        phrase="delayed",
    )
    control.receive(late)
    control.receive(late)
    [text] = texts(control)
    assert text.written_at == control.now - 90 * SECOND
    assert text.sent_at == control.now


@pytest.mark.parametrize(
    ("by", "fields", "reason"),
    [
        ("unit/u-02", {"unit_id": UNIT, "text": "x"}, "not_yours"),
        ("operator/lin", {"unit_id": "nobody", "text": "x"}, "unknown_unit"),
        ("operator/lin", {"unit_id": UNIT, "text": "  "}, "empty"),
    ],
)
def test_refusals(by: str, fields: dict[str, str], reason: str) -> None:
    control = Control()
    assert control.do(m.SendText, by, **fields).reason == reason
    assert texts(control) == []


def test_an_unknown_text_is_not_seen() -> None:
    control = Control()
    assert control.do(m.ReportTextsSeen, unit_id=UNIT, text_id="x9").reason == "unknown_text"
    assert control.do(m.ReportTextsSeen, unit_id="nobody", text_id="x9").reason == "unknown_unit"


def test_old_texts_and_jobs_go_and_the_journal_tells_the_same() -> None:
    control = Control()
    for number in range(logbook.TEXTS_MAX + 5):
        write(control, "operator/lin", text=str(number))
    assert [text.text for text in texts(control)] == [str(n) for n in range(5, logbook.TEXTS_MAX + 5)]
    assert encoded(control.replayed()) == encoded(control.ledger)


def test_a_finished_task_is_in_the_book_of_whoever_did_it() -> None:
    control = Control()
    call_id = control.call("luggage", HALL)
    control.accept_all()
    unit_id = control.ledger.tasks[control.task(call_id)].unit_id or ""
    control.finish(unit_id, "handed_over")
    [book] = [said for said in control.sent if isinstance(said, m.LogbookChanged)]
    [job] = book.jobs
    assert (job.call_id, job.outcome, job.service, job.late) == (call_id, "handed_over", "luggage", False)
    assert job.on_scene_at is not None
    snapshot = control.receive(m.RequestSnapshot(by="dashboard"))[0]
    assert isinstance(snapshot, m.Snapshot)
    assert snapshot.logbooks == (book,)
