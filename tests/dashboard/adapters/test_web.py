"""The application as a whole: nothing is open that should not be, and every refusal has the one shape."""

import asyncio
import inspect
import re
import signal
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Route

from contracts.errors import ConfigError, StorageError
from dashboard.adapters.tokens import CALL, Tokens
from dashboard.adapters.web import create_app, open_listener, spot_address
from tests.dashboard.builders import Core, a_call, served, workplaces

OPEN: Final = {
    ("GET", "/"),
    ("GET", "/staff"),
    ("GET", "/office"),
    ("GET", "/technician"),
    ("GET", "/staff-sw.js"),
    ("GET", "/app/{tree_hash}/{name:path}"),
    ("GET", "/floors/{floor}.svg"),
    ("GET", "/healthz"),
    ("GET", "/api"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/asyncapi.json"),
    ("POST", "/api/login"),
    ("POST", "/api/logout"),
    ("GET", "/c/{spot_token}"),
    ("GET", "/c/call/{call_token}"),
    ("GET", "/d/{device_token}"),
}
"""What anybody may ask for: pages without data, and the ways in and out."""


def routes(core: Core) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    stack = list(create_app(core, core.hub, **workplaces(core)).routes)
    while stack:
        route = stack.pop()
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        if isinstance(route, Route):
            found += [(method, route.path) for method in route.methods or () if method != "HEAD"]
        elif inner:
            stack += list(inner)
    return sorted(found)


def test_whatever_is_not_meant_to_be_open_refuses_strangers(tmp_path: Path) -> None:
    """Over the route table, so that a new route is closed or named above. Tokens: ours or 404."""

    async def scenario() -> None:
        core = Core(tmp_path)
        every = routes(core)
        assert set(every) > OPEN
        closed = [route for route in every if route not in OPEN]
        async with served(core) as server, server.client() as stranger:
            for method, path in closed:
                address = re.sub(r"\{[^}]*\}", "x", path)
                answer = await stranger.request(
                    method, address, json={}, headers={"Idempotency-Key": "k" * 10}
                )
                assert answer.status_code in (401, 404), (method, path, answer.text)
                error = answer.json()["error"]
                assert error["code"] in ("not_logged_in", "not_found", "bad_token"), (method, path)
                assert set(error["message"]) == {"zh", "en"}
        assert core.sent == []

    asyncio.run(scenario())


@pytest.mark.parametrize("user", ["u-01", "technician"])
def test_the_wrong_role_is_refused(tmp_path: Path, user: str) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client(user) as client:
            body = {"type": "CancelCall", "call_id": "c-1", "reason": "x"}
            headers = {"Idempotency-Key": "0123456789"}
            for answer in [
                await client.get("/api/audit"),
                await client.get("/qr"),
                await client.get("/api/route", params={"unit": "u-02"}),
                await client.post("/api/commands", json=body, headers=headers),
            ]:
                assert answer.status_code == 403, answer.url
                assert answer.json()["error"]["code"] == "forbidden"
        assert core.sent == []

    asyncio.run(scenario())


def test_another_sites_pages_cannot_use_our_cookies(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            for origin in ("https://evil.example", "null", f"ftp://{server.host}"):
                headers = {"Origin": origin, "Idempotency-Key": "0123456789"}
                for path in ("/api/commands", "/api/login", "/api/logout", "/api/looked"):
                    answer = await client.post(path, json={}, headers=headers)
                    assert answer.status_code == 403, (origin, path)
                    assert answer.json()["error"]["code"] == "bad_origin"
        assert core.sent == []

    asyncio.run(scenario())


def test_every_answer_carries_the_safe_headers(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            for path in ("/", "/api/me", "/nowhere", "/healthz", "/floors/L1.svg"):
                headers = (await client.get(path)).headers
                assert headers["x-content-type-options"] == "nosniff", path
                assert headers["referrer-policy"] == "no-referrer"
                policy = headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert "http" not in policy
                assert "server" not in headers

    asyncio.run(scenario())


def test_unknown_addresses_and_methods_have_the_one_shape(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            for method, path in (
                ("GET", "/nowhere"),
                ("DELETE", "/api/me"),
                ("GET", "/docs"),
                ("GET", "/openapi.json"),
            ):
                answer = await client.request(method, path)
                assert answer.status_code == 404
                assert answer.json()["error"]["code"] == "not_found"

    asyncio.run(scenario())


def test_bodies_are_limited_and_must_be_json_objects(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        headers = {"Idempotency-Key": "0123456789", "Content-Type": "application/json"}
        async with served(core) as server, server.client("operator") as client:
            deep = b"[" * 30_000
            bad = (
                (b"x" * 70_000, "too_long"),
                *((content, "bad_request") for content in (b"[]", b"{", deep)),
            )
            for content, code in bad:
                answer = await client.post("/api/commands", content=content, headers=headers)
                assert answer.json()["error"]["code"] == code
            plain = {**headers, "Content-Type": "text/plain"}
            assert (await client.post("/api/commands", content=b"{}", headers=plain)).status_code == 400

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ZeroDivisionError("secret detail"), 500, "our_fault"),
        (StorageError("secret detail"), 503, "unavailable"),
    ],
)
def test_faults_have_the_same_shape_and_tell_the_log_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str
) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)

        def broken(*_arguments: object) -> None:
            raise error

        core.accounts.session = broken  # type: ignore[method-assign, assignment]
        async with served(core) as server, server.client() as client:
            client.cookies.set("nearhand_console", "x")
            answer = await client.get("/api/me")
            assert answer.status_code == status
            assert answer.json()["error"]["code"] == code
            assert "secret" not in answer.text

    asyncio.run(scenario())
    assert any("secret detail" in f"{record.message} {record.exc_info}" for record in caplog.records)


def test_a_spots_address_for_printing(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            address = spot_address(server.app, "L1-desk", server.base)
            assert address.startswith(f"{server.base}/c/")
            start = (await client.get(f"{address}/start")).json()
            assert start["spot"]["spot"] == "L1-desk"

    asyncio.run(scenario())


def test_a_port_in_use_is_said_clearly() -> None:
    with open_listener("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(
            ConfigError, match=rf"http.port: cannot listen on 127.0.0.1:{port}: Address already"
        ):
            open_listener("127.0.0.1", port)


def test_stopping_lets_go_of_held_requests_and_leaves_signals_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(a_call())
        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        token = Tokens(core.secret).sign(CALL, "c-1")
        async with served(core) as server, server.client() as phone:
            assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
            held = asyncio.create_task(phone.get(f"/c/call/{token}/state", params={"after": 1}))
            for _ in range(20):
                await asyncio.sleep(0.005)
            assert not held.done()
            core.hub.go_down()
            assert (await asyncio.wait_for(held, 5)).status_code == 200

    asyncio.run(scenario())


def test_the_entry_point_is_as_documented() -> None:
    assert list(inspect.signature(create_app).parameters)[:2] == ["core", "hub"]
