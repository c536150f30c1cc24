import json

from firmware_sim.formats.kkm import encode
from tests.firmware_sim.formats.batches import batch, installed, tags


def test_beacons_decoded_and_the_rest_raw_with_the_level_as_text() -> None:
    known = tags()
    app = known.beacons.kind.index("app")
    ((topic, payload),) = encode(batch([app, 0], [-60, -61], installed("kkm")), known)
    beacon, raw = json.loads(payload)["obj"]
    assert topic == "kbeacon/publish/AC233FC03641"
    assert (beacon["type"], beacon["rssi"]) == (4, -60)
    assert raw["rssi"] == "-61"
    assert bytes.fromhex(raw["data1"]) == known.advert(0)
    assert beacon["time"] == "2026-03-14 09:59:59", "local time that does not say so"
