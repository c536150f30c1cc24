"""Replay: a socket of the same protocol whose clock is a moment of the past.

Each replay has a dashboard service of its own, fed with what was said then. Nothing of it is ever live:
every frame and every welcome says so, and no command has a way in.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.websockets import WebSocket

from contracts.errors import LinkError, WorldError
from contracts.messages import Message
from contracts.quantities import SECOND, Instant, from_seconds
from dashboard.adapters import hub as hubs
from dashboard.adapters.hub import Client, Hub
from dashboard.adapters.past import ROLES, number
from dashboard.adapters.screens import Screens
from dashboard.adapters.sockets import (
    SUBPROTOCOL,
    Sub,
    Unsub,
    admitted,
    converse,
    obey,
    refuse,
    welcome,
    wishes,
    write,
)
from dashboard.past import SPEEDS, Past, Playback
from dashboard.service import DashboardService

REPLAYS_LIMIT: Final = 8
"""Replays at once: each holds a mall's state, and they share one reading thread."""
STEP_S: Final = 0.25
PAUSED_S: Final = 1.0
"""A replay that stands still says so each second, as the live stream does."""
EDGE: Final = 5 * SECOND
"""A replay never comes nearer to now: positions reach the disk some seconds late."""
WAYS_LIMIT: Final = 12
"""Routes in one question: as many as a call can want people."""
_T = TypeVar("_T")


class At(msgspec.Struct, frozen=True, tag_field="t", tag="at"):
    """Go to a moment, at a speed; what is not given stays as it is."""

    at: int | None = None
    speed: int | None = None


class Ways(msgspec.Struct, frozen=True, tag_field="t", tag="routes"):
    """How these people get to where they were sent, from where they are at the moment shown."""

    units: tuple[str, ...]


_decoder: msgspec.json.Decoder[Sub | Unsub | At | Ways] = msgspec.json.Decoder(Sub | Unsub | At | Ways)


class PastCore:
    """What the hub of a replay asks for (``ScreensCore``): the past's own clock, and no way to send."""

    def __init__(self, screens: Screens, service: DashboardService, replay: "Replay") -> None:
        self.service = service
        self.accounts = screens.core.accounts
        self.secret = screens.core.secret
        self.alarms = screens.core.alarms
        self.files = screens.core.files
        self.past = screens.core.past
        self._replay = replay

    def now(self) -> Instant:
        return self._replay.at

    async def send(self, message: Message) -> None:
        raise LinkError(f"{type(message).__name__}: the past takes no commands")


class Replay:
    """One page that looks at the past."""

    def __init__(self, screens: Screens, past: Past, client: Client, at: Instant, speed: int) -> None:
        self.at = at
        self.hub: Hub
        self._screens = screens
        self._past = past
        self._client = client
        self._speed = speed
        self._wish: At | None = None
        self._wished = asyncio.Event()
        self._opened = 0
        self._playback: Playback
        self._service: DashboardService

    async def seek(self, at: Instant) -> None:
        """Show another moment: the page gets a new welcome and the whole of all it follows."""
        now = self._screens.core.now()
        self.at = max(0, min(at, now - EDGE))
        self._playback, opening = await self._read(lambda: _opened(self._past, self.at))
        live = self._screens.core.service
        self._service = DashboardService(live.site, live.grid, live.settings, "replay")
        self._opened += 1
        self._service.desk.boot = f"replay-{self._opened}"
        for message in opening:
            self._service.receive(message, self.at)
        topics = self._client.start_over()
        self.hub = Hub(PastCore(self._screens, self._service, self))
        self.hub.join(self._client)
        self._client.add_event(welcome(self.hub, self._client.session))
        self.hub.subscribe(self._client, [topic for topic in topics if topic != "dict"], "", {})

    async def run(self) -> None:
        """Play until cancelled. Raises ``WorldError`` when the past cannot be read."""
        loop = asyncio.get_running_loop()
        before, checked = loop.time(), loop.time()
        while True:
            self._tick()
            await self._pause(STEP_S if self._speed else PAUSED_S)
            elapsed_s, before = loop.time() - before, loop.time()
            wish, self._wish = self._wish, None
            if wish is not None:
                self._speed = wish.speed if wish.speed in SPEEDS else self._speed
            if wish is not None and wish.at is not None:
                await self.seek(wish.at)
            elif self._speed:
                await self._advance(self.at + from_seconds(elapsed_s * self._speed))
            if loop.time() - checked > hubs.SESSIONS_CHECK_S:
                checked = loop.time()
                await self._check_session()

    def wish(self, wish: At) -> None:
        """The page wants another moment or speed; of several wishes the newest counts."""
        earlier = self._wish or At()
        at = wish.at if wish.at is not None else earlier.at
        self._wish = At(at=at, speed=wish.speed if wish.speed is not None else earlier.speed)
        self._wished.set()

    async def ways(self, units: Sequence[str]) -> None:
        """Tell the page the routes of some people: with the closures and places of then."""
        found = []
        for unit in units[:WAYS_LIMIT]:
            question = self._service.desk.question(unit)
            if question is not None:
                loop = asyncio.get_running_loop()
                router = self._screens.router
                found.append(await loop.run_in_executor(self._screens.router_thread, router.route, question))
        self._client.add_event(msgspec.json.encode({"t": "routes", "routes": found}).decode())

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wished.wait()
        except TimeoutError:
            return
        self._wished.clear()

    async def _advance(self, until: Instant) -> None:
        until = min(until, self._screens.core.now() - EDGE)
        if until <= self.at:
            return
        said = await self._read(lambda: self._playback.advance(until))
        self.at = until
        for message in said:
            self.hub.deliver(self._service.receive(message, until))
        self.hub.deliver(self._service.wake(until))

    def _tick(self) -> None:
        figures = {**self.hub.desk.figures(self.at), "lag_ms": 0.0}
        own = {"speed": self._speed, "dropped": self._client.dropped, "waiting": self._client.waiting}
        self._client.set_tick(msgspec.json.encode({"t": "tick", **figures, **own}).decode())

    async def _check_session(self) -> None:
        core = self._screens.core
        found = await asyncio.to_thread(core.accounts.session, self._client.token, core.now())
        if found is None:
            self._client.close(hubs.LOG_IN_AGAIN)

    async def _read(self, question: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._screens.past_thread, question)


def _opened(past: Past, at: Instant) -> tuple[Playback, Sequence[Message]]:
    playback = past.open(at)
    return playback, playback.opening()


def replay_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core
    running: dict[Client, None] = {}

    @router.websocket("/replay")
    async def replay(socket: WebSocket) -> None:
        client = await admitted(socket, screens)
        if client is None:
            return
        if client.session.role not in ROLES or core.past is None:
            await refuse(socket, SUBPROTOCOL, hubs.FORBIDDEN)
            return
        if len(running) >= REPLAYS_LIMIT:
            core.service.desk.counters["replays_refused"] += 1
            await refuse(socket, SUBPROTOCOL, hubs.NO_ROOM)
            return
        at, speed = number(socket.query_params.get("at")), number(socket.query_params.get("speed"))
        running[client] = None
        try:
            await socket.accept(SUBPROTOCOL)
            await screens.audit(client.session.by, "replay", str(at or core.now()))
            shown = Replay(screens, core.past, client, at or core.now(), speed if speed in SPEEDS else 1)
            await _serve(socket, client, shown, screens.hub)
        except WorldError:
            core.service.desk.counters["replays_failed"] += 1
            client.close(hubs.GOING_DOWN)
            await converse(socket, client)
        finally:
            del running[client]

    return router


async def _serve(socket: WebSocket, client: Client, replay: Replay, live: Hub) -> None:
    await replay.seek(replay.at)

    async def read() -> None:
        async for wish in wishes(socket, client, live, _decoder):
            if isinstance(wish, At):
                replay.wish(wish)
            elif isinstance(wish, Ways):
                await replay.ways(wish.units)
            else:
                obey(replay.hub, client, wish)

    await converse(socket, client, read(), write(socket, client, lambda: replay.hub), replay.run())
