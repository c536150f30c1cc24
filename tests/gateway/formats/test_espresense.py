import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import detail, identity, read

BEACON = "iBeacon:426c7565-4368-6172-6d42-6561636f6e73-3838-4949"


def test_the_filtered_value_keeps_its_fraction_and_says_so() -> None:
    body = {"mac": "dd8800003777", "id": BEACON, "rssi@1m": -59, "rssi": -81.10}
    decoded = read(body, f"espresense/devices/{BEACON}/office", "espresense")
    assert decoded.filtered
    assert (decoded.gateway, decoded.sightings[0].rssi_dbm) == ("office", -81.1)
    assert detail(body, f"espresense/devices/{BEACON}/office")["beacon"]["major"] == 3838
    assert (
        identity(body, f"espresense/devices/{BEACON}/office")
        == f"{BEACON.replace('iB', 'ib')[:44]}:3838:4949"
    )


def test_the_name_may_be_in_the_topic_only() -> None:
    decoded = read({"rssi": -70}, "espresense/devices/watch:w1/office")
    assert decoded.sightings[0].device == "watch:w1"
    assert identity({"mac": "58b1294494d3", "rssi": -70}, "espresense/devices/watch:w1/office") == "watch:w1"


def test_old_firmware_and_the_nodes_own_words() -> None:
    old = {"id": "244b03d72780", "mac": "244b03d72780", "rssi": -84, "raw": 2.35}
    assert read(old, "espresense/rooms/lab").gateway == "lab"
    assert read(b"offline", "espresense/rooms/lab/status").fields == {"status": "offline"}
    assert read({"uptime": 5, "rssi": -40}, "espresense/rooms/lab/telemetry").fields["wifi_rssi_dbm"] == -40


@pytest.mark.parametrize("topic", ["espresense/rooms/lab/max_distance", "espresense/settings/x/config"])
def test_other_topics_are_no_sightings(topic: str) -> None:
    with pytest.raises(WireError, match="not_a_sighting"):
        read(b"4.5", topic)
