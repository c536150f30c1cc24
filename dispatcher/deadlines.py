"""What time alone brings about: offers expire, deadlines pass, shifts end, loans and enrolments run out.

Never early: an offer expires when its time is over, a deadline is missed when it lies in the past.
"""

from typing import Any, Final, TypeAlias

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import Duration, Instant, from_seconds
from dispatcher import shifts, states
from dispatcher.catalogue import Catalogue
from dispatcher.commitments import withdraw_from
from dispatcher.drafting import Draft
from dispatcher.ledger import (
    Ledger,
    Task,
    all_done,
    live_offers,
    running_tasks,
    task_state,
)
from dispatcher.settings import DispatcherSettings

TICK: Final[Duration] = 1
"""A deadline is missed one microsecond after it."""
NEVER: Final[Instant] = 2**53
"""After all times: the year 2255."""

Event: TypeAlias = tuple[Instant, str, type[Fact], dict[str, Any]]
"""When it fell due, a name to order by, the fact and its fields."""


def due(ledger: Ledger, now: Instant) -> list[Fact]:
    """Facts that are due by ``now``, in the order in which they fell due."""
    events: list[Event] = []
    for task in running_tasks(ledger):
        for offer in live_offers(task):
            if offer.expires_at <= now:
                ids = {"offer_id": offer.offer_id, "task_id": offer.task_id, "unit_id": offer.unit_id}
                events.append((offer.expires_at, offer.offer_id, m.OfferExpired, dict(ids)))
        events += _ladder(task, now)
        if missed_at(task) is not None and task.need.deadline_at < now:
            about = {
                "call_id": task.call_id,
                "task_id": task.need.task_id,
                "deadline_at": task.need.deadline_at,
            }
            events.append((task.need.deadline_at, task.need.task_id, m.SlaBreached, about))
    events += _calls_and_loans(ledger, now)
    over = tuple(
        device.device_id
        for device in ledger.enrolled.values()
        if device.until is not None and device.until <= now
    )
    draft = Draft(ledger.seq, now, cause="clock")
    for _, _, kind, fields in sorted(events, key=lambda event: event[:2]):
        draft.add(kind, **fields)
    if over:
        draft.add(m.DevicesReleased, device_ids=over)
    return draft.facts


def _calls_and_loans(ledger: Ledger, now: Instant) -> list[Event]:
    """Pauses that are over, calls that are done, loans and feedback that are overdue."""
    events: list[Event] = []
    for call in (ledger.calls[call_id] for call_id in ledger.open_calls):
        about: dict[str, Any] = {"call_id": call.call_id}
        if call.held_until is not None and call.held_until <= now:
            events.append((call.held_until, call.call_id, m.CallResumed, about))
        if all_done(ledger, call):  # a journal torn between two facts
            events.append((now, call.call_id, m.CallCleared, about))
    for loan in ledger.loans.values():
        if not loan.overdue and loan.due_at <= now:
            names = ("task_id", "item", "item_number", "depot", "due_at")
            about = {name: getattr(loan, name) for name in names}
            events.append((loan.due_at, loan.task_id, m.LoanOverdue, about))
    for one in ledger.feedback.values():
        if one.closed_at is None and not one.overdue and one.due_at <= now:
            about = {"feedback_id": one.feedback_id, "owner": one.owner, "due_at": one.due_at}
            events.append((one.due_at, one.feedback_id, m.FeedbackOverdue, about))
    return events


def _ladder(task: Task, now: Instant) -> list[Event]:
    """The steps of the ladder that are due: nobody is committed and patience is over."""
    steps: list[Event] = []
    while (at := escalates_at(task, len(steps))) is not None and at <= now:
        step = task.escalated + len(steps) + 1
        fields = {
            "call_id": task.call_id,
            "task_id": task.need.task_id,
            "step": step,
            "to": task.need.ladder[step - 1].to,
        }
        steps.append((at, f"{task.need.task_id}/{step}", m.TaskEscalated, fields))
    return steps


def escalates_at(task: Task, further: int = 0) -> Instant | None:
    """When the next step of the ladder (``further`` after it) is due, None where there is none."""
    step = task.escalated + further
    if step >= len(task.need.ladder) or task_state(task) not in states.WAITING_STATES:
        return None
    return task.waiting_since + from_seconds(task.need.ladder[step].after_share * task.need.target_s)


def missed_at(task: Task) -> Instant | None:
    """When the task's deadline will count as missed; None where it cannot be any more."""
    if task.breached_at is not None or task.reached_at is not None:
        return None
    return task.need.deadline_at + TICK


def duty_facts(
    ledger: Ledger, catalogue: Catalogue, now: Instant, utc_offset_s: int
) -> tuple[list[Fact], bool]:
    """Changes of duty by schedule, and whether some wait: nobody goes off in the middle of a task."""
    draft = Draft(ledger.seq, now, cause="shift")
    waiting = False
    for unit_id, duty in shifts.due_changes(ledger, catalogue, now, utc_offset_s):
        unit = ledger.units[unit_id]
        if unit.task_id is not None and duty == "off":
            waiting = True
            continue
        withdraw_from(ledger, unit, draft, "off_duty")
        draft.add(m.DutyChanged, unit_id=unit_id, duty=duty)
    return draft.facts, waiting


def next_at(ledger: Ledger) -> Instant:
    """The earliest time at which ``due`` has something to say; ``NEVER`` if nothing is to come."""
    times: list[Instant] = [device.until for device in ledger.enrolled.values() if device.until is not None]
    times += [loan.due_at for loan in ledger.loans.values() if not loan.overdue]
    times += [one.due_at for one in ledger.feedback.values() if one.closed_at is None and not one.overdue]
    calls = (ledger.calls[call_id] for call_id in ledger.open_calls)
    times += [call.held_until for call in calls if call.held_until is not None]
    for task in running_tasks(ledger):
        times += [at for at in (missed_at(task), escalates_at(task)) if at is not None]
        if task.offers:
            times += [offer.expires_at for offer in live_offers(task)]
    return min(times, default=NEVER)


def replan_at(ledger: Ledger, settings: DispatcherSettings, planned_at: Instant) -> Instant:
    """When to plan again though nothing happened: silence is long enough for a second offer, or somebody
    waits and people have moved meanwhile."""
    again = planned_at + from_seconds(settings.replan_s)
    times = [NEVER]
    for task in running_tasks(ledger):
        if task.unit_id is not None:
            continue
        if not live_offers(task):
            times.append(again)
        elif (hedge := hedge_at(task, settings)) is not None:
            times.append(hedge if hedge > planned_at else again)
    return min(times)


def hedge_at(task: Task, settings: DispatcherSettings) -> Instant | None:
    """When silence is long enough to ask one more unit; None where none is to be asked."""
    live = live_offers(task)
    if task_state(task) not in states.WAITING_STATES or not 0 < len(live) < settings.offers_per_task_max:
        return None
    newest = live[-1]
    return newest.made_at + round(settings.hedge_share * (newest.expires_at - newest.made_at))
