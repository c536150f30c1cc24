import json

import numpy as np

from firmware_sim.formats.espresense import encode
from tests.firmware_sim.builders import SECOND, START, rng
from tests.firmware_sim.formats.batches import batch, installed, tags

ROOM = installed("espresense")


def test_the_level_is_smoothed() -> None:
    known, told = tags(), []
    noise = rng().normal(-70, 6, 300).round().astype(int)
    for step, level in enumerate(noise.tolist()):
        sent = batch([2], [level], ROOM)._replace(heard=np.array([START + step * SECOND]))
        told += [json.loads(payload)["rssi"] for _, payload in encode(sent, known)]
    assert np.std(told) < 0.75 * np.std(noise)
    assert abs(np.mean(told) + 70) < 2.0


def test_a_steady_device_is_told_only_now_and_then() -> None:
    known, count = tags(), 0
    for step in range(100):
        sent = batch([2], [-70], ROOM)._replace(heard=np.array([START + step * SECOND]))
        count += len(encode(sent, known))
    assert count == 20


def test_beacons_are_named_by_their_identity() -> None:
    known = tags()
    app = known.beacons.kind.index("app")
    ((topic, payload),) = encode(batch([app], [-60], ROOM), known)
    assert topic == "espresense/devices/iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-0-1/gw-L1-01"
    assert isinstance(json.loads(payload)["rssi"], float)
