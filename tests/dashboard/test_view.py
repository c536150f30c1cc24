"""The view: late and repeated messages change nothing, and nothing grows for ever."""

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts.quantities import SECOND
from dashboard.view import Tally, View, calls_of, is_alarming, units_of
from tests.dashboard.builders import T0, a_call, a_task, a_unit, an_offer, staff_device
from tests.sites import small_mall


@given(st.permutations([1, 2, 3, 4]), st.lists(st.sampled_from([1, 2, 3, 4])))
def test_the_newest_version_wins_in_any_order(order: list[int], repeats: list[int]) -> None:
    view = View(small_mall())
    for version in [*order, *repeats]:
        view.take_call(a_call(version=version, note=str(version)), T0)
        view.take_unit(a_unit(version=version))
        view.take_stock(m.StockChanged(depot="d-1", version=version, free={}, reserved={}))
    assert view.calls["c-1"].note == "4"
    assert view.units["u-01"].version == 4
    assert view.stock["d-1"].version == 4


def test_a_repeated_message_is_no_change() -> None:
    view = View(small_mall())
    assert view.take_call(a_call(), T0)
    assert not view.take_call(a_call(), T0)


def test_an_estimate_of_arrival_may_change_within_a_version() -> None:
    view = View(small_mall())
    view.take_unit(a_unit(eta_at=T0))
    assert view.take_unit(a_unit(eta_at=T0 + SECOND))


def test_finished_calls_are_forgotten_by_age_and_by_number() -> None:
    view = View(small_mall())
    for index in range(5):
        view.take_call(a_call(f"c-{index}", state="cleared"), T0 + index)
    view.take_call(a_call("open"), T0)
    assert view.forgettable(T0 + 2, 10) == ["c-0", "c-1"]
    assert view.forgettable(T0, 3) == ["c-0", "c-1"]
    view.forget_call("c-0")
    assert "c-0" not in view.calls
    assert view.forgettable(T0 + 2, 10) == ["c-1"]


def test_what_a_unit_did_is_counted_once() -> None:
    view = View(small_mall())
    done = m.TimelineEntry(at=T0, kind="TaskCleared", by="unit/u-01", unit_id="u-01")
    expired = m.TimelineEntry(at=T0, kind="OfferExpired", by="", unit_id="u-01")
    view.take_call(a_call(version=1, timeline=(expired,)), T0)
    view.take_call(a_call(version=2, timeline=(expired, done)), T0)
    view.take_call(a_call("c-2", timeline=(done,)), T0)
    assert view.tally_of("u-01") == Tally(done=2, declined=0, expired=1)
    assert view.tally_of("u-02") == Tally(done=0, declined=0, expired=0)


def test_a_gateway_is_shown_with_place_health_and_status() -> None:
    view = View(small_mall())
    name = small_mall().gateways[0].gateway
    health = m.GatewayHealth(gateway=name, state="ok", at=T0 + 1)
    assert view.take_gateway(health)
    assert not view.take_gateway(msgspec.structs.replace(health, at=T0, state="silent"))
    shown = view.gateway(name)
    assert shown.health == health
    assert shown.floor == "L1"
    view.guests = m.GuestGatewaysChanged(
        version=1, gateways=(m.InstalledGateway(gateway="guest", floor="L2", x_m=1.0, y_m=2.0),)
    )
    assert view.gateway("guest").guest
    assert len(view.gateways()) == len(small_mall().gateways) + 1
    assert view.gateway("nobody").floor is None


def test_telemetry_is_shown_with_the_device() -> None:
    view = View(small_mall())
    device = staff_device("u-01")
    assert view.device(device).told_at is None
    view.take_telemetry(m.DeviceTelemetry(device_id=device.device_id, at=T0, battery_percent=80))
    assert view.device(device).battery_percent == 80


def test_calls_that_never_came_are_missed() -> None:
    view = View(small_mall())
    view.take_unit(a_unit(call_id="c-1", offers=(an_offer("u-01", "c-2"),)))
    assert view.missing_calls() == ["c-1", "c-2"]
    view.take_call(a_call("c-1"), T0)
    assert view.missing_calls() == ["c-2"]


def test_who_and_what_belong_together() -> None:
    call = a_call(tasks=(a_task(unit_id="u-01", offers=(an_offer("u-02"),)), a_task("t-2", unit_id="u-01")))
    assert units_of(call) == ["u-01", "u-02"]
    assert calls_of(a_unit(call_id="c-1", offers=(an_offer("u-01", "c-1"),))) == ["c-1"]


def test_what_alarms() -> None:
    late = a_task(breached_at=T0)
    there = a_task(breached_at=T0, on_scene_at=T0 + 1)
    cases = itertools.product(("pending", "cleared"), (1, 3), (late, there))
    alarms = [is_alarming(a_call(state=state, priority=p, tasks=(task,))) for state, p, task in cases]
    assert alarms == [True, True, True, False, False, False, False, False]


def test_strangers_are_counted_beyond_the_limit() -> None:
    view = View(small_mall())
    for index in range(10_001):
        view.take_service(m.ServiceHealth(service=str(index), at=T0, state="ok"))
    assert len(view.services) == 10_000
    assert view.counters["unknown_senders"] == 1
