"""The draft on the disk: kept over restarts, checked as it would be published, published whole."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.workshop import Backdrop, DraftMoved, Edit, installed_of
from runtime.publishing import Publishing
from runtime.site_files import load_site, save_site
from runtime.site_versions import SiteVersions
from runtime.workshop import PICTURES_MAX, Workshop
from tests.sites import small_mall

AT = 1_700_000_000_000_000
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def versions(tmp_path: Path) -> SiteVersions:
    save_site(small_mall(), tmp_path / "given")
    return SiteVersions(tmp_path, tmp_path / "given")


def open_workshop(versions: SiteVersions) -> Workshop:
    return Workshop(Publishing(versions, lambda: AT))


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 120))


def moved(version: int, x_m: float = 31.0) -> Edit:
    installed = installed_of(small_mall())
    spot = replace(installed.spots[0], x_m=x_m)
    return Edit(version, replace(installed, spots=(spot, *installed.spots[1:])))


def test_a_draft_outlives_the_process(versions: SiteVersions) -> None:
    async def scenario() -> None:
        first = (await open_workshop(versions).save(moved(0), "operator/t")).draft
        again = (await open_workshop(versions).shown()).draft
        assert again == first
        assert (again.version, again.by, again.base) == (1, "operator/t", small_mall().revision)
        with pytest.raises(DraftMoved):
            await open_workshop(versions).save(moved(0), "operator/u")

    run(scenario)


def test_what_was_checked_is_what_is_published_with_its_picture(versions: SiteVersions) -> None:
    async def scenario() -> None:
        workshop = open_workshop(versions)
        used, unused = [await workshop.take_picture(PNG + mark) for mark in (b"1", b"2")]
        backdrop = Backdrop("L1", used, 0.0, 0.0, 60.0, 40.0)
        await workshop.save(replace(moved(0), backdrops=(backdrop,)), "operator/t")
        checked = await workshop.check()
        assert [(change.table, change.id) for change in checked.changes] == [
            ("spots", small_mall().spots[0].spot)
        ]
        assert not [finding for finding in checked.findings if finding.severity == "error"]
        outcome = await workshop.publish(1, "desk", "operator/t")
        assert outcome.revision == small_mall().revision + 1
        current = versions.current()
        assert load_site(current).spots[0].x_m == 31.0
        assert (current / used).read_bytes() == PNG + b"1"
        assert not (current / unused).exists()
        fresh = (await workshop.shown()).draft
        assert (fresh.version, fresh.base, fresh.backdrops) == (0, outcome.revision, (backdrop,))
        assert await workshop.picture(used) == PNG + b"1"

    run(scenario)


def test_what_is_wrong_is_not_published(versions: SiteVersions) -> None:
    async def scenario() -> None:
        workshop = open_workshop(versions)
        await workshop.save(moved(0, x_m=900.0), "operator/t")
        outcome = await workshop.publish(1, "", "operator/t")
        assert outcome.revision == 0
        assert any("spots" in finding.feature for finding in outcome.findings)
        assert versions.current() == versions.given
        assert (await workshop.shown()).draft.version == 1, "the draft is still there to be mended"

    run(scenario)


def test_a_draft_takes_so_many_pictures(versions: SiteVersions) -> None:
    async def scenario() -> None:
        workshop = open_workshop(versions)
        for n in range(PICTURES_MAX):
            await workshop.take_picture(PNG + bytes([n]))
        with pytest.raises(Exception, match="at most"):
            await workshop.take_picture(PNG + b"one more")

    run(scenario)
