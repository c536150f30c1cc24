"""What must not be overlooked: derived from the view, the same for everybody, marked by who dealt with it.

An alarm's id names the episode, not the thing: what ended and comes back is another alarm and is heard again.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from contracts import messages as m
from contracts.quantities import DAY, HOUR, MINUTE, Instant
from dashboard.view import FINISHED, View

Act: TypeAlias = Literal["ack", "shelve", "unshelve"]
SHELF_MINUTES: Final = (5, 15, 60, 1440)
"""The last is "until it is over": an alarm that comes back is another, and marks are kept for a day."""
SHELF_REASONS: Final = ("known", "working", "test")
FLOOD: Final = 10
"""More new alarms than this within ``FLOOD_WITHIN`` are shown by cause, until there are half as many."""
FLOOD_WITHIN: Final = 10 * MINUTE
MARKS_KEPT: Final = DAY
MARKS_LIMIT: Final = 2_000
"""Marks remembered; the oldest go first. An id never comes back, so what goes is only heard twice."""
BEGUN_LIMIT: Final = 5_000
"""Beginnings remembered for the rate of alarms and for floods."""
_AWAITED_NOT: Final = ("cleared", "cancelled", "abandoned", "merged", "on_scene")


class AlarmMark(msgspec.Struct, frozen=True):
    """What somebody did about an alarm."""

    alarm_id: str
    act: Literal["ack", "shelve"]
    by: str
    at: Instant
    until: Instant | None = None
    """Of a shelved one: when it is heard again."""
    reason: str = ""


class Alarm(msgspec.Struct, frozen=True):
    alarm_id: str
    level: Literal[1, 2, 3]
    """1 life and limb (never shelved), 2 somebody waits too long, 3 the system's own trouble."""
    kind: str
    """``medical sos breach forecast escalated nobody fire gateway service overdue``."""
    cause: str
    """What it is grouped by in a flood."""
    subject: str
    """A service of the catalogue, a gateway, a process or a depot, by ``kind``."""
    detail: str
    at: Instant
    call_id: str | None = None
    acknowledged_by: str = ""
    shelved_until: Instant | None = None
    shelved_by: str = ""
    shelf_reason: str = ""


class Cause(msgspec.Struct, frozen=True):
    """Alarms of one cause; ``first`` is where it began."""

    cause: str
    count: int
    first: str


class AlarmBoard(msgspec.Struct, frozen=True):
    """All of topic ``alarms``: the gravest first, then the newest."""

    alarms: tuple[Alarm, ...] = ()
    flood: bool = False
    causes: tuple[Cause, ...] = ()
    """In a flood, of all but emergencies, the most frequent first."""
    begun_last_hour: int = 0


class Alarms:
    """The board as it is now, and what is remembered for it: marks, and when each alarm began."""

    def __init__(self) -> None:
        self.board = AlarmBoard()
        self.marks: dict[str, AlarmMark] = {}
        self._since: dict[str, Instant] = {}
        """Open alarm without a stamp of its own → when it was first seen."""
        self._begun: dict[str, Instant] = {}
        self._recent: deque[Instant] = deque(maxlen=BEGUN_LIMIT)
        self._flood = False

    def mark(self, marks: Iterable[AlarmMark], lifted: Iterable[str] = ()) -> None:
        """Remember what was done; ``lifted``: taken back from the shelf."""
        for alarm_id in lifted:
            self.marks.pop(alarm_id, None)
        for mark in marks:
            self.marks.pop(mark.alarm_id, None)
            self.marks[mark.alarm_id] = mark
        while len(self.marks) > MARKS_LIMIT:
            del self.marks[next(iter(self.marks))]

    def look(self, view: View, now: Instant) -> bool:
        """Make the board anew; whether it changed."""
        found = {alarm.alarm_id: alarm for alarm in [*_of_calls(view), *self._of_system(view, now)]}
        for alarm_id in found.keys() - self._begun.keys():
            self._recent.append(now)
            self._begun[alarm_id] = now
        for alarm_id in self._begun.keys() - found.keys():
            del self._begun[alarm_id]
        alarms = sorted(
            (self._marked(alarm, now) for alarm in found.values()),
            key=lambda alarm: (alarm.level, -alarm.at, alarm.alarm_id),
        )
        fresh = sum(1 for at in self._begun.values() if at > now - FLOOD_WITHIN)
        self._flood = fresh > (FLOOD // 2 if self._flood else FLOOD)
        board = AlarmBoard(
            alarms=tuple(alarms),
            flood=self._flood,
            causes=tuple(_causes(alarms)) if self._flood else (),
            begun_last_hour=sum(1 for at in self._recent if at > now - HOUR),
        )
        changed = board != self.board
        self.board = board
        return changed

    def _marked(self, alarm: Alarm, now: Instant) -> Alarm:
        mark = self.marks.get(alarm.alarm_id)
        if mark is None or (mark.until is not None and mark.until <= now):
            return alarm
        if mark.act == "ack":
            return msgspec.structs.replace(alarm, acknowledged_by=mark.by)
        if alarm.level == 1:
            return alarm
        return msgspec.structs.replace(
            alarm, shelved_until=mark.until, shelved_by=mark.by, shelf_reason=mark.reason
        )

    def _of_system(self, view: View, now: Instant) -> Iterator[Alarm]:
        """Fire mode, gateways, processes, loans."""
        open_now: list[str] = []

        def since(key: str) -> Instant:
            open_now.append(key)
            return self._since.setdefault(key, now)

        if view.closures.fire_mode:
            at = since("fire")
            yield Alarm(f"fire {at}", 1, "fire", "fire", "", "", at)
        for gateway, health in view.gateway_health.items():
            if health.state != "ok":
                at = health.last_heard_at or since(f"gateway {gateway}")
                cause = f"gateway {health.finding}"
                yield Alarm(f"gateway {gateway} {at}", 3, "gateway", cause, gateway, health.finding, at)
        for service, word in view.services.items():
            if word.state == "degraded":
                at = since(f"service {service} {word.reason}")
                yield Alarm(
                    f"service {service} {word.reason} {at}", 2, "service", "service", service, word.reason, at
                )
        for stock in view.stock.values():
            for loan in stock.loans:
                if loan.overdue:
                    yield Alarm(
                        f"overdue {loan.task_id} {loan.due_at}",
                        3, "overdue", "overdue", stock.depot, loan.item, loan.due_at,
                    )  # fmt: skip
        for key in self._since.keys() - set(open_now):
            del self._since[key]


def _of_calls(view: View) -> Iterator[Alarm]:
    for call in view.calls.values():
        if call.state in FINISHED:
            continue
        awaited = [task for task in call.tasks if task.state not in _AWAITED_NOT]
        if awaited and is_sos(call):
            yield _of_call(call, "sos", call.call_id, call.received_at, call.note, level=1)
        elif awaited and call.priority == 1:
            yield _of_call(call, "medical", call.call_id, call.received_at, level=1)
        for task in awaited:
            if task.breached_at is not None:
                yield _of_call(call, "breach", task.task_id, task.breached_at)
            elif task.forecast_at is not None:
                yield _of_call(call, "forecast", f"{task.task_id} {task.forecast_at}", task.forecast_at)
            if task.escalated_to:
                key = f"{task.task_id} {task.escalated_to}"
                yield _of_call(call, "escalated", key, call.received_at, task.escalated_to)
            if task.state == "pending" and task.waiting_for:
                yield _of_call(call, "nobody", task.task_id, call.received_at)


def is_sos(call: m.CallChanged) -> bool:
    """One of our own calls for help: whatever the service is called, it is life and limb."""
    return call.by.startswith("unit/") and call.note.startswith("SOS ")


def _of_call(
    call: m.CallChanged, kind: str, key: str, at: Instant, detail: str = "", level: Literal[1, 2] = 2
) -> Alarm:
    return Alarm(f"{kind} {key}", level, kind, kind, call.service, detail, at, call.call_id)


def _causes(alarms: Iterable[Alarm]) -> list[Cause]:
    lesser = [alarm for alarm in alarms if alarm.level > 1]
    first = {alarm.cause: alarm.alarm_id for alarm in sorted(lesser, key=lambda alarm: -alarm.at)}
    counts = Counter(alarm.cause for alarm in lesser)
    ranked = sorted(counts, key=lambda cause: (-counts[cause], cause))
    return [Cause(cause, counts[cause], first[cause]) for cause in ranked]
