"""The AsyncAPI document says what the message classes say."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contracts.wire import COMMAND_TYPES, ROUTES
from dashboard.asyncapi import asyncapi
from tests.dashboard.test_openapi import references, resolved

SPECIFICATION = Path(__file__).parent / "vendor" / "asyncapi-3.0.0.json"
"""AsyncAPI's own JSON schema (@asyncapi/specs 6.11.1, Apache-2.0), without its descriptions."""


@pytest.fixture(scope="module")
def judge() -> Any:
    return jsonschema_rs.validator_for(json.loads(SPECIFICATION.read_text()))


def test_it_is_an_asyncapi_document(judge: Any) -> None:
    assert [error.message for error in judge.iter_errors(json.loads(json.dumps(asyncapi("1"))))] == []


def test_the_judge_sees_mistakes(judge: Any) -> None:
    wrong = json.loads(json.dumps(asyncapi("1")))
    wrong["channels"]["pages"]["adress"] = "/ws"
    assert not judge.is_valid(wrong)


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(json.dumps(asyncapi("1")))
    every = list(references(document))
    assert len(every) > 200
    for reference in every:
        assert resolved(document, reference)


def test_every_message_of_the_bus_has_its_channel() -> None:
    channels = asyncapi("1")["channels"]
    told = {kind for channel in channels.values() for kind in channel["messages"]}
    assert {kind.__name__ for kind in ROUTES} <= told
    addresses = {channel["address"] for channel in channels.values()}
    for route in ROUTES.values():
        assert f"nearhand/v1/{{site}}/{route.template}" in addresses


def test_directions_are_the_products() -> None:
    operations = asyncapi("1")["operations"]
    received = {name.removeprefix("receive-") for name in operations if name.startswith("receive-")}
    assert received == {
        "gateways-gateway-scan",
        "gateways-gateway-status",
        "commands",
        "units-unit-id-commands",
        "snapshots-requests",
        "pages",
        "replay",
    }
    assert "send-pages" in operations
    assert "send-positions" in operations


def test_handhelds_may_send_commands() -> None:
    handheld = asyncapi("1")["channels"]["units-unit-id-commands"]
    assert set(handheld["messages"]) == {kind.__name__ for kind in COMMAND_TYPES}
