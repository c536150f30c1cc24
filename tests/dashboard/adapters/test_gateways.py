"""The door of gateways that post: who may, how much, and what becomes of it; configuration of agents."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts import messages as m
from contracts.wire import MAX_PAYLOAD_BYTES
from dashboard.adapters.tokens import CALL, GATEWAY, Tokens
from tests.dashboard.builders import T0, Core, served
from tests.sites import small_mall

TOKENS = Tokens(Core.secret)
TOKEN = TOKENS.sign(GATEWAY, "gw-7")
TOPIC = f"nearhand/v1/{small_mall().site}/gateways/gw-7/post"
BASIC = base64.b64encode(f"any:{TOKEN}".encode()).decode()
MERAKI = {"version": "3.0", "secret": TOKEN, "type": "Bluetooth", "data": {"observations": []}}
ARUBA = {"meta": {"version": "1", "access_token": TOKEN}, "reporter": {"mac": "204c038b86fe"}, "reported": []}


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        (f"/post/{TOKEN}", {}, b"any bytes \xff"),
        ("/post", {"Authorization": f"Bearer {TOKEN}"}, b"{}"),
        ("/post", {"Authorization": f"Token {TOKEN}"}, b"{}"),
        ("/post", {"Authorization": f"Basic {BASIC}"}, b"{}"),
        ("/post", {"Api-Key": TOKEN}, b"{}"),
        ("/post", {"X-Api-Key": TOKEN}, b"{}"),
        ("/post", {}, json.dumps(MERAKI).encode()),
        ("/post", {}, json.dumps(ARUBA).encode()),
    ],
)
def test_a_post_goes_on_as_it_came_from_its_sender(
    tmp_path: Path, path: str, headers: dict[str, str], body: bytes
) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as gateway:
            answer = await gateway.post(path, content=body, headers=headers)
            assert answer.status_code == 200, answer.text
        assert core.published == [m.GatewayPayload(topic=TOPIC, payload=body, received_at=T0)]
        assert core.service.counters["posts"] == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/post", {}, b"{}"),
        ("/post", {}, b"\xff"),
        ("/post", {}, b"[" * 5000),
        ("/post", {}, b'{"secret":1}'),
        ("/post", {}, b'{"meta":{}}'),
        ("/post/guessed", {}, b"{}"),
        (f"/post/{TOKEN}x", {}, b"{}"),
        (f"/post/{TOKENS.sign(CALL, 'gw-7')}", {}, b"{}"),
        ("/post", {"Authorization": "Basic !!"}, b"{}"),
        ("/post", {"Authorization": "Bearer"}, b"{}"),
        ("/post", {"Api-Key": "no"}, json.dumps(MERAKI).encode()),
    ],
)
def test_who_has_no_token_is_refused_and_counted(
    tmp_path: Path, path: str, headers: dict[str, str], body: bytes
) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as gateway:
            answer = await gateway.post(path, content=body, headers=headers)
            assert answer.status_code == 401
        assert core.published == []
        assert core.service.counters["posts_refused"] == 1

    asyncio.run(scenario())


def test_too_much_is_refused_and_counted(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as gateway:

            async def post(size: int, **headers: str) -> httpx.Response:
                return await gateway.post(f"/post/{TOKEN}", content=b"x" * size, headers=headers)

            assert (await post(MAX_PAYLOAD_BYTES)).status_code == 200
            assert (await post(MAX_PAYLOAD_BYTES + 1)).status_code == 413
            assert (await post(9, **{"Content-Encoding": "gzip"})).status_code == 400
            for _ in range(197):
                server.app.state.screens.posts_by_sender.take("gw-7", core.clock)
            assert [(await post(1)).status_code for _ in range(4)] == [200, 200, 429, 429]
            core.clock += 100_000
            assert [(await post(1)).status_code for _ in range(3)] == [200, 200, 429]
        counters = core.service.counters
        assert (counters["posts_too_long"], counters["posts_too_many"]) == (1, 3)
        assert counters["posts"] == len(core.published) == 5

    asyncio.run(scenario())


def test_while_the_broker_is_away_the_gateway_is_told_to_come_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.away = True
        async with served(core) as server, server.client() as gateway:
            answer = await gateway.post(f"/post/{TOKEN}", content=b"{}")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert core.service.counters["posts"] == 0

    asyncio.run(scenario())


def test_meraki_gets_the_validator_of_its_network(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.client() as cloud:
            address = f"/post/{TOKEN}?validator=b9ac62d54ce3d13c2c2b8f0a45d6"
            answer = await cloud.get(address)
            assert (answer.status_code, answer.text) == (200, "b9ac62d54ce3d13c2c2b8f0a45d6")
            assert answer.headers["content-type"].startswith("text/plain")
            assert (await cloud.post(address, json=MERAKI)).status_code == 200
            assert (await cloud.get("/post/guessed?validator=b9ac")).status_code == 401
            assert (await cloud.get(f"/post/{TOKEN}?validator=<script>")).status_code == 400

    asyncio.run(scenario())


def test_a_technician_gets_the_address_and_it_is_audited(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server:
            async with server.client("technician") as technician:
                told = (await technician.get("/api/gateways/gw-7/post")).json()
                assert told == {"url": f"{server.base}/post/{TOKEN}", "token": TOKEN}
                assert (await technician.get("/api/gateways/not%20an%20id/post")).status_code == 404
            async with server.client("operator") as operator:
                assert (await operator.get("/api/gateways/gw-7/post")).status_code == 403
        assert any((e.what, e.whom) == ("gateway_door", "gw-7") for e in core.accounts.entries())

    asyncio.run(scenario())


NAME = small_mall().gateways[0].gateway


@pytest.mark.parametrize(
    ("gateway", "body", "status"),
    [
        (NAME, {"batch_ms": 100, "allow": ["ibeacon:x:*"]}, 204),
        (NAME, {}, 204),
        (NAME, {"batch_ms": 5}, 400),
        (NAME, {"batch_ms": "fast"}, 400),
        (NAME, {"allow": "x"}, 400),
        ("gw-nowhere", {}, 404),
    ],
)
def test_an_agent_is_configured_from_the_console(
    tmp_path: Path, gateway: str, body: dict[str, Any], status: int
) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server:
            path = f"/api/gateways/{gateway}/config"
            async with server.client("technician") as technician:
                assert (await technician.put(path, json=body)).status_code == status
            async with server.client("operator") as operator:
                assert (await operator.put(path, json=body)).status_code == 403
        allow = tuple(body["allow"]) if "allow" in body else None
        expected = (
            m.GatewayConfig(gateway=gateway, at=T0, allow=allow, batch_ms=body.get("batch_ms"))
            if status == 204
            else None
        )
        assert core.published == ([expected] if expected else [])
        assert any(e.what == "configure_gateway" for e in core.accounts.entries()) == (status == 204)

    asyncio.run(scenario())
