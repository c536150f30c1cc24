import pytest

from contracts.errors import WireError
from contracts.messages import GatewayPayload, InstalledGateway
from contracts.quantities import MINUTE, SECOND
from gateway.formats import espresense, minew, ruuvi
from gateway.formats.base import Format
from gateway.senders import STRANGER_SPAN, Senders
from tests.gateway.builders import GATEWAYS, START


def senders() -> Senders:
    return Senders(GATEWAYS, 2, MINUTE)


def whose(
    known: Senders, claim: str | None, topic: str, sender: str = "", known_format: Format = minew.FORMAT
) -> str:
    payload = GatewayPayload(topic=topic, payload=b"", received_at=START, sender=sender)
    return known.of(claim, known_format, known.roster.in_topic(topic), payload, START).gateway


def test_a_claim_a_topic_or_a_certificate_names_the_gateway() -> None:
    assert whose(senders(), "AC:23:3F:C0:36:41", "/sur/g2/status") == "gw-1"
    assert whose(senders(), None, "cassia/gw-2/scan") == "gw-2"
    assert whose(senders(), None, "events", sender="office") == "office"
    assert whose(senders(), "some name", "shelly/office/x") == "office", "no address is known for it"


@pytest.mark.parametrize(
    ("claim", "topic", "sender"),
    [
        ("AC:23:3F:C0:36:41", "minew/gw-2/up", ""),
        ("AC:23:3F:C0:36:41", "minew/gw-1/up", "gw-2"),
        ("AC:23:3F:C0:36:99", "minew/gw-1/up", ""),
        ("gw-2", "nearhand/v1/demo/gateways/gw-1/scan", ""),
    ],
)
def test_a_claim_to_be_another_gateway_is_refused(claim: str, topic: str, sender: str) -> None:
    with pytest.raises(WireError, match="gateway_mismatch"):
        whose(senders(), claim, topic, sender)


def test_a_tag_that_is_itself_a_gateway_confuses_nobody() -> None:
    """Gateways hear each other's beacons: the tag's level may name one too."""
    topic = "ruuvi/AC:23:3F:C0:36:41/AC:23:3F:C0:36:42"
    assert whose(senders(), "AC:23:3F:C0:36:41", topic, known_format=ruuvi.FORMAT) == "gw-1"
    room = "espresense/devices/gw-1/office"
    assert whose(senders(), "office", room, known_format=espresense.FORMAT) == "office"


def test_strangers_are_known_up_to_a_limit_and_forgotten() -> None:
    known = senders()
    assert whose(known, "AA:00:00:00:00:01", "a/b") == "AA0000000001"
    assert whose(known, None, "x/y") == "x-y"
    with pytest.raises(WireError, match="unknown_gateway"):
        whose(known, "AA:00:00:00:00:03", "a/b")
    known.forget_strangers(START + STRANGER_SPAN + SECOND)
    assert known.heard == {}
    with pytest.raises(WireError, match="no_gateway"):
        whose(known, None, "")


def test_a_guest_that_is_installed_begins_anew() -> None:
    known = senders()
    whose(known, "AA:00:00:00:00:01", "a/b")
    known.install((*GATEWAYS, InstalledGateway("AA0000000001", "L1", 0, 0)))
    assert known.heard == {}
    assert whose(known, "AA:00:00:00:00:01", "a/b") == "AA0000000001"
    assert known.heard["AA0000000001"].installed
