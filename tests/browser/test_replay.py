"""Replay before the operator's eyes: the past on the same screen, and nothing that could be done in it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from contracts.quantities import SECOND
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.pages import Console
from tests.kept import OPENED

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("past")]


def at(seconds: int) -> int:
    return OPENED + seconds * SECOND


def open_at(page: Page, mall: Mall, query: str, lang: str = "en") -> Console:
    page.goto(f"/?lang={lang}&{query}")
    page.fill("input[name=user]", "operator")
    page.fill("input[name=password]", mall.passwords["operator"])
    page.click("button[type=submit]")
    expect(page.locator(".timebar")).to_be_visible()
    return Console(page, mall)


@pytest.mark.parametrize(("lang", "width", "height"), [("zh", 1366, 768), ("en", 1920, 1080)])
def test_a_past_minute_plays_and_nothing_can_be_done_in_it(
    mall: Mall, open_page: OpenPage, picture: Picture, lang: str, width: int, height: int
) -> None:
    page = open_page(width, height, lang)
    console = open_at(page, mall, f"at={at(64)}&speed=4", lang)
    expect(page.locator(".replay-word")).to_have_text({"zh": "回放", "en": "REPLAY"}[lang])
    expect(console.rows).to_have_count(2)
    medical = page.locator(".queue-list [data-call]").filter(has_text={"zh": "医疗", "en": "Medical"}[lang])
    expect(medical.locator(".state-en_route")).to_be_visible(timeout=20_000)
    medical.click()
    expect(page.locator(".knew tbody tr").first).to_be_visible()
    picture(page, "playing")
    for locator in (".queue-head button", ".assign", ".buttons .danger", ".small:has-text('Take back')"):
        expect(page.locator(locator)).to_have_count(0)
    for key in "nack":
        page.keyboard.press(key)
    expect(page.locator(".new-call")).to_have_count(0)
    assert mall.commands == []


def test_the_bar_jumps_to_the_breach_and_back_to_now(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    page = open_page(1366, 768)
    console = Console(page, mall).log_in()
    page.keyboard.press("r")
    expect(page.locator(".timebar .tick-CallReceived")).to_have_count(4)
    slider = page.get_by_role("slider")
    slider.fill(str(at(100)))
    expect(console.rows).to_have_count(2)
    page.keyboard.press("Escape")
    slider.blur()
    page.keyboard.press("b")
    expect(page.locator(".call [data-ring], .call .ring").first).to_be_visible()
    expect(page.locator(".timebar-now")).to_contain_text(re.compile(r"18:08:\d\d"))
    page.click("[data-speed='16']")
    expect(page.locator(".timeline .fact-SlaBreached").first).to_be_visible(timeout=20_000)
    picture(page, "breach")
    page.keyboard.press("r")
    expect(page.locator(".timebar")).to_have_count(0)
    expect(page.locator(".link-live")).to_be_visible()
    expect(page.locator("[data-act=replay]")).to_be_visible()


def test_what_happens_live_meanwhile_is_counted(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1366, 768)
    console = open_at(page, mall, f"at={at(30)}&speed=0")
    expect(console.rows).to_have_count(1)
    place = m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
    now = mall.now()
    mall.inject(
        m.PlaceCall(service="umbrella", place=place, command_id="live-call-1", by="spot/L1-desk", at=now)
    )
    expect(page.locator(".live-new")).to_contain_text("1 new")
    expect(console.rows).to_have_count(1)
    page.click("[data-act=live]")
    expect(page.locator(".queue-list [data-call]").filter(has_text="Umbrella")).to_be_visible()


def test_a_shared_link_shows_the_same_and_an_incident_is_a_file(
    mall: Mall, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(1366, 768)
    open_at(page, mall, f"at={at(150)}&speed=0")
    page.locator(".queue-list [data-call]").filter(has_text="Medical").click()
    with page.expect_download() as download:
        page.locator(".export").click()
    download.value.save_as(tmp_path / "incident.json")
    incident = json.loads((tmp_path / "incident.json").read_text())
    assert incident["format"] == "nearhand-incident/1"
    assert incident["decisions"]
    assert incident["tracks"]
    page.click("[data-act=share]")
    expect(page).to_have_url(re.compile(rf"at={at(150)}&speed=0&floor=L1&call={incident['call']['call_id']}"))
    other = open_page(1366, 768)
    open_at(other, mall, page.url.partition("?")[2])
    expect(other.locator(f"[data-detail='{incident['call']['call_id']}']")).to_be_visible()
    expect(other.locator(".timebar-now")).to_contain_text("18:02:30")
