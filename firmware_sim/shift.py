"""A shift without radio: the same staff, customers and building, but positions are told, not heard.

For comparing policies: people are moved from event to event instead of step by step, chance is drawn by
name (``luck``), and position estimates come straight from the truth with ``POSITION_SD_M`` of noise, which
their ellipses state honestly. Shoppers, gateways, networks and their vices are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.messages import Command, Message
from contracts.quantities import MINUTE, SECOND, Instant, from_seconds
from contracts.sitemap import Site, StaffMember
from contracts.walking import Closures
from firmware_sim import building
from firmware_sim.agenda import Agenda
from firmware_sim.calls import KnownCalls
from firmware_sim.handsets import DELIVERY_S, URGENT, decide
from firmware_sim.luck import stream
from firmware_sim.orders import Order
from firmware_sim.people import DESK, ON_SCENE_S, ONE_BREAK_S, TRY_AGAIN_S, Errand, errand_of
from firmware_sim.scenario import Scenario
from firmware_sim.trips import Routes, Trip, set_out

POSITION_SD_M: Final = 3.0
"""Along each axis; what the ellipses say is 2.448 times that."""
POSITIONS_EVERY: Final = 5 * SECOND

Deed = Literal["answer", "arrive", "report", "break", "end_break", "loan", "cancel"]


@dataclass(eq=False)
class Hand:
    """One member of the staff."""

    member: StaffMember
    number: int
    trip: Trip
    errand: Errand = ("home", "", None)
    view: m.UnitChanged | None = None
    offers: set[str] = field(default_factory=set)
    turn: int = 0
    """Of errands: what was planned for an earlier one is void."""
    on_break: bool = False
    walked_m: float = 0.0
    spares_from: str | None = None
    """Depot of what is in the pouch."""


class ShiftSimService:
    """See contracts/service.py."""

    name = "shift_sim"
    topics: tuple[type[Message], ...] = (m.UnitChanged, m.CallChanged, m.ClosuresChanged)

    def __init__(
        self, site: Site, routes: Routes, scenario: Scenario, orders: Sequence[Order], seed: int
    ) -> None:
        self._site = site
        self._routes = routes
        self._scenario = scenario
        self._seed = seed
        self._numbers = {order.at: number for number, order in enumerate(orders, start=1)}
        self._calls = KnownCalls()
        self._commands = 0
        self._agenda: Agenda[tuple[Hand | None, Deed, object]] = Agenda()
        self._changes: list[building.Change] = []
        self._orders = list(reversed(orders))
        self._next_positions: Instant = 0
        self._asked: dict[tuple[int, str, str], int] = {}
        self._noise = stream(seed, "positions")
        self._on_scene_s = {
            (s.service, need.role): need.on_scene_s for s in site.services for need in s.needs
        }
        self._lasting = {item.item for item in site.items if item.loan_s is not None}
        self._wheeled = {item.item for item in site.items if item.wheels}
        grid = routes.grid
        self.hands = {
            member.unit_id: Hand(
                member, n, Trip([grid.cell_at(site.floor_index(member.home_floor), *member.home)], [0], 0.0)
            )
            for n, member in enumerate(site.staff)
        }

    # --- the service ------------------------------------------------------------------------------------

    def begin(self, now: Instant) -> list[Message]:
        """Everybody logs on; what is known to happen is noted."""
        staff = self._scenario.staff
        for hand in self.hands.values():
            if staff.one_break:
                wait_s = stream(self._seed, "break", hand.number).uniform(*ONE_BREAK_S)
                self._agenda.add(now + from_seconds(wait_s), (hand, "break", None))
        self._changes = building.changes_of(self._scenario.closures, now)
        self._next_positions = now
        on = [self._post(m.SetDuty, h, now, duty="on") for h in self.hands.values()]
        return [*on, *self.wake(now)]

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        match message:
            case m.UnitChanged():
                return self._told(message, now)
            case m.CallChanged():
                if self._calls.note(message) and len(message.timeline) == 1:
                    self._impatience(message, now)
            case m.ClosuresChanged():
                closures = Closures(frozenset(message.connectors), message.fire_mode)
                self._routes = Routes(self._site, self._routes.grid, closures)
                for hand in self.hands.values():
                    if hand.trip.arrives_at > now and hand.errand[2] is not None:
                        hand.turn += 1
                        self._walk(hand, now)
        return ()

    def wake_at(self) -> Instant | None:
        times = [self._next_positions]
        times += [self._orders[-1].at] if self._orders else []
        times += [] if self._agenda.next_at is None else [self._agenda.next_at]
        times += [change.at for change in self._changes[:1]]
        return min(times)

    def wake(self, now: Instant) -> Sequence[Message]:
        out: list[Message] = []
        while self._orders and self._orders[-1].at <= now:
            order = self._orders.pop()
            fields = {"service": order.service, "place": order.place}
            out.append(self._command(m.PlaceCall, DESK, now, **fields))
        for change in building.due(self._changes, now):
            kind, fields = change.order
            out.append(self._command(kind, building.CONTROL, now, **fields))
        while (entry := self._agenda.due(now)) is not None:
            _, (hand, deed, detail) = entry
            out += (
                [self._command(m.CancelCall, DESK, now, call_id=str(detail), reason="customer")]
                if hand is None
                else self._do(hand, deed, detail, now)
            )
        if now >= self._next_positions:
            self._next_positions = now + POSITIONS_EVERY
            out.append(self._positions(now))
        return out

    # --- what handsets say ------------------------------------------------------------------------------

    def _told(self, view: m.UnitChanged, now: Instant) -> list[Message]:
        hand = self.hands.get(view.unit_id)
        if hand is None or (hand.view is not None and view.version <= hand.view.version):
            return []
        hand.view = view
        for offer in view.offers:
            if offer.offer_id not in hand.offers:
                self._ring(hand, offer, now)
        hand.offers = {offer.offer_id for offer in view.offers}
        errand = errand_of(view, hand.errand, None)
        if errand != hand.errand and not (errand[0] == "home" and self._stays(hand, errand, now)):
            hand.errand = errand
            hand.turn += 1
            self._begin_errand(hand, now)
        return []

    def _ring(self, hand: Hand, offer: m.OfferView, now: Instant) -> None:
        """The same person does the same with the same offer, whenever it comes."""
        about = self._about(offer.call_id, offer.task_id)
        key = (*about, hand.member.unit_id)
        self._asked[key] = self._asked.get(key, 0) + 1
        rng = stream(self._seed, "answer", *key, self._asked[key])
        delivered_s = rng.uniform(*DELIVERY_S)
        deed, answer_s = decide(self._scenario.staff, self._calls.priority(offer.call_id) <= URGENT, rng)
        if deed is not None:
            at = now + from_seconds(delivered_s + answer_s)
            self._agenda.add(at, (hand, "answer", (offer.offer_id, deed)))

    def _stays(self, hand: Hand, errand: Errand, now: Instant) -> bool:
        """Whether somebody who is free takes no notice of a place to stand by at."""
        if hand.errand[0] != "home" or errand[2] is None:
            return False
        rng = stream(self._seed, "standby", hand.number, now)
        return bool(rng.random() >= self._scenario.staff.standby_share)

    # --- what people do ---------------------------------------------------------------------------------

    def _begin_errand(self, hand: Hand, now: Instant) -> None:
        kind, task_id, place = hand.errand
        if place is not None:
            self._walk(hand, now)
            return
        self._stop(hand, now)
        if kind == "serve":
            view, rng = hand.view, self._luck(hand, "serve")
            assert view is not None
            task = self._calls.task(view.call_id, task_id)
            service = self._calls.service(view.call_id)
            usual_s = self._on_scene_s.get((service, task.role), ON_SCENE_S) if task else ON_SCENE_S
            self._later(hand, now, usual_s * rng.lognormal(0.0, self._scenario.staff.serve_sigma), "report")

    def _walk(self, hand: Hand, now: Instant) -> None:
        """Set out for the errand's place, or try again later."""
        place, view = hand.errand[2], hand.view
        assert place is not None
        wheels = view is not None and view.carrying and view.item in self._wheeled
        start, at = self._stop(hand, now)
        goal = self._routes.grid.cell_at(self._site.floor_index(place.floor), place.x_m, place.y_m)
        rng = self._luck(hand, hand.errand[0])
        trip = set_out(self._routes, self._scenario.staff, start, goal, hand.member.walk_mps, wheels, at, rng)
        if trip is None:
            self._agenda.add(now + from_seconds(TRY_AGAIN_S), (hand, "arrive", hand.turn))
            return
        hand.trip = trip
        hand.walked_m += trip.walked_m
        self._agenda.add(trip.arrives_at, (hand, "arrive", hand.turn))

    def _stop(self, hand: Hand, now: Instant) -> tuple[int, Instant]:
        """Where somebody can next turn round, and when: nobody does on an escalator or in a lift."""
        trip, grid = hand.trip, self._routes.grid
        i = trip.index(now)
        at = now
        if i + 1 < len(trip.cells):
            here, there = trip.cells[i], trip.cells[i + 1]
            if grid.floor[here] != grid.floor[there]:
                i, at = i + 1, trip.times[i + 1]
            rest = np.array(trip.cells[i:])
            same = grid.floor[rest[1:]] == grid.floor[rest[:-1]]
            steps_m = np.hypot(np.diff(grid.x_m[rest]), np.diff(grid.y_m[rest]))
            hand.walked_m -= float(steps_m[same].sum())
        hand.trip = Trip([trip.cells[i]], [at], 0.0)
        return trip.cells[i], at

    def _do(self, hand: Hand, deed: Deed, detail: object, now: Instant) -> list[Message]:
        match deed, detail:
            case "answer", (str() as offer_id, str() as what):
                return self._answer(hand, offer_id, what, now) if offer_id in hand.offers else []
            case "arrive", turn:
                return self._arrive(hand, now) if turn == hand.turn else []
            case "report", turn:
                return self._report(hand, now) if turn == hand.turn else []
            case "loan", depot:
                return self._loan_back(hand, str(depot), now)
            case _:
                return self._break(hand, deed, now)

    def _answer(self, hand: Hand, offer_id: str, what: str, now: Instant) -> list[Message]:
        if what == "accept":
            return [self._post(m.AcceptOffer, hand, now, offer_id=offer_id)]
        return [self._post(m.DeclineOffer, hand, now, offer_id=offer_id, reason="with_a_customer")]

    def _arrive(self, hand: Hand, now: Instant) -> list[Message]:
        place = hand.errand[2]
        assert place is not None
        goal = self._routes.grid.cell_at(self._site.floor_index(place.floor), place.x_m, place.y_m)
        if hand.trip.cells[-1] != goal:
            self._walk(hand, now)
            return []
        staff = self._scenario.staff
        mean_s = {
            "fetch": staff.pick_up_mean_s,
            "go": staff.report_delay_mean_s,
            "return": staff.drop_off_mean_s,
        }.get(hand.errand[0])
        if mean_s is not None:
            self._later(hand, now, self._luck(hand, "hands").gamma(4.0, mean_s / 4.0), "report")
        return []

    def _report(self, hand: Hand, now: Instant) -> list[Message]:
        """Say that the errand is done, and again later if nothing comes of it."""
        self._later(hand, now, TRY_AGAIN_S, "report")
        kind, task_id, _ = hand.errand
        view = hand.view
        assert view is not None
        match kind:
            case "fetch":
                hand.spares_from = view.depot if view.spares else hand.spares_from
                return [self._post(m.ReportItemPickedUp, hand, now, task_id=task_id, spares=view.spares)]
            case "go":
                return [self._post(m.ReportOnScene, hand, now, task_id=task_id)]
            case "serve":
                depot = view.depot or (hand.spares_from if view.item in view.pouch else None)
                if view.item in self._lasting and depot is not None:
                    out_s = self._luck(hand, "loan").exponential(self._scenario.staff.loan_mean_s)
                    self._agenda.add(now + from_seconds(out_s), (hand, "loan", depot))
                return [self._post(m.ReportDone, hand, now, task_id=task_id)]
            case "return" if view.depot is not None:
                return [self._post(m.ReportItemReturned, hand, now, depot=view.depot)]
            case _:
                return []

    def _loan_back(self, hand: Hand, depot: str, now: Instant) -> list[Message]:
        """A customer brings an item back; whoever lent it books it in, when the hands are free."""
        if hand.view is None or hand.view.carrying:
            self._agenda.add(now + from_seconds(TRY_AGAIN_S), (hand, "loan", depot))
            return []
        return [self._post(m.ReportItemReturned, hand, now, depot=depot)]

    def _break(self, hand: Hand, deed: Deed, now: Instant) -> list[Message]:
        """Breaks are taken when nothing is to be done."""
        if deed == "end_break":
            hand.on_break = False
            return [self._post(m.SetDuty, hand, now, duty="on")]
        if hand.view is None or hand.view.status != "available":
            self._agenda.add(now + MINUTE, (hand, "break", None))
            return []
        hand.on_break = True
        self._agenda.add(now + from_seconds(self._scenario.staff.break_s), (hand, "end_break", None))
        return [self._post(m.SetDuty, hand, now, duty="break")]

    # --- customers, positions ------------------------------------------------------------------------------

    def _impatience(self, call: m.CallChanged, now: Instant) -> None:
        demand = self._scenario.demand
        rng = stream(self._seed, "patience", self._numbers.get(call.received_at, 0))
        if rng.random() < demand.cancel_share:
            wait_s = rng.exponential(demand.cancel_mean_s)
            self._agenda.add(now + from_seconds(wait_s), (None, "cancel", call.call_id))

    def _positions(self, now: Instant) -> Message:
        """Everybody's position with its noise."""
        grid, hands = self._routes.grid, list(self.hands.values())
        n = len(hands)
        cells = np.array([hand.trip.cells[hand.trip.index(now)] for hand in hands])
        noise = self._noise.normal(0.0, POSITION_SD_M, (2, n))
        floor = grid.floor[cells].astype(np.int8)
        probability = np.zeros((n, len(self._site.floors)))
        probability[np.arange(n), floor] = 1.0
        flat = np.zeros(n)
        axis = np.full(n, 2.448 * POSITION_SD_M)
        xs, ys = grid.x_m[cells] + noise[0], grid.y_m[cells] + noise[1]
        ids = tuple(hand.member.device_id for hand in hands)
        quality = np.ones(n, np.uint8)
        return pack_positions(
            Positions(now, ids, floor, xs, ys, flat, flat, axis, axis, flat, probability, quality, flat)
        )

    # --- small --------------------------------------------------------------------------------------------

    def _about(self, call_id: str, task_id: str) -> tuple[int, str]:
        """A task's name that does not depend on what was decided before: the call's number of the day, 0
        for none of them."""
        call = self._calls.by_id.get(call_id)
        number = 0 if call is None else self._numbers.get(call.received_at, 0)
        return number, task_id.partition("-")[2]

    def _luck(self, hand: Hand, concern: str) -> np.random.Generator:
        view = hand.view
        call_id, task_id = ("", "") if view is None else (view.call_id or "", view.task_id or "")
        number, task = self._about(call_id, task_id)
        return stream(self._seed, concern, number, task, 0 if number else hand.number)

    def _later(self, hand: Hand, now: Instant, wait_s: float, deed: Deed) -> None:
        self._agenda.add(now + from_seconds(max(0.0, wait_s)), (hand, deed, hand.turn))

    def _post(self, kind: type[Command], hand: Hand, now: Instant, **fields: Any) -> Command:
        unit_id = hand.member.unit_id
        return self._command(kind, f"unit/{unit_id}", now, unit_id=unit_id, **fields)

    def _command(self, kind: type[Command], by: str, now: Instant, **fields: Any) -> Command:
        """Nothing is lost here, so nothing is repeated."""
        self._commands += 1
        return kind(command_id=f"shift-{self._commands}", by=by, at=now, **fields)
