from typing import Any

from tests.gateway.formats.reading import read

SEEN: dict[str, Any] = {
    "Time": "2021-01-02T12:08:40",
    "IBEACON": {"MAC": "A4C1387FC1E1", "RSSI": -56, "STATE": "ON"},
}


def test_off_repeats_the_last_rssi_and_means_gone() -> None:
    gone = {**SEEN, "IBEACON": {**SEEN["IBEACON"], "STATE": "OFF"}}
    decoded = read(gone, "tele/hall/SENSOR", "tasmota")
    assert (decoded.kind, decoded.sightings) == ("presence_lost", [])
    assert decoded.fields["event_device"] == "A4:C1:38:7F:C1:E1"


def test_seen_and_will() -> None:
    assert read(SEEN, "tele/hall/SENSOR").gateway == "hall"
    assert read(b"Online", "tele/hall/LWT", "tasmota").fields == {"status": "online"}
