from firmware_sim.formats.ingics import encode, status
from tests.firmware_sim.builders import START
from tests.firmware_sim.formats.batches import batch, condition, heard_at, installed, tags


def test_a_line_for_each_advert() -> None:
    known = tags()
    ((topic, payload),) = encode(batch([0, 1], [-60, -61], installed("ingics")), known)
    lines = payload.decode().split("\r\n")
    assert topic == "ingics/gw-L1-01"
    assert len(lines) == 2
    kind, tag, gateway, rssi, data, at = lines[0].split(",")
    assert (kind, tag, gateway, rssi) == ("$GPRP", "C30000250001", "AC233FC03641", "-60")
    assert bytes.fromhex(data) == known.advert(0)
    assert round(float(at) * 1000) == heard_at(0) // 1000


def test_the_heartbeat_carries_no_level() -> None:
    ((_, payload),) = status(condition("ingics"))
    assert payload.decode() == f"$HBRP,AC233FC03641,AC233FC03641,-127,00000000,{START // 1_000_000}"
    assert status(condition("ingics", False)) == []
