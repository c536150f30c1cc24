import pytest

from contracts.errors import ConfigError, WireError
from contracts.messages import GatewayPayload
from gateway.formats.choice import FormatChoice
from gateway.formats.table import BY_NAME

RUUVI = b'{"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-26,"ts":1653668027,"data":"020106"}'
INGICS = b"$GPRP,FE581D9DB308,2F9203AFA66B,-21,020106"


def choice(topic_formats: dict[str, str] | None = None, set_name: str = "auto") -> FormatChoice:
    return FormatChoice(BY_NAME, topic_formats or {}, lambda topic: set_name, 4)


def payload(data: bytes, topic: str = "a/F4:1F:0C:28:CB:D6") -> GatewayPayload:
    return GatewayPayload(topic=topic, payload=data, received_at=0)


def test_what_a_topic_was_is_not_asked_again_until_it_changes() -> None:
    chosen = choice()
    assert chosen.decode(payload(RUUVI))[1].name == "ruuvi"
    assert chosen.decode(payload(RUUVI))[1].name == "ruuvi"
    assert chosen.decode(payload(INGICS))[1].name == "ingics"


def test_a_setting_is_obeyed_and_no_other_format_is_tried() -> None:
    for chosen in (choice({"a/#": "ingics"}), choice(set_name="ingics")):
        assert chosen.decode(payload(INGICS))[1].name == "ingics"
        with pytest.raises(WireError):
            chosen.decode(payload(RUUVI))


def test_a_setting_for_no_format_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigError):
        choice({"a/#": "nonesuch"})


def test_many_topics_are_forgotten_not_hoarded() -> None:
    chosen = choice()
    for number in range(50):
        chosen.decode(payload(RUUVI, f"{number}/F4:1F:0C:28:CB:D6"))
    chosen.forget()
    assert chosen.decode(payload(RUUVI))[1].name == "ruuvi"
