"""The whole simulator: what it sends, that it repeats itself exactly, and what the ingest makes of it."""

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts import messages as m
from contracts import wire
from contracts.columns import observations
from contracts.messages import Message
from firmware_sim.scenario import Closure, Crowd, Demand, Radio, Scenario, Vices
from firmware_sim.service import STEPS_MAX, FirmwareSimService
from gateway.ingest import IngestService
from gateway.settings import IngestSettings
from tests.firmware_sim.builders import QUIET, SECOND, START, scenario, simulator, speaking, view

BUSY = scenario(
    demand=Demand(calls_per_h={"wheelchair": 60.0, "medical": 30.0}, button_presses_per_h=20.0),
    vices=Vices(reboots_per_h=5.0, outages_per_h=5.0, clock_steps_per_h=5.0),
    crowd=Crowd(visitors=12, app_customers=3, assets=4, strangers=3, destinations=40),
)
MIXED = (
    "nearhand",
    "minew",
    "ruuvi",
    "moko",
    "openmqttgateway",
    "espresense",
    "april_brother",
    "ingics",
    "kkm",
)


def _run(sim: FirmwareSimService, seconds: float, start: int = START) -> list[Message]:
    out: list[Message] = []
    now = start
    while now < start + seconds * SECOND:
        out += sim.wake(now)
        due = sim.wake_at()
        assert due is not None
        assert due > now
        now = due
    return out


def test_a_lift_goes_out_of_order_as_the_scenario_says() -> None:
    closures = (Closure(connector="lift-1", after_min=0.05, for_min=0.05),)
    sim = simulator(msgspec.structs.replace(scenario(), closures=closures))
    heard = [one for one in _run(sim, 8.0) if isinstance(one, m.CloseConnector | m.OpenConnector)]
    said = {one.command_id: one for one in heard}.values()  # what nobody answers is repeated
    assert [(type(one), one.connector) for one in said] == [
        (m.CloseConnector, "lift-1"),
        (m.OpenConnector, "lift-1"),
    ]
    answers = [
        m.CommandAnswered(seq=n, at=START, command_id=one.command_id, accepted=True)
        for n, one in enumerate(said, start=1)
    ]
    for answer in answers:
        assert sim.receive(answer, START + 9 * SECOND) == ()


def _digest(messages: list[Message]) -> str:
    digest = hashlib.sha256()
    for message in messages:
        digest.update(wire.encode(message))
    return digest.hexdigest()


def digest_of_a_busy_minute() -> str:
    """Called in another process by the test below."""
    return _digest(_run(simulator(BUSY, site=speaking(*MIXED, addresses=True), seed=5), 60))


def test_it_wants_the_floor_at_once_and_then_each_step() -> None:
    sim = simulator()
    assert sim.wake_at() == 0
    sim.wake(START)
    assert sim.wake_at() == START + 200_000


def test_first_of_all_the_tags_that_the_site_does_not_know_are_enrolled() -> None:
    crowd = Crowd(visitors=14, app_customers=1, assets=5)
    (command,) = [x for x in simulator(scenario(crowd=crowd)).wake(START) if isinstance(x, m.EnrolDevices)]
    kinds = [device.kind for device in command.devices]
    assert (kinds.count("loan"), kinds.count("asset")) == (4, 2)
    assert not [x for x in simulator().wake(START) if isinstance(x, m.EnrolDevices)]


def test_a_command_without_answer_is_repeated_and_with_answer_is_not() -> None:
    sim = simulator(scenario(crowd=Crowd(visitors=14)))
    (command,) = [x for x in sim.wake(START) if isinstance(x, m.EnrolDevices)]
    again = [x for x in _run(sim, 9, START + SECOND) if isinstance(x, m.EnrolDevices)]
    assert again == [command, command]
    sim.receive(
        m.CommandAnswered(seq=1, at=START, command_id=command.command_id, accepted=True), START + 10 * SECOND
    )
    assert not [x for x in _run(sim, 60, START + 10 * SECOND) if isinstance(x, m.EnrolDevices)]


def test_the_truth_of_all_located_devices_each_second() -> None:
    truths = [x for x in _run(simulator(BUSY), 30) if isinstance(x, m.GroundTruth)]
    assert len(truths) == 30
    for truth in truths:
        n = len(truth.device_ids)
        assert n >= 12 + 12 + 4
        assert len(truth.floor) == n == len(truth.x_cm) // 4 == len(truth.y_cm) // 4
        assert not any(name.startswith("4") for name in truth.device_ids), "no strangers"
        x_m = np.frombuffer(truth.x_cm, "<i4") / 100
        assert ((x_m >= 0) & (x_m <= 60)).all()
        assert set(np.frombuffer(truth.floor, np.int8).tolist()) <= {0, 1}


def test_each_gateway_reports_each_second_and_each_tag_is_heard() -> None:
    reports = [
        report
        for x in _run(simulator(), 20)
        if isinstance(x, m.GatewayPayload) and isinstance(report := wire.decode(x.payload), m.ScanReport)
    ]
    assert 19 * 16 <= len(reports) <= 21 * 16
    heard = sum(len(observations(report).rssi_dbm) for report in reports) / 20
    devices = len({name for report in reports for name in report.device_ids})
    assert devices == 12 + 6 + 3
    assert 3.0 < heard / devices < 12.0, "gateways that hear one advert"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    first, again, other = (
        _digest(_run(simulator(BUSY, site=speaking(*MIXED), seed=seed), 20)) for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_hash_seeds_do_not_matter() -> None:
    code = "from tests.firmware_sim.test_service import digest_of_a_busy_minute as d; print(d())"
    root = Path(__file__).parents[2]
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_changing_what_people_do_leaves_the_building_and_the_air_alone() -> None:
    calm, busy = simulator(seed=9), simulator(msgspec.structs.replace(QUIET, demand=BUSY.demand), seed=9)
    np.testing.assert_array_equal(calm._coverage.level_dbm, busy._coverage.level_dbm)
    first, second = (
        [x.payload for x in _run(sim, 5) if isinstance(x, m.GatewayPayload)] for sim in (calm, busy)
    )
    assert first[:30] == second[:30]


@pytest.mark.parametrize("late_s", [0.7, 3.0, 9.0])
def test_a_late_wake_is_made_up_for(late_s: float) -> None:
    sim = simulator()
    _run(sim, 5)
    before = sim._population.beacons.next_at.copy()
    out = sim.wake(START + 5 * SECOND + round(late_s * SECOND))
    assert (sim._population.beacons.next_at[before < 2**60] > START + 5 * SECOND).all()
    heard = sum(
        len(report.rssi_dbm)
        for x in out
        if isinstance(x, m.GatewayPayload) and isinstance(report := wire.decode(x.payload), m.ScanReport)
    )
    assert heard > late_s * 21 * 2
    assert sim._left_out == 0


def test_after_a_very_late_wake_the_time_in_between_is_left_out() -> None:
    sim = simulator()
    _run(sim, 5)
    out = sim.wake(START + 3600 * SECOND)
    assert sim._left_out > 3500 * SECOND
    assert len(out) < 40 * 16
    made_up = STEPS_MAX * 0.2
    assert sim.wake_at() == START + 3600 * SECOND + 200_000
    assert made_up == 10.0
    follow = _run(sim, 5, START + 3600 * SECOND + 200_000)
    assert sum(isinstance(x, m.GatewayPayload) for x in follow) < 8 * 16


def test_views_may_come_before_the_first_wake() -> None:
    sim = simulator()
    assert sim.receive(view(status="off_duty"), START)
    assert sim.receive(m.ClosuresChanged(version=1, connectors=("lift-1",), fire_mode=False), START) == ()
    assert sim.wake(START) is not None


def test_the_ingest_understands_a_mixed_fleet_with_all_its_vices() -> None:
    site = speaking(*MIXED)
    named = tuple(
        msgspec.structs.replace(g, address="")
        if g.vendor_format in ("nearhand", "openmqttgateway", "espresense")
        else g
        for g in site.gateways
    )
    site = msgspec.structs.replace(site, gateways=named)
    calls = Demand(calls_per_h={"luggage": 600.0}, app_share=1.0)
    crowd = msgspec.structs.replace(BUSY.crowd, app_customers=12)
    loud = Radio(phone_mean_db=0.0)
    sim = simulator(
        msgspec.structs.replace(BUSY, demand=calls, vices=Vices(), crowd=crowd, radio=loud), site=site
    )
    ingest = IngestService(site, IngestSettings())
    beacons = sim._population.beacons
    located = tuple(
        m.EnrolledDevice(name, "app" if kind == "app" else "loan", name)
        for name, kind in zip(beacons.ids, beacons.kind, strict=True)
        if kind != "stranger"
    )
    ingest.receive(m.EnrolmentChanged(version=1, devices=located), START)
    heard: dict[str, set[str]] = {}
    drops: dict[str, int] = {}
    now = START
    while now < START + 60 * SECOND:
        out = [y for x in sim.wake(now) if isinstance(x, m.GatewayPayload) for y in ingest.receive(x, now)]
        due = ingest.wake_at()
        if due is not None and due <= now:
            out += ingest.wake(now)
        for message in out:
            if isinstance(message, m.ScanReport):
                heard.setdefault(message.gateway, set()).update(message.device_ids)
            if isinstance(message, m.IngestCounted):
                drops = message.drops
        now = sim.wake_at() or 0
    by_format: dict[str, set[str]] = {name: set() for name in MIXED}
    for gateway in site.gateways:
        by_format[gateway.vendor_format] |= heard.get(gateway.gateway, set())
    for name in MIXED:
        assert len(by_format[name]) >= 15, (name, drops)
        assert any(device.startswith("ibeacon:") for device in by_format[name]), name
    wanted = {device.device_id for device in located}
    assert set().union(*heard.values()) <= wanted
    assert sum(count for cause, count in drops.items() if "format" in cause or "json" in cause) == 0


def test_a_scenario_that_does_not_fit_the_site_is_refused() -> None:
    from contracts.errors import ConfigError

    with pytest.raises(ConfigError, match="karaoke"):
        simulator(Scenario(demand=Demand(calls_per_h={"karaoke": 1.0})))
