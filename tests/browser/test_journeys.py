"""The ways of ``journeys.py`` over languages and widths: each combination goes some, each way is gone.

All of them in all combinations: ``python -m bench.bench_journeys``.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser import journeys
from tests.browser.conftest import Picture, opener
from tests.browser.mall import Mall, open_mall
from tests.browser.trusting import secured
from tests.runtime.certificates import needs_openssl
from tests.sites import tall_mall

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mall]:
    """One mall of three floors with a past, for all of this module."""
    with open_mall(tmp_path_factory.mktemp("tower"), past=True, site=tall_mall()) as mall:
        yield mall


@pytest.fixture
def open_page(browser: Browser, tower: Mall) -> Iterator[Callable[..., Page]]:
    with opener(browser, tower.base) as open_one:
        yield open_one


@pytest.mark.parametrize(
    ("way", "lang", "width"),
    [
        *[("whole_way", lang, width) for lang in journeys.LANGUAGES for width in journeys.HEIGHTS],
        ("medical", "en", 360),
        ("shelving", "zh", 360),
        ("replay", "en", 360),
        ("follow", "zh", 1366),
        ("keyboard", "zh", 1920),
    ],
)
def test_a_way(
    tower: Mall,
    open_page: Callable[..., Page],
    picture: Picture,
    record_property: Callable[[str, object], None],
    way: str,
    lang: str,
    width: int,
) -> None:
    stage = journeys.Stage(tower, open_page, lang, width, picture)
    stage.clear()
    journeys.WAYS[way](stage)
    for name, value in stage.measured.items():
        record_property(name, value)


@needs_openssl
def test_without_a_network_over_https_of_our_own(
    playwright: Playwright, tmp_path: Path, picture: Picture
) -> None:
    with (
        secured(playwright, tmp_path) as browser,
        open_mall(tmp_path) as mall,
        opener(browser, mall.base) as open_one,
    ):
        assert mall.base.startswith("https://")
        journeys.offline(journeys.Stage(mall, open_one, "en", 360, picture))
