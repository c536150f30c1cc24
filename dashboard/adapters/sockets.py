"""The WebSocket of the pages: subscriptions in, events and position frames out."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from contracts.errors import UNREADABLE
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


_decoder: msgspec.json.Decoder[Sub | Unsub] = msgspec.json.Decoder(Sub | Unsub)
_Wish = TypeVar("_Wish")


def socket_routes(screens: Screens) -> APIRouter:
    router = APIRouter()

    @router.websocket("/ws")
    async def live(socket: WebSocket) -> None:
        client = await admitted(socket, screens)
        if client is not None:
            await _serve(socket, screens.hub, client)

    return router


async def admitted(socket: WebSocket, screens: Screens) -> Client | None:
    """The client behind a socket; None when it was refused, and told why."""
    if SUBPROTOCOL not in socket.scope.get("subprotocols", ()):
        await refuse(socket, None, hubs.NEW_VERSION)
        return None
    try:
        screens.check_origin(socket)
    except Failure:
        await refuse(socket, SUBPROTOCOL, hubs.FORBIDDEN)
        return None
    found = await screens.session(socket)
    if found is None:
        await refuse(socket, SUBPROTOCOL, hubs.LOG_IN_AGAIN)
        return None
    return Client(*found)


async def refuse(socket: WebSocket, subprotocol: str | None, code: int) -> None:
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
    client.add_event(welcome(hub, client.session))
    if client.session.unit_id is not None:
        await hub.say_present(client.session.unit_id)
    try:
        await converse(socket, client, _read(socket, hub, client), write(socket, client, lambda: hub))
    finally:
        hub.leave(client)


async def converse(socket: WebSocket, client: Client, *parts: Coroutine[Any, Any, None]) -> None:
    """Until one of the parts ends or the client is closed; then the others are stopped, and goodbye said."""
    tasks = [asyncio.create_task(part) for part in (*parts, client.stopped.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
            raise end
    if client.closing is not None:
        await _goodbye(socket, client.closing)


def welcome(hub: Hub, session: Session) -> str:
    """The first text of every connection."""
    limits = {"queue": hubs.EVENTS_LIMIT, "topics": hubs.TOPICS_LIMIT}
    whole = {**hub.desk.welcome(hub.core.now()), "me": me_json(session), "limits": limits}
    return msgspec.json.encode(whole).decode()


async def _read(socket: WebSocket, hub: Hub, client: Client) -> None:
    async for wish in wishes(socket, client, hub, _decoder):
        obey(hub, client, wish)


async def wishes(
    socket: WebSocket, client: Client, hub: Hub, decoder: msgspec.json.Decoder[_Wish]
) -> AsyncIterator[_Wish]:
    """What the page says, until it leaves or says too much; what cannot be understood is counted."""
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
            yield decoder.decode(message.get("text") or b"")
        except UNREADABLE:
            hub.desk.counters["socket_messages_unreadable"] += 1


def obey(hub: Hub, client: Client, wish: Sub | Unsub) -> None:
    """Let a client follow topics, or no longer."""
    if isinstance(wish, Sub):
        hub.subscribe(client, wish.topics[: hubs.TOPICS_LIMIT], wish.resume.boot, wish.resume.seq)
    else:
        for topic in wish.topics[: hubs.TOPICS_LIMIT]:
            hub.unsubscribe(client, f"me:{client.session.unit_id}" if topic == "me" else topic)


async def write(socket: WebSocket, client: Client, hub: Callable[[], Hub]) -> None:
    """The only task that sends to this client while it lives. ``hub``: where whole floors are made."""
    while True:
        await client.ready.wait()
        client.ready.clear()
        while (item := client.next()) is not None:
            if isinstance(item, str):
                await socket.send({"type": "websocket.send", "text": item})
                continue
            radar, now = hub().desk.radar, hub().core.now()
            whole = [radar.key_frame(topic, now) if data is None else data for topic, data in item.items()]
            await socket.send({"type": "websocket.send", "bytes": b"".join(whole)})
