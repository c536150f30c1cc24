"""What a handheld looks up: texts with the control room, and the person's finished jobs.

Both ends are bounded; the journal keeps all. Rules (``send_text``, ``texts_seen``) and the part of the
fold that ``evolve`` calls (``evolve``, ``finished``).
"""

from typing import Final

import msgspec

from contracts import messages as m
from contracts.messages import JobView, LogbookChanged, TextView
from contracts.quantities import Instant
from dispatcher.drafting import Draft
from dispatcher.ledger import Call, Ledger, Task, Unit, unit_of

TEXTS_MAX: Final = 30
"""Texts kept for one person: a shift's talk on one small screen."""
JOBS_MAX: Final = 20
"""Finished jobs kept for one person: a busy shift."""


def send_text(ledger: Ledger, command: m.SendText, now: Instant, draft: Draft) -> tuple[str, str]:
    """Reason (empty = accepted) and the text's id."""
    if command.unit_id not in ledger.units:
        return "unknown_unit", ""
    if not (command.phrase or command.text.strip()):
        return "empty", ""
    text_id = f"x{draft.next_seq}"
    draft.add(
        m.TextSent,
        text_id=text_id,
        unit_id=command.unit_id,
        written_at=min(command.at, now),
        phrase=command.phrase,
        text=command.text.strip(),
    )
    return "", text_id


def texts_seen(ledger: Ledger, command: m.ReportTextsSeen, draft: Draft) -> tuple[str, str]:
    """Reason (empty = accepted) and the text's id."""
    unit = ledger.units.get(command.unit_id)
    if unit is None:
        return "unknown_unit", ""
    known = [text.text_id for text in unit.texts]
    if command.text_id not in known:
        return "unknown_text", ""
    upto = unit.texts[: known.index(command.text_id) + 1]
    if not any(text.seen_at is None and not _same_side(text.by, command.by) for text in upto):
        return "no_change", ""
    draft.add(m.TextsSeen, unit_id=command.unit_id, text_id=command.text_id)
    return "", command.text_id


def evolve(ledger: Ledger, fact: m.TextSent | m.TextsSeen) -> None:
    """The fold of the facts about texts."""
    if isinstance(fact, m.TextSent):
        written(ledger, fact)
    else:
        seen(ledger, fact)


def written(ledger: Ledger, fact: m.TextSent) -> None:
    unit = unit_of(ledger, fact.unit_id)
    text = TextView(fact.text_id, fact.by, fact.written_at, fact.at, fact.phrase, fact.text)
    unit.texts = [*unit.texts, text][-TEXTS_MAX:]
    unit.logbook_version = fact.seq


def seen(ledger: Ledger, fact: m.TextsSeen) -> None:
    unit = unit_of(ledger, fact.unit_id)
    number = [text.text_id for text in unit.texts].index(fact.text_id)
    for i, text in enumerate(unit.texts[: number + 1]):
        if text.seen_at is None and not _same_side(text.by, fact.by):
            unit.texts[i] = msgspec.structs.replace(text, seen_at=fact.at)
    unit.logbook_version = fact.seq


def finished(unit: Unit, call: Call, task: Task, fact: m.TaskCleared) -> None:
    """The task is in the books of whoever did it."""
    job = JobView(
        task_id=fact.task_id,
        call_id=call.call_id,
        service=call.service,
        place=call.place,
        outcome=fact.outcome,
        assigned_at=task.assigned_at,
        on_scene_at=task.on_scene_at,
        cleared_at=fact.at,
        late=task.breached_at is not None,
    )
    unit.jobs = [*unit.jobs, job][-JOBS_MAX:]
    unit.logbook_version = fact.seq


def view(unit: Unit) -> LogbookChanged:
    return LogbookChanged(
        unit_id=unit.unit_id, version=unit.logbook_version, texts=tuple(unit.texts), jobs=tuple(unit.jobs)
    )


def views(ledger: Ledger, after: int) -> list[LogbookChanged]:
    """The books that changed after ``after``; all that hold anything for 0. By unit id."""
    units = (ledger.units[unit_id] for unit_id in sorted(ledger.units))
    return [view(unit) for unit in units if unit.logbook_version > after]


def _same_side(one: str, other: str) -> bool:
    return one.startswith("unit/") == other.startswith("unit/")
