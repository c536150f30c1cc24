import argparse
import json
from pathlib import Path

import pytest

from contracts.errors import SiteError
from runtime.site_commands import add_parsers, identifier, read_json
from runtime.site_files import load_site, save_site
from tests.contracts.test_osm_indoor import two_levels
from tests.sites import small_mall


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers())
    arguments = parser.parse_args(["site", *map(str, words)])
    return int(arguments.run(arguments))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    save_site(small_mall(), tmp_path / "small")
    return tmp_path / "small"


def test_a_good_site_passes_with_a_summary(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", small) == 0
    printed = capsys.readouterr().out
    assert "小商场 Small mall (small): 2 floors, 60.0 x 40.0 m" in printed
    assert "2 escalator, 1 lift, 1 stairs" in printed
    assert printed.strip().endswith("0 errors, 0 warnings: this site can be used")


def test_a_bad_site_fails_with_status_two(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (small / "site.toml").read_text().replace('floor = "L2"', 'floor = "L7"', 1)
    (small / "site.toml").write_text(text)
    assert run("check", small) == 2
    assert "floor 'L7' is not drawn, expected one of L1, L2" in capsys.readouterr().out


def test_an_unknown_time_zone_is_an_error(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (small / "site.toml").read_text().replace("Asia/Shanghai", "Asia/Atlantis")
    (small / "site.toml").write_text(text)
    assert run("check", small) == 2
    assert "unknown time zone 'Asia/Atlantis'" in capsys.readouterr().out


def test_an_unknown_format_is_a_warning(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (small / "site.toml").read_text().replace('"minew"', '"minnow"', 1)
    (small / "site.toml").write_text(text)
    assert run("check", small) == 0
    assert "gateways (gw-L1-04): vendor_format is none of the built-in ones" in capsys.readouterr().out


def test_findings_and_numbers_come_as_json_too(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", small, "--json", "--cell", "2") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["findings"] == []
    assert answer["summary"]["reached"] == 1.0
    assert [floor["gateways"] for floor in answer["summary"]["floors"]] == [8, 8]


def test_a_place_without_files_fails_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", tmp_path) == 2
    assert "site.toml: expected this file" in capsys.readouterr().out


def test_floors_are_drawn(small: Path, tmp_path: Path) -> None:
    assert run("check", small, "--svg", tmp_path / "pictures") == 0
    assert sorted(p.name for p in (tmp_path / "pictures").iterdir()) == ["L1.svg", "L2.svg"]


def test_an_import_writes_a_site_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extract = tmp_path / "My Mall.geojson"
    extract.write_text(json.dumps({"type": "FeatureCollection", "features": two_levels()}))
    words = ("import", extract, "--out", tmp_path / "site", "--level-height", "4", "--name", "Haus")
    assert run(*words, "--svg", tmp_path / "svg") == 0
    site = load_site(tmp_path / "site")
    assert (site.site, site.name.en) == ("My-Mall", "Haus")
    assert [floor.elevation_m for floor in site.floors] == [0.0, 4.0]
    assert "features around the building were left out" in capsys.readouterr().out
    assert (tmp_path / "svg" / "L1.svg").exists()


def test_an_extract_without_anything_indoor_fails(tmp_path: Path) -> None:
    extract = tmp_path / "empty.geojson"
    extract.write_text('{"type": "FeatureCollection", "features": []}')
    assert run("import", extract, "--out", tmp_path / "site") == 2
    assert not (tmp_path / "site").exists()


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be read"):
        read_json(tmp_path / "nothing.geojson")
    (tmp_path / "bad.geojson").write_text("{")
    with pytest.raises(SiteError, match="not JSON"):
        read_json(tmp_path / "bad.geojson")


@pytest.mark.parametrize(("text", "name"), [("My Mall", "My-Mall"), ("海棠", "site"), ("a_b-1", "a_b-1")])
def test_any_file_name_gives_an_id(text: str, name: str) -> None:
    assert identifier(text) == name
