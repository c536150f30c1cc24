"""The service as the runtime drives it: time, positions, snapshots, restart."""

import msgspec
import numpy as np

from contracts import messages as m
from contracts.messages import EnrolledDevice, Place
from contracts.quantities import HOUR, MINUTE, SECOND
from contracts.service import Service
from contracts.wire import COMMAND_TYPES
from dispatcher import views
from dispatcher.ledger import task_state
from dispatcher.service import DispatcherService
from tests.dispatcher.builders import EAST, HALL, NOON, SETTINGS, Control, encoded, ground, positions_of


def test_it_is_a_service_that_hears_all_commands() -> None:
    service: Service = DispatcherService(*ground(), SETTINGS)
    assert set(COMMAND_TYPES) <= set(service.topics)
    assert service.name == "dispatcher"


def test_it_wants_the_floor_at_once_and_then_sleeps_until_something_is_due() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, standby_walk_max_m=0.0))
    quiet = control.service.wake_at()
    assert quiet is not None
    assert quiet > control.now + HOUR, "nothing but the next shift"
    control.do(m.PlaceCall, service="luggage", place=EAST)
    assert control.service.wake_at() == control.now + 10 * SECOND, "the second offer"
    control.accept_all()
    assert control.service.wake_at() == control.now + 10 * SECOND, "the next look at who is under way"


def test_a_breach_is_said_once_one_microsecond_late() -> None:
    control = Control()
    control.call("luggage")
    control.accept_all()
    control.wait(3600)
    (breach,) = control.of(m.SlaBreached)
    assert breach.at == breach.deadline_at + 1


def test_arriving_at_the_last_moment_is_on_time() -> None:
    control = Control()
    control.call("luggage")
    control.accept_all()
    task = next(iter(control.ledger.tasks.values()))
    control.wait((task.need.deadline_at - control.now) / SECOND)
    assert control.report(m.ReportOnScene, task.unit_id or "").accepted
    control.wait(60)
    assert control.of(m.SlaBreached) == []


def test_a_late_wake_breaches_before_the_report_is_taken() -> None:
    control = Control()
    control.call("luggage")
    control.accept_all()
    task = next(iter(control.ledger.tasks.values()))
    control.now = task.need.deadline_at + SECOND // 2
    assert control.report(m.ReportOnScene, task.unit_id or "").accepted
    assert len(control.of(m.SlaBreached)) == 1


def test_duty_follows_the_shifts_but_nobody_leaves_in_the_middle_of_a_task() -> None:
    from contracts.sitemap import Shift

    site, _ = ground()
    staff = tuple(msgspec.structs.replace(person, shifts=(Shift(9.0, 12.5),)) for person in site.staff)
    control = Control(site=msgspec.structs.replace(site, staff=staff))
    control.call("luggage")
    control.accept_all()
    (holder,) = [unit.unit_id for unit in control.ledger.units.values() if unit.task_id]
    control.wait(31 * 60)
    off = {fact.unit_id for fact in control.of(m.DutyChanged) if fact.duty == "off"}
    assert off == {person.unit_id for person in staff} - {holder}
    control.finish(holder)
    assert control.ledger.units[holder].duty == "off"
    assert control.sent[-1].devices == site.devices or all(  # type: ignore[attr-defined]
        device.kind != "staff"
        for device in control.sent[-1].devices  # type: ignore[attr-defined]
    )


def test_enrolment_follows_duty_and_open_calls() -> None:
    control = Control()
    assert control.service.resumed(control.now)[-3].devices  # type: ignore[attr-defined]
    control.do(m.SetDuty, unit_id="u-01", duty="off")
    (enrolment,) = [said for said in control.sent if isinstance(said, m.EnrolmentChanged)]
    device_ids = [device.device_id for device in enrolment.devices]
    assert "C3:00:00:25:00:01" not in device_ids
    assert device_ids == sorted(device_ids)
    answer = control.do(m.PlaceCall, service="luggage", place=EAST, device_id="ibeacon:x:1:2")
    (enrolment,) = [said for said in control.sent if isinstance(said, m.EnrolmentChanged)]
    assert EnrolledDevice("ibeacon:x:1:2", "app", answer.subject, "phone") in enrolment.devices
    control.do(m.CancelCall, call_id=answer.subject, reason="left")
    (enrolment,) = [said for said in control.sent if isinstance(said, m.EnrolmentChanged)]
    assert "ibeacon:x:1:2" not in [device.device_id for device in enrolment.devices]


def test_a_snapshot_answers_whoever_asked_with_everything() -> None:
    control = Control()
    call_id = control.call("medical")
    (snapshot,) = control.receive(m.RequestSnapshot(by="dashboard"))
    assert isinstance(snapshot, m.Snapshot)
    assert snapshot.for_ == "dashboard"
    assert [call.call_id for call in snapshot.calls] == [call_id]
    assert len(snapshot.units) == 12
    assert [store.depot for store in snapshot.stock] == ["box-L1", "box-L2", "d-L1", "d-L2"]
    assert snapshot.version == control.ledger.seq


def test_calls_closed_lately_are_shown_and_older_ones_are_not() -> None:
    control = Control()
    call_id = control.call("luggage")
    control.do(m.CancelCall, call_id=call_id, reason="left")
    shown = [said.call_id for said in control.service.resumed(control.now) if isinstance(said, m.CallChanged)]
    assert shown == [call_id]
    later = control.service.resumed(control.now + 20 * MINUTE)
    assert [said for said in later if isinstance(said, m.CallChanged)] == []


def test_a_located_caller_who_walks_on_is_followed() -> None:
    control = Control()
    call_id = control.call("luggage", EAST, device_id="loan-1")
    control.locate({"loan-1": (1, 50.0, 27.0)})
    control.wait(6)
    assert control.ledger.calls[call_id].place == EAST, "a few metres are no move"
    control.locate({"loan-1": (0, 10.0, 20.0)})
    assert control.ledger.calls[call_id].place == Place("L1", 10.0, 20.0)
    assert control.of(m.CallMoved)[0].by == "device/loan-1"
    control.locate({"loan-1": (0, 50.0, 20.0)})
    assert len(control.of(m.CallMoved)) == 1, "at most every few seconds"
    control.wait(6)
    control.locate({"loan-1": (0, 50.0, 20.0)}, sigma_m=30.0)
    assert len(control.of(m.CallMoved)) == 1, "nor on a guess"


def test_positions_of_strangers_cost_nothing_and_say_nothing() -> None:
    control = Control()
    places = {f"stranger-{n}": (0, 5.0, 20.0) for n in range(500)}
    assert control.receive(positions_of(control.now, places)) == []
    assert control.service.whereabouts.first_at is None


def test_a_press_without_a_position_is_served_at_the_gateway_that_heard_it_once() -> None:
    control = Control()
    press = m.ButtonPressed(
        device_id="C3:00:00:10:00:01", mode="single", counter=7, gateway="gw-L2-02", heard_at=control.now
    )
    control.receive(press)
    control.receive(press)
    (call,) = control.of(m.CallReceived)
    gateway = next(one for one in control.site.gateways if one.gateway == "gw-L2-02")
    assert (call.place.floor, call.place.x_m) == ("L2", gateway.x_m)
    assert control.receive(msgspec.structs.replace(press, device_id="x", gateway="unknown")) == []
    control.do(m.CancelCall, call_id=call.call_id, reason="mistake")
    control.receive(press)
    assert len(control.of(m.CallReceived)) == 1, "the same press, come late"


def a_busy_hour() -> Control:
    """A shift with offers live, expired, declined, an item on loan, one carried, somebody on a break."""
    control = Control()
    control.locate({f"u-{n:02d}": (n % 2, 5.0 * n, 20.0 if n % 2 == 0 else 13.0) for n in range(1, 13)})
    control.call("wheelchair", EAST)
    control.accept_all()
    control.call("medical", HALL)
    control.wait(7)
    control.accept_all()
    control.do(m.SetDuty, unit_id="u-11", duty="break")
    for unit_id in sorted(control.ledger.units):
        if control.ledger.units[unit_id].task_id and unit_id != "u-10":
            control.finish(unit_id)
    control.call("wheelchair", HALL)
    control.accept_all()
    carrier = next(
        unit.unit_id for unit in control.ledger.units.values() if unit.task_id and unit.unit_id < "u-07"
    )
    control.report(m.ReportItemPickedUp, carrier)
    control.call("power_bank", EAST)
    control.call("complaint", EAST)
    control.decline("u-04")
    control.do(m.CloseConnector, connector="lift-1")
    control.call("luggage", HALL, device_id="app-1")
    control.wait(12)
    return control


def test_a_new_process_on_the_same_journal_is_the_same_and_goes_on() -> None:
    control = a_busy_hour()
    again = DispatcherService(control.site, control.grid, SETTINGS, control.facts)
    assert encoded(again.ledger) == encoded(control.ledger)
    assert again.wake_at() == 0, "and time is looked at at once"
    old, new = control.service.resumed(control.now), again.resumed(control.now)
    assert [msgspec.msgpack.encode(message) for message in old] == [
        msgspec.msgpack.encode(message) for message in new
    ]
    live = [task for task in again.ledger.tasks.values() if task_state(task) == "offered"]
    assert live, "live offers resume"


def test_offers_that_ran_out_while_it_was_down_expire_at_the_first_wake() -> None:
    control = a_busy_hour()
    again = DispatcherService(control.site, control.grid, SETTINGS, control.facts)
    live = {unit.offer_id for unit in again.ledger.units.values() if unit.offer_id}
    control.service, control.now = again, control.now + 10 * MINUTE
    control.take(control.service.resumed(control.now))
    assert live <= {fact.offer_id for fact in control.of(m.OfferExpired)}


def test_killed_at_any_fact_it_comes_back_whole_and_everybody_is_served() -> None:
    facts = a_busy_hour().facts
    for count in range(13, len(facts) + 1):
        control = Control(begin=False)
        control.facts = list(facts[:count])
        control.service = DispatcherService(control.site, control.grid, SETTINGS, control.facts)
        control.now = facts[count - 1].at + 3 * SECOND
        control._commands = 10_000 + count
        control.take(control.service.resumed(control.now))
        control.take(control.service.wake(control.now))
        control.do(m.OpenConnector, connector="lift-1")
        for _ in range(60):
            control.wait(10)
            control.accept_all()
            for unit_id in sorted(control.ledger.units):
                if control.ledger.units[unit_id].task_id:
                    control.finish(unit_id)
            if not control.ledger.open_calls:
                break
        received = {fact.call_id for fact in control.of(m.CallReceived)}
        ended = {fact.call_id for fact in [*control.of(m.CallCleared), *control.of(m.CallCancelled)]}
        assert received == ended
        assert encoded(control.replayed()) == encoded(control.ledger)


def test_the_same_shift_gives_the_same_bytes() -> None:
    first, second = a_busy_hour(), a_busy_hour()
    assert [msgspec.msgpack.encode(fact) for fact in first.facts] == [
        msgspec.msgpack.encode(fact) for fact in second.facts
    ]


def test_versions_of_views_only_grow() -> None:
    control = Control()
    seen: dict[str, int] = {}
    for kind in ("luggage", "medical", "wheelchair"):
        control.call(kind)
        control.accept_all()
        control.wait(5)
        whole = views.snapshot(
            control.ledger, control.service.catalogue, list(control.ledger.calls), "x", NOON
        )
        versions = [(call.call_id, call.version) for call in whole.calls]
        for name, version in versions + [(unit.unit_id, unit.version) for unit in whole.units]:
            assert version >= seen.get(name, 0)
            seen[name] = version
    assert max(seen.values()) <= control.ledger.seq


def test_a_plan_does_not_depend_on_the_order_of_positions() -> None:
    order = np.random.default_rng(1).permutation(12)
    chosen = set()
    for units in (range(12), order.tolist()):
        control = Control()
        control.locate({f"u-{n + 1:02d}": (n % 2, 4.0 * n + 3, 13.0) for n in units})
        control.call("medical", HALL)
        chosen.add(tuple(fact.unit_id for fact in control.of(m.OfferMade)))
    assert len(chosen) == 1
