import json

from firmware_sim.formats.ruuvi import encode, status
from tests.firmware_sim.formats.batches import batch, condition, installed, tags


def test_one_message_for_each_advert_with_times_as_strings() -> None:
    written = encode(batch([0, 1], gateway=installed("ruuvi")), tags())
    assert len(written) == 2
    topic, payload = written[0]
    assert topic == "ruuvi/AC:23:3F:C0:36:41/C3:00:00:25:00:01"
    body = json.loads(payload)
    assert isinstance(body["ts"], str)
    assert int(body["ts"]) <= int(body["gwts"])
    assert bytes.fromhex(body["data"]) == tags().advert(0)


def test_the_will() -> None:
    assert status(condition("ruuvi", False)) == [
        ("ruuvi/AC:23:3F:C0:36:41/gw_status", b'{"state": "offline"}')
    ]
