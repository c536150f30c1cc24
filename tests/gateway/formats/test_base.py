import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import WireError
from gateway.formats.base import (
    Clue,
    Format,
    decode_safely,
    details_of,
    gather,
    merge_details,
    need_list,
    status_of,
)
from gateway.sightings import Decoded, Sighting


def broken(_clue: Clue) -> Decoded:
    empty: dict[str, str] = {}
    return Decoded("sightings", empty["gateway"])


def unreadable(_sighting: Sighting) -> dict[str, object]:
    raise TypeError


def test_one_bad_entry_never_spoils_a_batch() -> None:
    def read(entry: dict[str, int]) -> Sighting | str:
        return Sighting("a", entry["rssi"]) if entry["rssi"] else "no_rssi"

    sightings, drops = gather([{"rssi": -1}, None, 7, {"rssi": 0}, {}, {"rssi": -3}], read)
    assert [sighting.rssi_dbm for sighting in sightings] == [-1, -3]
    assert drops == {"bad_entry": 3, "no_rssi": 1}


def test_a_message_of_another_shape_is_the_senders_fault() -> None:
    with pytest.raises(WireError, match="bad_message"):
        decode_safely(Format("x", lambda clue: True, broken), Clue("", b"{}"))
    with pytest.raises(WireError, match="bad_message"):
        need_list({}, "entries")


def test_details_that_cannot_be_read_say_so_and_the_advert_still_speaks() -> None:
    ad = bytes.fromhex("0201060303aafe1116aafe20000bb815000000004500000258")
    known = Format("x", lambda clue: True, broken, details=unreadable)
    details = details_of(Sighting("a", -1, adv=ad), known)
    assert details["error"] == "bad_details"
    assert details["telemetry"]["battery_mv"] == 3000


def test_the_second_wins_one_level_deep() -> None:
    assert merge_details({"a": {"x": 1, "y": 1}, "b": 1}, {"a": {"x": 2}, "c": 3}) == {
        "a": {"x": 2, "y": 1},
        "b": 1,
        "c": 3,
    }


def test_wills_in_any_spelling() -> None:
    assert [status_of(word) for word in ("online", "Online", "true", " offline\n", "false", "hello")] == [
        "online",
        "online",
        "online",
        "offline",
        "offline",
        None,
    ]


@given(st.binary(max_size=80))
def test_any_bytes_make_a_clue(payload: bytes) -> None:
    found = Clue("a/b/c", payload)
    assert isinstance(found.object, dict)
    assert isinstance(found.text, str)
    assert found.json is found.json


def test_levels_of_a_topic() -> None:
    found = Clue("/gw/ac/status", b"")
    assert found.levels == ["gw", "ac", "status"]
    assert (found.level_after("gw"), found.level_before("status")) == ("ac", "ac")
    assert (found.level_after("status"), found.level_before("gw"), found.level_after("x")) == ("", "", "")
