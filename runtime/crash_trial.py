"""A simulated shift in which the dispatcher dies again and again, with the real journal on the disk.

The dispatcher, people and customers are those of ``policies``; the broker's part is played as it behaves: a
command stays with it until the turn that took it has been finished, and is delivered again after a death.
The process dies at random instants, in the next turn that decides something, at a random point: before the
journal has the facts, after that but before anything is sent, with half of it sent, or between two turns.
Somebody who hears everything that leaves the process judges it: see ``Witness``.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from contracts import messages as m
from contracts.messages import Fact, Message
from contracts.quantities import Instant, from_seconds
from contracts.wire import encode
from dispatcher import invariants, views
from dispatcher.service import DispatcherService
from firmware_sim.orders import draw_orders
from firmware_sim.shift import ShiftSimService
from runtime.journal import StoredJournal
from runtime.policies import Stage

Point = Literal["before_journal", "after_journal", "half_sent", "idle"]
POINTS: Final[tuple[Point, ...]] = ("before_journal", "after_journal", "half_sent", "idle")
DOWN_MAX_S: Final = 2.0
"""The supervisor starts it again within this time."""
ROUNDS_MAX: Final = 1_000


@dataclass
class Witness:
    """Hears all that is sent; ``broken`` holds what contradicts something said before."""

    acknowledged: dict[str, Instant] = field(default_factory=dict)
    """Calls whose acceptance was sent."""
    broken: list[str] = field(default_factory=list)
    _placed: set[str] = field(default_factory=set)
    _answers: dict[str, tuple[bool, str, str]] = field(default_factory=dict)
    _facts: dict[int, bytes] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)
    _units: dict[str, m.UnitChanged] = field(default_factory=dict)

    def place(self, command: m.PlaceCall) -> None:
        self._placed.add(command.command_id)

    def hear(self, message: Message) -> None:
        if isinstance(message, m.CommandAnswered):
            self._answered(message)
        elif isinstance(message, Fact):
            if self._facts.setdefault(message.seq, encode(message)) != encode(message):
                self.broken.append(f"fact {message.seq} was told in two ways")
            if isinstance(message, m.OfferExpired | m.OfferDeclined | m.OfferWithdrawn | m.OfferAccepted):
                self._over.add(message.offer_id)
        elif isinstance(message, m.UnitChanged):
            self._units[message.unit_id] = message
            dead = [offer.offer_id for offer in message.offers if offer.offer_id in self._over]
            if dead or len(message.offers) + (message.task_id is not None) > 1:
                self.broken.append(f"{message.unit_id} is told of {message.offers} and {message.task_id}")

    def _answered(self, answer: m.CommandAnswered) -> None:
        said = (answer.accepted, answer.reason, answer.subject)
        if self._answers.setdefault(answer.command_id, said) != said:
            self.broken.append(f"{answer.command_id} was answered in two ways")
        if answer.accepted and answer.command_id in self._placed:
            self.acknowledged.setdefault(answer.subject, answer.at)

    def judge(self, service: DispatcherService, now: Instant) -> list[str]:
        """What is wrong after a whole turn: the laws, one holder a task as people were told, no ghosts."""
        holders = Counter(view.task_id for view in self._units.values() if view.task_id is not None)
        return [
            *self.broken,
            *invariants.violations(service.ledger, now),
            *(f"{count} people were told to do {task}" for task, count in holders.items() if count > 1),
            *(f"{call} is lost" for call in self.acknowledged if call not in service.ledger.calls),
        ]

    def stale(self, service: DispatcherService) -> list[str]:
        """Units that were told something else than what is true now."""
        ledger = service.ledger
        return [
            f"{unit_id} was told {told}"
            for unit_id, told in self._units.items()
            if views.unit_view(ledger, ledger.units[unit_id], service.catalogue) != told
        ]


class Mortal:
    """The dispatcher's process with its journal, and the broker's session in front of it."""

    def __init__(self, stage: Stage, journal: StoredJournal, deaths: Sequence[Instant], seed: int) -> None:
        """``deaths``, ascending: it dies in the first turn from each of them that decides something."""
        self.died: Counter[str] = Counter()
        self._stage = stage
        self._journal = journal
        self._deaths = deque(deaths)
        self._rng = np.random.default_rng([seed, 7])
        self._up_at: Instant = 0
        self._held: deque[Message] = deque()
        self.service = self._start()

    def is_up(self) -> bool:
        return self._up_at == 0

    def receive(self, message: Message, now: Instant) -> list[Message]:
        """What leaves the process. While it is down the broker keeps commands; positions are lost."""
        if self.is_up():
            return self._turn(list(self.service.receive(message, now)), message, now)
        if isinstance(message, m.Command):
            self._held.append(message)
        return []

    def wake_at(self) -> Instant | None:
        return self.service.wake_at() if self.is_up() else self._up_at

    def wake(self, now: Instant) -> list[Message]:
        if self.is_up():
            return self._turn(list(self.service.wake(now)), None, now)
        self._up_at = 0
        self.service = self._start()
        out = self._turn(list(self.service.resumed(now)), None, now)
        while self._held and self.is_up():
            out += self.receive(self._held.popleft(), now)
        return out

    def opening(self, now: Instant) -> list[Message]:
        return self._turn(list(self.service.resumed(now)), None, now)

    def _start(self) -> DispatcherService:
        facts = tuple(self._journal.read())
        return DispatcherService(self._stage.site, self._stage.grid, self._stage.settings, facts)

    def _turn(self, said: list[Message], cause: Message | None, now: Instant) -> list[Message]:
        facts = [message for message in said if isinstance(message, Fact)]
        doomed = bool(facts and self._deaths and now >= self._deaths[0])
        point = POINTS[int(self._rng.integers(len(POINTS)))] if doomed else None
        if facts and point != "before_journal":
            self._journal.append(facts)
        if point is None:
            return said
        self._deaths.popleft()
        self.died[point] += 1
        self._up_at = now + from_seconds(float(self._rng.uniform(0.0, DOWN_MAX_S))) + 1
        if isinstance(cause, m.Command) and point != "idle":
            self._held.appendleft(cause)  # not acknowledged: the broker delivers it again, first
        sent = {"before_journal": 0, "after_journal": 0, "half_sent": len(said) // 2, "idle": len(said)}
        return said[: sent[point]]


@dataclass(frozen=True)
class Outcome:
    """What one shift came to."""

    deaths: Counter[str]
    facts: int
    calls: int
    """Acknowledged."""
    open: int
    """Of those, still open at the end."""
    broken: list[str]
    """The first things that were wrong, in words; empty when all went well."""


def trial(stage: Stage, journal: StoredJournal, seed: int, deaths: Sequence[Instant]) -> Outcome:
    """One shift with deaths from these instants on. It ends at the first thing that is wrong."""
    scenario = stage.file.scenario
    mortal, witness = Mortal(stage, journal, deaths, seed), Witness()
    orders = draw_orders(stage.site, stage.grid, scenario.demand, seed, stage.start, stage.end)
    people = ShiftSimService(stage.site, stage.routes, scenario, orders, seed)
    now, broken = stage.start, list[str]()
    said: list[Message] = [*mortal.opening(now), *people.begin(now)]
    back = True
    while now < stage.end and not broken:
        _talk(mortal, people, witness, said, now)
        if mortal.is_up():
            broken = witness.judge(mortal.service, now) + (witness.stale(mortal.service) if back else [])
        due = [at for at in (mortal.wake_at(), people.wake_at()) if at is not None]
        now = max(now + 1, min(due, default=stage.end))
        back = not mortal.is_up() and _is_due(mortal.wake_at(), now)
        said = mortal.wake(now) if _is_due(mortal.wake_at(), now) else []
        said += people.wake(now) if _is_due(people.wake_at(), now) else []
    ledger = mortal.service.ledger
    still_open = sum(ledger.calls[call].closed_at is None for call in witness.acknowledged)
    return Outcome(mortal.died, ledger.seq, len(witness.acknowledged), still_open, broken[:5])


def _talk(
    mortal: Mortal, people: ShiftSimService, witness: Witness, said: list[Message], now: Instant
) -> None:
    """Let the two talk until nobody has anything to say."""
    for _ in range(ROUNDS_MAX):
        if not said:
            return
        answers: list[Message] = []
        for message in said:
            if isinstance(message, m.PlaceCall):
                witness.place(message)
            if not isinstance(message, m.Command | m.PositionsEstimated):
                witness.hear(message)
            if type(message) in mortal.service.topics:
                answers += mortal.receive(message, now)
            if type(message) in people.topics:
                answers += people.receive(message, now)
        said = answers
    raise AssertionError("they never stop talking")


def _is_due(at: Instant | None, now: Instant) -> bool:
    return at is not None and at <= now
