"""The kept past, read for replays: the journal folded up to a moment, and the positions of that moment.

The dashboard's process reads here what the dispatcher and positioning wrote; it never writes.
"""

import itertools
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.errors import StorageError
from contracts.figures import Figures, figures
from contracts.messages import Fact, Message
from contracts.quantities import HOUR, MILLISECOND, MINUTE, SECOND, Instant
from dashboard import audit
from dashboard.access import AuditEntry
from dashboard.past import MARK_KINDS, MARKS_LIMIT, Decision, Incident, Mark, Span, Track
from dispatcher import enrolment, views
from dispatcher.catalogue import Catalogue
from dispatcher.evolve import evolve
from dispatcher.ledger import Ledger, calls_of, new_ledger, unit_status
from runtime import history
from runtime.figures import calls_in
from runtime.history import PastPosition
from runtime.journal import StoredJournal

CHECKPOINT_FACTS = 5_000
"""A folded ledger is kept each so many facts, so that going back an hour does not cost a month."""
CHECKPOINTS_LIMIT = 12
"""Kept ledgers; the least used goes first. Each is some megabytes at most."""
RECENT = HOUR
"""Calls closed so lately are shown beside the open ones, as on the live board."""
LOOK_BACK = 30 * SECOND
"""Whoever was not located for so long before a moment is not shown at it."""
STEP_WINDOW = 3 * SECOND // 2
"""In a step longer than this only its end is read: rows come once a second."""
AROUND = MINUTE
"""Tracks of an incident begin and end so long before and after it."""
TRACK_LIMIT = 6 * HOUR
INCIDENT_FORMAT = "nearhand-incident/1"

_CLOSURES = (m.ConnectorClosed, m.ConnectorOpened, m.FireModeSet)
_GUESTS = (m.GatewaysInstalled, m.GatewaysRemoved)


class JournalPast:
    """See ``dashboard.past.Past``."""

    def __init__(self, catalogue: Catalogue, journal: StoredJournal, folder: Path) -> None:
        self.catalogue = catalogue
        self._journal = journal
        self._folder = folder
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def span(self, now: Instant) -> Span:
        first = next(self._journal.read(until=1), None)
        since = first.at if first is not None else now
        return Span(since=min(since, now), until=now, positions_since=history.oldest(self._folder))

    def open(self, at: Instant) -> "JournalPlayback":
        return JournalPlayback(self, self.ledger_at(self._journal.seq_at(at)), at)

    def marks(self, since: Instant, until: Instant) -> list[Mark]:
        after, last = self._journal.seq_at(since - 1), self._journal.seq_at(until - 1)
        return [_mark(fact) for fact in self._journal.marks(MARK_KINDS, after, last, MARKS_LIMIT)]

    def next_mark(self, after: Instant, kind: str) -> Mark | None:
        first = self._journal.seq_at(after)
        found = self._journal.marks((kind,), first, 2**62, 1)
        return _mark(found[0]) if found else None

    def incident(self, call_id: str, now: Instant) -> Incident | None:
        last = self._journal.seq_at(now)
        known = self.ledger_at(last).calls.get(call_id)
        if known is None:
            return None
        ledger = self.ledger_at(self._journal.seq_at(known.received_at - 1))
        facts: list[Fact] = []
        decisions: list[Decision] = []
        for fact in self._journal.read(ledger.seq, last):
            before = ledger.seq
            evolve(ledger, fact)
            assert ledger.seq == before + 1
            if call_id not in calls_of(ledger, fact):
                continue
            facts.append(fact)
            if isinstance(fact, m.OfferMade):
                decisions.append(_decision(fact, ledger, self.catalogue))
            closed_at = ledger.calls[call_id].closed_at
            if closed_at is not None and fact.at > closed_at + TRACK_LIMIT:
                break
        call = views.call_view(ledger, ledger.calls[call_id])
        end = ledger.calls[call_id].closed_at or now
        return Incident(
            format=INCIDENT_FORMAT,
            site=self.catalogue.site.site,
            exported_at=now,
            call=call,
            facts=tuple(facts),
            decisions=tuple(decisions),
            tracks=tuple(self._tracks(call, min(end + AROUND, call.received_at + TRACK_LIMIT))),
        )

    def deeds(self, since: Instant, until: Instant, find: str, limit: int) -> list[AuditEntry]:
        after, last = self._journal.seq_at(since - 1), self._journal.seq_at(until - 1)
        kinds = [kind.__name__ for kind in audit.DEEDS]
        found = audit.deeds(self._journal.backwards(kinds, after, last), find)
        return list(itertools.islice(found, limit))

    def figures(self, since: Instant, until: Instant, utc_offset_s: int) -> Figures:
        before = self._journal.seq_at(since - 1)
        ledger = self.ledger_at(before)
        facts = self._journal.read(before, self._journal.seq_at(until))
        calls = calls_in(ledger, facts, since, until)
        return figures(calls, self.catalogue.site.services, since, until, utc_offset_s)

    def _tracks(self, call: m.CallChanged, until: Instant) -> Iterator[Track]:
        """Of everybody who had a part in the call, and of the caller's own device if it opted in."""
        units = dict.fromkeys(
            entry.unit_id for entry in call.timeline if entry.unit_id in self.catalogue.staff
        )
        subjects = {self.catalogue.staff[unit].device_id: unit for unit in units if unit is not None}
        if call.device_id is not None:
            subjects[call.device_id] = "customer"
        for device_id, subject in subjects.items():
            rows = self.positions(call.received_at - AROUND, until, device_id)
            columns = list(zip(*sorted(rows), strict=True)) or [()] * 7
            at_ms, _, floor, x_cm, y_cm, semi_major_cm, quality = map(list, columns)
            yield Track(subject, at_ms, floor, x_cm, y_cm, semi_major_cm, quality)

    def ledger_at(self, seq: int) -> Ledger:
        """All that the dispatcher knew after fact ``seq``."""
        start = max((kept for kept in self._kept if kept <= seq), default=0)
        if start:
            self._kept.move_to_end(start)
            ledger = msgspec.msgpack.decode(self._kept[start], type=Ledger)
        else:
            ledger = new_ledger(self.catalogue.site)
        for fact in self._journal.read(ledger.seq, seq):
            evolve(ledger, fact)
            if ledger.seq % CHECKPOINT_FACTS == 0:
                self._keep(ledger)
        return ledger

    def _keep(self, ledger: Ledger) -> None:
        slim = msgspec.structs.replace(ledger, answers={})  # only a dispatcher that decides needs them
        self._kept[ledger.seq] = msgspec.msgpack.encode(slim)
        if len(self._kept) > CHECKPOINTS_LIMIT:
            self._kept.popitem(last=False)

    def facts(self, after: int, until: Instant) -> list[Fact]:
        return list(self._journal.read(after, self._journal.seq_at(until)))

    def newest(self, since: Instant, until: Instant) -> list[PastPosition]:
        """Where each device was last located in [since, until)."""
        found: dict[str, PastPosition] = {}
        try:
            for row in history.newest(self._folder, since, until):
                known = found.get(row.device_id)
                if known is None or row.at_ms > known.at_ms:
                    found[row.device_id] = row
        except sqlite3.Error as error:
            raise StorageError(f"the position history cannot be read: {error}") from error
        return list(found.values())

    def health(self, since: Instant, until: Instant) -> list[m.GatewayHealth]:
        """What the gateways were like, as kept in [since, until)."""
        try:
            return history.health(self._folder, since, until)
        except sqlite3.Error as error:
            raise StorageError(f"the position history cannot be read: {error}") from error

    def positions(self, since: Instant, until: Instant, device_id: str | None = None) -> list[PastPosition]:
        """Rows of the history in [since, until)."""
        try:
            return list(history.read(self._folder, since, until, device_id))
        except sqlite3.Error as error:
            raise StorageError(f"the position history cannot be read: {error}") from error


class JournalPlayback:
    """See ``dashboard.past.Playback``."""

    def __init__(self, past: JournalPast, ledger: Ledger, at: Instant) -> None:
        self._past = past
        self._ledger = ledger
        self._at = at
        self._enrolled: tuple[m.EnrolledDevice, ...] = ()

    def opening(self) -> list[Message]:
        ledger, catalogue = self._ledger, self._past.catalogue
        closed = [
            call for call in ledger.closed_calls if (ledger.calls[call].closed_at or 0) >= self._at - RECENT
        ]
        calls = [*closed, *ledger.open_calls]
        return [
            views.snapshot(ledger, catalogue, calls, "dashboard", self._at),
            views.closures_view(ledger),
            views.guests_view(ledger),
            *self._enrolment(),
            *self._past.health(self._at - history.HEALTH_LOOK_BACK, self._at),
            self._positions(self._at - LOOK_BACK, self._at),
        ]

    def advance(self, until: Instant) -> list[Message]:
        assert until >= self._at
        ledger, before = self._ledger, self._ledger.seq
        facts = self._past.facts(before, until)
        for fact in facts:
            evolve(ledger, fact)
        out = views.changed(ledger, self._past.catalogue, facts, before)
        if any(isinstance(fact, _CLOSURES) for fact in facts):
            out.append(views.closures_view(ledger))
        if any(isinstance(fact, _GUESTS) for fact in facts):
            out.append(views.guests_view(ledger))
        out += self._enrolment() if facts else []
        out += self._past.health(self._at, until)
        out.append(self._positions(max(self._at, until - STEP_WINDOW), until))
        self._at = until
        return out

    def _enrolment(self) -> list[Message]:
        devices = enrolment.enrolled(self._ledger, self._past.catalogue)
        if devices == self._enrolled:
            return []
        self._enrolled = devices
        return [m.EnrolmentChanged(version=self._ledger.seq, devices=devices)]

    def _positions(self, since: Instant, until: Instant) -> m.PositionsEstimated:
        """The newest place of each device in the window, as of its end. Speeds are not kept."""
        return as_estimate(self._past.newest(since, until), until, len(self._past.catalogue.site.floors))


def as_estimate(rows: Sequence[PastPosition], at: Instant, floors: int) -> m.PositionsEstimated:
    """Kept rows as the message they came from, as far as they were kept; ages are as of ``at``."""
    n = len(rows)
    zeros = np.zeros(n)
    floor = np.array([row.floor for row in rows], np.int8)
    r95_m = np.array([row.semi_major_cm for row in rows], np.float64) / 100
    return pack_positions(
        Positions(
            estimated_at=at,
            device_ids=tuple(row.device_id for row in rows),
            floor=floor,
            x_m=np.array([row.x_cm for row in rows], np.float64) / 100,
            y_m=np.array([row.y_cm for row in rows], np.float64) / 100,
            vx_mps=zeros,
            vy_mps=zeros,
            semi_major_m=r95_m,
            semi_minor_m=r95_m,
            heading_deg=zeros,
            floor_probability=(floor[:, None] == np.arange(floors)).astype(np.float64),
            quality=np.array([row.quality for row in rows], np.uint8),
            age_s=np.array([max(0, at - row.at_ms * MILLISECOND) for row in rows], np.float64) / SECOND,
        )
    )


def _mark(fact: Fact) -> Mark:
    detail = getattr(fact, "to", "") or getattr(fact, "connector", "") or getattr(fact, "service", "")
    call_id = getattr(fact, "call_id", None) or _call_of_task(getattr(fact, "task_id", None))
    return Mark(
        at=fact.at,
        kind=type(fact).__name__,
        call_id=call_id,
        unit_id=getattr(fact, "unit_id", None),
        priority=getattr(fact, "priority", None),
        detail=detail,
    )


def _call_of_task(task_id: str | None) -> str | None:
    """Tasks are named after their call: ``c12-1-medic``."""
    return task_id.partition("-")[0] if task_id else None


def _decision(offer: m.OfferMade, ledger: Ledger, catalogue: Catalogue) -> Decision:
    free: Counter[str] = Counter()
    for unit in ledger.units.values():
        staff = catalogue.staff.get(unit.unit_id)
        if staff is not None and staff.roles and unit_status(ledger, unit) == "available":
            free[staff.roles[0]] += 1
    return Decision(
        at=offer.at,
        task_id=offer.task_id,
        unit_id=offer.unit_id,
        eta_s=offer.eta_s,
        p_on_time=offer.p_on_time,
        depot=offer.depot,
        candidates=offer.candidates,
        closures=tuple(sorted(ledger.closures)),
        fire_mode=ledger.fire_mode,
        free=dict(sorted(free.items())),
    )
