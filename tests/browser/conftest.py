"""Chromium, a small mall, and the pages as objects."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Request,
    Route,
    expect,
    sync_playwright,
)

from tests.browser.mall import Mall, open_mall
from tests.browser.trusting import CHROMIUM, launched

SCREENSHOTS = os.environ.get("NEARHAND_SCREENSHOTS")
"""A folder for pictures of every screen a test walks through, to be looked at by a person."""

expect.set_options(timeout=10_000)
"""Generous: the tests share their processors with others."""

OpenPage = Callable[..., Page]
Picture = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM:
        pytest.skip("no chromium on this machine: install it (apt install chromium) to test the pages")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def mall(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Mall]:
    """A small mall that opens now; with the fixture ``past``, one that has been open for a while."""
    with open_mall(tmp_path, past="past" in request.fixturenames) as opened:
        yield opened


@pytest.fixture
def past() -> None:
    """Asks ``mall`` for a past."""


@contextlib.contextmanager
def opener(browser: Browser, base: str) -> Iterator[OpenPage]:
    """Opens pages, each in a browser of its own; afterwards nothing may have gone wrong in any of them.

    What may not happen: a request to another origin, an error of the script, a breach of the content policy.
    """
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def open_one(width: int = 1366, height: int = 768, lang: str = "en", **options: object) -> Page:
        context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": height},
            locale="zh-CN" if lang == "zh" else "en-GB",
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)

        def guard(route: Route, request: Request) -> None:
            if request.url.startswith((base, "data:", "blob:")):
                route.fallback()
            else:
                trouble.append(f"foreign request {request.url}")
                route.abort()

        context.route("**/*", guard)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on(
            "console",
            lambda said: trouble.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def open_page(browser: Browser, mall: Mall) -> Iterator[OpenPage]:
    with opener(browser, mall.base) as open_one:
        yield open_one


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    """Keeps a screenshot when somebody asked for them."""

    def take(page: Page, name: str) -> None:
        if SCREENSHOTS:
            folder = Path(SCREENSHOTS)
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{request.node.name}-{name}.png")

    return take
