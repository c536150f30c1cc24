import numpy as np

from contracts import messages as m
from contracts import wire
from firmware_sim.beacons import ALARM
from firmware_sim.buttons import WAIT_S
from firmware_sim.scenario import Crowd, Demand
from firmware_sim.service import FirmwareSimService
from tests.firmware_sim.builders import SECOND, START, call, scenario, simulator

PRESSING = scenario(
    demand=Demand(button_presses_per_h=60.0), crowd=Crowd(visitors=8, app_customers=0, assets=0)
)


def _until_pressed(sim: FirmwareSimService) -> tuple[int, str, int]:
    """Time, tag and walker of the first press."""
    now = START
    for _ in range(5000):
        sim.wake(now)
        if sim._clientele.pressed:
            ((tag, walker),) = sim._clientele.pressed.items()
            return now, tag, walker
        now = sim.wake_at() or 0
    raise AssertionError("nobody pressed")


def test_the_advert_counts_the_press_and_signals_for_a_while() -> None:
    sim = simulator(PRESSING)
    beacons = sim._population.beacons
    before = beacons.presses.copy()
    now, tag, _ = _until_pressed(sim)
    row = beacons.ids.index(tag)
    assert np.flatnonzero(beacons.presses != before).tolist() == [row]
    mac = bytes.fromhex(tag.replace(":", ""))
    seen: dict[int, bool] = {}
    for second in range(0, 50):
        for message in sim.wake(now + second * SECOND):
            if isinstance(message, m.GatewayPayload) and message.topic.endswith("/scan"):
                report = wire.decode(message.payload)
                assert isinstance(report, m.ScanReport)
                for data in report.adverts.values():
                    if data[5:8].hex() == "e0fe20" and data[8] & 2 and data[11:17] == mac:
                        seen[second] = True
    assert 0 <= min(seen) <= 1, "passed on at once"
    assert ALARM // SECOND - 2 <= max(seen) <= ALARM // SECOND + 2


def test_the_wearer_waits_until_the_call_has_ended() -> None:
    sim = simulator(PRESSING)
    now, tag, walker = _until_pressed(sim)
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
    now, _, walker = _until_pressed(sim)
    customer = sim._clientele.open[walker]
    sim.wake(now + round((WAIT_S + 1) * SECOND))
    assert sim._clientele.open.get(walker) is not customer
