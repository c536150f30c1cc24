import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import identity, read

OBSERVATION = {
    "clientMac": "18:fe:34:d7:ff:aa",
    "name": "asset-1",
    "bleBeacons": [{"uuid": "e2c56db5dffb48d2b060d0f5a71096e0", "major": 1, "minor": 2, "rawData": "020106"}],
    "latestRecord": {
        "time": "2026-01-01T00:00:30Z",
        "nearestApMac": "ac:17:c8:a3:ba:dc",
        "nearestApRssi": -60,
    },
    "locations": [
        {
            "time": "2026-01-01T00:00:20Z",
            "rssiRecords": [
                {"apMac": "ac:17:c8:a3:bd:12", "rssi": -71},
                {"apMac": "ac:17:c8:a3:bd:fa", "rssi": None},
            ],
        }
    ],
}


def test_version_3_names_every_access_point() -> None:
    body = {
        "version": "3.0",
        "secret": "s",
        "type": "Bluetooth",
        "data": {"networkId": "N", "observations": [OBSERVATION]},
    }
    decoded = read(body, "", "meraki")
    assert [(s.gateway, s.rssi_dbm) for s in decoded.sightings] == [
        ("AC:17:C8:A3:BA:DC", -60),
        ("AC:17:C8:A3:BD:12", -71),
    ]
    assert decoded.drops == {"no_rssi": 1}
    assert identity(body) == "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0:1:2"


def test_version_2_counts_from_the_noise_floor() -> None:
    data = {
        "apMac": "00:18:0a:13:dd:b0",
        "observations": [{"clientMac": "18:fe:34:d7:ff:aa", "rssi": 35, "seenEpoch": 1474675583}],
    }
    (sighting,) = read(
        {"version": "2.1", "type": "BluetoothDevicesSeen", "data": data}, "", "meraki"
    ).sightings
    assert (sighting.rssi_dbm, sighting.at) == (-60, 1474675583_000_000)


def test_access_points_over_mqtt_write_numbers_as_text() -> None:
    body = {
        "mrMac": "AC:17:C8:A3:BA:DC",
        "clientMac": "18:FE:34:D7:FF:AA",
        "rssi": "-57",
        "timestamp": "1767225630123",
    }
    topic = "meraki/v1/mr/N_1/AC:17:C8:A3:BA:DC/ble/18:FE:34:D7:FF:AA"
    decoded = read(body, topic, "meraki")
    assert decoded.gateway == "AC:17:C8:A3:BA:DC"
    assert decoded.sightings[0].rssi_dbm == -57


def test_wifi_clients_are_refused() -> None:
    with pytest.raises(WireError, match="wifi_only"):
        read({"version": "3.0", "type": "WiFi", "data": {"observations": []}})
    with pytest.raises(WireError, match="wifi_only"):
        read({"rssi": "-57"}, "meraki/v1/mr/N_1/AC:17:C8:A3:BA:DC/wifi/18:FE:34:D7:FF:AA")
