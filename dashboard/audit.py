"""Who did what, when and why: people's deeds in the journal, and what they looked at or changed beside it."""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import Instant
from dashboard.access import AuditEntry

DEEDS: Final[tuple[type[Fact], ...]] = (
    *(m.CallReceived, m.CallMoved, m.CallCancelled, m.CallAbandoned, m.CallHeld, m.CallResumed),
    *(m.CallMerged, m.CallUnmerged, m.TaskAdded, m.TaskCancelled, m.ChecklistTicked, m.CallRated),
    m.FileAttached,
    *(m.OfferAccepted, m.OfferDeclined, m.UnitAssigned, m.UnitReleased, m.ItemPickedUp, m.UnitOnScene),
    *(m.TaskCleared, m.ItemReturned, m.LoanReturned, m.LoanExtended, m.LoanWrittenOff, m.StockMoved),
    *(m.FeedbackRaised, m.FeedbackAssigned, m.FeedbackClosed, m.DutyChanged, m.TextSent),
    *(m.ConnectorClosed, m.ConnectorOpened, m.FireModeSet, m.DevicesEnrolled, m.DevicesReleased),
    *(m.GatewaysInstalled, m.GatewaysRemoved, m.CommandAnswered),
)
"""Facts that stand for what somebody did. ``CommandAnswered`` counts where the wish was refused."""
NOT_DEEDS: Final[tuple[type[Fact], ...]] = (
    *(m.CallCleared, m.OfferMade, m.OfferExpired, m.OfferWithdrawn, m.OfferReceived, m.TextsSeen),
    *(m.SlaBreached, m.NoUnitAvailable, m.EtaRevised, m.BreachForecast, m.TaskEscalated, m.LoanOverdue),
    *(m.FeedbackOverdue, m.StandbySuggested, m.LiftWaited),
)
"""What follows by itself, and receipts that a handset sends."""
LEADING: Final = (
    *(
        m.CallReceived,
        m.CallMoved,
        m.CallCancelled,
        m.CallAbandoned,
        m.CallHeld,
        m.CallMerged,
        m.CallUnmerged,
    ),
    *(m.TaskAdded, m.TaskCancelled),
)
"""What a command was for: people are released and sent by it, and that is written before it."""
FOLLOWING: Final = (m.UnitReleased, m.CallResumed)
"""Told only where nothing else was done by the same command, as when another is sent instead."""
PEOPLE: Final = ("operator/", "unit/", "spot/", "device/", "button/")
"""How those are named who can be asked why; all else in ``by`` is a part of the system."""
NOT_WISHED: Final = ("position",)
"""Causes that are no command: a customer's device walked on."""
WHOM: Final = (
    *("call_id", "task_id", "feedback_id", "unit_id", "connector", "depot", "item", "from_depot"),
    "subject",
)
"""The first of these that a fact has is what was done something to."""
WHY: Final = ("reason", "hold_cause", "note", "text", "outcome", "phrase")
"""Told first."""
NAMED: Final = ("priority", "stars", "count", "step", "done", "on")
"""Numbers and switches, which say nothing without their name; ids and codes speak for themselves."""
UNTOLD: Final = ("offer_id", "command_id", "accepted", "due_at", "until", "written_at", "text_id")
ENTRIES_MAX: Final = 2_000
"""In one answer; a page is read in steps, the export is a file."""


def deed_of(facts: Sequence[Fact]) -> AuditEntry | None:
    """What the facts of one command say that somebody did; None where nobody did.

    Args:
        facts: all of one cause, in the order of the journal.
    """
    if not facts[0].by.startswith(PEOPLE) or facts[0].cause in NOT_WISHED:
        return None
    done = [fact for fact in facts if not isinstance(fact, m.CommandAnswered)]
    if done:
        deed = min(done, key=_rank)  # the first of equals
        return _entry(deed, type(deed).__name__)
    refused = next(
        (fact for fact in facts if isinstance(fact, m.CommandAnswered) and not fact.accepted), None
    )
    return None if refused is None else _entry(refused, "CommandRefused")


def _rank(fact: Fact) -> int:
    """The lowest is what somebody wanted."""
    if isinstance(fact, LEADING) or (isinstance(fact, m.UnitReleased) and fact.reason == "relieved"):
        return 0
    return 2 if isinstance(fact, FOLLOWING) else 1


def _entry(fact: Fact, what: str) -> AuditEntry:
    fields: dict[str, Any] = {
        name: getattr(fact, name)
        for name in fact.__struct_fields__
        if name not in ("seq", "at", "cause", "by", *UNTOLD)
    }
    whom = next((name for name in WHOM if fields.get(name)), "")
    told = str(fields.pop(whom)) if whom else ""
    why = [str(fields.pop(name)) for name in WHY if fields.get(name)]
    left = {name: _plain(value) for name, value in fields.items() if name not in WHY}
    rest = [f"{name} {text}" if name in NAMED else text for name, text in left.items() if text]
    return AuditEntry(fact.at, fact.by, what, told, " · ".join([*why, *rest]))


def _plain(value: object) -> str:
    """A short value as text; places and lists are told by what names them, or by their number."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, m.Place):
        return value.spot or value.floor
    if isinstance(value, tuple):
        return str(len(value)) if value else ""
    return "" if value is None or isinstance(value, dict) else str(value)


def matches(entry: AuditEntry, find: str) -> bool:
    """Whether each word is in who, what, whom or detail; capitals do not count."""
    text = f"{entry.who} {entry.what} {entry.what.replace('_', ' ')} {entry.whom} {entry.detail}".casefold()
    return all(word in text for word in find.casefold().split())


def deeds(newest_first: Iterable[Fact], find: str) -> Iterator[AuditEntry]:
    """What people did, newest first, from facts of the kinds ``DEEDS``, newest first."""
    for _, group in itertools.groupby(newest_first, key=lambda fact: (fact.cause, fact.by, fact.at)):
        entry = deed_of(list(group)[::-1])
        if entry is not None and matches(entry, find):
            yield entry


def page_of(parts: Sequence[Iterable[AuditEntry]], limit: int) -> tuple[list[AuditEntry], Instant | None]:
    """The newest entries of several streams, each newest first; and before which instant there are more.

    Entries of one instant are not parted, so that the next page begins where this one ends.
    """
    merged = heapq.merge(*parts, key=lambda entry: -entry.at)
    entries = list(itertools.islice(merged, limit + 1))
    if len(entries) <= limit:
        return entries, None
    cut = entries[limit].at
    whole = [entry for entry in entries if entry.at > cut]
    if not whole:  # more at one instant than a page holds
        return entries[:limit], cut
    return whole, cut + 1
