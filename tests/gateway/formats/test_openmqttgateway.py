from gateway.formats.openmqttgateway import FORMAT
from tests.gateway.formats.reading import detail, identity, read

TOPIC = "home/OpenMQTTGateway/BTtoMQTT/58782076BC24"
UUID = "1de4b189115e45f6b44e509352269977"


def test_the_address_is_wherever_it_can_be_found() -> None:
    assert (
        read({"id": UUID, "rssi": -78, "mac": "60:87:57:4C:9B:C2"}, TOPIC).sightings[0].device
        == "60:87:57:4C:9B:C2"
    )
    assert read({"id": UUID, "rssi": -78}, TOPIC).sightings[0].device == "58:78:20:76:BC:24"
    assert read({"id": UUID, "rssi": -78}, f"home/x/BTtoMQTT/{UUID}").sightings[0].device == UUID
    assert read({"rssi": -78}, "home/x/BTtoMQTT/undecoded").drops == {"no_device": 1}


def test_negative_major_and_minor_are_masked() -> None:
    body = {"id": "58:78:20:76:BC:24", "rssi": -79, "uuid": UUID, "major": -32768, "minor": -1, "volt": 3.1}
    details = detail(body, TOPIC)
    assert (details["beacon"]["major"], details["beacon"]["minor"]) == (32768, 65535)
    assert "telemetry" not in details, "volt is the power byte here"
    assert identity(body, TOPIC) == "ibeacon:1de4b189-115e-45f6-b44e-509352269977:32768:65535"


def test_a_button_survives_in_parts_of_an_advert() -> None:
    body = {
        "id": "58:78:20:76:BC:24",
        "rssi": -79,
        "servicedatauuid": "0xfcd2",
        "servicedata": "40005201643a01",
    }
    details = detail(body, TOPIC)
    assert details["button"] == {"mode": "single", "pressed": True, "packet_id": 82}
    assert FORMAT.presses(read(body, TOPIC).sightings[0])


def test_the_gateways_own_wifi_is_no_sighting() -> None:
    decoded = read(
        {"uptime": 7472, "rssi": -42, "mac": "D0CF13C4FC68"}, "home/OMG/SYStoMQTT", "openmqttgateway"
    )
    assert decoded.kind == "gateway_heartbeat"
    assert decoded.fields["wifi_rssi_dbm"] == -42
    assert decoded.sightings == []


def test_wills_and_presence_topics() -> None:
    assert read(b"offline", "home/OMG/LWT", "openmqttgateway").fields == {"status": "offline"}
    decoded = read({"id": "59:D6:88:02:47:B8", "rssi": -56}, "home/home_presence/OMG_1", "openmqttgateway")
    assert decoded.gateway == "OMG_1"
