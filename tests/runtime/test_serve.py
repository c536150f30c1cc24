"""One process on its own: its options, what ingest hears, where records are kept."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from runtime import compose, serve
from runtime.cli import VERBS, main
from runtime.settings import DEMO_SCENARIO, DEMO_SITE, Settings, StoreSettings
from runtime.site_versions import SiteVersions
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


@pytest.fixture(scope="module")
def ground() -> compose.Ground:
    return compose.ground(small_mall(), Settings())


def test_records_are_kept_in_the_data_folder_unless_told_otherwise(
    ground: compose.Ground, tmp_path: Path
) -> None:
    place = serve.Place("dispatcher", "mqtt://b", tmp_path, ground, SiteVersions(tmp_path, DEMO_SITE), (0, 0))
    assert serve.store_url(place) == f"sqlite:///{tmp_path}/records.db"
    url = "postgresql+psycopg://n@db/nearhand"
    elsewhere = compose.Ground(ground.site, ground.grid, Settings(store=StoreSettings(url=url)))
    assert serve.store_url(replace(place, ground=elsewhere)) == url
    assert place.settings is ground.settings
