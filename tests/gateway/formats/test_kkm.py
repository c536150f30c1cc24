from tests.gateway.formats.reading import detail, identity, read

ENTRY = {
    "type": 4,
    "dmac": "DD3304130897",
    "uuid": "7777772E6B6B6D636E2E636F6D000001",
    "majorID": 2,
    "minorID": 30025,
}
SEEN = {"rssi": -65, "time": "2021-10-08 13:42:48"}


def message(*entries: object) -> dict[str, object]:
    return {"msg": "advData", "gmac": "68B9D3DFE78C", "obj": list(entries)}


def test_local_time_is_kept_as_text_and_for_differences() -> None:
    body = message({**ENTRY, **SEEN, "refpower": -59})
    (sighting,) = read(body, "", "kkm").sightings
    assert sighting.basis == "gateway_local_no_zone"
    assert sighting.at == 1633700568_000_000, "as if it were UTC: only differences mean something"
    assert detail(body)["timestamp_raw"] == SEEN["time"]
    assert identity(body) == "ibeacon:7777772e-6b6b-6d63-6e2e-636f6d000001:2:30025"


def test_raw_mode_writes_rssi_as_text() -> None:
    (sighting,) = read(
        message({"dmac": "DD3304130897", "rssi": "-50", "data1": "020106", "data2": "0309545a"})
    ).sightings
    assert sighting.rssi_dbm == -50
    assert sighting.adv == bytes.fromhex("0201060309545a")


def test_control_characters_are_stripped() -> None:
    entry = b'{"dmac":"DD3304130897","rssi":-50,"name":"a\x01\x00b"}'
    payload = b'{"msg":"advData","gmac":"68B9D3DFE78C","obj":[' + entry + b"]}"
    assert len(read(payload, "", "kkm").sightings) == 1


def test_eddystone_and_sensors() -> None:
    uid = {
        "dmac": "DD3304130897",
        **SEEN,
        "nid": "6B6B6D636E2E636F6D01",
        "sid": "000000000001",
        "refPwr": -14,
    }
    assert identity(message(uid)) == "eddystone:6b6b6d636e2e636f6d01:000000000001"
    sensor = {"dmac": "DD3304130897", **SEEN, "vbatt": 3012, "temp": 21.5, "hum": 40}
    assert detail(message(sensor))["telemetry"] == {
        "battery_mv": 3012,
        "temperature_c": 21.5,
        "humidity_percent": 40,
    }


def test_alive() -> None:
    decoded = read({"msg": "alive", "gmac": "68B9D3DFE78C", "ver": "KBGW_V3.5.3", "temp": 22})
    assert decoded.fields == {"status": "online", "version": "KBGW_V3.5.3", "temperature_c": 22}
