"""The AsyncAPI document says what the message classes say."""

import json

from contracts.wire import COMMAND_TYPES, ROUTES
from dashboard.asyncapi import asyncapi
from tests.dashboard.test_openapi import references, resolved


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
