from collections.abc import Sequence

import numpy as np

from contracts import messages as m
from contracts import wire
from contracts.messages import Message
from firmware_sim.beacons import ALARM
from firmware_sim.buttons import WAIT_S
from firmware_sim.scenario import Crowd, Demand
from firmware_sim.service import FirmwareSimService
from tests.firmware_sim.builders import SECOND, START, call, scenario, simulator

PRESSING = scenario(
    demand=Demand(button_presses_per_h=60.0), crowd=Crowd(visitors=8, app_customers=0, assets=0)
)


def _until_pressed(sim: FirmwareSimService) -> tuple[int, str, int, list[Message]]:
    """Time, tag and walker of the first press, and what was sent at that moment."""
    now = START
    for _ in range(5000):
        out = list(sim.wake(now))
        if sim._clientele.pressed:
            ((tag, walker),) = sim._clientele.pressed.items()
            return now, tag, walker, out
        now = sim.wake_at() or 0
    raise AssertionError("nobody pressed")


def _alarms(messages: Sequence[Message], tag: str) -> int:
    """Adverts of the tag that signal a press."""
    mac, count = bytes.fromhex(tag.replace(":", "")), 0
    for message in messages:
        if isinstance(message, m.GatewayPayload) and message.topic.endswith("/scan"):
            report = wire.decode(message.payload)
            assert isinstance(report, m.ScanReport)
            for data in report.adverts.values():
                count += data[5:8].hex() == "e0fe20" and bool(data[8] & 2) and data[11:17] == mac
    return count


def test_the_press_is_counted_and_signalled_at_once_and_for_a_while() -> None:
    sim = simulator(PRESSING)
    beacons = sim._population.beacons
    before = beacons.presses.copy()
    now, tag, _, sent = _until_pressed(sim)
    row = beacons.ids.index(tag)
    assert np.flatnonzero(beacons.presses != before).tolist() == [row]
    assert _alarms(sent, tag) >= 1, "in the very step of the press"
    seen = [second for second in range(1, 50) if _alarms(sim.wake(now + second * SECOND), tag)]
    assert ALARM // SECOND - 2 <= max(seen) <= ALARM // SECOND + 2


def test_the_wearer_waits_until_the_call_has_ended() -> None:
    sim = simulator(PRESSING)
    now, tag, walker, _ = _until_pressed(sim)
    where = float(sim._population.walkers.x_m[walker])
    sim.wake(now + 60 * SECOND)
    assert float(sim._population.walkers.x_m[walker]) == where
    sim.receive(call("c7", version=1, state="assigned", device_id=tag), now + 60 * SECOND)
    assert walker in sim._clientele.open
    sim.receive(call("c7", version=2, state="cleared", device_id=tag), now + 70 * SECOND)
    sim.wake(now + 71 * SECOND)
    assert tag not in sim._clientele.pressed
    assert walker not in sim._clientele.open


def test_whom_nobody_comes_to_walks_on() -> None:
    sim = simulator(PRESSING)
    now, _, walker, _ = _until_pressed(sim)
    customer = sim._clientele.open[walker]
    sim.wake(now + round((WAIT_S + 1) * SECOND))
    assert sim._clientele.open.get(walker) is not customer
