"""Every expectation of the recorded samples, messages and adverts: all of them, none may fail."""

import json
from typing import Any

import pytest

from runtime.decode import answers
from tests.gateway import samples

ASKED = ("topic", "payload", "payload_encoding", "transport")


def title(line: dict[str, Any]) -> str:
    return f"{line.get('vendor', 'advert')}: {line['name']}"


@samples.needs_samples
def test_the_samples_are_whole() -> None:
    assert len(samples.message_lines()) == 71
    assert len(samples.lines("adverts.jsonl")) == 57


@samples.needs_samples
@pytest.mark.parametrize("line", samples.message_lines(), ids=title)
def test_a_recorded_message_is_understood(line: dict[str, Any]) -> None:
    asked = json.dumps({key: line.get(key) for key in ASKED})
    (answer,) = answers([asked], None, False, {})
    assert answer["error"] is None
    assert samples.differences(line["expect"], answer) == []


BY_TOPIC = ("espresense", "theengs-openmqttgateway", "tasmota")
"""These vendors are known by their topics."""


def of_telling_shape(line: dict[str, Any]) -> bool:
    return line["vendor"] not in BY_TOPIC and line["name"] != "gateway online"


@samples.needs_samples
@pytest.mark.parametrize(
    "line", [line for line in samples.message_lines() if of_telling_shape(line)], ids=title
)
def test_a_recorded_message_is_told_without_its_topic_where_its_shape_tells(line: dict[str, Any]) -> None:
    """Several topics are whatever an operator typed: the shape must do."""
    with_topic = json.dumps({key: line.get(key) for key in ASKED})
    without = json.dumps({key: line.get(key) for key in ASKED if key not in ("topic", "transport")})
    (one,), (other,) = answers([with_topic], None, False, {}), answers([without], None, False, {})
    assert one["format"] == other["format"]


@samples.needs_samples
@pytest.mark.parametrize("line", samples.lines("adverts.jsonl"), ids=title)
def test_a_recorded_advert_is_understood(line: dict[str, Any]) -> None:
    expected = dict(line["expect"])
    asked = {"adv_hex": line["adv_hex"], "address": line.get("address"), "key": expected.pop("key", None)}
    (answer,) = answers([json.dumps(asked)], None, True, {})
    assert answer["error"] is None
    assert samples.differences(expected, answer) == []


@pytest.mark.skipif(not samples.CAPTURE.exists(), reason=f"the MQTT capture is not here: {samples.CAPTURE}")
def test_every_message_of_the_captured_house_is_a_sighting_of_the_watch() -> None:
    lines = samples.CAPTURE.read_text(encoding="utf-8").splitlines()
    found = list(answers(lines, None, False, {}))
    assert len(found) == len(lines) == 1693
    assert {answer["kind"] for answer in found} == {"sightings"}
    assert {answer["device"] for answer in found} == {"58:B1:29:44:94:D3"}
    assert len({answer["gateway"] for answer in found}) == 10
