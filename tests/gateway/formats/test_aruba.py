import base64

from tests.gateway.formats.reading import detail, identity, read

REPORTER = {"reporter": {"mac": "204c038b86fe", "time": "1639126691"}}
HEARD = {
    "mac": "f008d155b4fe",
    "lastSeen": "1639126689",
    "rssi": {"last": -77},
    "sensors": {"voltage": 3.3, "battery": -101},
}


def test_a_table_is_not_a_list_of_sightings() -> None:
    decoded = read(
        {**REPORTER, "reported": [HEARD, {"mac": "f008d155b65e", "stats": {"frame_cnt": 0}}]}, "", "aruba"
    )
    assert [sighting.at for sighting in decoded.sightings] == [1639126689_000_000]
    assert decoded.fields == {"not_heard": ["F0:08:D1:55:B6:5E"]}


def test_raw_adverts_have_no_time_of_their_own() -> None:
    raw = {"mac": "ac233fa00000", "data": "020106", "rssi": -70, "addrType": "addrTypeRandom"}
    decoded = read({**REPORTER, "bleData": [raw, {"mac": 1}]})
    assert decoded.sightings[0].basis == "report_time_only"
    assert decoded.drops == {"bad_entry": 1}
    assert detail({**REPORTER, "bleData": [raw]})["address_type"] == "random"


def test_minus_101_is_no_percentage_and_a_beacon_names_itself() -> None:
    beacon = {
        **HEARD,
        "beacons": [{"ibeacon": {"uuid": "783a69707094d0863b4a9bf94e555241", "major": 214, "minor": 87}}],
    }
    assert detail({**REPORTER, "reported": [beacon]})["telemetry"] == {"battery_mv": 3300}
    assert (
        identity({**REPORTER, "reported": [beacon]}) == "ibeacon:783a6970-7094-d086-3b4a-9bf94e555241:214:87"
    )


def test_bytes_as_base64_where_protobuf_was_made_json() -> None:
    def packed(text: str) -> str:
        return base64.b64encode(bytes.fromhex(text)).decode()

    raw = {"mac": packed("f008d155b4fe"), "data": packed("0201061aff4c000215"), "rssi": -60}
    decoded = read({"reporter": {"mac": packed("204c038b86fe")}, "bleData": [raw, {**raw, "data": "?"}]})
    assert decoded.gateway == "20:4C:03:8B:86:FE"
    first, second = decoded.sightings
    assert (first.device, first.adv) == ("F0:08:D1:55:B4:FE", bytes.fromhex("0201061aff4c000215"))
    assert second.adv is None
