import json

from firmware_sim.formats.moko import encode, speaks_old
from tests.firmware_sim.builders import START
from tests.firmware_sim.formats.batches import batch, installed, tags


def _gateway(old: bool) -> str:
    return next(name for name in ("gw-1", "gw-2") if speaks_old(name) is old)


def test_the_old_protocol_has_no_bytes_for_beacons_it_knows() -> None:
    sent = batch(gateway=installed("moko", _gateway(old=True)))
    body = json.loads(encode(sent, tags())[0][1])
    assert body["msg_id"] == 3004
    kinds = {row["value"]["type"]: row["value"] for row in body["data"]}
    assert set(kinds) == {"Unknown", "iBeacon"}
    assert "raw data" in kinds["Unknown"]
    assert "raw data" not in kinds["iBeacon"]
    assert kinds["iBeacon"]["timestamp"] == "2026-3-14&09:59:59+08"


def test_the_new_protocol_decodes_buttons() -> None:
    known = tags()
    known.beacons.presses[3] = 41
    known.beacons.press(3, START)
    known.refresh(START)
    sent = batch([3, 2], gateway=installed("moko", _gateway(old=False)))
    body = json.loads(encode(sent, known)[0][1])
    button, other = body["data"]
    assert (button["type"], button["trigger_count"], button["alarm_status"]) == ("bxp-button", 42, 1)
    assert other["type"] == "other"
    assert bytes.fromhex(other["adv_data"]) == known.advert(2)


def test_scan_responses_have_a_field_of_their_own() -> None:
    known = tags(joined=frozenset({2}))
    body = json.loads(encode(batch([2], gateway=installed("moko", _gateway(old=False))), known)[0][1])
    row = body["data"][0]
    assert bytes.fromhex(row["rsp_data"])
    assert bytes.fromhex(row["adv_data"] + row["rsp_data"]) == known.advert(2)
