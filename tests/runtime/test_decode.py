"""The verb ``decode``: an answer for every line, a reason for every line that cannot be read."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts import wire
from gateway.formats.table import BY_NAME
from runtime.decode import answers, utc_text
from tests.gateway.builders import START, TAG, scan

ROOT = Path(__file__).parents[2]
RUUVI = '{"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-26,"ts":1653668027,"data":"0201061BFF99040515AE4C6DC6D7"}'
TOPIC = "ruuvi/C8:25:2D:8E:9C:2C/F4:1F:0C:28:CB:D6"


def answer(given: Any, name: str = "auto", adverts: bool = False) -> dict[str, Any]:
    line = given if isinstance(given, str) else json.dumps(given)
    (found,) = answers([line], BY_NAME.get(name), adverts, {})
    return found


def test_a_message_in_the_terms_of_the_page() -> None:
    found = answer({"topic": TOPIC, "payload": RUUVI, "payload_encoding": "utf8", "transport": "mqtt"})
    assert (found["kind"], found["gateway"], found["error"]) == ("sightings", "C8:25:2D:8E:9C:2C", None)
    assert found["sightings"][0] == {
        "device": "F4:1F:0C:28:CB:D6",
        "rssi_dbm": -26,
        "timestamp_utc": "2022-05-27T16:13:47Z",
        "timestamp_basis": "gateway_unix_s",
        "adv_hex": "0201061bff99040515ae4c6dc6d7",
    }


def test_a_payload_may_be_text_base64_or_json_itself() -> None:
    as_object = answer({"topic": TOPIC, "payload": json.loads(RUUVI)})
    assert as_object["sightings"] == answer({"topic": TOPIC, "payload": RUUVI})["sightings"]
    own = {"payload": "", "payload_encoding": "base64"}
    own["payload"] = base64.b64encode(
        wire.encode(scan([(TAG, -60, 0)], adverts={0: b"\x02\x01\x06"}))
    ).decode()
    found = answer(own)
    assert found["format"] == "nearhand"
    assert found["sightings"][0]["timestamp_utc"] == utc_text(START)
    assert found["sightings"][0]["adv_hex"] == "020106"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("not json", "bad_line"),
        ("[1]", "bad_line"),
        ("{}", "no_payload"),
        ({"payload": "x", "payload_encoding": "base64"}, "bad_base64"),
        ({"payload": "hello"}, "unknown_format"),
        ({"payload": ""}, "empty"),
        ({"payload": "x" * 1_000_001}, "too_long"),
        ({"payload": '{"msg_id":3004,"device_info":{}}'}, "bad_message"),
        ({"payload": '{"version":"3.0","type":"WiFi","data":{}}'}, "wifi_only"),
        (
            {"payload": '{"method":"_async.ble_event","params":{"dev":{"mac":"AABBCCDDEEFF"}}}'},
            "no_rssi",
        ),
    ],
)
def test_what_cannot_be_used_names_the_reason(given: Any, reason: str) -> None:
    assert answer(given)["error"].startswith(reason)


def test_a_chosen_format_is_the_only_one_tried() -> None:
    assert answer({"topic": TOPIC, "payload": RUUVI}, "minew")["error"] is not None
    assert answer({"topic": TOPIC, "payload": RUUVI}, "ruuvi")["error"] is None


def test_adverts() -> None:
    ibeacon = "0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001cf64c5"
    found = answer({"adv_hex": ibeacon, "address": "12:3b:6a:1a:64:cf"}, adverts=True)
    assert (found["type"], found["minor"], found["error"]) == ("ibeacon", 53092, None)
    for given in ({"adv_hex": "0g"}, {"adv_hex": 5}, {}, {"adv_hex": "00" * 2000}):
        assert answer(given, adverts=True)["error"] is not None


def test_times() -> None:
    assert utc_text(1_653_668_027_000_000) == "2022-05-27T16:13:47Z"
    assert utc_text(1_791_148_003_450_000) == "2026-10-04T21:06:43.450Z"
    assert utc_text(1_791_148_003_450_001) == "2026-10-04T21:06:43.450001Z"
    assert utc_text(10**20) is None
    assert utc_text(-1) is None


def run(arguments: list[str], lines: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runtime", "decode", *arguments]
    return subprocess.run(
        command, cwd=ROOT, input=lines, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_command_answers_line_by_line() -> None:
    lines = json.dumps({"topic": TOPIC, "payload": RUUVI}) + "\n\nrubbish\n"
    done = run([], lines)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["n_sightings"] == 1
    assert second["error"].startswith("bad_line")


def test_the_command_knows_its_formats() -> None:
    done = run(["--format", "nonesuch"], "")
    assert done.returncode == 2
    assert "ruuvi" in done.stderr
