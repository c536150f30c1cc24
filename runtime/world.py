"""The world: all services on one virtual clock, one seed, faults on every link.

The very services that run live are driven here by a heap of moments. Between processes a message
travels over a link that may delay, lose, duplicate or reorder it; a process may die in the middle of a
turn and comes back from the journal. After every turn of the dispatcher the invariants are asked.
Same commit, same platform, same seed → the same bytes in the journal.
"""

import heapq
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from contracts import messages as m
from contracts import wire
from contracts.messages import Fact, Message
from contracts.quantities import Instant
from contracts.service import Service
from dispatcher.service import DispatcherService
from firmware_sim.scenario import Scenario
from runtime import compose
from runtime.faults import Crash, Faults, arrivals
from runtime.invariants import Watch
from runtime.journal import MemoryJournal
from runtime.presses import KEPT
from runtime.turn import Hearers, deliver, hearers_of, next_wake, settle, staying, wake_due

RADIO_SIDE: Final = "firmware_sim"
"""The process whose links are wireless: phones, handhelds, gateways."""
RETAINED: Final = frozenset(kind for kind, route in wire.ROUTES.items() if route.retain)
"""What the broker keeps for whoever comes later."""
HELD_LIMIT: Final = 100_000
"""Messages a broker holds for a process that is down."""
LAST_EVENTS: Final = 20


class BrokenInvariantError(Exception):
    """An invariant does not hold. Carries what is needed to see why."""

    def __init__(self, at: Instant, violations: Sequence[str], last: Sequence[str]) -> None:
        super().__init__("; ".join(violations))
        self.at = at
        self.violations = tuple(violations)
        self.last = tuple(last)


class _Moment(NamedTuple):
    at: Instant
    order: int
    action: Callable[[Instant], None]


class _Mail(NamedTuple):
    message: Message
    reliable: bool


class _Way(NamedTuple):
    """How messages of one type go from one process to another."""

    receiver: "_Process"
    lossless: bool
    """Nothing vanishes on it."""
    reliable: bool
    """The broker keeps them for a receiver that is down (QoS 1)."""


@dataclass
class _Process:
    name: str
    make: Callable[[], tuple[Service, ...]]
    services: tuple[Service, ...]
    persistent: bool = False
    """The broker holds reliable messages while it is down (the dispatcher's session)."""
    up: bool = True
    life: int = 0
    """Counts restarts: wakes of an earlier life are void."""
    woken_for: Instant | None = None
    held: list[Message] = field(default_factory=list)
    doomed: Crash | None = None
    hearers: Hearers = field(init=False)
    stays: frozenset[type[Message]] = field(init=False)
    """What its services say only to one another, and to screens."""
    ways: dict[type[Message], tuple[_Way, ...]] = field(default_factory=dict)
    """By type where what it says goes; found when first said, the same in every life."""

    def __post_init__(self) -> None:
        self.begin(self.services)

    def begin(self, services: tuple[Service, ...]) -> None:
        """A life with these services."""
        self.services = services
        self.hearers = hearers_of(services)
        self.stays = staying(self.hearers)


class World:
    """A mall on a virtual clock. ``run`` advances it; counters, journal and watch are open to read."""

    def __init__(
        self, ground: compose.Ground, scenario: Scenario, seed: int, start: Instant, faults: Faults
    ) -> None:
        sim_seed, link_seed = np.random.SeedSequence(seed).generate_state(2)
        self.now = start
        self.journal = MemoryJournal()
        self.watch = Watch(ground.site)
        self.counters: Counter[str] = Counter()
        self.last: deque[str] = deque(maxlen=LAST_EVENTS)
        self._faults = faults
        self._rng = np.random.default_rng(int(link_seed))
        self._heap: list[_Moment] = []
        self._order = 0
        self._mail: dict[tuple[Instant, str], list[_Mail]] = {}
        """(arrival, receiver) → what is under way; each has its moment in the heap."""
        self._retained: dict[str, Message] = {}
        self._presses: deque[m.ButtonPressed] = deque(maxlen=KEPT)
        simulated = compose.firmware_sim_service(ground, scenario, int(sim_seed))
        makers: dict[str, Callable[[], tuple[Service, ...]]] = {
            "positioning": lambda: compose.positioning_services(ground, tuple(self._presses)),
            "dispatcher": lambda: (compose.dispatcher_service(ground, tuple(self.journal.read())),),
            "dashboard": lambda: (compose.dashboard_service(ground),),
            RADIO_SIDE: lambda: (simulated,),
        }
        self._processes = {
            name: _Process(name, make, make(), persistent=name == "dispatcher")
            for name, make in makers.items()
        }
        self._listeners = self._who_hears_what()
        for process in self._processes.values():
            self._after_start(process)
        for crash in faults.crashes:
            self._at(crash.at, self._crasher(crash))

    @property
    def dispatcher(self) -> DispatcherService | None:
        """The dispatcher, while it lives."""
        process = self._processes["dispatcher"]
        service = process.services[0]
        assert isinstance(service, DispatcherService)
        return service if process.up else None

    def run(self, until: Instant, limit: int | None = None) -> None:
        """Advance to ``until``, or by ``limit`` moments.

        Raises:
            BrokenInvariantError: an invariant does not hold.
        """
        steps = 0
        while self._heap and self._heap[0].at <= until and (limit is None or steps < limit):
            moment = heapq.heappop(self._heap)
            self.now = moment.at
            moment.action(moment.at)
            steps += 1
        if limit is None:
            self.now = until

    # --- one process ------------------------------------------------------------------------------------

    def _turn(self, process: _Process, said: list[Message], at: Instant) -> None:
        """Journal, then send; a doomed process dies at its point between the two."""
        every = settle(process.hearers, said, at)
        facts = [message for message in every if isinstance(message, Fact)]
        dies = process.doomed if facts or process.name != "dispatcher" else None
        if dies and dies.point == "before_journal":
            return self._die(process, dies, at)
        if facts:
            assert process.name == "dispatcher", "only the dispatcher decides facts"
            self.journal.append(facts)
            self.last.extend(f"{fact.at} {fact!r}"[:300] for fact in facts)
        if dies and dies.point == "after_journal":
            return self._die(process, dies, at)
        outgoing = [message for message in every if type(message) not in process.stays]
        if dies and dies.point == "half_sent":
            outgoing = outgoing[: len(outgoing) // 2]
        for message in outgoing:
            self._send(process, message, at)
        if dies:
            return self._die(process, dies, at)
        if process.name == "dispatcher":
            self._check(at)
        self._schedule_wake(process, at)
        return None

    def _schedule_wake(self, process: _Process, at: Instant) -> None:
        due = next_wake(process.services)
        if due is None:
            return
        due = max(due, at)
        if process.woken_for is None or due < process.woken_for:
            process.woken_for = due
            life = process.life

            def wake(moment: Instant) -> None:
                if process.up and process.life == life and process.woken_for == due:
                    process.woken_for = None
                    self._turn(process, wake_due(process.services, moment), moment)

            self._at(due, wake)

    def _receive(self, process: _Process, mail: list[_Mail], at: Instant) -> None:
        """What came at one moment is one turn, as in the host."""
        if process.up:
            life = process.life
            self.counters["delivered"] += len(mail)
            said: list[Message] = []
            for one in mail:
                said += deliver(process.hearers, one.message, at)
            self._turn(process, said, at)
            if process.life != life and process.persistent:
                process.held += [one.message for one in mail if one.reliable]  # not acknowledged yet
            return
        kept = [one.message for one in mail if one.reliable and process.persistent]
        kept = kept[: max(0, HELD_LIMIT - len(process.held))]
        process.held += kept
        self.counters["missed_while_down"] += len(mail) - len(kept)

    # --- between processes -------------------------------------------------------------------------------

    def _send(self, sender: _Process, message: Message, at: Instant) -> None:
        kind = type(message)
        self.watch.saw(message, at)
        if isinstance(message, m.ButtonPressed):
            self._presses.append(message)
        if kind in RETAINED:
            self._retained[wire.topic_of(message, "w")] = message
        ways = sender.ways.get(kind)
        if ways is None:
            ways = sender.ways[kind] = self._ways_from(sender, kind)
        for receiver, lossless, reliable in ways:
            for arrival in arrivals(self._faults, sender.name, receiver.name, lossless, at, self._rng):
                self._post(arrival, receiver, _Mail(message, reliable))

    def _ways_from(self, sender: _Process, kind: type[Message]) -> tuple[_Way, ...]:
        """Commands and answers may vanish on the air: who sent a command repeats it until it is answered."""
        route = wire.ROUTES.get(kind)
        reliable = route is not None and route.qos == 1
        asked_again = issubclass(kind, m.Command | m.CommandAnswered)
        receivers = [process for process in self._listeners.get(kind, ()) if process is not sender]
        return tuple(
            _Way(
                receiver,
                reliable and not (asked_again and RADIO_SIDE in (sender.name, receiver.name)),
                reliable,
            )
            for receiver in receivers
        )

    def _post(self, arrival: Instant, receiver: _Process, mail: _Mail) -> None:
        key = (max(arrival, self.now), receiver.name)
        bag = self._mail.get(key)
        if bag is not None:
            bag.append(mail)
            return
        self._mail[key] = [mail]
        self._at(arrival, lambda at: self._receive(receiver, self._mail.pop(key), at))

    def _who_hears_what(self) -> dict[type[Message], list[_Process]]:
        listeners: dict[type[Message], list[_Process]] = {}
        for process in self._processes.values():
            own = {kind for service in process.services for kind in service.topics}
            if m.GatewayPayload in own:
                own -= {m.ScanReport, m.GatewayStatus}
            for kind in own:
                listeners.setdefault(kind, []).append(process)
        return listeners

    # --- death and return ---------------------------------------------------------------------------------

    def _crasher(self, crash: Crash) -> Callable[[Instant], None]:
        def strike(at: Instant) -> None:
            process = self._processes[crash.process]
            if not process.up or process.name == RADIO_SIDE:
                return
            if crash.point == "idle":
                self._die(process, crash, at)
            else:
                process.doomed = crash

        return strike

    def _die(self, process: _Process, crash: Crash, at: Instant) -> None:
        self.counters[f"crashes_{process.name}"] += 1
        self.last.append(f"{at} {process.name} dies ({crash.point})")
        process.up = False
        process.doomed = None
        process.life += 1
        process.woken_for = None
        self._at(at + crash.down, lambda moment: self._restart(process, moment))

    def _restart(self, process: _Process, at: Instant) -> None:
        self.last.append(f"{at} {process.name} is back")
        process.up = True
        process.begin(process.make())
        self._after_start(process)
        held, process.held = process.held, []
        if held:
            self._receive(process, [_Mail(message, True) for message in held], at)

    def _after_start(self, process: _Process) -> None:
        at = self.now
        for message in list(self._retained.values()):
            if process in self._listeners.get(type(message), ()):
                self._turn(process, deliver(process.hearers, message, at), at)
        service = process.services[0]
        if isinstance(service, DispatcherService):
            self._turn(process, list(service.resumed(at)), at)
        self._schedule_wake(process, at)

    # --- small ---------------------------------------------------------------------------------------------

    def _at(self, at: Instant, action: Callable[[Instant], None]) -> None:
        self._order += 1
        heapq.heappush(self._heap, _Moment(max(at, self.now), self._order, action))

    def _check(self, at: Instant) -> None:
        service = self._processes["dispatcher"].services[0]
        assert isinstance(service, DispatcherService)
        violations = self.watch.violations(service.ledger, at)
        if violations:
            raise BrokenInvariantError(at, violations, tuple(self.last))
