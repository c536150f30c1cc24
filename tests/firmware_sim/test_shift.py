"""A shift without radio: people obey the newest view, and chance is named, not drawn in turn."""

import numpy as np

from contracts import messages as m
from contracts.columns import unpack_positions
from contracts.grid import build_grid
from contracts.messages import Message, Place
from contracts.quantities import MINUTE, SECOND, Instant
from contracts.walking import Closures
from firmware_sim.orders import Order
from firmware_sim.scenario import Scenario, Staff
from firmware_sim.shift import POSITION_SD_M, ShiftSimService
from firmware_sim.trips import Routes
from tests.firmware_sim.builders import START
from tests.sites import small_mall

SITE = small_mall()
GRID = build_grid(SITE, 2.0)
ROUTES = Routes(SITE, GRID, Closures())
SPOT = Place("L2", 50.0, 27.0)
WHO = SITE.staff[0]


def a_shift(staff: Staff = Staff(), orders: tuple[Order, ...] = ()) -> ShiftSimService:  # noqa: B008
    return ShiftSimService(SITE, ROUTES, Scenario(staff=staff), orders, 1)


def view(version: int, status: m.UnitStatus, **changes: object) -> m.UnitChanged:
    fields = {"unit_id": WHO.unit_id, "version": version, "status": status, "device_id": WHO.device_id}
    return m.UnitChanged(**fields, roles=WHO.roles, **changes)  # type: ignore[arg-type]


def offer(made_at: Instant) -> m.OfferView:
    ids = {"offer_id": "o1", "call_id": "c1", "task_id": "c1-1-service", "unit_id": WHO.unit_id}
    return m.OfferView(**ids, made_at=made_at, expires_at=made_at + 25 * SECOND, eta_s=60.0, p_on_time=0.9)


def run(shift: ShiftSimService, until: Instant) -> list[Message]:
    said: list[Message] = []
    while (at := shift.wake_at()) is not None and at <= until:
        said += shift.wake(at)
    return said


def test_everybody_logs_on_and_orders_become_calls_at_their_time() -> None:
    order = Order(START + 7 * SECOND, "wheelchair", SPOT)
    shift = a_shift(orders=(order,))
    first = shift.begin(START)
    assert sum(isinstance(said, m.SetDuty) for said in first) == len(SITE.staff)
    assert shift.wake_at() == START + 5 * SECOND, "positions"
    calls = [said for said in run(shift, START + MINUTE) if isinstance(said, m.PlaceCall)]
    assert [(call.at, call.service, call.place) for call in calls] == [order]


def test_an_offer_is_answered_a_view_is_followed_and_a_report_made() -> None:
    shift = a_shift(Staff(silence_share=0.0, decline_share=0.0))
    shift.begin(START)
    shift.receive(view(1, "offered", offers=(offer(START),)), START)
    accepted = [said for said in run(shift, START + MINUTE) if isinstance(said, m.AcceptOffer)]
    assert [said.offer_id for said in accepted] == ["o1"]
    now = START + MINUTE
    shift.receive(view(2, "en_route", call_id="c1", task_id="c1-1-service", target=SPOT), now)
    shift.receive(view(1, "available"), now)  # late news is no news
    said = run(shift, now + 10 * MINUTE)
    arrived = [report.at for report in said if isinstance(report, m.ReportOnScene)]
    assert arrived, "the person walked there and said so"
    assert arrived[0] > now + 20 * SECOND
    hand = shift.hands[WHO.unit_id]
    assert GRID.floor[hand.trip.cells[-1]] == SITE.floor_index("L2")
    assert hand.walked_m > 20


def test_who_is_told_to_take_spares_along_does() -> None:
    shift = a_shift(Staff(silence_share=0.0, decline_share=0.0))
    shift.begin(START)
    depot = next(one for one in SITE.depots if one.kind == "depot")
    way = {"call_id": "c1", "task_id": "c1-1-service", "depot": depot.depot, "item": "power_bank"}
    shift.receive(view(1, "en_route_to_item", **way, target=SPOT, spares=2), START)
    said = [one for one in run(shift, START + 10 * MINUTE) if isinstance(one, m.ReportItemPickedUp)]
    assert [report.spares for report in said[:1]] == [2]
    assert shift.hands[WHO.unit_id].spares_from == depot.depot


def test_a_withdrawn_offer_is_not_answered() -> None:
    shift = a_shift(Staff(silence_share=0.0, decline_share=0.0))
    shift.begin(START)
    shift.receive(view(1, "offered", offers=(offer(START),)), START)
    shift.receive(view(2, "available"), START + SECOND // 2)
    assert not [said for said in run(shift, START + MINUTE) if isinstance(said, m.AcceptOffer)]


def test_whoever_is_called_back_on_the_way_has_walked_only_so_far() -> None:
    shift = a_shift()
    shift.begin(START)
    shift.receive(view(1, "en_route", call_id="c1", task_id="c1-1-service", target=SPOT), START)
    whole_m = shift.hands[WHO.unit_id].walked_m
    now = START + 10 * SECOND
    shift.receive(view(2, "available"), now)
    assert 0 < shift.hands[WHO.unit_id].walked_m < min(whole_m, 16.0)
    assert not [said for said in run(shift, now + 10 * MINUTE) if isinstance(said, m.ReportOnScene)]


def test_positions_are_the_truth_with_the_noise_that_they_admit() -> None:
    shift = a_shift()
    shift.begin(START)
    said = [one for one in run(shift, START + 30 * MINUTE) if isinstance(one, m.PositionsEstimated)]
    xs = np.array([unpack_positions(one).x_m for one in said])
    truth = np.array([GRID.x_m[hand.trip.cells[0]] for hand in shift.hands.values()])
    assert abs(float((xs - truth).std()) - POSITION_SD_M) < 0.3
    assert np.allclose(unpack_positions(said[0]).semi_major_m, 2.448 * POSITION_SD_M, atol=0.01)
