"""What ingest hears, and what is heard for a recording."""

import itertools

import pytest
from paho.mqtt.client import topic_matches_sub

from contracts import messages as m
from contracts import wire
from gateway.settings import IngestSettings
from runtime.listening import ingest_filters
from runtime.settings import Settings
from tests.contracts.test_wire import example


def filters(*vendors: str) -> tuple[str, ...]:
    return ingest_filters("demo", Settings(ingest=IngestSettings(topic_filters=vendors)))


def hearers(wanted: tuple[str, ...], topic: str) -> int:
    return sum(topic_matches_sub(one, topic) for one in wanted)


@pytest.mark.parametrize("vendors", [("#",), (), ("shellies/#", "gw/+/status"), ("gw/#", "#")])
@pytest.mark.parametrize("kind", [m.ScanReport, m.GatewayStatus])
def test_our_own_gateways_are_heard_whatever_the_vendors(
    vendors: tuple[str, ...], kind: type[m.Message]
) -> None:
    assert hearers(filters(*vendors), wire.topic_of(example(kind), "demo")) >= 1


def test_vendors_are_heard_where_they_were_said_to_speak() -> None:
    named = filters("shellies/#", "gw/+/status")
    assert hearers(named, "shellies/one/info") == 1
    assert hearers(named, "gw/ac233f/status") == 1
    assert hearers(named, "homeassistant/sensor") == 0
    assert hearers(filters("#"), "homeassistant/sensor") == 1


@pytest.mark.parametrize(
    "topic", ["nearhand/v1/demo/gateways/g1/scan", "shellies/one/info", "nearhand/v1/demo/positions"]
)
@pytest.mark.parametrize("vendors", [("#",), (), ("shellies/#",), ("#", "shellies/#"), ("nearhand/#",)])
def test_no_message_is_heard_twice(vendors: tuple[str, ...], topic: str) -> None:
    """A broker sends a message once for each subscription that it matches."""
    assert hearers(filters(*vendors), topic) <= 1


def test_the_shipped_filters_do_not_overlap() -> None:
    shipped = ingest_filters("demo", Settings())
    overlapping = [
        (one, other)
        for one, other in itertools.permutations(shipped, 2)
        if topic_matches_sub(one, other.replace("+", "x").replace("#", "x/y"))
    ]
    assert overlapping == []


def test_another_sites_gateways_are_not_ours() -> None:
    assert hearers(filters(), "nearhand/v1/other/gateways/g1/scan") == 0
