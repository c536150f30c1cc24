from contracts.messages import GatewayStatus
from contracts.quantities import MINUTE, SECOND
from gateway.heard import newly_heard
from gateway.sightings import Decoded
from gateway.status import FIELDS_MAX, flat_fields, note_status
from tests.gateway.builders import START


def word(status: str | None = None, kind: str = "gateway_heartbeat", **fields: object) -> Decoded:
    found = dict(fields) if status is None else {"status": status, **fields}
    return Decoded(kind, "gw-1", fields=found)  # type: ignore[arg-type]


def test_a_status_is_told_on_change_and_every_half_minute() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    (first,) = note_status(heard, word("online", version="2.0", uptime_s=5), False, START)
    assert isinstance(first, GatewayStatus)
    assert (first.online, first.version, first.fields) == (True, "2.0", {"uptime_s": 5.0})
    assert note_status(heard, word("online"), False, START + SECOND) == []
    assert len(note_status(heard, word("offline", "gateway_status"), False, START + 2 * SECOND)) == 1
    assert heard.online is False
    assert len(note_status(heard, word("offline", "gateway_status"), False, START + 40 * SECOND)) == 1


def test_the_brokers_memory_may_say_offline_but_is_no_heartbeat() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    assert note_status(heard, word("online"), True, START) == []
    assert heard.online is None
    note_status(heard, word("offline", "gateway_status"), True, START)
    assert heard.online is False


def test_a_message_with_something_about_the_gateway_is_a_sign_of_life() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    (status,) = note_status(heard, word(None, "sightings", gateway_status={"load": 0.03}), False, START)
    assert isinstance(status, GatewayStatus)
    assert status.fields == {"load": 0.03}


def test_strangers_have_no_status() -> None:
    assert note_status(newly_heard("x", False, MINUTE, START), word("online"), False, START) == []


def test_fields_are_texts_and_numbers_and_few() -> None:
    fields = {
        "a": True,
        "b": None,
        "c": "x" * 999,
        "d": 7,
        "at": 5,
        "status": "online",
        "e": {"f": 1, "g": []},
    }
    assert flat_fields(fields) == {"c": "x" * 200, "d": 7.0, "f": 1.0}
    assert len(flat_fields({str(number): number for number in range(999)})) == FIELDS_MAX


def test_an_agent_says_how_many_it_hears_before_its_filter() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    note_status(heard, word("online", adverts_per_s=12.5), False, START)
    assert heard.reported_per_s == 12.5


def test_what_an_agent_obeys_is_told_at_once() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    note_status(heard, word("online", config_at_s=1), False, START)
    assert note_status(heard, word("online", config_at_s=1, uptime_s=5), False, START + SECOND) == []
    assert len(note_status(heard, word("online", config_at_s=2), False, START + 2 * SECOND)) == 1
