import msgspec

from firmware_sim.formats.april_brother import PER_MESSAGE, encode, status
from tests.firmware_sim.formats.batches import batch, condition, installed, tags


def test_bytes_of_each_advert_and_one_time_for_all() -> None:
    known = tags()
    ((topic, payload),) = encode(batch([0, 1], [-60, -90], installed("april_brother")), known)
    body = msgspec.msgpack.decode(payload)
    assert topic == "ab_gateway/gw-L1-01"
    assert 0x80 <= payload[0] <= 0x8F
    first, second = body["devices"]
    assert first[0] == 0
    assert first[1:7].hex().upper() == known.address(0)
    assert (first[7] - 256, second[7] - 256) == (-60, -90)
    assert first[8:] == known.advert(0)
    assert body["rssi"] == -43, "that is its own Wi-Fi"


def test_the_hardware_passes_on_no_more_than_it_can() -> None:
    sent = batch([1] * 400, [-60] * 400, installed("april_brother"))
    body = msgspec.msgpack.decode(encode(sent, tags())[0][1])
    assert len(body["devices"]) == PER_MESSAGE
    assert status(condition("april_brother")) == []
