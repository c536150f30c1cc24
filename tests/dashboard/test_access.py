"""Who may do what, and what is believed of what pages send."""

from typing import Any

import pytest

from contracts import messages as m
from contracts.quantities import DAY, SECOND
from contracts.wire import COMMAND_TYPES
from dashboard.access import COMMANDS, TOPICS, Refusal, RoleName, Session, inner_topic, read_command
from tests.dashboard.builders import T0
from tests.sites import small_mall

FLOORS = ("L1", "L2")
PLACE = {"floor": "L1", "x_m": 1.0, "y_m": 2.0}


def a_session(role: RoleName = "operator", unit_id: str | None = None) -> Session:
    return Session(
        user="lin", role=role, unit_id=unit_id, name_zh="林", name_en="Lin", language="zh", expires_at=0
    )


STAFF = a_session("staff", "u-07")
OPERATOR = a_session()


def read(body: Any, session: Session = OPERATOR, key: str = "0123456789") -> m.Command:
    return read_command(body, key, session, small_mall(), T0)


def refused(body: Any, session: Session = OPERATOR, key: str = "0123456789") -> str:
    with pytest.raises(Refusal) as caught:
        read(body, session, key)
    return caught.value.code


def test_who_and_when_are_ours() -> None:
    body = {
        "type": "PlaceCall",
        "service": "medical",
        "place": PLACE,
        "by": "operator/evil",
        "command_id": "x",
    }
    command = read(body)
    assert command == m.PlaceCall(
        command_id="0123456789", by="operator/lin", at=T0, service="medical", place=m.Place("L1", 1.0, 2.0)
    )


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [(T0 - SECOND, T0 - SECOND), (T0 + SECOND, T0), (T0 - 2 * DAY, T0 - DAY), (None, T0)],
)
def test_the_senders_time_is_believed_within_limits(claimed: int | None, believed: int) -> None:
    body = {"type": "SetDuty", "unit_id": "u-07", "duty": "on", "at": claimed}
    assert read(body, STAFF).at == believed


def test_staff_act_for_themselves_only() -> None:
    body = {"type": "AcceptOffer", "offer_id": "o-1", "unit_id": "u-07"}
    assert read(body, STAFF).by == "unit/u-07"
    assert refused({**body, "unit_id": "u-08"}, STAFF) == "forbidden"


def test_staff_cannot_let_a_device_be_located() -> None:
    body = {"type": "PlaceCall", "service": "medical", "place": PLACE, "device_id": "C3:00:00:25:EF:6A"}
    assert refused(body, STAFF) == "forbidden"
    assert isinstance(read(body), m.PlaceCall)


@pytest.mark.parametrize("kind", COMMAND_TYPES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("role", TOPICS)
def test_each_role_may_send_what_the_table_says_and_no_more(kind: type[m.Command], role: RoleName) -> None:
    session = a_session(role, "u-07" if role == "staff" else None)
    code = refused({"type": kind.__name__}, session)
    assert code == ("bad_request" if kind in COMMANDS[role] else "forbidden")


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"type": "Nonsense"},
        {"type": "CallReceived"},
        {"type": "PlaceCall", "service": "medical"},
        {"type": "PlaceCall", "service": 5, "place": PLACE},
        {"type": "PlaceCall", "service": "medical", "place": {**PLACE, "floor": "L9"}},
        {"type": "PlaceCall", "service": "medical", "place": {**PLACE, "x_m": float("nan")}},
        {"type": "PlaceCall", "service": "medical", "place": {**PLACE, "x_m": 1e9}},
        {"type": "PlaceCall", "service": "medical", "place": PLACE, "note": "x" * 501},
        {"type": "SetDuty", "unit_id": "u-07", "duty": "asleep"},
        {"type": "SetDuty", "unit_id": "u-07", "duty": "on", "at": "yesterday"},
        {"type": "SetDuty", "unit_id": "u-07", "duty": "on", "at": True},
        {"type": "ReleaseDevices", "device_ids": ["a"] * 501},
    ],
)
def test_what_cannot_be_meant_is_refused(body: Any) -> None:
    assert refused(body) == "bad_request"


def test_guest_gateways_must_hang_on_a_floor_of_the_site() -> None:
    gateway = {"gateway": "g", "floor": "L9", "x_m": 1.0, "y_m": 1.0}
    technician = a_session("technician")
    assert refused({"type": "InstallGateways", "gateways": [gateway]}, technician) == "bad_request"
    read({"type": "InstallGateways", "gateways": [{**gateway, "floor": "L1"}]}, technician)


@pytest.mark.parametrize("key", ["", "short", "with space", "x" * 65, "ümlaut-key"])
def test_keys_must_be_fit_for_ids(key: str) -> None:
    assert refused({"type": "SetFireMode", "on": True}, key=key) == "bad_request"


def test_topics_by_role() -> None:
    assert inner_topic("me", STAFF, FLOORS) == "me:u-07"
    assert inner_topic("pos:L2", a_session(), FLOORS) == "pos:L2"
    for topic, session, code in [
        ("pos:L1", STAFF, "forbidden"),
        ("calls", STAFF, "forbidden"),
        ("me:u-08", STAFF, "not_found"),
        ("me", a_session(), "forbidden"),
        ("calls", a_session("technician"), "forbidden"),
        ("pos:L9", a_session(), "not_found"),
        ("calls:x", a_session(), "not_found"),
        ("dict", a_session(), "not_found"),
        ("nonsense", a_session(), "not_found"),
    ]:
        with pytest.raises(Refusal) as caught:
            inner_topic(topic, session, FLOORS)
        assert caught.value.code == code, topic
