"""The live socket against the real server: subscribe, resume, be cut off, and never hold up the others."""

import asyncio
import contextlib
import json
import socket as sockets
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import websockets

from contracts.quantities import SECOND
from dashboard import frames
from dashboard.adapters import hub as hubs
from tests.dashboard.builders import (
    T0,
    Core,
    Served,
    a_call,
    a_unit,
    an_enrolment,
    enrolled,
    positions,
    served,
)


async def said(socket: Any, kind: str) -> dict[str, Any]:
    """The next text of a kind; other texts and frames are passed over."""
    async with asyncio.timeout(10):
        while True:
            message = await socket.recv()
            if isinstance(message, str) and json.loads(message)["t"] == kind:
                content = json.loads(message)
                assert isinstance(content, dict)
                return content


async def shown(socket: Any) -> list[frames.Frame]:
    """The next binary message."""
    async with asyncio.timeout(10):
        while True:
            message = await socket.recv()
            if isinstance(message, bytes):
                return frames.decode(message)


async def ended(socket: Any) -> int:
    async with asyncio.timeout(10):
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    return int(socket.close_code)


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until something holds."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 -- what is waited for is the server's own state
            await asyncio.sleep(0.005)


async def sub(socket: Any, *topics: str, **fields: Any) -> None:
    await socket.send(json.dumps({"t": "sub", "topics": topics, **fields}))


def test_welcome_snap_event_frame_and_tick(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(an_enrolment(*enrolled("a")))
        core.hear(a_call())
        async with served(core) as server, server.socket("operator") as page:
            assert page.subprotocol == "nearhand.v1"
            welcome = await said(page, "welcome")
            assert welcome["me"]["role"] == "operator"
            assert welcome["boot"] == core.service.desk.boot
            await sub(page, "calls", "pos:L1")
            snap = await said(page, "snap")
            assert [call["call_id"] for call in snap["data"]] == ["c-1"]
            assert (await said(page, "dict"))["slots"][0]["id"] == "a"
            (key,) = await shown(page)
            assert (key.kind, len(key.records)) == (frames.KEY, 0)
            core.hear(positions(T0, ("a", 0, 3.0, 4.0)))
            (change,) = await shown(page)
            assert change.records["slot"].tolist() == [0]
            core.hear(a_call(version=2, note="now"))
            event = await said(page, "ev")
            assert (event["kind"], event["seq"], event["data"]["note"]) == ("CallChanged", 2, "now")
            tick = await said(page, "tick")
            assert tick["now"] == T0
            assert tick["devices"] == 1

    asyncio.run(scenario())


def test_unsubscribed_topics_fall_silent(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.socket("operator") as page:
            await sub(page, "calls", "units")
            await said(page, "snap")
            await page.send(json.dumps({"t": "unsub", "topics": ["calls"]}))
            await sub(page, "stock")
            while (await said(page, "snap"))["topic"] != "stock":
                pass
            core.hear(a_call())
            core.hear(a_unit())
            assert (await said(page, "ev"))["topic"] == "units"

    asyncio.run(scenario())


def test_a_page_that_comes_back_misses_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server:
            async with server.socket("operator") as page:
                boot = (await said(page, "welcome"))["boot"]
                await sub(page, "calls")
                core.hear(a_call(version=1))
                seq = (await said(page, "snap"))["seq"]
            for version in (2, 3, 4):
                core.hear(a_call(version=version))
            async with server.socket("operator") as page:
                await sub(page, "calls", resume={"boot": boot, "seq": {"calls": seq}})
                missed = [(await said(page, "ev"))["data"]["version"] for _ in range(4 - seq)]
                assert missed == [2, 3, 4][-len(missed) :]
            async with server.socket("operator") as page:
                await sub(page, "calls", resume={"boot": "another", "seq": {"calls": seq}})
                assert (await said(page, "snap"))["seq"] == 4

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("user", "options", "code"),
    [
        ("", {}, hubs.LOG_IN_AGAIN),
        ("operator", {"origin": "https://evil.example"}, hubs.FORBIDDEN),
        ("operator", {"subprotocols": ["nearhand.v9"]}, hubs.NEW_VERSION),
    ],
)
def test_strangers_are_told_why_and_closed(
    tmp_path: Path, user: str, options: dict[str, Any], code: int
) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server:
            if "subprotocols" in options:
                options.update(subprotocols=None)
            async with server.socket(user, **options) as page:
                assert await ended(page) == code

    asyncio.run(scenario())


def test_nothing_is_compressed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.socket("operator", compression="deflate") as page:
            assert page.protocol.extensions == []

    asyncio.run(scenario())


def test_a_session_that_is_over_ends_the_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "TICK_S", 0.02)
    monkeypatch.setattr(hubs, "SESSIONS_CHECK_S", 0.05)

    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.socket("operator") as page, server.socket("admin") as other:
            await said(page, "tick")
            core.accounts.revoke_all("operator")
            assert await ended(page) == hubs.LOG_IN_AGAIN
            assert (await said(other, "tick"))["t"] == "tick"

    asyncio.run(scenario())


def test_going_down_is_said(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.socket("operator") as page:
            await said(page, "welcome")
            core.hub.close_all(hubs.GOING_DOWN)
            bye = await said(page, "bye")
            assert bye["code"] == hubs.GOING_DOWN
            assert await ended(page) == hubs.GOING_DOWN
            assert core.hub.clients == {}

    asyncio.run(scenario())


def test_rubbish_is_counted_and_a_flood_is_cut_off(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.socket("operator") as page:
            for text in ("{", '{"t":"sub"}', '{"t":"dance"}', b"\xff\x00", '{"t":"sub","x":' + "[" * 10_000):
                await page.send(text)
            await sub(page, "calls")
            await said(page, "snap")
            assert core.service.desk.counters["socket_messages_unreadable"] == 5
            for _ in range(hubs.EVENTS_LIMIT // 10):
                await page.send("{")
            assert await ended(page) == hubs.TOO_SLOW

    asyncio.run(scenario())


def stalled_reader(server: Served) -> sockets.socket:
    """A browser on a laptop that went to sleep: subscribes, and never reads again."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", int(server.host.rpartition(":")[2])))
    text = json.dumps({"t": "sub", "topics": ["calls", "pos:L1"]}).encode()
    mask = b"\1\2\3\4"
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))
    cookie = f"nearhand_console={server.core.token('operator')}"
    request = (
        f"GET /ws HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: nearhand.v1\r\nCookie: {cookie}\r\n\r\n"
    )
    raw.sendall(request.encode())
    assert b" 101 " in raw.recv(2000)
    raw.sendall(bytes([0x81, 0x80 | len(text)]) + mask + body)
    return raw


def test_one_stalled_page_changes_nothing_for_the_others(tmp_path: Path) -> None:
    """Its frames are replaced, its events run full, it is cut off; others get everything in time."""

    async def scenario() -> None:
        core = Core(tmp_path)
        names = [f"d{index}" for index in range(2_000)]
        core.hear(an_enrolment(*enrolled(*names)))
        async with served(core, send_buffer=8192) as server:
            asleep = await asyncio.to_thread(stalled_reader, server)
            (sleeper,) = core.hub.clients
            await until(lambda: "calls" in sleeper.topics)
            async with server.socket("operator", max_queue=None) as page:
                await sub(page, "calls", "pos:L1")
                await shown(page)
                loop, slowest = asyncio.get_running_loop(), 0.0
                for number in range(1, 1_400):
                    before = loop.time()
                    core.hear(a_call(version=number, note="x" * 400))
                    if number % 20 == 0:
                        core.hear(positions(T0 + number * SECOND, *((name, 0, 3.0, 4.0) for name in names)))
                    event = await said(page, "ev")
                    assert event["seq"] == number
                    slowest = max(slowest, loop.time() - before)
                assert slowest < 1.0, "the others must not wait for the sleeper"
                assert sleeper.closing == hubs.TOO_SLOW
                assert sleeper.dropped > 10
                await until(lambda: sleeper not in core.hub.clients)
                assert core.service.desk.counters["clients_too_slow"] == 1
            asleep.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
            asleep.close()

    asyncio.run(scenario())


def test_a_handheld_says_that_somebody_holds_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.socket("u-01") as handheld:
            await said(handheld, "welcome")
            assert core.present == ["u-01"]

    asyncio.run(scenario())
