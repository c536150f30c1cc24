import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bench.make_demo_mall import demo_mall
from contracts.errors import SiteError
from contracts.findings import errors
from contracts.grid import build_grid
from contracts.sitecheck import check_ground, check_references, reach_of
from contracts.sitemap import Site
from contracts.walking import Travel
from runtime.site_files import load_site, read_site, save_site
from tests.sites import small_mall

DEMO = Path(__file__).parents[2] / "config" / "sites" / "demo"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    save_site(small_mall(), tmp_path / "small")
    return tmp_path / "small"


@pytest.fixture(scope="module")
def demo() -> Site:
    return load_site(DEMO)


def test_saving_and_loading_gives_the_same_site(directory: Path) -> None:
    assert load_site(directory) == small_mall()


def test_saving_twice_gives_the_same_bytes(directory: Path, tmp_path: Path) -> None:
    save_site(load_site(directory), tmp_path / "again")
    for file in sorted(directory.iterdir()):
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def test_a_zip_is_as_good_as_a_directory(directory: Path, tmp_path: Path) -> None:
    archive = tmp_path / "venue.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in directory.iterdir():
            target.write(file, f"inside/{file.name}")
        target.writestr("inside/readme.txt", "hello")
    assert load_site(archive) == small_mall()


def test_a_file_twice_in_a_zip_is_refused(directory: Path, tmp_path: Path) -> None:
    archive = tmp_path / "venue.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in directory.iterdir():
            target.write(file, file.name)
        target.write(directory / "unit.geojson", "more/unit.geojson")
    with pytest.raises(SiteError, match=r"unit.geojson: is twice in the archive"):
        load_site(archive)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("site.toml", None, "site.toml: expected this file"),
        ("site.toml", "site = [", "site.toml: not TOML"),
        ("site.toml", "other.x = 1", "site.toml: other: unknown table"),
        ("unit.geojson", "{", "unit.geojson: not JSON"),
        ("unit.geojson", "[]", "unit.geojson: expected a FeatureCollection"),
        ("units.geojson", "{}", "units.geojson: unknown file, expected one of address, amenity"),
    ],
)
def test_a_wrong_file_is_named(directory: Path, file: str, content: str | None, says: str) -> None:
    if content is None:
        (directory / file).unlink()
    else:
        (directory / file).write_text(content)
    with pytest.raises(SiteError) as caught:
        load_site(directory)
    assert says in str(caught.value)


@pytest.mark.parametrize("number", ["javascript:alert(1)", "0512 ext. 3", "---", "1" * 31, "7"])
def test_a_telephone_that_cannot_be_dialled_is_refused(directory: Path, number: str) -> None:
    file = directory / "site.toml"
    file.write_text(f'site.desk_phone = "{number}"\n' + file.read_text().replace("site.desk_phone", "# "))
    with pytest.raises(SiteError, match="desk_phone"):
        load_site(directory)


def test_a_place_that_is_no_site_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="expected a directory or a zip"):
        load_site(tmp_path / "nowhere")


def test_many_errors_are_cut_short(directory: Path) -> None:
    text = (directory / "unit.geojson").read_text().replace('"level_id":"L1"', '"level_id":"X"')
    (directory / "unit.geojson").write_text(text.replace('"level_id":"L2"', '"level_id":"X"'))
    with pytest.raises(SiteError, match=r"and \d+ more; `nearhand site check` lists them all"):
        load_site(directory)


def test_other_files_of_imdf_are_let_pass(directory: Path) -> None:
    shutil.copy(directory / "fixture.geojson", directory / "address.geojson")
    (directory / "manifest.json").write_text("{}")
    site, findings = read_site(directory)
    assert site is not None
    assert [finding.file for finding in errors(findings)] == ["address.geojson"]  # a fixture is no address


# --- the demo mall


def test_the_demo_mall_is_what_its_script_draws(demo: Site) -> None:
    assert demo == demo_mall()


def test_the_demo_mall_is_faultless(demo: Site) -> None:
    grid = build_grid(demo)
    reach = reach_of(demo, grid)
    assert check_references(demo) == []
    assert check_ground(demo, grid, reach) == []
    assert reach.walking.all()
    assert reach.wheels.all()


def test_the_demo_mall_has_what_a_mall_has(demo: Site) -> None:
    assert [floor.floor for floor in demo.floors] == ["B1", "L1", "L2", "L3"]
    shops = [s for s in demo.spaces if s.name and s.category in ("retail", "foodservice")]
    assert len(shops) >= 100
    assert len({shop.name for shop in shops}) == len(shops)
    categories = {space.category for space in demo.spaces}
    assert {"restroom.wheelchair", "mothersroom", "firstaid", "movietheater", "opentobelow"} <= categories
    assert len(demo.gateways) >= 80
    assert len(demo.staff) == 40
    assert {depot.floor for depot in demo.depots if depot.kind == "emergency_box"} == {"B1", "L1", "L2", "L3"}
    assert len([d for d in demo.devices if d.kind == "asset"]) == 60
    assert len([d for d in demo.devices if d.kind == "loan"]) == 400
    kinds = [connector.kind for connector in demo.connectors]
    assert (kinds.count("lift"), kinds.count("stairs"), kinds.count("escalator")) == (6, 4, 12)


def test_in_the_demo_mall_help_can_come_in_time(demo: Site) -> None:
    """A medic stands within three minutes of every place, and the mall is crossed within ten."""
    grid = build_grid(demo)
    travel = Travel(demo, grid)
    medics = [member for member in demo.staff if "medic" in member.roles]
    homes = [grid.cell_at(demo.floor_index(m.home_floor), *m.home) for m in medics]
    nearest = np.min([travel.times_from(home) for home in homes], axis=0)
    assert float(nearest.max()) < 180.0
    assert float(travel.times_from(homes[0]).max()) < 600.0
