"""The service: messages in, frames and events out."""

from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import messages as m
from contracts.messages import Message, ScreenEvent, ScreenFrame
from contracts.quantities import HOUR, SECOND
from dashboard import frames
from dashboard.service import DashboardService
from dashboard.settings import DashboardSettings
from tests.dashboard.builders import (
    T0,
    a_call,
    a_service,
    a_task,
    a_unit,
    an_enrolment,
    an_offer,
    enrolled,
    positions,
    staff_device,
)

ON_DUTY = staff_device("u-01")


def events(messages: Iterable[Message], topic: str) -> list[dict[str, Any]]:
    return [
        msgspec.json.decode(message.data)
        for message in messages
        if isinstance(message, ScreenEvent) and message.topic == topic
    ]


def states(messages: Iterable[Message]) -> list[int]:
    """The state bytes of all change records."""
    read = (frames.decode(message.data) for message in messages if isinstance(message, ScreenFrame))
    return [
        state
        for parts in read
        for frame in parts
        if frame.kind == frames.CHANGES
        for state in frame.records["state"].tolist()
    ]


def on_duty(service: DashboardService) -> None:
    service.receive(an_enrolment(ON_DUTY), T0)
    service.receive(a_unit(), T0)


def test_it_asks_for_the_whole_state_until_it_comes() -> None:
    service = a_service()
    assert service.wake_at() == 0
    asked: list[int] = []
    for second in range(60):
        now = T0 + second * SECOND
        asked += [second for out in service.wake(now) if isinstance(out, m.RequestSnapshot)]
    assert asked == [0, 5, 15, 35]
    service.receive(m.Snapshot(for_="dashboard", at=T0, version=1, calls=(), units=(), stock=()), T0)
    later = [service.wake(T0 + second * SECOND) for second in range(60, 200)]
    assert not [out for said in later for out in said if isinstance(out, m.RequestSnapshot)]


def test_it_asks_again_when_a_unit_speaks_of_a_call_that_never_came() -> None:
    service = a_service()
    service.receive(m.Snapshot(for_="dashboard", at=T0, version=1, calls=(), units=(), stock=()), T0)
    service.wake(T0)
    service.receive(a_unit(call_id="c-9", version=2), T0)
    said = [service.wake(T0 + second * SECOND) for second in range(1, 4)]
    assert sum(isinstance(out, m.RequestSnapshot) for batch in said for out in batch) == 1
    assert service.desk.counters["gaps"] == 1


def test_a_snapshot_fills_the_board_and_clears_what_is_gone() -> None:
    service = a_service()
    service.receive(a_call("old", version=3), T0)
    service.receive(a_call("newer", version=9), T0)
    service.receive(a_call("done", version=2, state="cleared"), T0)
    snapshot = m.Snapshot(
        for_="dashboard",
        at=T0,
        version=5,
        calls=(a_call("c-1", version=4),),
        units=(a_unit(),),
        stock=(m.StockChanged(depot="d-1", version=1, free={"wheelchair": 2}, reserved={}),),
    )
    out = service.receive(snapshot, T0)
    assert set(service.desk.view.calls) == {"newer", "done", "c-1"}
    kinds = [event["kind"] for event in events(out, "calls")]
    assert kinds == ["CallChanged", "CallForgotten"]
    assert len(events(out, "units")) == 1
    assert len(events(out, "stock")) == 1


def test_positions_of_unknown_devices_are_not_shown_and_counted() -> None:
    service = a_service()
    service.receive(an_enrolment(*enrolled("a")), T0)
    out = service.receive(positions(T0, ("stranger", 0, 1.0, 1.0)), T0)
    assert list(out) == []
    assert service.desk.counters["positions_not_enrolled"] == 1


def test_broken_columns_are_dropped_and_counted() -> None:
    service = a_service()
    broken = msgspec.structs.replace(positions(T0, ("a", 0, 1.0, 1.0)), x_cm=b"")
    assert list(service.receive(broken, T0)) == []
    assert service.desk.counters["bad_columns"] == 1


def test_a_change_frame_leaves_with_the_estimate_itself() -> None:
    """The latency budget: no waiting for a beat."""
    service = a_service()
    on_duty(service)
    out = service.receive(positions(T0, (ON_DUTY.device_id, 1, 5.0, 5.0)), T0)
    assert [frame.topic for frame in out if isinstance(frame, ScreenFrame)] == ["pos:L2"]


def test_staff_off_duty_leave_the_map_whatever_the_radio_hears() -> None:
    service = a_service()
    on_duty(service)
    here = positions(T0, (ON_DUTY.device_id, 0, 5.0, 5.0))
    service.receive(here, T0)
    out = service.receive(a_unit(version=2, status="off_duty"), T0)
    assert any(isinstance(frame, ScreenFrame) for frame in out)
    later = msgspec.structs.replace(here, estimated_at=T0 + SECOND)
    assert list(service.receive(later, T0 + SECOND)) == []
    assert service.desk.where("u-01") is None
    service.receive(a_unit(version=3), T0)
    assert service.receive(msgspec.structs.replace(here, estimated_at=T0 + 2 * SECOND), T0 + 2 * SECOND)


def test_the_dot_shows_status_and_alarm() -> None:
    service = a_service()
    on_duty(service)
    service.receive(positions(T0, (ON_DUTY.device_id, 0, 5.0, 5.0)), T0)
    out = [*service.receive(a_unit(version=2, status="en_route", call_id="c-1", task_id="t-1"), T0)]
    assert states(out) == [3 << 3]
    call = a_call(version=3, priority=1, tasks=(a_task(unit_id="u-01"),))
    assert states(service.receive(call, T0)) == [3 << 3 | 0x40]
    assert states(service.receive(a_call(version=4, state="cleared", priority=1), T0)) == [3 << 3]


def test_customers_have_no_name_and_show_their_calls_alarm() -> None:
    service = a_service()
    caller = m.EnrolledDevice(device_id="ibeacon:x:1:1", kind="app", subject="c-1")
    out = service.receive(an_enrolment(caller), T0)
    (change,) = [msgspec.json.decode(e.data) for e in out if isinstance(e, ScreenEvent) and e.topic == "dict"]
    assert change["slots"] == [{"slot": 0, "id": "c-1", "kind": "app", "name": None, "role": None}]
    service.receive(positions(T0, ("ibeacon:x:1:1", 0, 1.0, 1.0)), T0)
    assert states(service.receive(a_call(priority=1), T0)) == [3 | 0x40]


def test_a_released_device_leaves_map_dictionary_and_list() -> None:
    service = a_service()
    service.receive(an_enrolment(*enrolled("a", "b")), T0)
    service.receive(positions(T0, ("a", 0, 1.0, 1.0)), T0)
    out = service.receive(an_enrolment(*enrolled("b"), version=2), T0)
    assert [
        msgspec.json.decode(e.data)["gone"] for e in out if isinstance(e, ScreenEvent) and e.topic == "dict"
    ] == [[0]]
    assert events(out, "devices")[0]["data"] == {"changed": [], "released": ["a"]}
    assert any(frames.decode(f.data)[0].kind == frames.LEFT for f in out if isinstance(f, ScreenFrame))


def test_an_older_enrolment_is_ignored() -> None:
    service = a_service()
    service.receive(an_enrolment(*enrolled("a"), version=2), T0)
    assert list(service.receive(an_enrolment(version=1), T0)) == []
    assert set(service.desk.slots.of_device) == {"a"}


def test_the_handheld_hears_of_its_offer_and_of_nothing_else() -> None:
    service = a_service()
    out = [*service.receive(a_call(tasks=(a_task(offers=(an_offer("u-02"),)),)), T0)]
    out += service.receive(a_unit("u-02", offers=(an_offer("u-02"),), status="offered"), T0)
    (mine,) = events(out, "me:u-02")
    assert mine["topic"] == "me"
    assert mine["data"]["unit"]["offers"][0]["offer_id"] == "o-u-02"
    assert mine["data"]["calls"][0]["call_id"] == "c-1"
    assert events(out, "me:u-01") == []


def test_a_handheld_hears_when_its_call_ends_for_it() -> None:
    service = a_service()
    service.receive(a_unit(), T0)
    service.receive(a_call(tasks=(a_task(unit_id="u-01"),)), T0)
    out = service.receive(a_call(version=2, state="cancelled", tasks=(a_task(state="cancelled"),)), T0)
    assert len(events(out, "me:u-01")) == 1


def test_the_places_of_staff_are_told_each_two_seconds_and_only_when_new() -> None:
    service = a_service()
    on_duty(service)
    service.receive(a_unit(version=2, task_id="t-1"), T0)
    service.wake(T0)
    service.receive(positions(T0, (ON_DUTY.device_id, 0, 5.0, 5.0)), T0)
    assert events(service.wake(T0 + SECOND), "where") == []
    out = service.wake(T0 + 2 * SECOND)
    (where,) = events(out, "where")
    assert where["data"][0]["unit_id"] == "u-01"
    assert where["data"][0]["zone"] == "hall"
    assert events(out, "me:u-01")[0]["kind"] == "MyPlace"
    assert events(service.wake(T0 + 4 * SECOND), "where") == []


def test_zones_follow_reports_for_enrolled_devices_only() -> None:
    service = a_service()
    on_duty(service)
    change = m.ZoneChanged(device_id=ON_DUTY.device_id, zone="z", change="enter", at=T0, probability=0.9)
    service.receive(change, T0)
    assert service.desk.zones[ON_DUTY.device_id] == "z"
    service.receive(msgspec.structs.replace(change, change="leave"), T0)
    assert service.desk.zones[ON_DUTY.device_id] is None
    service.receive(msgspec.structs.replace(change, device_id="stranger"), T0)
    assert "stranger" not in service.desk.zones


def test_key_frames_come_each_ten_seconds() -> None:
    service = a_service()
    service.wake(T0)
    keys = [
        second
        for second in range(1, 31)
        if any(isinstance(out, ScreenFrame) and out.key_frame for out in service.wake(T0 + second * SECOND))
    ]
    assert keys == [10, 20, 30]


def test_finished_calls_leave_the_board_after_their_hour() -> None:
    service = a_service()
    service.receive(a_call(state="cleared"), T0)
    assert events(service.wake(T0 + HOUR - SECOND), "calls") == []
    (gone,) = events(service.wake(T0 + HOUR + SECOND), "calls")
    assert gone["data"] == {"call_id": "c-1"}
    assert service.desk.call_status("c-1", T0) is None


def test_a_lost_device_leaves_after_its_time() -> None:
    service = a_service(DashboardSettings(forget_s=30.0))
    service.receive(an_enrolment(*enrolled("a")), T0)
    service.receive(positions(T0, ("a", 0, 1.0, 1.0)), T0)
    service.wake(T0 + 29 * SECOND)
    assert service.desk.radar.present == 1
    service.wake(T0 + 31 * SECOND)
    assert service.desk.radar.present == 0


def test_health_site_and_devices_reach_their_topics() -> None:
    service = a_service()
    on_duty(service)
    said = {
        "gw": m.GatewayHealth(gateway="g", state="deaf", at=T0),
        "health": m.ServiceHealth(service="positioning", at=T0, state="ok"),
        "site": m.ClosuresChanged(version=1, connectors=("lift-1",), fire_mode=False),
        "devices": m.DeviceTelemetry(device_id=ON_DUTY.device_id, at=T0, battery_percent=4),
    }
    for topic, message in said.items():
        assert len(events(service.receive(message, T0), topic)) == 1, topic
        assert list(service.receive(message, T0)) == [], f"{topic}: repeated"
    ingest = m.IngestCounted(at=T0, payloads=1, observations=1, drops={})
    assert events(service.receive(ingest, T0), "health")[0]["kind"] == "IngestCounted"
    status = m.GatewayStatus(gateway="g", online=False, at=T0)
    assert events(service.receive(status, T0), "gw")[0]["data"]["status"]["online"] is False
    guests = m.GuestGatewaysChanged(
        version=1, gateways=(m.InstalledGateway(gateway="guest", floor="L1", x_m=1.0, y_m=1.0),)
    )
    out = service.receive(guests, T0)
    assert events(out, "gw")[0]["data"]["guest"] is True
    gone = service.receive(m.GuestGatewaysChanged(version=2, gateways=()), T0)
    assert events(gone, "gw")[0]["data"]["guest"] is False


def test_answers_are_counted() -> None:
    service = a_service()
    answer = m.CommandAnswered(seq=1, at=T0, command_id="x", accepted=False, reason="busy")
    assert list(service.receive(answer, T0)) == []
    assert service.desk.counters["commands_refused"] == 1


MESSAGES = st.one_of(
    st.builds(
        lambda v, s: a_call(version=v, state=s), st.integers(1, 5), st.sampled_from(["pending", "cleared"])
    ),
    st.builds(
        lambda v, s: a_unit(version=v, status=s),
        st.integers(1, 5),
        st.sampled_from(["available", "off_duty"]),
    ),
    st.builds(
        lambda v, names: an_enrolment(*enrolled(*sorted(names)), ON_DUTY, version=v),
        st.integers(1, 5),
        st.sets(st.sampled_from("abc")),
    ),
    st.builds(
        lambda at, name, floor: positions(T0 + at * SECOND, (name, floor, 1.0 + at, 2.0)),
        st.integers(0, 5),
        st.sampled_from([*"abc", ON_DUTY.device_id]),
        st.integers(-1, 1),
    ),
)


@settings(max_examples=60)
@given(st.lists(MESSAGES, max_size=25))
def test_sequence_numbers_have_no_gaps_and_equal_runs_give_equal_bytes(messages: list[Message]) -> None:
    runs: list[list[bytes]] = []
    for _ in range(2):
        service = a_service()
        seqs: dict[str, int] = {}
        data: list[bytes] = []
        for index, message in enumerate(messages):
            now = T0 + index * SECOND
            for out in [*service.receive(message, now), *service.wake(now)]:
                if isinstance(out, ScreenEvent):
                    assert out.seq == seqs.get(out.topic, 0) + 1
                    seqs[out.topic] = out.seq
                    data.append(out.data)
                elif isinstance(out, ScreenFrame):
                    data.append(out.data)
        runs.append(data)
    assert runs[0] == runs[1]


def test_a_handheld_opened_by_somebody_who_stands_still_knows_its_place() -> None:
    service = a_service()
    on_duty(service)
    service.receive(positions(T0, (ON_DUTY.device_id, 0, 30.0, 12.0)), T0)
    whole = msgspec.json.decode(service.desk.snapshot("me:u-01", T0))["data"]
    assert (whole["place"]["floor"], whole["place"]["x_m"]) == ("L1", 30.0)
    told = events(service.wake(T0 + 2 * SECOND), "me:u-01")
    assert [event["kind"] for event in told] == ["MyPlace"], "also without a task: it shows where one is"


def test_a_logbook_reaches_desk_and_handheld() -> None:
    service = a_service()
    on_duty(service)
    text = m.TextView("x9", "operator/lin", T0, T0, "come_to_desk", "")
    book = m.LogbookChanged(unit_id="u-01", version=9, texts=(text,))
    said = service.receive(book, T0)
    [desk] = events(said, "logbooks")
    [mine] = events(said, "me:u-01")
    assert desk["data"]["texts"] == mine["data"]["logbook"]["texts"]
    assert service.receive(book, T0) == []
    old = msgspec.structs.replace(book, version=3, texts=())
    assert service.receive(old, T0) == []
    assert msgspec.json.decode(service.desk.snapshot("logbooks", T0))["data"][0]["version"] == 9


def test_the_control_room_sees_the_newest_coverage() -> None:
    service = a_service()
    row = m.FloorCoverage(service="wheelchair", role="service", floor="L2", p_on_time=0.4, understaffed=True)
    told = service.receive(m.CoverageChanged(at=T0, floors=(row,)), T0)
    assert [event["data"]["floors"][0]["understaffed"] for event in events(told, "coverage")] == [True]
    late = service.receive(m.CoverageChanged(at=T0 - SECOND, floors=()), T0)
    assert events(late, "coverage") == []
    assert b'"L2"' in service.desk.snapshot("coverage", T0)
