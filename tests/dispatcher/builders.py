"""A control room for tests: the real service on the small mall, driven by hand."""

from functools import cache
from typing import Any

import msgspec
import numpy as np

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import Fact, Message, Place, PositionsEstimated, TaskNeed
from contracts.quantities import HOUR, SECOND, Instant
from contracts.sitemap import Site
from contracts.walking import Closures
from dispatcher import invariants
from dispatcher.catalogue import Catalogue, catalogue_of
from dispatcher.eta import Ways
from dispatcher.evolve import replay
from dispatcher.ledger import Ledger
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from tests.sites import small_mall

NOON: Instant = 1_700_000_000 * SECOND // (24 * HOUR) * (24 * HOUR) + 4 * HOUR
"""Twelve o'clock in Shanghai."""
EAST = Place("L2", 55.0, 27.0)
HALL = Place("L1", 30.0, 20.0)
SETTINGS = DispatcherSettings()


@cache
def ground() -> tuple[Site, WalkableGrid]:
    site = small_mall()
    return site, build_grid(site)


@cache
def a_catalogue() -> Catalogue:
    return catalogue_of(*ground())


@cache
def open_ways() -> Ways:
    return Ways(a_catalogue(), SETTINGS, Closures())


def encoded(ledger: Ledger) -> bytes:
    return msgspec.msgpack.encode(ledger)


def a_need(**changes: Any) -> TaskNeed:
    need = TaskNeed(
        task_id="c1-1-service", role="service", skills=(), item=None, target_s=300.0, deadline_at=NOON
    )
    return msgspec.structs.replace(need, **changes)


def positions_of(
    at: Instant, places: dict[str, tuple[int, float, float]], sigma_m: float = 1.0, quality: int = 1
) -> PositionsEstimated:
    """Estimates of devices: id → floor index, x, y."""
    n = len(places)
    floors = np.array([place[0] for place in places.values()], np.int8)
    probability = np.zeros((n, 2))
    probability[np.arange(n), floors] = 1.0
    return pack_positions(
        Positions(
            estimated_at=at,
            device_ids=tuple(places),
            floor=floors,
            x_m=np.array([place[1] for place in places.values()]),
            y_m=np.array([place[2] for place in places.values()]),
            vx_mps=np.zeros(n),
            vy_mps=np.zeros(n),
            semi_major_m=np.full(n, 2.448 * sigma_m),
            semi_minor_m=np.full(n, 2.448 * sigma_m),
            heading_deg=np.zeros(n),
            floor_probability=probability,
            quality=np.full(n, quality, np.uint8),
            age_s=np.zeros(n),
        )
    )


class Control:
    """A dispatcher at noon with everybody on duty at home; checks the laws after every turn."""

    def __init__(
        self, settings: DispatcherSettings = SETTINGS, site: Site | None = None, begin: bool = True
    ) -> None:
        self.site, self.grid = (site, build_grid(site)) if site is not None else ground()
        self.settings = settings
        self.now = NOON
        self.facts: list[Fact] = []
        self.sent: list[Message] = []
        self.service = DispatcherService(self.site, self.grid, settings)
        self.totals = invariants.item_totals(self.service.ledger)
        self._commands = 0
        if begin:
            self.take(self.service.resumed(self.now))
            self.take(self.service.wake(self.now))

    @property
    def ledger(self) -> Ledger:
        return self.service.ledger

    def take(self, messages: Any) -> list[Message]:
        """Keep what was said; facts must come first and in order."""
        kinds = [isinstance(message, Fact) for message in messages]
        assert kinds == sorted(kinds, reverse=True), "facts come before what follows from them"
        for message in messages:
            if isinstance(message, Fact):
                assert message.seq == len(self.facts) + 1
                self.facts.append(message)
        self.sent = list(messages)
        assert invariants.violations(self.ledger, self.now) == []
        assert invariants.item_totals(self.ledger) == self.totals
        return self.sent

    def make(self, kind: type[m.Command], by: str = "operator/lin", **fields: Any) -> m.Command:
        self._commands += 1
        return kind(command_id=f"k{self._commands}", by=by, at=self.now, **fields)

    def receive(self, message: Message) -> list[Message]:
        return self.take(self.service.receive(message, self.now))

    def do(self, kind: type[m.Command], by: str = "operator/lin", **fields: Any) -> m.CommandAnswered:
        """Give a command; its one answer."""
        command = self.make(kind, by, **fields)
        answers = [said for said in self.receive(command) if isinstance(said, m.CommandAnswered)]
        assert [answer.command_id for answer in answers] == [command.command_id]
        return answers[0]

    def call(self, service: str = "wheelchair", place: Place = EAST, **fields: Any) -> str:
        answer = self.do(m.PlaceCall, service=service, place=place, **fields)
        assert answer.accepted, answer
        self.wait(0.2)  # at most one plan in this time
        return answer.subject

    def wait(self, seconds: float) -> None:
        """Let time pass, waking the service whenever it asked for it."""
        until = self.now + round(seconds * SECOND)
        for _ in range(10_000):
            due = self.service.wake_at()
            if due is None or due > until:
                break
            assert due >= self.now or not self.facts, "no wake is asked for the past"
            self.now = max(self.now, due)
            self.take(self.service.wake(self.now))
        else:
            raise AssertionError("the service never sleeps")
        self.now = until

    def locate(self, places: dict[str, tuple[int, float, float]], **how: Any) -> list[Message]:
        """Position estimates of units (by id) or devices."""
        staff = {person.unit_id: person.device_id for person in self.site.staff}
        devices = {staff.get(who, who): place for who, place in places.items()}
        return self.receive(positions_of(self.now, devices, **how))

    def task(self, call_id: str, number: int = 1) -> str:
        return self.ledger.calls[call_id].tasks[number - 1]

    def offered(self, task_id: str) -> list[str]:
        """Units that are asked now."""
        offers = self.ledger.tasks[task_id].offers.values()
        return [offer.unit_id for offer in offers if not offer.ended]

    def accept(self, unit_id: str) -> m.CommandAnswered:
        offer_id = self.ledger.units[unit_id].offer_id
        return self.do(m.AcceptOffer, f"unit/{unit_id}", offer_id=offer_id, unit_id=unit_id)

    def decline(self, unit_id: str, reason: str = "busy") -> m.CommandAnswered:
        offer_id = self.ledger.units[unit_id].offer_id
        return self.do(m.DeclineOffer, f"unit/{unit_id}", offer_id=offer_id, unit_id=unit_id, reason=reason)

    def accept_all(self) -> None:
        for unit_id in sorted(self.ledger.units):
            if self.ledger.units[unit_id].offer_id is not None:
                assert self.accept(unit_id).accepted

    def report(self, kind: type[m.Command], unit_id: str, **fields: Any) -> m.CommandAnswered:
        task_id = self.ledger.units[unit_id].task_id
        return self.do(kind, f"unit/{unit_id}", task_id=task_id, unit_id=unit_id, **fields)

    def finish(self, unit_id: str, outcome: str = "done") -> None:
        """Everything that is left to do for whoever holds a task."""
        task = self.ledger.tasks[self.ledger.units[unit_id].task_id or ""]
        if task.depot is not None and task.picked_up_at is None:
            assert self.report(m.ReportItemPickedUp, unit_id).accepted
        if task.on_scene_at is None:
            assert self.report(m.ReportOnScene, unit_id).accepted
        assert self.report(m.ReportDone, unit_id, outcome=outcome).accepted

    def of(self, kind: type[Fact]) -> list[Any]:
        """All facts of a kind so far."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def replayed(self) -> Ledger:
        return replay(self.site, self.facts)
