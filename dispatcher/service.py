"""The dispatcher: commands, positions and time in; facts, then the views that follow from them, out."""

from collections.abc import Sequence

import msgspec
import numpy as np

from contracts import messages as m
from contracts.grid import WalkableGrid
from contracts.messages import Fact, Message
from contracts.quantities import DAY, MILLISECOND, MINUTE, SECOND, Instant, from_seconds
from contracts.sitemap import Site
from contracts.walking import Closures
from contracts.wire import COMMAND_TYPES
from dispatcher import (
    callers,
    coverage,
    deadlines,
    enrolment,
    forecast,
    leads,
    planner,
    rules,
    shifts,
    situation,
    views,
    waits,
)
from dispatcher.catalogue import catalogue_of
from dispatcher.commitments import Rulebook
from dispatcher.drafting import Draft
from dispatcher.eta import Crowd, Ways, arrival_at
from dispatcher.evolve import evolve, replay
from dispatcher.ledger import Task
from dispatcher.posts import Posts
from dispatcher.rebalancing import rebalance
from dispatcher.settings import DispatcherSettings
from dispatcher.whereabouts import Whereabouts

RECENT = 15 * MINUTE
"""Calls closed so lately are still in snapshots: a board that missed the end must not show them open."""
RECENT_MAX = 100
WAITS_EVERY = 10 * MINUTE
"""Lifts' waits are compared with those reckoned with so often."""
COVER_EVERY = 30 * SECOND
"""Suggestions to stand by elsewhere are thought of so often …"""
PREPARE_EVERY = SECOND
"""… and until the posts' table is made, a piece of it."""
FOLLOW_EVERY = 5 * SECOND
"""Callers' positions are compared with their calls at most so often: people stroll."""

_CLOSURE_FACTS = (m.ConnectorClosed, m.ConnectorOpened, m.FireModeSet)
_ENROLMENT_FACTS = (
    *(m.DutyChanged, m.DevicesEnrolled, m.DevicesReleased),
    *(m.CallReceived, m.CallCancelled, m.CallAbandoned, m.CallMerged, m.CallUnmerged, m.CallCleared),
    *(m.UnitOnScene, m.TaskCleared),
)
_CALLER_FACTS = (
    *(m.CallReceived, m.CallCancelled, m.CallAbandoned, m.CallMerged, m.CallUnmerged, m.CallCleared),
)
"""Who asks for help and is followed may be another."""
_IDLE_FACTS = (
    *(m.CommandAnswered, m.CallRated, m.OfferMade, m.OfferAccepted, m.OfferReceived, m.UnitAssigned),
    *(m.ItemPickedUp, m.UnitOnScene, m.SlaBreached, m.NoUnitAvailable, m.EtaRevised),
    *(m.BreachForecast, m.TaskEscalated, m.LoanOverdue, m.LoanExtended, m.LoanWrittenOff),
    *(m.StandbySuggested, m.LiftWaited, m.TextSent, m.TextsSeen, m.FileAttached),
    *(m.ChecklistTicked, m.FeedbackRaised, m.FeedbackAssigned, m.FeedbackClosed, m.FeedbackOverdue),
    *(m.DevicesEnrolled, m.DevicesReleased, m.GatewaysInstalled, m.GatewaysRemoved),
)
"""Facts that neither free nor add anything to plan with."""


class DispatcherService:
    """See contracts/service.py. Every list it returns holds all new facts before everything else."""

    name = "dispatcher"
    topics: tuple[type[Message], ...] = (
        *COMMAND_TYPES,
        m.PositionsEstimated,
        m.ButtonPressed,
        m.RequestSnapshot,
    )

    def __init__(
        self, site: Site, grid: WalkableGrid, settings: DispatcherSettings, facts: Sequence[Fact] = ()
    ) -> None:
        self.catalogue = catalogue_of(site, grid)
        self.settings = settings
        self.ledger = replay(site, facts)
        self.whereabouts = Whereabouts(self.catalogue, settings)
        self.ways = Ways(self.catalogue, settings, self._closures())
        self._waits_at: Instant = 0
        self.book = Rulebook(self.catalogue, settings, self._nearest_depot)
        self._now: Instant = 0
        self._wake_at: Instant | None = 0
        self._plan_wanted = True
        self._planned_at: Instant = 0
        self._duty_at: Instant = 0
        self._enrolled: tuple[m.EnrolledDevice, ...] = ()
        self._moves: tuple[m.StockMove, ...] = ()
        self._followed_at: Instant = 0
        self._forecast_at: Instant = 0
        self._posts: Posts | None = None
        self._cover_at: Instant = 0
        self._reserve: dict[str, float] = {}
        self._coverage: m.CoverageChanged | None = None
        self._covered: m.CoverageChanged | None = None
        self._follow()

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        self._now = now
        match message:
            case m.PositionsEstimated():
                return self._take_positions(message, now)
            case m.RequestSnapshot():
                return [views.snapshot(self.ledger, self.catalogue, self._shown(now), message.by, now)]
            case m.ButtonPressed():
                command = callers.sos(
                    self.ledger, self.catalogue, self.whereabouts, self.settings, message, now
                )
                return [] if command is None else self._turn(now, command)
            case m.Command():
                return self._turn(now, message)
            case _:
                raise AssertionError(f"not in topics: {type(message).__name__}")

    def wake_at(self) -> Instant | None:
        return self._wake_at

    def wake(self, now: Instant) -> Sequence[Message]:
        return self._turn(now, None)

    def resumed(self, now: Instant) -> Sequence[Message]:
        """What fell due while it was down, then the whole state, for everybody who may have missed
        something; called once after a start."""
        facts = [said for said in self._turn(now, None) if isinstance(said, Fact)]
        whole = views.snapshot(self.ledger, self.catalogue, self._shown(now), "", now)
        self._enrolled = enrolment.enrolled(self.ledger, self.catalogue)
        self._moves = rebalance(self.ledger, self.catalogue)
        return [
            *facts,
            *whole.calls,
            *whole.units,
            *whole.stock,
            *whole.logbooks,
            *whole.feedback,
            m.RebalanceChanged(version=self.ledger.seq, moves=self._moves),
            m.EnrolmentChanged(version=self.ledger.seq, devices=self._enrolled),
            views.closures_view(self.ledger),
            views.guests_view(self.ledger),
        ]

    # --- one turn ---------------------------------------------------------------------------------------

    def _turn(self, now: Instant, command: m.Command | None) -> list[Message]:
        """What fell due, then the command, then the plan; then everything that looks different."""
        before = self.ledger.seq
        facts = self._fold(deadlines.due(self.ledger, now))
        if command is not None:
            facts += self._fold(rules.decide(self.ledger, command, now, self.book))
            if isinstance(command, m.UnmergeCall):  # its clock ran on unseen
                facts += self._fold(deadlines.due(self.ledger, now))
        facts += self._fold(leads.told(self.ledger, self.catalogue, facts, now))
        facts += self._change_duty(now)
        return self._finish(now, facts, before)

    def _finish(self, now: Instant, facts: list[Fact], before: int) -> list[Message]:
        """Plan if it is time, arm the clock, show what changed."""
        self._notice(facts)
        if self._plan_wanted or deadlines.replan_at(self.ledger, self.settings, self._planned_at) <= now:
            self._plan_wanted = True
            if now >= self._planned_at + self.settings.solve_interval_ms * MILLISECOND:
                planned = self._plan(now)
                self._notice(planned)
                facts += planned
        facts += self._fold(waits.observed(self.ledger, self.ways, facts, now))
        self._reckon_waits(now)
        facts += self._forecast(now)
        facts += self._cover(now)
        self._wake_at = self._next_wake(now)
        return [*facts, *self._changed(facts, before), *self._coverage_changed()]

    def _fold(self, facts: list[Fact]) -> list[Fact]:
        for fact in facts:
            evolve(self.ledger, fact)
        return facts

    def _change_duty(self, now: Instant) -> list[Fact]:
        if now < self._duty_at:
            return []
        offset_s = self.settings.utc_offset_s
        facts, waiting = deadlines.duty_facts(self.ledger, self.catalogue, now, offset_s)
        following = shifts.next_change(self.catalogue, now, offset_s)
        self._duty_at = now if waiting else now + DAY if following is None else following
        return self._fold(facts)

    def _notice(self, facts: list[Fact]) -> None:
        """What facts mean beyond the ledger: other walking times, other callers, a new plan."""
        if any(isinstance(fact, _CLOSURE_FACTS) for fact in facts):
            self._reckon_anew(waits.expected_s(self.ledger, self.catalogue.site.connectors, self._now))
        if any(isinstance(fact, _CALLER_FACTS) for fact in facts):
            self._follow()
        if any(not isinstance(fact, _IDLE_FACTS) for fact in facts):
            self._plan_wanted = True

    def _plan(self, now: Instant) -> list[Fact]:
        self._plan_wanted = False
        columns = situation.columns_of(self.ledger, self.ways, self.settings, now)
        if not columns:
            return []
        self._planned_at = now
        seen = situation.survey(
            self.ledger, self.ways, self.whereabouts, self.settings, now, columns, self._reserve
        )
        return self._fold(planner.plan(self.ledger, seen, self.ways, self.settings))

    def _forecast(self, now: Instant) -> list[Fact]:
        if now < self._forecast_at:
            return []
        facts = self._fold(forecast.revise(self.ledger, self.ways, self.whereabouts, self.settings, now))
        self._forecast_at = now + from_seconds(self.settings.forecast_s)
        return facts

    def _reckon_waits(self, now: Instant) -> None:
        """Walking times follow what lifts keep people waiting; looked at so seldom because a change makes
        every field anew."""
        if now < self._waits_at + WAITS_EVERY:
            return
        self._waits_at = now
        waits_s = waits.expected_s(self.ledger, self.catalogue.site.connectors, now)
        if waits.changed(waits_s, self.ways.waits_s):
            self._reckon_anew(waits_s)

    def _reckon_anew(self, waits_s: dict[str, float]) -> None:
        self.ways = Ways(self.catalogue, self.settings, self._closures(), waits_s, before=self.ways)

    def _cover(self, now: Instant) -> list[Fact]:
        """Where the free should stand by; what emergencies would lose without each of them."""
        if now < self._cover_at or not self._covers:
            return []
        if self._posts is None or self._posts.ways is not self.ways:
            self._posts = Posts(self.ways)
        if not self._posts.prepare():
            self._cover_at = now + PREPARE_EVERY
            return []
        self._cover_at = now + COVER_EVERY
        scene = coverage.look(self.ledger, self._posts, self.whereabouts, self.settings, now)
        draft = Draft(self.ledger.seq, now, cause="coverage")
        facts = self._fold(coverage.suggest(scene, self._posts, self.settings, draft))
        self._reserve = coverage.losses(scene)
        self._coverage = coverage.view(self.ledger, scene, self._posts, self.settings, now)
        return facts

    @property
    def _covers(self) -> bool:
        return self.settings.policy == "full" and self.settings.standby_walk_max_m > 0

    def _next_wake(self, now: Instant) -> Instant | None:
        times = [deadlines.next_at(self.ledger)]
        if forecast.wanted(self.ledger):
            times.append(self._forecast_at)
        if self._duty_at > now:
            times.append(self._duty_at)
        if self._covers:
            times.append(self._cover_at)
        if self._plan_wanted:
            times.append(self._planned_at + self.settings.solve_interval_ms * MILLISECOND)
        else:
            times.append(deadlines.replan_at(self.ledger, self.settings, self._planned_at))
        earliest = min(times)
        return None if earliest == deadlines.NEVER else earliest

    def _coverage_changed(self) -> list[Message]:
        found, said = self._coverage, self._covered
        if found is None or (said is not None and found == msgspec.structs.replace(said, at=found.at)):
            return []
        self._covered = found
        return [found]

    # --- positions and callers ------------------------------------------------------------------------------

    def _take_positions(self, message: m.PositionsEstimated, now: Instant) -> list[Message]:
        callers_heard = self.whereabouts.take(message)
        if not callers_heard or now < self._followed_at + FOLLOW_EVERY:
            return []
        self._followed_at = now
        before = self.ledger.seq
        facts: list[Fact] = []
        for call_id, place, device_id in callers.moved(self.ledger, self.whereabouts, self.settings, now):
            draft = Draft(self.ledger.seq, now, cause="position", by=f"device/{device_id}")
            draft.add(m.CallMoved, call_id=call_id, place=place)
            facts += self._fold(draft.facts)
        return self._finish(now, facts, before) if facts else []

    def _follow(self) -> None:
        calls = (self.ledger.calls[call] for call in self.ledger.open_calls)
        self.whereabouts.watch_callers([call.device_id for call in calls if call.device_id is not None])

    def _nearest_depot(self, unit_id: str, task: Task, depots: tuple[str, ...]) -> str:
        cells, weights = self.whereabouts.samples(self._now)
        row = list(self.catalogue.staff).index(unit_id)
        crowd = Crowd(cells[row : row + 1], weights[row : row + 1], np.ones(1))
        cell = self.catalogue.cell_of(self.ledger.calls[task.call_id].place)
        known = [depot for depot in depots if depot in self.ways.depot_cells]
        wheels = self.catalogue.needs_wheels(task.need.item)
        return known[max(0, int(arrival_at(self.ways, crowd, cell, known, wheels).depot[0]))]

    # --- what others see ----------------------------------------------------------------------------------

    def _changed(self, facts: list[Fact], before: int) -> list[Message]:
        """The new views of everything that the facts touched."""
        out = views.changed(self.ledger, self.catalogue, facts, before)
        if any(store.version > before for store in self.ledger.stores.values()):
            out += self._rebalance_changed()
        if any(isinstance(fact, _ENROLMENT_FACTS) for fact in facts):
            out += self._enrolment_changed()
        if any(isinstance(fact, _CLOSURE_FACTS) for fact in facts):
            out.append(views.closures_view(self.ledger))
        if any(isinstance(fact, m.GatewaysInstalled | m.GatewaysRemoved) for fact in facts):
            out.append(views.guests_view(self.ledger))
        return out

    def _rebalance_changed(self) -> list[Message]:
        moves = rebalance(self.ledger, self.catalogue)
        if moves == self._moves:
            return []
        self._moves = moves
        return [m.RebalanceChanged(version=self.ledger.seq, moves=moves)]

    def _enrolment_changed(self) -> list[Message]:
        now_enrolled = enrolment.enrolled(self.ledger, self.catalogue)
        if now_enrolled == self._enrolled:
            return []
        self._enrolled = now_enrolled
        return [m.EnrolmentChanged(version=self.ledger.seq, devices=now_enrolled)]

    def _shown(self, now: Instant) -> list[str]:
        """Open calls and those closed lately."""
        closed = self.ledger.closed_calls[-RECENT_MAX:]
        recent = [call for call in closed if (self.ledger.calls[call].closed_at or 0) >= now - RECENT]
        return [*recent, *self.ledger.open_calls]

    def _closures(self) -> Closures:
        return Closures(frozenset(self.ledger.closures), self.ledger.fire_mode)
