"""The OpenAPI document says what the types say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contracts import messages as m
from contracts.wire import COMMAND_TYPES
from dashboard.openapi import OPERATIONS, openapi, senders


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, inner in part.items():
            if name == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def resolved(document: Any, reference: str) -> Any:
    part = document
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(json.dumps(openapi("1")))
    every = list(references(document))
    assert len(every) > 50
    for reference in every:
        assert resolved(document, reference)


@pytest.mark.parametrize("kind", COMMAND_TYPES, ids=lambda kind: kind.__name__)
def test_a_command_is_described_as_pages_send_it(kind: type[m.Command]) -> None:
    schema = openapi("1")["components"]["schemas"][kind.__name__]
    assert "by" not in schema["properties"]
    assert "command_id" not in schema["properties"]
    assert "at" in schema["properties"]
    assert "at" not in schema["required"]
    assert schema["properties"]["type"] == {"enum": [kind.__name__]}


def test_paths_name_their_parameters_and_their_keys() -> None:
    paths = openapi("1")["paths"]
    state = paths["/c/call/{call_token}/state"]["get"]
    assert [parameter["name"] for parameter in state["parameters"]] == ["call_token", "after"]
    keyed = {op.path for op in OPERATIONS if op.keyed}
    for path in keyed:
        assert any(parameter["name"] == "Idempotency-Key" for parameter in paths[path]["post"]["parameters"])


def test_who_may_send_what() -> None:
    assert senders(m.AcceptOffer) == ["staff"]
    assert senders(m.PlaceCall) == ["operator", "staff", "admin"]
    assert senders(m.RateCall) == []


def test_no_address_is_described_twice() -> None:
    keys = [(operation.method, operation.path) for operation in OPERATIONS]
    assert len(set(keys)) == len(keys)
