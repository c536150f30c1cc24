"""Who is connected and what each of them is still to be sent. Nobody waits for anybody else.

Each client has one writer task, a bounded queue of text events that is never thinned out, and one place
per floor where the newest position frame waits: a newer one replaces it, and what is sent then is the
whole floor.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from contracts.errors import WorldError
from contracts.messages import (
    CommandAnswered,
    HandheldPresent,
    Message,
    PositionExplained,
    ReportPresent,
    ScreenEvent,
    ScreenFrame,
)
from dashboard.access import Refusal, Session, inner_topic
from dashboard.adapters.answers import Answers
from dashboard.adapters.core import ScreensCore
from dashboard.adapters.reasons import Reasons

EVENTS_LIMIT: Final = 1_000
"""Events waiting for one client; beyond it the page is cut off and resumes by sequence number."""
TOPICS_LIMIT: Final = 64
CLIENTS_LIMIT: Final = 1_000
HELD_LIMIT: Final = 2_000
"""Customers' requests held open at once; more are answered at once, and come back every 3 s."""
TICK_S: Final = 1.0
SESSIONS_CHECK_S: Final = 30.0
"""How long at most somebody whose session was ended still sees the map."""

PRESENT_S: Final = 20.0
"""How often it is said that somebody holds a unit's handheld."""

LOG_IN_AGAIN: Final = 4001
FORBIDDEN: Final = 4003
TOO_SLOW: Final = 4008
NEW_VERSION: Final = 4009
GOING_DOWN: Final = 4012
NO_ROOM: Final = 4013
REASONS: Final = {
    LOG_IN_AGAIN: "log in again",
    FORBIDDEN: "forbidden",
    TOO_SLOW: "too slow",
    NEW_VERSION: "new version",
    GOING_DOWN: "going down",
    NO_ROOM: "no room",
}


class Client:
    """One WebSocket, from the hub's side."""

    def __init__(self, session: Session, token: str) -> None:
        self.session = session
        self.token = token
        self.topics: dict[str, None] = {}
        self.dropped = 0
        """Position frames that were replaced before they could be sent."""
        self.closing: int | None = None
        self.ready = asyncio.Event()
        self.stopped = asyncio.Event()
        self._events: deque[str] = deque()
        self._frames: dict[str, bytes | None] = {}
        """Topic → the frame to be sent, None = the whole floor as it is when its turn comes."""
        self._tick: str | None = None

    @property
    def waiting(self) -> int:
        return len(self._events)

    def add_event(self, text: str) -> None:
        if self.closing is not None:
            return
        if len(self._events) >= EVENTS_LIMIT:
            self.close(TOO_SLOW)
            return
        self._events.append(text)
        self.ready.set()

    def add_frame(self, topic: str, data: bytes | None, whole: bool) -> None:
        """Let a frame wait; ``whole``: it needs no earlier one. ``data`` None: made when its turn comes."""
        if topic in self._frames:
            self.dropped += 1
            if not whole:
                data = None
        self._frames[topic] = data
        self.ready.set()

    def set_tick(self, text: str) -> None:
        self._tick = text
        self.ready.set()

    def drop_topic(self, topic: str) -> None:
        self.topics.pop(topic, None)
        self._frames.pop(topic, None)

    def start_over(self) -> list[str]:
        """Forget what waits and what is followed (a replay has gone elsewhere); what was followed."""
        topics = list(self.topics)
        self.topics.clear()
        self._events.clear()
        self._frames.clear()
        self._tick = None
        return topics

    def next(self) -> str | dict[str, bytes | None] | None:
        """What to send now: events first (a slot must be known before its dot), then all frames that wait."""
        if self._events:
            return self._events.popleft()
        if self._tick is not None:
            text, self._tick = self._tick, None
            return text
        if self._frames:
            frames, self._frames = self._frames, {}
            return frames
        return None

    def close(self, code: int) -> None:
        """Let the connection end with a code; the first one counts."""
        if self.closing is None:
            self.closing = code
            self._events.clear()
            self._frames.clear()
            self.stopped.set()


class Hub:
    """The meeting place of service and sockets. All of it runs in one event loop."""

    def __init__(self, core: ScreensCore) -> None:
        self.core = core
        self.desk = core.service.desk
        self.answers = Answers()
        self.reasons = Reasons()
        self.clients: dict[Client, None] = {}
        self._followers: dict[str, dict[Client, None]] = {}
        self._held: dict[str, list[tuple[int, asyncio.Future[None]]]] = {}
        self._held_count = 0

    def deliver(self, messages: Iterable[Message]) -> None:
        """Pass on what the service sent. Never blocks; what cannot be sent now waits, within limits."""
        calls_changed = False
        for message in messages:
            match message:
                case ScreenFrame(topic=topic, data=data, key_frame=whole):
                    for client in self._followers.get(topic, ()):
                        client.add_frame(topic, data, whole)
                case ScreenEvent(topic=topic, data=data):
                    calls_changed = calls_changed or topic == "calls"
                    followers = self._followers.get(topic)
                    if followers:
                        text = data.decode()
                        for client in followers:
                            client.add_event(text)
                case _:
                    pass
        if calls_changed:
            self._wake_held()

    def answered(self, answer: CommandAnswered) -> None:
        """The dispatcher answered a command."""
        self.answers.answered(answer)

    def explained(self, answer: PositionExplained) -> None:
        """Positioning said why an estimate is as it is."""
        self.reasons.explained(answer)

    def join(self, client: Client) -> bool:
        """Take a client in, unless the house is full."""
        if len(self.clients) >= CLIENTS_LIMIT:
            self.desk.counters["clients_refused"] += 1
            return False
        self.clients[client] = None
        return True

    def leave(self, client: Client) -> None:
        self.clients.pop(client, None)
        for topic in list(client.topics):
            self.unsubscribe(client, topic)
        self.desk.counters["frames_replaced"] += client.dropped
        if client.closing == TOO_SLOW:
            self.desk.counters["clients_too_slow"] += 1

    def subscribe(self, client: Client, topics: Sequence[str], boot: str, seqs: dict[str, int]) -> None:
        """Let a client follow topics: first what it missed, or the whole, then each change."""
        same_boot = boot == self.desk.boot
        for topic in topics:
            try:
                inner = inner_topic(topic, client.session, self.desk.floors)
                if inner not in client.topics and len(client.topics) >= TOPICS_LIMIT:
                    raise Refusal("forbidden")
            except Refusal as refusal:
                client.add_event(_text({"t": "refused", "topic": topic, "code": refusal.code}))
                continue
            is_first_map = inner.startswith("pos:") and "dict" not in client.topics
            if is_first_map:
                self._follow(client, "dict", seqs.get("dict") if same_boot else None)
            self._follow(client, inner, seqs.get(topic) if same_boot else None)

    def unsubscribe(self, client: Client, inner: str) -> None:
        client.drop_topic(inner)
        followers = self._followers.get(inner)
        if followers is not None:
            followers.pop(client, None)
            if not followers:
                del self._followers[inner]

    def _follow(self, client: Client, inner: str, seq: int | None) -> None:
        client.topics[inner] = None
        self._followers.setdefault(inner, {})[client] = None
        if inner.startswith("pos:"):
            client.add_frame(inner, None, whole=True)
            return
        missed = self.desk.feed.since(inner, seq) if seq is not None and not inner.startswith("me:") else None
        if missed is None:
            whole = self.desk.dictionary() if inner == "dict" else self.desk.snapshot(inner, self.core.now())
            client.add_event(whole.decode())
        else:
            for event in missed:
                client.add_event(event.data.decode())

    def close_all(self, code: int) -> None:
        """End all connections, for instance before going down."""
        for client in list(self.clients):
            client.close(code)

    def go_down(self) -> None:
        """Tell everybody that we stop, and let go of requests that are held."""
        self.close_all(GOING_DOWN)
        self.answers.go_down()
        for entries in self._held.values():
            for _, future in entries:
                if not future.done():
                    future.set_result(None)

    async def run(self) -> None:
        """Tell everybody each second that we live; look now and then whether they may still listen."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            tasks.create_task(self._check_sessions())
            tasks.create_task(self._say_present())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            figures = self.desk.figures(self.core.now())
            for client in self.clients:
                own = {"dropped": client.dropped, "waiting": client.waiting}
                client.set_tick(_text({"t": "tick", **figures, **own}))

    async def _check_sessions(self) -> None:
        """On its own, because a busy store must not delay the ticks."""
        while True:
            await asyncio.sleep(SESSIONS_CHECK_S)
            for client in list(self.clients):
                try:
                    found = await asyncio.to_thread(self.core.accounts.session, client.token, self.core.now())
                except WorldError:
                    self.desk.counters["sessions_unchecked"] += 1
                    break
                if found is None:
                    client.close(LOG_IN_AGAIN)

    async def _say_present(self) -> None:
        while True:
            for unit_id in dict.fromkeys(client.session.unit_id for client in self.clients):
                if unit_id is not None:
                    await self.say_present(unit_id)
            await asyncio.sleep(PRESENT_S)

    async def say_present(self, unit_id: str) -> None:
        """Let everybody know that a person holds this handheld."""
        try:
            await self.core.send(HandheldPresent(unit_id=unit_id, at=self.core.now()))
        except WorldError:
            self.desk.counters["presence_unsaid"] += 1

    async def say_logged_in(self, unit_id: str) -> None:
        """The dispatcher may ask this person again, whatever stayed unanswered before."""
        now, by = self.core.now(), f"unit/{unit_id}"
        wish = ReportPresent(command_id=f"login-{unit_id}-{now}", by=by, at=now, unit_id=unit_id)
        try:
            await self.core.send(wish)
        except WorldError:
            self.desk.counters["presence_unsaid"] += 1

    # --- customers' held requests ---------------------------------------------------------------------

    async def hold(self, call_id: str, version: int, seconds: float) -> None:
        """Return when the call's version is no longer ``version``, or the time is over."""
        if self._held_count >= HELD_LIMIT:
            self.desk.counters["held_refused"] += 1
            return
        if self.desk.call_versions.get(call_id, 0) != version:
            return
        entry = (version, asyncio.get_running_loop().create_future())
        self._held.setdefault(call_id, []).append(entry)
        self._held_count += 1
        try:
            async with asyncio.timeout(seconds):
                await entry[1]
        except TimeoutError:
            pass
        finally:
            self._held_count -= 1
            self._held[call_id].remove(entry)
            if not self._held[call_id]:
                del self._held[call_id]

    def _wake_held(self) -> None:
        for call_id, entries in self._held.items():
            now = self.desk.call_versions.get(call_id, 0)
            for version, future in entries:
                if version != now and not future.done():
                    future.set_result(None)


def _text(content: dict[str, Any]) -> str:
    return msgspec.json.encode(content).decode()
