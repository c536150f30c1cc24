import pytest

from contracts.errors import ConfigError, WireError
from contracts.messages import InstalledGateway
from gateway.formats.table import BY_NAME
from gateway.roster import Roster
from gateway.topics import Topics, decode_payload
from tests.gateway.builders import GATEWAYS

RUUVI = b'{"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-26,"ts":1653668027,"data":"020106"}'
INGICS = b"$GPRP,FE581D9DB308,2F9203AFA66B,-21,020106"
TOPIC = "a/gw-1/F4:1F:0C:28:CB:D6"


def topics(topic_formats: dict[str, str] | None = None, limit: int = 4) -> Topics:
    return Topics(BY_NAME, topic_formats or {}, Roster(GATEWAYS), limit)


def read(known: Topics, payload: bytes, topic: str = TOPIC) -> str:
    return decode_payload(known.of(topic), topic, payload)[1].name


def test_what_a_topic_was_is_not_asked_again_until_it_changes() -> None:
    known = topics()
    assert [read(known, payload) for payload in (RUUVI, RUUVI, INGICS, RUUVI)] == [
        "ruuvi",
        "ruuvi",
        "ingics",
        "ruuvi",
    ]


def test_a_setting_is_obeyed_and_no_other_format_is_tried() -> None:
    guest = InstalledGateway("gw-1", "L1", 0, 0, vendor_format="ingics")
    by_gateway = topics()
    by_gateway.install(Roster([guest]))
    for known in (topics({"a/#": "ingics"}), by_gateway):
        assert known.of(TOPIC).is_set
        assert read(known, INGICS) == "ingics"
        with pytest.raises(WireError):
            read(known, RUUVI)


def test_a_setting_for_no_format_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigError):
        topics({"a/#": "nonesuch"})


def test_a_topic_names_its_gateway_and_forgets_it_with_the_installation() -> None:
    known = topics()
    assert known.of(TOPIC).gateway == "gw-1"
    known.install(Roster([]))
    assert known.of(TOPIC).gateway is None


def test_many_topics_are_forgotten_not_hoarded() -> None:
    known = topics()
    first = known.of("0")
    for number in range(1, 50):
        known.of(str(number))
    assert known.of("0") is not first
