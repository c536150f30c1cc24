from contracts.messages import InstalledGateway
from gateway.roster import Roster, identifier_of, name_key, topic_matches

ROSTER = Roster(
    (
        InstalledGateway("gw-L1-01", "L1", 0, 0, address="AC:23:3F:C0:36:41"),
        InstalledGateway("office", "L1", 5, 0),
        InstalledGateway("gw-L10-1", "L1", 5, 5),
    )
)


def test_an_address_is_known_in_every_spelling() -> None:
    for name in ("ac233fc03641", "AC:23:3F:C0:36:41", "AC-23-3F-C0-36-41", " AC233FC03641 ", "gw-L1-01"):
        assert ROSTER.find(name) == "gw-L1-01"


def test_names_that_look_alike_without_dashes_are_different() -> None:
    assert ROSTER.find("gw-L10-1") == "gw-L10-1"
    assert ROSTER.find("gwL101") is None
    assert ROSTER.find("") is None


def test_the_first_level_of_a_topic_that_names_a_gateway_counts() -> None:
    assert ROSTER.in_topic("ruuvi/AC:23:3F:C0:36:41/office") == "gw-L1-01"
    assert ROSTER.in_topic("/gw/ac233fc03641/status") == "gw-L1-01"
    assert ROSTER.in_topic("espresense/devices/x/office") == "office"
    assert ROSTER.in_topic("a/b/c") is None


def test_filters_match_as_mqtt_says() -> None:
    assert topic_matches("a/+/c", "a/b/c")
    assert topic_matches("a/#", "a/b/c")
    assert topic_matches("a/#", "a")
    assert topic_matches("+/events/rpc", "shelly-1/events/rpc")
    assert not topic_matches("a/+", "a/b/c")
    assert not topic_matches("a/b/c", "a/b")


def test_a_stranger_gets_a_name_fit_for_a_topic() -> None:
    assert identifier_of("AC:23:3F:C0:36:41") == name_key("AC:23:3F:C0:36:41") == "AC233FC03641"
    assert identifier_of("a/b +#c") == "a-b---c"
    assert len(identifier_of("x" * 500)) == 64
    assert identifier_of("") == "unnamed"
