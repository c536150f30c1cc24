from tests.gateway.formats.reading import detail, read

ENTRY = {
    "sourceId": "0C:8D:DB:D9:0D:5B",
    "trackingId": "7C:04:D0:C4:AE:D1",
    "rssi": -95,
    "timestamp": 1550526269,
}


def test_streams_and_the_api() -> None:
    (sighting,) = read(ENTRY, "", "kontakt").sightings
    assert (sighting.at, sighting.basis) == (1550526269_000_000, "gateway_unix_s")
    content = {
        "content": [
            {**ENTRY, "timestamp": "2022-03-20T23:26:00Z"},
            {**ENTRY, "sourceId": "Mv1640"},
            {"rssi": 1},
        ]
    }
    decoded = read(content, "", "kontakt")
    assert decoded.gateway is None
    assert [s.gateway for s in decoded.sightings] == ["0C:8D:DB:D9:0D:5B", "Mv1640"]
    assert decoded.sightings[0].basis == "cloud_iso_utc"
    assert decoded.drops == {"bad_entry": 1}


def test_two_buttons_count_their_clicks() -> None:
    badge = {**ENTRY, "clickCounter": 3, "secondButtonClickCounter": 1, "batteryLevel": 78, "moving": True}
    details = detail(badge)
    assert details["button"] == {"mode": "counter", "pressed": None, "counter": 3, "second_counter": 1}
    assert details["telemetry"] == {"battery_percent": 78, "moving": True}
