"""Every service is tried on a site before it is published, the dispatcher with its journal."""

from pathlib import Path

from msgspec.structs import replace

from contracts import messages as m
from contracts.findings import errors
from contracts.sitemap import Site
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from runtime.journal import StoredJournal
from runtime.site_files import save_site
from runtime.site_trial import Trial, try_site
from runtime.store import open_store
from tests.dashboard.builders import small_grid
from tests.sites import small_mall

AT = 1_699_956_000_000_000


def tried(site: Site, folder: Path, store: str = "") -> list[str]:
    save_site(site, folder)
    return [finding.line() for finding in errors(try_site(Trial(str(folder), store)))]


def with_a_call(folder: Path) -> str:
    """A record store in which somebody waits on L2."""
    url = f"sqlite:///{folder / 'records.db'}"
    service = DispatcherService(small_mall(), small_grid(), DispatcherSettings())
    place = m.Place(floor="L2", x_m=12.0, y_m=27.0, spot="L2-desk")
    said = service.receive(
        m.PlaceCall(command_id="c1", by="operator/t", at=AT, service="wheelchair", place=place), AT
    )
    StoredJournal(open_store(url)).append([one for one in said if isinstance(one, m.Fact)])
    return url


def test_a_good_site_passes_with_the_calls_of_now(tmp_path: Path) -> None:
    assert tried(small_mall(), tmp_path / "site", with_a_call(tmp_path)) == []


def test_a_thing_that_cannot_be_reached_is_told_with_its_place(tmp_path: Path) -> None:
    site = small_mall()
    away = replace(site, spots=(replace(site.spots[0], y_m=300.0), *site.spots[1:]))
    (line,) = tried(away, tmp_path / "site")
    assert f"site.toml: spots ({site.spots[0].spot})" in line


def without_l2(site: Site) -> Site:
    """The ground floor alone."""
    return replace(
        site,
        floors=site.floors[:1],
        **{
            table: tuple(one for one in getattr(site, table) if one.floor == "L1")
            for table in ("spaces", "walls", "doors", "gateways", "depots", "spots", "zones")
        },
        connectors=(),
        staff=tuple(
            replace(one, home_floor="L1", home=(30.0, 14.0)) if one.home_floor == "L2" else one
            for one in site.staff
        ),
    )


def test_a_floor_on_which_somebody_waits_cannot_be_taken_away(tmp_path: Path) -> None:
    assert tried(without_l2(small_mall()), tmp_path / "empty") == []
    lines = tried(without_l2(small_mall()), tmp_path / "site", with_a_call(tmp_path))
    assert lines, "the call on L2 would have nowhere to be"
    assert "journal" in lines[0]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    assert errors(try_site(Trial(str(tmp_path / "nothing"))))
