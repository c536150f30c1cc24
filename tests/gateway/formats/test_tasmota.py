from typing import Any

from tests.gateway.formats.reading import detail, identity, read

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


def test_a_beacon_by_its_own_name() -> None:
    told = {"UID": "E2C56DB5DFFB48D2B060D0F5A71096E0", "MAJOR": "0001", "MINOR": "00FF"}
    body = {**SEEN, "IBEACON": {**SEEN["IBEACON"], **told}}
    assert identity(body, "tele/t1/SENSOR") == "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0:1:255"
    assert identity(SEEN, "tele/t1/SENSOR") is None


def test_sensors_by_name_and_raw_adverts() -> None:
    sensor = {"mac": "a4c1384d7f6f", "Temperature": 21.1, "Battery": 80, "RSSI": -59}
    body = {"Time": "2024-01-01T00:00:00", "ATC4d7f6f": sensor, "ESP32": {"Temperature": 53.3}}
    (sighting,) = read(body, "tele/t1/SENSOR", "tasmota").sightings
    assert (sighting.device, sighting.rssi_dbm) == ("A4:C1:38:4D:7F:6F", -59)
    assert detail(body, "tele/t1/SENSOR")["telemetry"] == {"battery_percent": 80, "temperature_c": 21.1}
    raw = {"details": {"mac": "a4c1384d7f6f", "p": "020106", "rssi": -60}}
    decoded = read(raw, "tele/t1/BLE", "tasmota")
    assert (decoded.gateway, decoded.sightings[0].adv) == ("t1", b"\x02\x01\x06")
