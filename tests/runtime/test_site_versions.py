"""Versions of the site: what counts, what is kept, and who learns of it."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from contracts.errors import ConfigError
from runtime import site_versions
from runtime.site_files import load_site, save_site
from runtime.site_versions import SiteVersions, await_another, calibration_of
from tests.sites import small_mall

AT = 1_700_000_000_000_000


@pytest.fixture
def versions(tmp_path: Path) -> SiteVersions:
    save_site(small_mall(), tmp_path / "given")
    return SiteVersions(tmp_path / "var", tmp_path / "given")


def publish(versions: SiteVersions, name: str) -> int:
    site = small_mall()
    renamed = replace(site, spots=(replace(site.spots[0], spot=name), *site.spots[1:]))
    return versions.publish(renamed, "operator/t", name, 1, AT).current


def test_before_anything_is_published_the_given_folder_counts(versions: SiteVersions) -> None:
    assert versions.current() == versions.given
    assert versions.counting(calibration_too=True) == (0, 0)


def test_each_publication_is_the_next_revision_and_the_given_folder_stays_as_it_is(
    versions: SiteVersions,
) -> None:
    before = {file.name: file.read_bytes() for file in versions.given.iterdir()}
    assert [publish(versions, "a"), publish(versions, "b")] == [2, 3]
    assert load_site(versions.current()).spots[0].spot == "b"
    assert load_site(versions.folder(2)).spots[0].spot == "a"
    assert load_site(versions.folder(1)) == small_mall(), "the first version is what was given"
    assert {file.name: file.read_bytes() for file in versions.given.iterdir()} == before


def test_files_changed_by_hand_count_again_and_history_is_kept(versions: SiteVersions) -> None:
    publish(versions, "a")
    site = small_mall()
    save_site(replace(site, spots=site.spots[:-1]), versions.given)
    assert versions.current() == versions.given
    published = versions.publish(site, "operator/t", "after", 1, AT)
    assert [version.revision for version in published.versions] == [1, 2, 3, 4]
    assert load_site(versions.folder(3)).spots == site.spots[:-1]


def test_calibration_and_pictures_go_along(versions: SiteVersions) -> None:
    publish(versions, "a")
    (versions.current() / "calibration.json").write_text("{}")
    (versions.current() / "backdrop-1.png").write_text("picture")
    publish(versions, "b")
    assert (versions.current() / "calibration.json").read_text() == "{}"
    assert (versions.current() / "backdrop-1.png").read_text() == "picture"


def test_the_oldest_versions_go(versions: SiteVersions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_versions, "VERSIONS_MAX", 3)
    for name in "abcd":
        publish(versions, name)
    published = versions.listed()
    assert published is not None
    assert [version.revision for version in published.versions] == [3, 4, 5]
    assert not versions.folder(2).exists()
    assert versions.current() == versions.folder(5)


def test_a_list_that_cannot_be_read_is_said(versions: SiteVersions) -> None:
    publish(versions, "a")
    (versions.root / site_versions.LIST).write_text("{")
    with pytest.raises(ConfigError, match=r"published\.json"):
        versions.current()
    assert versions.counting(calibration_too=False) == (0, 0)


def test_processes_learn_of_another_site_and_positioning_of_another_calibration(
    versions: SiteVersions,
) -> None:
    publish(versions, "a")

    async def scenario() -> None:
        began = {both: versions.counting(both) for both in (False, True)}
        waiting = {both: asyncio.create_task(await_another(versions, began[both], both)) for both in began}
        await asyncio.sleep(0)
        versions.calibration_changed(AT)
        assert "calibration 1" in await asyncio.wait_for(waiting[True], 10)
        assert not waiting[False].done(), "who does not use it goes on"
        publish(versions, "b")
        assert "revision 3" in await asyncio.wait_for(waiting[False], 10)

    asyncio.run(scenario())


def test_a_site_without_a_walk_has_no_calibration(versions: SiteVersions) -> None:
    assert calibration_of(versions.current()) is None
