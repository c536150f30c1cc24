"""schemathesis asks the real server everything that the OpenAPI document describes, well and badly formed.

Few examples, always the same ones: each answer must have a described status, type and shape, and none may be
our own fault. Log-out is left out (it would end the session that all share).
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contracts import messages as m
from contracts.quantities import SECOND
from dashboard.adapters import customers
from dashboard.adapters.tokens import CALL, DEVICE, SPOT, Tokens
from dashboard.openapi import openapi
from runtime.site_files import save_site
from tests.dashboard.builders import T0, Core, a_call, a_task, a_unit, served

EXAMPLES = 4
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
TOKENS = Tokens(Core.secret)
RIGHTS = {
    "spot_token": TOKENS.sign(SPOT, "L1-desk"),
    "device_token": TOKENS.sign(DEVICE, "ibeacon:x:1:2"),
    "call_token": TOKENS.sign(CALL, "c-1"),
}
"""Signed words in a path are not guessed by anybody: with these the handlers behind them are reached."""

HOLD_S = 0.1
"""Requests that wait for news are let go soon."""

SOME_COMMANDS = ("PlaceCall", "HoldCall", "AddTask", "SendText", "EnrolDevices")
"""All go one way; drawing from forty shapes at once costs 20 s and reaches no other line."""


def described(rules: bool) -> dict[str, Any]:
    """The document, with some commands; ``rules``: and all that the rules of a house are made of."""
    document = openapi("test")
    choices = document["components"]["schemas"]["Command"]["anyOf"]
    some = [choice for choice in choices if choice["$ref"].rpartition("/")[2] in SOME_COMMANDS]
    assert len(some) == len(SOME_COMMANDS)
    document["components"]["schemas"]["Command"] = {"anyOf": some}
    if not rules:
        document["components"]["schemas"]["Rules"] = {"type": "object"}
    return document


TRIED_ELSEWHERE = ["/api/workshop/check", "/api/rules/check"]
"""Each check starts a process that tries every service, five seconds of two processors; it takes no words."""

schema = schemathesis.openapi.from_dict(described(rules=False)).exclude(
    path=["/api/logout", *TRIED_ELSEWHERE]
)


def of_rules() -> schemathesis.schemas.BaseSchema:
    """Apart: schemathesis 4.32 cannot list the borders of lists of lists of objects ("unhashable type")."""
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
    whole = schemathesis.openapi.from_dict(described(rules=True), config=config)
    return whole.include(path="/api/rules/draft", method="PUT")


rules_schema = of_rules()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The real server in a thread, with a call, a person and a loan: its address, and an admin's cookie."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[tuple[str, str]] = []

    async def serve() -> None:
        core = Core(folder)
        save_site(core.service.site, folder / "given")
        core.hear(a_unit())
        core.hear(a_call(state="cleared", tasks=(a_task(state="cleared", item="wheelchair"),)))
        loan = m.LoanView("t-1", "wheelchair", "W-7", "u-01", T0, T0 + SECOND)
        core.hear(m.StockChanged(depot="d-L1", version=2, free={}, reserved={}, loans=(loan,)))
        async with served(core) as up:
            found.append((up.base, f"nearhand_console={core.token('admin')}"))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(customers, "HOLD_S", HOLD_S)
        thread.start()
        assert ready.wait(30)
        yield found[0]
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
    loop.run_until_complete(asyncio.sleep(0))  # what was cancelled last ends here
    loop.close()


FEW = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)


@schema.parametrize()
@FEW
def test_every_address_answers_as_described(case: schemathesis.Case, server: tuple[str, str]) -> None:
    base, cookie = server
    for name, token in RIGHTS.items():
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = token
    _holds(case, base, cookie)


@rules_schema.parametrize()
@FEW
def test_rules_of_any_shape_are_answered_as_described(
    case: schemathesis.Case, server: tuple[str, str]
) -> None:
    base, cookie = server
    shown = httpx.get(f"{base}/api/rules/draft", headers={"Cookie": cookie}, timeout=20).json()
    if isinstance(case.body, dict) and "version" in case.body:
        case.body["version"] = shown["draft"]["version"]  # else it is refused as somebody else's older one
    _holds(case, base, cookie)


def _holds(case: schemathesis.Case, base: str, cookie: str) -> None:
    case.call_and_validate(base_url=base, headers={"Cookie": cookie}, checks=CHECKS, timeout=20)
