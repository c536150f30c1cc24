"""The dashboard's service: folds what it hears into the desk and says what the screens must be told."""

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np

from contracts import messages as m
from contracts.grid import WalkableGrid
from contracts.messages import Message
from contracts.quantities import SECOND, Instant, from_seconds
from contracts.sitemap import Site
from dashboard.alarms import AlarmMark
from dashboard.desk import Desk, Origin
from dashboard.radar import column_lengths_fit
from dashboard.settings import DashboardSettings
from dashboard.view import FINISHED, is_alarming, units_of

BEAT: Final = SECOND
"""Ages, key frames and forgetting are looked after this often."""
FIRST_RETRY: Final = 5 * SECOND
LAST_RETRY: Final = 60 * SECOND
"""A snapshot that does not come is asked for again, at doubling intervals between these."""
STATUS_CODES: Final[dict[str, int]] = {
    "available": 0,
    "offered": 1,
    "en_route_to_item": 2,
    "en_route": 3,
    "on_scene": 4,
    "returning_item": 5,
    "on_break": 6,
}
CLASS_CODES: Final[dict[str, int]] = {"staff": 0, "asset": 1, "loan": 2, "app": 3}
ALARM_BIT: Final = 0x40


class DashboardService:
    """See ``contracts.service.Service``. Sends ``ScreenFrame``, ``ScreenEvent`` and ``RequestSnapshot``."""

    name = "dashboard"
    topics: tuple[type[Message], ...] = (
        m.PositionsEstimated,
        m.CallChanged,
        m.UnitChanged,
        m.LogbookChanged,
        m.StockChanged,
        m.RebalanceChanged,
        m.CoverageChanged,
        m.FeedbackChanged,
        m.Snapshot,
        m.ZoneChanged,
        m.GatewayHealth,
        m.GatewayStatus,
        m.IngestCounted,
        m.ServiceHealth,
        m.EnrolmentChanged,
        m.ClosuresChanged,
        m.GuestGatewaysChanged,
        m.CommandAnswered,
        m.DeviceTelemetry,
        m.PositionExplained,
    )

    def __init__(
        self, site: Site, grid: WalkableGrid, settings: DashboardSettings, origin: Origin = "live"
    ) -> None:
        self.site = site
        self.grid = grid
        self.settings = settings
        self.desk = Desk(site, settings, origin)
        self.counters = self.desk.counters
        self._told: dict[str, Instant] = {}
        self._slots_of: dict[str, list[int]] = {}
        """Unit, item or call → slots of its devices."""
        self._next_beat: Instant = 0
        self._next_key: Instant = 0
        self._next_where: Instant = 0
        self._next_request: Instant = 0
        self._retry = FIRST_RETRY
        self._awaiting_snapshot = True
        self._gap_seen = False
        self._handlers: dict[type[Message], Callable[[Any, Instant], Sequence[Message]]] = {
            m.PositionsEstimated: self._positions,
            m.CallChanged: self._call,
            m.UnitChanged: self._unit,
            m.LogbookChanged: self._logbook,
            m.StockChanged: self._stock,
            m.RebalanceChanged: self._moves,
            m.CoverageChanged: self._coverage,
            m.FeedbackChanged: self._feedback,
            m.Snapshot: self._snapshot,
            m.ZoneChanged: self._zone,
            m.GatewayHealth: self._gateway,
            m.GatewayStatus: self._gateway,
            m.IngestCounted: self._ingest,
            m.ServiceHealth: self._service,
            m.EnrolmentChanged: self._enrolment,
            m.ClosuresChanged: self._closures,
            m.GuestGatewaysChanged: self._guests,
            m.CommandAnswered: self._answer,
            m.DeviceTelemetry: self._telemetry,
            m.PositionExplained: self._explained,
        }
        assert tuple(self._handlers) == self.topics

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        self._start(now)
        return self._handlers[type(message)](message, now)

    def wake_at(self) -> Instant | None:
        return self._next_beat

    def wake(self, now: Instant) -> Sequence[Message]:
        self._start(now)
        if now < self._next_beat:
            return ()
        self._next_beat = now + BEAT
        out: list[Message] = [*self._request(now), *self._forget(now), *self._look(now)]
        if now >= self._next_where:
            self._next_where = now + from_seconds(self.settings.where_s)
            out += self._where(now)
        if now >= self._next_key:
            self._next_key = now + from_seconds(self.settings.key_frame_s)
            out += self.desk.radar.key_frames(now)
        return out

    def mark(self, marks: Iterable[AlarmMark], lifted: Iterable[str], now: Instant) -> Sequence[Message]:
        """Somebody dealt with alarms (kept by the web adapter): everybody is told."""
        self._start(now)
        self.desk.alarms.mark(marks, lifted)
        return self._look(now)

    def _look(self, now: Instant) -> list[Message]:
        """The alarms as they are now, if they are others than before."""
        if not self.desk.alarms.look(self.desk.view, now):
            return []
        return [self.desk.feed.event("alarms", "Alarms", self.desk.alarms.board, now)]

    def _start(self, now: Instant) -> None:
        if not self.desk.boot:
            self.desk.boot = f"{now:x}"
            self._next_key = now + from_seconds(self.settings.key_frame_s)

    # --- positions ----------------------------------------------------------------------------------

    def _positions(self, message: m.PositionsEstimated, now: Instant) -> Sequence[Message]:
        desk = self.desk
        if not column_lengths_fit(message):
            desk.counters["bad_columns"] += 1
            return ()
        ids, slot_of = message.device_ids, desk.slots.of_device
        slots = np.fromiter(map(slot_of.get, ids, repeat(-1)), np.int64, len(ids))
        unknown = int(np.count_nonzero(slots < 0))
        if unknown:
            desk.counters["positions_not_enrolled"] += unknown
            desk.zones.update(pair for pair in zip(ids, message.zone, strict=False) if pair[0] in slot_of)
        else:
            desk.zones.update(zip(ids, message.zone, strict=False))
        return desk.radar.locate(slots, message, now)

    def _zone(self, message: m.ZoneChanged, _now: Instant) -> Sequence[Message]:
        if message.device_id not in self.desk.slots.of_device:
            return ()
        if message.change == "enter":
            self.desk.zones[message.device_id] = message.zone
        elif self.desk.zones.get(message.device_id) == message.zone:
            self.desk.zones[message.device_id] = None
        return ()

    def _enrolment(self, message: m.EnrolmentChanged, now: Instant) -> Sequence[Message]:
        desk = self.desk
        if message.version < desk.view.enrolment.version or message == desk.view.enrolment:
            return ()
        desk.view.enrolment = message
        change = desk.slots.enrol(message.devices, now)
        desk.radar.reserve(len(desk.slots.device))
        out: list[Message] = [*desk.radar.hide([slot for slot, _ in change.gone], now)]
        for _, device_id in change.gone:
            desk.zones.pop(device_id, None)
        self._slots_of = {}
        for device_id, slot in desk.slots.of_device.items():
            device = desk.slots.device[slot]
            assert device is not None, device_id
            self._slots_of.setdefault(device.subject, []).append(slot)
        if change.gone or change.fresh:
            entries = [desk.entry(slot) for slot in change.fresh]
            out.append(desk.feed.dictionary(entries, [slot for slot, _ in change.gone]))
            out.append(self._devices(change.fresh, [device_id for _, device_id in change.gone], now))
        return [*out, *self._dress(change.fresh, now)]

    def _devices(self, slots: Iterable[int], released: list[str], now: Instant) -> Message:
        devices = [device for slot in slots if (device := self.desk.slots.device[slot]) is not None]
        data = {"changed": [self.desk.view.device(device) for device in devices], "released": released}
        return self.desk.feed.event("devices", "Devices", data, now)

    def _dress(self, slots: Iterable[int], now: Instant) -> list[Message]:
        """Give slots their class, status and alarm as the view has them now."""
        out: list[Message] = []
        for slot in slots:
            state = self._state_of(slot)
            if state is None:
                out += self.desk.radar.hide([slot], now)
            else:
                out += self.desk.radar.show(slot, state, now)
        return out

    def _state_of(self, slot: int) -> int | None:
        """The state byte of a slot, None where it must not be shown (staff off duty)."""
        device, view = self.desk.slots.device[slot], self.desk.view
        assert device is not None, "only slots in use are dressed"
        code, call_id = CLASS_CODES[device.kind], device.subject
        if device.kind == "staff":
            unit = view.units.get(device.subject)
            if unit is not None and unit.status == "off_duty":
                return None
            code |= STATUS_CODES[unit.status] << 3 if unit is not None else 0
            call_id = unit.call_id or "" if unit is not None else ""
        call = view.calls.get(call_id)
        return code | (ALARM_BIT if call is not None and is_alarming(call) else 0)

    def _where(self, now: Instant) -> list[Message]:
        """The places of staff that changed since they were last told."""
        desk = self.desk
        changed = [w for w in desk.places(desk.view.units) if w.seen_at != self._told.get(w.unit_id)]
        if not changed:
            return []
        self._told |= {where.unit_id: where.seen_at for where in changed}
        out: list[Message] = [desk.feed.event("where", "Where", changed, now)]
        out += [desk.feed.event(f"me:{where.unit_id}", "MyPlace", where, now) for where in changed]
        return out

    # --- calls, units, stock --------------------------------------------------------------------------

    def _call(self, call: m.CallChanged, now: Instant) -> list[Message]:
        desk = self.desk
        before = desk.view.calls.get(call.call_id)
        if not desk.view.take_call(call, now):
            return []
        event = desk.feed.event("calls", "CallChanged", call, now)
        desk.call_versions[call.call_id] = event.seq
        concerned = units_of(call) + (units_of(before) if before is not None else [])
        alarms = self._look(now) if is_alarming(call) else []  # an emergency does not wait for the beat
        return [event, *alarms, *self._call_touched(call.call_id, list(dict.fromkeys(concerned)), now)]

    def _call_touched(self, call_id: str, unit_ids: Sequence[str], now: Instant) -> list[Message]:
        """Handhelds and dots that depend on a call."""
        out: list[Message] = []
        for subject in (call_id, *unit_ids):
            out += self._dress(self._slots_of.get(subject, ()), now)
        return out + [event for unit_id in unit_ids for event in self._mine(unit_id, now)]

    def _mine(self, unit_id: str, now: Instant) -> list[Message]:
        whole = self.desk.mine(unit_id)
        return [] if whole is None else [self.desk.feed.event(f"me:{unit_id}", "Mine", whole, now)]

    def _unit(self, unit: m.UnitChanged, now: Instant) -> list[Message]:
        if not self.desk.view.take_unit(unit):
            return []
        event = self.desk.feed.event("units", "UnitChanged", unit, now)
        dots = self._dress(self._slots_of.get(unit.unit_id, ()), now)
        return [event, *dots, *self._mine(unit.unit_id, now)]

    def _logbook(self, book: m.LogbookChanged, now: Instant) -> list[Message]:
        if not self.desk.view.take_logbook(book):
            return []
        event = self.desk.feed.event("logbooks", "LogbookChanged", book, now)
        return [event, *self._mine(book.unit_id, now)]

    def _stock(self, stock: m.StockChanged, now: Instant) -> list[Message]:
        if not self.desk.view.take_stock(stock):
            return []
        return [self.desk.feed.event("stock", "StockChanged", stock, now)]

    def _moves(self, moves: m.RebalanceChanged, now: Instant) -> list[Message]:
        if moves.version < self.desk.view.moves.version or moves == self.desk.view.moves:
            return []
        self.desk.view.moves = moves
        return [self.desk.feed.event("moves", "RebalanceChanged", moves, now)]

    def _coverage(self, coverage: m.CoverageChanged, now: Instant) -> list[Message]:
        if coverage.at <= self.desk.view.coverage.at:
            return []
        self.desk.view.coverage = coverage
        return [self.desk.feed.event("coverage", "CoverageChanged", coverage, now)]

    def _feedback(self, feedback: m.FeedbackChanged, now: Instant) -> list[Message]:
        if not self.desk.view.take_feedback(feedback):
            return []
        return [self.desk.feed.event("feedback", "FeedbackChanged", feedback, now)]

    def _snapshot(self, snapshot: m.Snapshot, now: Instant) -> list[Message]:
        """All of the dispatcher's state: what is open here and not there is gone."""
        self._awaiting_snapshot = False
        self._retry = FIRST_RETRY
        out: list[Message] = []
        for unit in snapshot.units:
            out += self._unit(unit, now)
        for stock in snapshot.stock:
            out += self._stock(stock, now)
        for book in snapshot.logbooks:
            out += self._logbook(book, now)
        for feedback in snapshot.feedback:
            out += self._feedback(feedback, now)
        for call in snapshot.calls:
            out += self._call(call, now)
        there = {call.call_id for call in snapshot.calls}
        for call in list(self.desk.view.calls.values()):
            if call.state not in FINISHED and call.call_id not in there and call.version <= snapshot.version:
                out += self._forget_call(call.call_id, now)
        return out

    def _forget_call(self, call_id: str, now: Instant) -> list[Message]:
        concerned = units_of(self.desk.view.calls[call_id])
        self.desk.view.forget_call(call_id)
        self.desk.call_versions.pop(call_id, None)
        event = self.desk.feed.event("calls", "CallForgotten", {"call_id": call_id}, now)
        return [event, *self._call_touched(call_id, concerned, now)]

    def _forget(self, now: Instant) -> list[Message]:
        """Finished calls and lost devices leave after their time."""
        settings = self.settings
        out: list[Message] = [*self.desk.radar.forget(now - from_seconds(settings.forget_s), now)]
        before = now - from_seconds(settings.keep_calls_s)
        for call_id in self.desk.view.forgettable(before, settings.finished_calls_limit):
            out += self._forget_call(call_id, now)
        return out

    def _request(self, now: Instant) -> list[Message]:
        """Ask for the whole state: at start until it comes, and when units speak of unknown calls."""
        if now < self._next_request:
            return []
        if not self._awaiting_snapshot:
            gap, self._gap_seen = self._gap_seen, bool(self.desk.view.missing_calls())
            if not (gap and self._gap_seen):
                return []
            self.desk.counters["gaps"] += 1
            self._gap_seen = False
        self._next_request = now + self._retry
        self._retry = min(2 * self._retry, LAST_RETRY)
        return [m.RequestSnapshot(by=self.name)]

    # --- health and state of the site -----------------------------------------------------------------

    def _gateway(self, message: m.GatewayHealth | m.GatewayStatus, now: Instant) -> Sequence[Message]:
        if not self.desk.view.take_gateway(message):
            return ()
        return (self.desk.feed.event("gw", "Gateway", self.desk.view.gateway(message.gateway), now),)

    def _ingest(self, message: m.IngestCounted, now: Instant) -> Sequence[Message]:
        self.desk.view.ingest = message
        return (self.desk.feed.event("health", "IngestCounted", message, now),)

    def _service(self, message: m.ServiceHealth, now: Instant) -> Sequence[Message]:
        if not self.desk.view.take_service(message):
            return ()
        return (self.desk.feed.event("health", "ServiceHealth", message, now),)

    def _closures(self, message: m.ClosuresChanged, now: Instant) -> Sequence[Message]:
        if message.version < self.desk.view.closures.version or message == self.desk.view.closures:
            return ()
        self.desk.view.closures = message
        return (self.desk.feed.event("site", "ClosuresChanged", message, now),)

    def _guests(self, message: m.GuestGatewaysChanged, now: Instant) -> Sequence[Message]:
        if message.version < self.desk.view.guests.version or message == self.desk.view.guests:
            return ()
        gone = {guest.gateway for guest in self.desk.view.guests.gateways}
        self.desk.view.guests = message
        names = dict.fromkeys([*sorted(gone), *(guest.gateway for guest in message.gateways)])
        feed, view = self.desk.feed, self.desk.view
        event = feed.event("site", "GuestGatewaysChanged", message, now)
        return [event, *(feed.event("gw", "Gateway", view.gateway(name), now) for name in names)]

    def _answer(self, message: m.CommandAnswered, _now: Instant) -> Sequence[Message]:
        """Whoever waits for it is told by the runtime; here it is only counted."""
        self.desk.counters["commands_accepted" if message.accepted else "commands_refused"] += 1
        return ()

    def _explained(self, _message: m.PositionExplained, _now: Instant) -> Sequence[Message]:
        """Whoever asked is told by the runtime; the screens of the others do not change."""
        self.desk.counters["positions_explained"] += 1
        return ()

    def _telemetry(self, message: m.DeviceTelemetry, now: Instant) -> Sequence[Message]:
        slot = self.desk.slots.of_device.get(message.device_id)
        if slot is None or not self.desk.view.take_telemetry(message):
            return ()
        return (self._devices((slot,), [], now),)
