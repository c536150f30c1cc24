import json

from firmware_sim.formats.minew import encode
from tests.firmware_sim.formats.batches import batch, installed, tags


def test_first_the_gateway_then_one_object_for_each_advert() -> None:
    sent = batch(gateway=installed("minew"))
    ((topic, payload),) = encode(sent, tags())
    rows = json.loads(payload)
    assert topic == "/gw/ac233fc03641/status"
    assert rows[0]["type"] == "Gateway"
    assert rows[0]["mac"] == "AC233FC03641"
    assert len(rows) == 1 + len(sent.device)
    assert {row["type"] for row in rows[1:]} == {"iBeacon", "Unknown"}
    beacon = next(row for row in rows if row["type"] == "iBeacon")
    assert "rawData" not in beacon, "known types are decoded by the gateway"
    assert beacon["ibeaconTxPower"] == -59
