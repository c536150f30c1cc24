"""What the web adapter may ask of the desk."""

import msgspec
import pytest

from contracts import messages as m
from contracts.quantities import SECOND
from dashboard.desk import TEXT_TOPICS, Desk
from tests.dashboard.builders import (
    T0,
    a_call,
    a_service,
    a_task,
    a_unit,
    an_enrolment,
    enrolled,
    positions,
    staff_device,
)

DEVICE = staff_device("u-01")


@pytest.fixture
def desk() -> Desk:
    service = a_service()
    service.wake(T0)
    service.receive(an_enrolment(DEVICE, *enrolled("chair-1", subject="wheelchair")), T0)
    service.receive(a_unit(), T0)
    service.receive(positions(T0, (DEVICE.device_id, 1, 5.0, 6.0)), T0)
    service.receive(a_call(tasks=(a_task(unit_id="u-01", state="en_route"),)), T0)
    return service.desk


@pytest.mark.parametrize("topic", [*TEXT_TOPICS, "me:u-01", "me:u-02"])
def test_every_topic_has_a_whole(desk: Desk, topic: str) -> None:
    snap = msgspec.json.decode(desk.snapshot(topic, T0))
    assert snap["t"] == "snap"
    assert snap["topic"] == topic.partition(":")[0]
    assert snap["seq"] == desk.feed.seq(topic)


def test_welcome_tells_the_scale_of_each_floor(desk: Desk) -> None:
    welcome = desk.welcome(T0)
    assert welcome["boot"] == f"{T0:x}"
    assert [floor["id"] for floor in welcome["floors"]] == ["L1", "L2"]
    assert set(welcome["floors"][0]) == {"i", "id", "ordinal", "name", "x0", "y0", "sx", "sy"}


def test_the_dictionary_names_staff_and_things(desk: Desk) -> None:
    entries = msgspec.json.decode(desk.dictionary())["slots"]
    staff = next(entry for entry in entries if entry["kind"] == "staff")
    assert staff["id"] == "u-01"
    assert staff["name"]["zh"]
    assert staff["role"]
    thing = next(entry for entry in entries if entry["kind"] == "asset")
    assert thing["name"] is not None


def test_figures_tell_the_age_of_the_newest_position(desk: Desk) -> None:
    assert desk.figures(T0 + SECOND // 4) == {"now": T0 + SECOND // 4, "devices": 1, "lag_ms": 250.0}


def test_a_route_question_starts_where_the_unit_is(desk: Desk) -> None:
    question = desk.question("u-01")
    assert question is not None
    assert (question.floor_i, question.x_m, question.y_m) == (1, 5.0, 6.0)
    assert desk.question("nobody") is None


def test_a_unit_without_a_position_starts_at_home(desk: Desk) -> None:
    question = desk.question("u-02")
    member = next(member for member in desk.site.staff if member.unit_id == "u-02")
    assert question is not None
    assert (question.x_m, question.y_m) == member.home


def test_a_unit_that_pushes_a_wheelchair_needs_the_wheel_route(desk: Desk) -> None:
    desk.view.take_unit(a_unit(version=2, carrying=True, item="wheelchair"))
    question = desk.question("u-01")
    assert question is not None
    assert question.wheels
    desk.view.take_unit(a_unit(version=3, carrying=False, item="wheelchair"))
    question = desk.question("u-01")
    assert question is not None
    assert not question.wheels


def test_closures_reach_the_question(desk: Desk) -> None:
    desk.view.closures = m.ClosuresChanged(version=1, connectors=("lift-1",), fire_mode=True)
    question = desk.question("u-01")
    assert question is not None
    assert question.closures.connectors == {"lift-1"}
    assert question.closures.fire_mode


def test_a_customers_status_knows_where_the_helper_is(desk: Desk) -> None:
    status = desk.call_status("c-1", T0)
    assert status is not None
    assert status.helper_place is not None
    assert status.helper_place.floor == "L2"
    assert status.version == desk.call_versions["c-1"]
    assert desk.call_status("c-9", T0) is None


def test_the_customer_of_a_merged_call_follows_the_one_that_is_served(desk: Desk) -> None:
    service = a_service()
    service.wake(T0)
    original = a_call(tasks=(a_task(unit_id="u-01", state="en_route"),))
    merged = msgspec.structs.replace(
        a_call(tasks=(a_task(state="merged"),)), call_id="c-2", state="merged", merged_into="c-1"
    )
    for call in (original, merged):
        service.receive(call, T0)
    status = service.desk.call_status("c-2", T0)
    assert status is not None
    assert (status.call_id, status.state) == ("c-2", original.state)
    assert (status.can_cancel, status.can_move, len(status.helpers)) == (False, False, 1)
    assert service.desk.followed("c-1") == "c-1"
