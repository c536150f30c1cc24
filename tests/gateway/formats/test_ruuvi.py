import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import detail, read

GATEWAY = "C8:25:2D:8E:9C:2C"
TAG = "F4:1F:0C:28:CB:D6"
TOPIC = f"ruuvi/{GATEWAY}/{TAG}"
FORMAT_6 = "020106030398fc17ff990406146457f8c79d001d03263a01146b05d04eb272"


def test_reception_not_publication_and_text_or_number() -> None:
    for ts in (1653668020, "1653668020"):
        (sighting,) = read(
            {"gw_mac": GATEWAY, "rssi": "-26", "gwts": 1653668027, "ts": ts, "data": ""}, TOPIC
        ).sightings
        assert (sighting.at, sighting.rssi_dbm, sighting.adv) == (1653668020_000_000, -26, None)


def test_a_tag_with_three_address_bytes_is_known_by_its_topic() -> None:
    decoded = read(
        {"gw_mac": GATEWAY, "rssi": -50, "cnt": 7, "data": FORMAT_6, "id": "4E:B2:72"}, TOPIC, "ruuvi"
    )
    assert decoded.sightings[0].device == TAG
    assert decoded.sightings[0].basis == "counter_only"


def test_without_topic_or_id_the_advert_may_name_the_tag() -> None:
    data = "0201061BFF99040515AE4C6DC6D7000CFFF803F4ADB6AD697FF41F0C28CBD6"
    assert read({"gw_mac": GATEWAY, "rssi": -26, "ts": 1, "data": data}).sightings[0].device == TAG
    assert read({"gw_mac": GATEWAY, "rssi": -26, "ts": 1, "data": FORMAT_6}).drops == {"no_device": 1}


def test_decoded_only() -> None:
    body = {
        **{"gw_mac": GATEWAY, "rssi": -70, "ts": 1653668020, "dataFormat": 5, "temperature": 29.455},
        **{"accelX": 1.02, "accelY": -0.208, "accelZ": -0.008, "voltage": 2.784, "id": TAG},
    }
    telemetry = detail(body, TOPIC)["telemetry"]
    assert telemetry["battery_mv"] == 2784
    assert telemetry["acceleration_mg"] == [1020, -208, -8]


def test_status_by_will_and_by_post() -> None:
    will = read({"state": "offline"}, f"ruuvi/{GATEWAY}/gw_status", "ruuvi")
    assert (will.kind, will.gateway, will.fields["status"]) == ("gateway_status", GATEWAY, "offline")
    post = read({"DEVICE_ADDR": GATEWAY, "UPTIME": "10", "ESP_FW": "v1"}, "", "ruuvi")
    assert post.fields["uptime_s"] == 10


def test_one_bad_tag_of_a_post_is_dropped() -> None:
    tags = {
        TAG: {"rssi": -71, "timestamp": "1653633986", "data": "020106"},
        "x": {"rssi": -1},
        "C6:A5:B9:E0:AD:06": 3,
    }
    decoded = read({"data": {"gw_mac": GATEWAY, "tags": tags}}, "", "ruuvi")
    assert len(decoded.sightings) == 1
    assert decoded.drops == {"no_device": 1, "bad_entry": 1}
    assert read({"data": {"gw_mac": GATEWAY, "tags": {}}}).sightings == []


def test_an_entry_without_rssi_is_no_sighting() -> None:
    assert read({"gw_mac": GATEWAY, "ts": 1, "data": "020106"}, TOPIC).drops == {"no_rssi": 1}
    with pytest.raises(WireError):
        read(b"{", TOPIC)
