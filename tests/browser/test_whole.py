"""The whole system as a user starts it, seen through the browser: asked for, offered, fetched, delivered."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system import ROOT, running_system

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]

SMALL_SCENARIO = ROOT / "config" / "scenarios" / "small.toml"
DELIVERED_MS = 270_000
"""Five minutes are the promise; the simulated people of the small mall need about two."""


def log_in(page: Page, address: str, user: str, password: str) -> None:
    page.goto(f"{address}/?lang=en")
    page.fill("input[name=user]", user)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector(".map-target canvas")
    expect(page.locator(".link-live")).to_be_visible(timeout=20_000)


def test_a_wheelchair_asked_for_in_the_browser_is_delivered_and_the_board_says_in_how_many_seconds(
    browser: Browser, tmp_path: Path
) -> None:
    options = ("--demo", "--scenario", str(SMALL_SCENARIO))
    with running_system(tmp_path, *options) as system, browser.new_context(locale="en-GB") as context:
        context.set_default_timeout(20_000)
        page = context.new_page()
        log_in(page, system.address, *system.credentials("operator"))
        page.keyboard.press("n")
        page.click("[data-service=wheelchair]")
        page.fill("[data-field=place]", "desk")
        page.click("#places-found button >> nth=0")
        page.click(".new-call button[type=submit]")
        detail = page.locator("article.call")
        expect(detail).to_be_visible()
        timeline = detail.locator(".timeline")
        expect(timeline).to_contain_text("Offered to", timeout=30_000)
        expect(timeline).to_contain_text("Accepted", timeout=60_000)
        expect(timeline).to_contain_text("Item picked up", timeout=DELIVERED_MS)
        expect(detail.locator(".response")).to_have_text(
            re.compile(r"On scene after \d+:\d\d"), timeout=DELIVERED_MS
        )
        located = page.locator(".status-line")
        expect(located).to_contain_text(re.compile(r"[1-9]\d* located"))
