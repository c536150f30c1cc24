"""Customers, moved by answers and calls alone."""

import msgspec
import pytest

from contracts import messages as m
from contracts.messages import Command
from firmware_sim.scenario import Crowd, Demand
from firmware_sim.service import FirmwareSimService
from tests.firmware_sim.builders import QUIET, SECOND, START, call, scenario, simulator

CROWD = Crowd(visitors=12, app_customers=4, assets=0, destinations=30)
PLAIN = Demand(calls_per_h={"luggage": 120.0}, cancel_share=0.0, move_share=0.0, rate_share=0.0)


class Mall:
    """Takes every call at once, like a very simple dispatcher."""

    def __init__(self, demand: Demand, seed: int = 1, crowd: Crowd = CROWD) -> None:
        slow = msgspec.structs.replace(scenario(demand=demand, crowd=crowd), wake_interval_s=0.5)
        self.sim: FirmwareSimService = simulator(slow, seed=seed)
        self.now = START
        self.said: list[Command] = []
        self.accept = True
        self.truth: m.GroundTruth | None = None

    def run(self, seconds: float) -> list[Command]:
        before = len(self.said)
        until = self.now + round(seconds * SECOND)
        while self.now < until:
            for message in self.sim.wake(self.now):
                if isinstance(message, m.GroundTruth):
                    self.truth = message
                if isinstance(message, Command):
                    self.said.append(message)
                    self.answer(message)
            due = self.sim.wake_at()
            assert due is not None
            self.now = due
        return [c for c in self.said[before:] if not isinstance(c, m.EnrolDevices)]

    def answer(self, command: Command) -> None:
        number = len(self.said)
        answer = m.CommandAnswered(
            seq=number,
            at=self.now,
            command_id=command.command_id,
            accepted=self.accept or isinstance(command, m.EnrolDevices),
            reason="" if self.accept else "too_many_calls",
            subject=f"c{number}" if isinstance(command, m.PlaceCall) else "",
        )
        self.sim.receive(answer, self.now)

    def call_of(self, command: m.PlaceCall) -> str:
        return f"c{1 + self.said.index(command)}"

    def end(self, command: m.PlaceCall, state: str = "cleared") -> None:
        self.sim.receive(call(self.call_of(command), version=5, state=state), self.now)


def _places(commands: list[Command]) -> list[m.PlaceCall]:
    return [command for command in commands if isinstance(command, m.PlaceCall)]


def test_by_spot_tag_and_app_in_their_shares() -> None:
    mall = Mall(msgspec.structs.replace(PLAIN, calls_per_h={"luggage": 400.0}, app_share=0.3, tag_share=0.3))
    placed: list[m.PlaceCall] = []
    for _ in range(60):
        new = _places(mall.run(30))
        placed += new
        for command in new:
            mall.end(command)
    spots = [c for c in placed if c.by.startswith("spot/")]
    tags = [c for c in placed if c.device_id and c.device_id.startswith("C")]
    apps = [c for c in placed if c.device_id and c.device_id.startswith("ibeacon:")]
    assert len(placed) > 100
    assert len(spots) + len(tags) + len(apps) == len(placed)
    assert all(len(part) / len(placed) > 0.15 for part in (spots, tags, apps))
    assert all(c.place.spot and c.by == f"spot/{c.place.spot}" and c.device_id is None for c in spots)
    assert all(c.by == f"device/{c.device_id}" and c.place.spot is None for c in tags + apps)


def test_the_place_is_where_the_customer_stands() -> None:
    mall = Mall(msgspec.structs.replace(PLAIN, app_share=0.0, tag_share=1.0))
    placed = _places(mall.run(240))
    assert placed
    sim = mall.sim
    for command in placed:
        row = sim._population.beacons.ids.index(command.device_id or "")
        walker = int(sim._population.beacons.walker[row])
        walkers = sim._population.walkers
        assert not walkers.moving[walker], "and waits there"
        assert (command.place.x_m, command.place.y_m) == pytest.approx(
            (walkers.x_m[walker], walkers.y_m[walker]), abs=0.01
        )


def test_an_apps_beacon_advertises_only_while_its_call_is_open() -> None:
    mall = Mall(msgspec.structs.replace(PLAIN, app_share=1.0))
    (first, *_) = _places(mall.run(200))
    mall.run(2)
    assert mall.truth is not None
    assert first.device_id in mall.truth.device_ids
    mall.end(first)
    mall.run(3)
    assert first.device_id not in mall.truth.device_ids


def test_one_customer_has_one_call_and_strolls_again_after_it() -> None:
    mall = Mall(
        msgspec.structs.replace(PLAIN, tag_share=1.0, app_share=0.0),
        crowd=msgspec.structs.replace(CROWD, visitors=2),
    )
    placed = _places(mall.run(600))
    assert len(placed) == 2, "both wait, and nobody else is there"
    assert len({command.by for command in placed}) == 2
    assert mall.sim._clientele.nobody_there > 5
    mall.end(placed[0])
    assert len(_places(mall.run(600))) == 1


def test_some_cancel_and_some_move_and_say_so_from_the_new_place() -> None:
    cancels = Mall(msgspec.structs.replace(PLAIN, cancel_share=1.0, cancel_mean_s=20.0))
    said = cancels.run(400)
    assert any(isinstance(command, m.CancelCall) for command in said)
    moves = Mall(msgspec.structs.replace(PLAIN, move_share=1.0))
    said = moves.run(600)
    moved = [command for command in said if isinstance(command, m.MoveCall)]
    assert moved
    placed = {moves.call_of(command): command for command in _places(moves.said)}
    assert all(command.place != placed[command.call_id].place for command in moved)
    assert all(command.place.spot is None for command in moved)
    assert all(command.by == placed[command.call_id].by for command in moved)


def test_who_was_served_rates_and_who_cancelled_does_not() -> None:
    mall = Mall(msgspec.structs.replace(PLAIN, rate_share=1.0))
    first, second, *_ = _places(mall.run(300))
    mall.end(first, "cleared")
    mall.end(second, "cancelled")
    rated = [command for command in mall.run(200) if isinstance(command, m.RateCall)]
    assert [command.call_id for command in rated] == [mall.call_of(first)]
    assert rated[0].stars in (1, 2, 3)


def test_a_refused_call_lets_the_customer_go() -> None:
    mall = Mall(PLAIN)
    mall.accept = False
    placed = _places(mall.run(300))
    assert placed
    assert mall.sim._clientele.refused == len(placed)
    assert len(mall.sim._clientele.open) <= 1


def test_the_end_may_be_heard_before_the_answer() -> None:
    mall = Mall(PLAIN)
    mall.run(1)
    sim = mall.sim
    placed: list[m.PlaceCall] = []
    while not placed:
        out = sim.wake(mall.now)
        placed = [message for message in out if isinstance(message, m.PlaceCall)]
        mall.now = sim.wake_at() or 0
    sim.receive(call("c99", version=9, state="cancelled"), mall.now)
    answer = m.CommandAnswered(
        seq=1, at=mall.now, command_id=placed[0].command_id, accepted=True, subject="c99"
    )
    sim.receive(answer, mall.now)
    sim.wake(mall.now)
    assert not any(customer.call_id == "c99" for customer in sim._clientele.open.values())


def test_nobody_calls_in_a_mall_without_customers() -> None:
    mall = Mall(PLAIN, crowd=Crowd(visitors=0, app_customers=0, assets=2))
    assert mall.run(200) == []
    assert QUIET.demand.calls_per_h == {}
