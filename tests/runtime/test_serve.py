"""One process on its own: its options, what ingest hears, where records are kept."""

import argparse
import itertools
from pathlib import Path

import pytest
from paho.mqtt.client import topic_matches_sub

from contracts import messages as m
from contracts import wire
from gateway.settings import IngestSettings
from runtime import compose, serve
from runtime.cli import VERBS, main
from runtime.settings import DEMO_SCENARIO, DEMO_SITE, Settings, StoreSettings
from tests.contracts.test_wire import example
from tests.sites import small_mall

VERBS_SERVED = [verb for verb, (module, _) in VERBS.items() if module == "runtime.serve"]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    serve.add_parsers(made.add_subparsers(dest="verb"))
    return made


def test_every_verb_of_this_module_has_its_parser() -> None:
    for verb in VERBS_SERVED:
        arguments = parser().parse_args([verb, "--broker", "mqtt://b"])
        assert (arguments.name, arguments.run) == (verb, serve.run)
        assert (arguments.site, arguments.config, arguments.data) == (DEMO_SITE, None, Path("var"))
        assert not arguments.verbose
    assert set(VERBS_SERVED) == {"positioning", "dispatcher", "dashboard", "simulator"}


def test_options_are_read() -> None:
    given = ["positioning", "--broker", "mqtt://b:1", "--site", "s", "--config", "c.toml"]
    arguments = parser().parse_args([*given, "--data", "d", "--verbose"])
    assert (arguments.broker, arguments.site, arguments.config) == ("mqtt://b:1", Path("s"), Path("c.toml"))
    assert (arguments.data, arguments.verbose) == (Path("d"), True)


def test_only_the_simulator_has_luck() -> None:
    simulator = parser().parse_args(["simulator", "--broker", "b", "--seed", "9"])
    assert (simulator.seed, simulator.scenario) == (9, DEMO_SCENARIO)
    with pytest.raises(SystemExit):
        parser().parse_args(["dispatcher", "--broker", "b", "--seed", "9"])


@pytest.mark.parametrize("verb", VERBS_SERVED)
def test_a_process_without_a_broker_does_not_start(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([verb])
    assert ended.value.code == 2
    assert "--broker" in capsys.readouterr().err


def test_a_broker_address_that_is_none_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = str(DEMO_SITE.parent / "small")
    given = ["dispatcher", "--broker", "http://b", "--site", small, "--data", str(tmp_path / "d")]
    assert main(given) == 2
    assert "http://b" in capsys.readouterr().err


def filters(*vendors: str) -> tuple[str, ...]:
    return serve.ingest_filters("demo", Settings(ingest=IngestSettings(topic_filters=vendors)))


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
    shipped = serve.ingest_filters("demo", Settings())
    overlapping = [
        (one, other)
        for one, other in itertools.permutations(shipped, 2)
        if topic_matches_sub(one, other.replace("+", "x").replace("#", "x/y"))
    ]
    assert overlapping == []


def test_another_sites_gateways_are_not_ours() -> None:
    assert hearers(filters(), "nearhand/v1/other/gateways/g1/scan") == 0


@pytest.fixture(scope="module")
def ground() -> compose.Ground:
    return compose.ground(small_mall(), Settings())


def test_records_are_kept_in_the_data_folder_unless_told_otherwise(
    ground: compose.Ground, tmp_path: Path
) -> None:
    place = serve.Place("dispatcher", "mqtt://b", tmp_path, ground)
    assert serve.store_url(place) == f"sqlite:///{tmp_path}/records.db"
    url = "postgresql+psycopg://n@db/nearhand"
    elsewhere = compose.Ground(ground.site, ground.grid, Settings(store=StoreSettings(url=url)))
    assert serve.store_url(serve.Place("dispatcher", "mqtt://b", tmp_path, elsewhere)) == url
    assert place.settings is ground.settings
