"""Messages folded into what the screens show: the newest of each thing, and nothing else.

Every ``take_…`` says whether the view changed; late and repeated messages change nothing.
"""

from collections import Counter
from typing import Final, Literal, TypeVar

import msgspec

from contracts import messages as m
from contracts.quantities import Instant
from contracts.sitemap import Site

FINISHED: Final = m.CLOSED_CALL_STATES
FEEDBACK_LIMIT: Final = 500
"""Things to put right that are shown; closed ones leave first."""
KNOWN_LIMIT: Final = 10_000
"""Gateways, services or devices of which something was heard; more are a fault or an attack, and counted."""

_Stamped = TypeVar("_Stamped", m.GatewayHealth, m.GatewayStatus, m.DeviceTelemetry, m.ServiceHealth)


class Tally(msgspec.Struct, frozen=True):
    """What a unit did since the server started."""

    done: int
    declined: int
    expired: int


class Where(msgspec.Struct, frozen=True):
    """Where one staff member is, as text."""

    unit_id: str
    floor: str
    floor_i: int
    x_m: float
    y_m: float
    r95_m: float
    quality: str
    seen_at: Instant
    zone: str | None


class GatewayView(msgspec.Struct, frozen=True):
    gateway: str
    floor: str | None
    x_m: float | None
    y_m: float | None
    guest: bool
    health: m.GatewayHealth | None
    status: m.GatewayStatus | None


class DeviceView(msgspec.Struct, frozen=True):
    device_id: str
    kind: Literal["staff", "asset", "loan", "app"]
    subject: str
    device_class: str
    battery_mv: int | None = None
    battery_percent: int | None = None
    moving: bool | None = None
    told_at: Instant | None = None


class View:
    """The state behind all pages."""

    def __init__(self, site: Site) -> None:
        self.calls: dict[str, m.CallChanged] = {}
        self.finished_at: dict[str, Instant] = {}
        self.units: dict[str, m.UnitChanged] = {}
        self.stock: dict[str, m.StockChanged] = {}
        self.logbooks: dict[str, m.LogbookChanged] = {}
        self.gateway_health: dict[str, m.GatewayHealth] = {}
        self.gateway_status: dict[str, m.GatewayStatus] = {}
        self.services: dict[str, m.ServiceHealth] = {}
        self.telemetry: dict[str, m.DeviceTelemetry] = {}
        self.ingest: m.IngestCounted | None = None
        self.enrolment = m.EnrolmentChanged(version=-1, devices=())
        self.moves = m.RebalanceChanged(version=-1, moves=())
        self.coverage = m.CoverageChanged(at=-1, floors=())
        self.feedback: dict[str, m.FeedbackChanged] = {}
        self.closures = m.ClosuresChanged(version=-1, connectors=(), fire_mode=False)
        self.guests = m.GuestGatewaysChanged(version=-1, gateways=())
        self.tallies: Counter[tuple[str, str]] = Counter()
        self.counters: Counter[str] = Counter()
        self._installed = {gateway.gateway: gateway for gateway in site.gateways}

    def take_call(self, call: m.CallChanged, now: Instant) -> bool:
        known = self.calls.get(call.call_id)
        if known is not None and (call.version < known.version or call == known):
            return False
        self.tallies.update(tally(call))
        if known is not None:
            self.tallies.subtract(tally(known))
        self.calls[call.call_id] = call
        if call.state in FINISHED:
            self.finished_at.setdefault(call.call_id, now)
        return True

    def forgettable(self, before: Instant, limit: int) -> list[str]:
        """Finished calls that have been on the board long enough, or are beyond the limit; oldest first."""
        old = [call_id for call_id, at in self.finished_at.items() if at < before]
        surplus = len(self.finished_at) - len(old) - limit
        if surplus > 0:
            rest = [call_id for call_id, at in self.finished_at.items() if at >= before]
            old += rest[:surplus]
        return old

    def forget_call(self, call_id: str) -> None:
        self.calls.pop(call_id, None)
        self.finished_at.pop(call_id, None)

    def take_unit(self, unit: m.UnitChanged) -> bool:
        known = self.units.get(unit.unit_id)
        if known is not None and (unit.version < known.version or unit == known):
            return False
        self.units[unit.unit_id] = unit
        return True

    def take_stock(self, stock: m.StockChanged) -> bool:
        known = self.stock.get(stock.depot)
        if known is not None and (stock.version < known.version or stock == known):
            return False
        self.stock[stock.depot] = stock
        return True

    def take_logbook(self, book: m.LogbookChanged) -> bool:
        known = self.logbooks.get(book.unit_id)
        if known is not None and (book.version < known.version or book == known):
            return False
        self.logbooks[book.unit_id] = book
        return True

    def take_feedback(self, feedback: m.FeedbackChanged) -> bool:
        known = self.feedback.get(feedback.feedback_id)
        if known is not None and (feedback.version < known.version or feedback == known):
            return False
        self.feedback.pop(feedback.feedback_id, None)
        self.feedback[feedback.feedback_id] = feedback
        while len(self.feedback) > FEEDBACK_LIMIT:
            closed = (each.feedback_id for each in self.feedback.values() if each.closed_at is not None)
            del self.feedback[next(closed, next(iter(self.feedback)))]
        return True

    def take_gateway(self, message: m.GatewayHealth | m.GatewayStatus) -> bool:
        if isinstance(message, m.GatewayHealth):
            return _newest(self.gateway_health, message.gateway, message, self.counters)
        return _newest(self.gateway_status, message.gateway, message, self.counters)

    def take_telemetry(self, message: m.DeviceTelemetry) -> bool:
        return _newest(self.telemetry, message.device_id, message, self.counters)

    def take_service(self, message: m.ServiceHealth) -> bool:
        return _newest(self.services, message.service, message, self.counters)

    def gateway(self, gateway: str) -> GatewayView:
        guests = {guest.gateway: guest for guest in self.guests.gateways}
        place = guests.get(gateway) or self._installed.get(gateway)
        return GatewayView(
            gateway=gateway,
            floor=place.floor if place else None,
            x_m=place.x_m if place else None,
            y_m=place.y_m if place else None,
            guest=gateway in guests,
            health=self.gateway_health.get(gateway),
            status=self.gateway_status.get(gateway),
        )

    def gateways(self) -> list[GatewayView]:
        """All that are installed, and all that were heard of."""
        guests = (guest.gateway for guest in self.guests.gateways)
        names = dict.fromkeys((*self._installed, *guests, *self.gateway_health, *self.gateway_status))
        return [self.gateway(name) for name in names]

    def device(self, device: m.EnrolledDevice) -> DeviceView:
        told = self.telemetry.get(device.device_id)
        view = DeviceView(device.device_id, device.kind, device.subject, device.device_class)
        if told is None:
            return view
        return msgspec.structs.replace(
            view,
            battery_mv=told.battery_mv,
            battery_percent=told.battery_percent,
            moving=told.moving,
            told_at=told.at,
        )

    def missing_calls(self) -> list[str]:
        """Calls that units speak of and that never came: a gap, to be closed by a snapshot."""
        busy = [unit for unit in self.units.values() if unit.call_id is not None or unit.offers]
        return [call_id for unit in busy for call_id in calls_of(unit) if call_id not in self.calls]

    def tally_of(self, unit_id: str) -> Tally:
        return Tally(
            done=self.tallies[unit_id, "TaskCleared"],
            declined=self.tallies[unit_id, "OfferDeclined"],
            expired=self.tallies[unit_id, "OfferExpired"],
        )


def calls_of(unit: m.UnitChanged) -> list[str]:
    """The calls a unit has to do with now: its task's first, then those offered."""
    own = [unit.call_id] if unit.call_id is not None else []
    return list(dict.fromkeys(own + [offer.call_id for offer in unit.offers]))


def units_of(call: m.CallChanged) -> list[str]:
    """The units that have a task or an offer of the call, and the one that placed it."""
    family, _, placer = call.by.partition("/")
    found: list[str] = [placer] if family == "unit" else []
    for task in call.tasks:
        found += [task.unit_id] if task.unit_id is not None else []
        found += [offer.unit_id for offer in task.offers]
    return list(dict.fromkeys(found))


def is_alarming(call: m.CallChanged) -> bool:
    """A life at risk, or somebody waiting past the deadline."""
    if call.state in FINISHED:
        return False
    late = any(task.breached_at is not None and task.on_scene_at is None for task in call.tasks)
    return call.priority == 1 or late


def tally(call: m.CallChanged) -> Counter[tuple[str, str]]:
    """How often each unit did what, by the call's timeline."""
    counted = ("TaskCleared", "OfferDeclined", "OfferExpired")
    return Counter(
        (entry.unit_id, entry.kind)
        for entry in call.timeline
        if entry.unit_id is not None and entry.kind in counted
    )


def _newest(table: dict[str, _Stamped], key: str, message: _Stamped, counters: Counter[str]) -> bool:
    known = table.get(key)
    if known is not None and (message.at < known.at or message == known):
        return False
    if known is None and len(table) >= KNOWN_LIMIT:
        counters["unknown_senders"] += 1
        return False
    table[key] = message
    return True
