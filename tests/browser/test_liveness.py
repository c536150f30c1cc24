"""The pages never pretend to be live, and come back by themselves with nothing lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.mall import open_mall
from tests.browser.pages import Console

pytestmark = pytest.mark.browser


def test_a_stopped_server_is_said_within_seconds_and_its_return_needs_no_hand(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with open_mall(tmp_path / "a") as mall:
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(f"{mall.base}/?lang=en")
        page.fill("input[name=user]", "operator")
        page.fill("input[name=password]", mall.passwords["operator"])
        page.click("button[type=submit]")
        console = Console(page, mall)
        console.wait_live()
        expect(page.locator(".stale-banner")).to_have_count(0)
        console.place_call("luggage", "desk")
        expect(console.rows).to_have_count(1)
    expect(page.locator(".stale-banner")).to_contain_text("Live view stopped", timeout=8_000)
    expect(page.locator(".map.stale")).to_be_visible()
    (tmp_path / "b" / "records.db").write_bytes((tmp_path / "a" / "records.db").read_bytes())
    with open_mall(tmp_path / "b", port=mall.port):
        console.wait_live()
        expect(page.locator(".stale-banner")).to_have_count(0)
        expect(console.rows).to_have_count(1)  # of before the restart
        console.place_call("wheelchair", "desk")
        expect(console.rows).to_have_count(2)
        context.close()
