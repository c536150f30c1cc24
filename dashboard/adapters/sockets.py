"""The WebSocket of the pages: subscriptions in, events and position frames out."""

import asyncio
import contextlib
from collections import deque
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.access import Session
from dashboard.adapters import hub as hubs
from dashboard.adapters.failures import Failure
from dashboard.adapters.hub import Client, Hub
from dashboard.adapters.people import me_json
from dashboard.adapters.screens import Screens

SUBPROTOCOL: Final = "nearhand.v1"
MESSAGES_LIMIT: Final = 50
MESSAGES_WINDOW_US: Final = 10_000_000
"""A page that says more than 50 things in 10 s is broken or hostile."""
GOODBYE_S: Final = 2.0
"""How long a page that does not read is waited for when it is cut off."""


class Resume(msgspec.Struct, frozen=True):
    boot: str = ""
    seq: dict[str, int] = {}


class Sub(msgspec.Struct, frozen=True, tag_field="t", tag="sub"):
    topics: list[str]
    resume: Resume = Resume()


class Unsub(msgspec.Struct, frozen=True, tag_field="t", tag="unsub"):
    topics: list[str]


_decoder = msgspec.json.Decoder(Sub | Unsub)


def socket_routes(screens: Screens) -> APIRouter:
    router = APIRouter()

    @router.websocket("/ws")
    async def live(socket: WebSocket) -> None:
        if SUBPROTOCOL not in socket.scope.get("subprotocols", ()):
            await _refuse(socket, None, hubs.NEW_VERSION)
            return
        try:
            screens.check_origin(socket)
        except Failure:
            await _refuse(socket, SUBPROTOCOL, hubs.FORBIDDEN)
            return
        found = await screens.session(socket)
        if found is None:
            await _refuse(socket, SUBPROTOCOL, hubs.LOG_IN_AGAIN)
            return
        await _serve(socket, screens.hub, Client(*found))

    return router


async def _refuse(socket: WebSocket, subprotocol: str | None, code: int) -> None:
    """Accept and close: a browser shows the close code only of a socket that was open."""
    await socket.accept(subprotocol)
    await _goodbye(socket, code)


async def _goodbye(socket: WebSocket, code: int) -> None:
    reason = hubs.REASONS[code]
    bye = msgspec.json.encode({"t": "bye", "code": code, "reason": reason}).decode()
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(GOODBYE_S):
            await socket.send({"type": "websocket.send", "text": bye})
            await socket.close(code, reason)


async def _serve(socket: WebSocket, hub: Hub, client: Client) -> None:
    await socket.accept(SUBPROTOCOL)
    if not hub.join(client):
        await _goodbye(socket, hubs.TOO_SLOW)
        return
    client.add_event(_welcome(hub, client.session))
    if client.session.unit_id is not None:
        await hub.say_present(client.session.unit_id)
    tasks = [
        asyncio.create_task(_read(socket, hub, client)),
        asyncio.create_task(_write(socket, hub, client)),
        asyncio.create_task(client.stopped.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        hub.leave(client)
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
            raise end
    if client.closing is not None:
        await _goodbye(socket, client.closing)


def _welcome(hub: Hub, session: Session) -> str:
    limits = {"queue": hubs.EVENTS_LIMIT, "topics": hubs.TOPICS_LIMIT}
    whole = {**hub.desk.welcome(hub.core.now()), "me": me_json(session), "limits": limits}
    return msgspec.json.encode(whole).decode()


async def _read(socket: WebSocket, hub: Hub, client: Client) -> None:
    """Until the page leaves, or says what cannot be understood."""
    recent: deque[int] = deque(maxlen=MESSAGES_LIMIT)
    while True:
        message = await socket.receive()
        if message["type"] != "websocket.receive":
            return
        now = hub.core.now()
        if len(recent) == MESSAGES_LIMIT and now - recent[0] < MESSAGES_WINDOW_US:
            client.close(hubs.TOO_SLOW)
            return
        recent.append(now)
        try:
            wish = _decoder.decode(message.get("text") or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            hub.desk.counters["socket_messages_unreadable"] += 1
            continue
        if isinstance(wish, Sub):
            hub.subscribe(client, wish.topics[: hubs.TOPICS_LIMIT], wish.resume.boot, wish.resume.seq)
        else:
            for topic in wish.topics[: hubs.TOPICS_LIMIT]:
                hub.unsubscribe(client, f"me:{client.session.unit_id}" if topic == "me" else topic)


async def _write(socket: WebSocket, hub: Hub, client: Client) -> None:
    """The only task that sends to this client while it lives."""
    while True:
        await client.ready.wait()
        client.ready.clear()
        while (item := client.next()) is not None:
            if isinstance(item, str):
                await socket.send({"type": "websocket.send", "text": item})
                continue
            whole = [
                hub.desk.radar.key_frame(topic, hub.core.now()) if data is None else data
                for topic, data in item.items()
            ]
            await socket.send({"type": "websocket.send", "bytes": b"".join(whole)})
