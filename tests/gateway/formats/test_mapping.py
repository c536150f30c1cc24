import pytest

from contracts.errors import WireError
from gateway.formats.base import decode_safely
from gateway.formats.mapping import JsonMapping, mapped_format
from gateway.sightings import Decoded
from tests.gateway.formats.reading import clue

MAPPING = JsonMapping(
    entries="data.items",
    device="tag.mac",
    rssi_dbm="levels.0",
    gateway="gw.id",
    time="t",
    time_unit="ms",
    adv_hex="raw",
)


def read(body: object, mapping: JsonMapping, topic: str = "") -> Decoded:
    return decode_safely(mapped_format("acme", mapping), clue(body, topic))


def test_paths_lead_into_objects_and_lists() -> None:
    entry = {"tag": {"mac": "c3000025ef6a"}, "levels": ["-65", 3], "t": 1770596033667, "raw": "020106"}
    decoded = read(
        {"gw": {"id": "ac233fc03641"}, "data": {"items": [entry, {"tag": 3}, {**entry, "levels": []}]}},
        MAPPING,
    )
    (sighting,) = decoded.sightings
    assert decoded.gateway == "AC:23:3F:C0:36:41"
    assert (sighting.device, sighting.rssi_dbm, sighting.at) == ("C3:00:00:25:EF:6A", -65, 1770596033667_000)
    assert decoded.drops == {"no_device": 1, "no_rssi": 1}


def test_one_entry_a_message_and_the_gateway_in_the_topic() -> None:
    mapping = JsonMapping(
        device="id", rssi_dbm="rssi", gateway_level=-1, time="when", time_unit="iso", filtered=True
    )
    decoded = read({"id": "tag 7", "rssi": -70.5, "when": "2026-02-09T00:13:53Z"}, mapping, "acme/hall")
    assert (decoded.gateway, decoded.filtered) == ("hall", True)
    assert decoded.sightings[0].device == "tag 7"
    assert (
        read(
            {"id": "x", "rssi": -1}, JsonMapping(device="id", rssi_dbm="rssi", gateway_level=1), "a/b"
        ).gateway
        == "a"
    )


def test_nothing_at_the_path_is_an_error_of_the_message() -> None:
    with pytest.raises(WireError, match="nothing at"):
        read({}, MAPPING)
    with pytest.raises(WireError, match="not_json"):
        read(b"x", MAPPING)
