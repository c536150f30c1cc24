"""The customer's page, from the QR code to the three faces."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from contracts import messages as m
from contracts.quantities import to_seconds
from dashboard.adapters.tokens import DEVICE, Tokens
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.pages import Customer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_lent_stays_in_sight_and_is_collected(
    mall: Mall, open_page: OpenPage, lang: str, picture: Picture
) -> None:
    page = open_page(360, 640, lang, timezone_id="America/Los_Angeles")
    Customer(page, mall).scan("L1-desk", lang).ask("wheelchair")
    loan = page.locator(".loan")
    expect(loan).to_be_visible(timeout=60_000)
    expect(loan).to_contain_text("轮椅" if lang == "zh" else "wheelchair")
    expect(loan.locator("li").first).to_contain_text("L1")
    [lent] = mall.dispatcher.ledger.loans.values()
    due = datetime.fromtimestamp(to_seconds(lent.due_at), ZoneInfo(mall.site.timezone))
    expect(loan).to_contain_text(f"{due:%H:%M}")  # by the mall's clocks, not the phone's
    picture(page, "loan")
    mall.asleep.update(mall.people)
    first = page.url
    page.click("[data-act=collect]")
    page.wait_for_url(lambda url: url != first)
    expect(page.locator(".state")).to_be_visible()
    [collect] = [one for one in mall.commands if getattr(one, "service", "") == "collect_loan"]
    assert isinstance(collect, m.PlaceCall)
    assert collect.place.spot == "L1-desk"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_medical_stands_apart_and_warns(mall: Mall, open_page: OpenPage) -> None:
    page = open_page(360, 640)
    Customer(page, mall).scan("L2-east")
    medical = page.locator(".medical-row [data-service=medical]")
    expect(medical).to_contain_text("120")
    assert page.locator(".services [data-service=medical]").count() == 0
    box = medical.bounding_box()
    assert box
    assert box["height"] >= 64
    assert box["y"] + box["height"] <= 640, "medical help needs no scrolling"


def test_a_call_can_be_cancelled_after_a_question(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(360, 640)
    Customer(page, mall).scan("L1-desk").ask("power_bank")
    desk = page.locator("a.desk[href='tel:051262880100']")
    expect(desk).to_have_text("Call the service desk 0512-6288 0100")
    page.context.set_offline(True)
    page.click("[data-act=cancel]")
    page.click("[data-act=cancel-sure]")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(desk).to_have_count(1)  # beside the words that it did not work
    page.context.set_offline(False)
    page.click("[data-act=cancel]")
    page.click("[data-act=cancel-sure]")
    expect(page.locator("h1")).to_have_text("Cancelled")


def test_the_call_survives_a_reload_and_the_language_changes_in_place(
    mall: Mall, open_page: OpenPage
) -> None:
    mall.asleep.update(mall.people)
    page = open_page(360, 640)
    Customer(page, mall).scan("L1-desk").ask("wheelchair")
    page.reload()
    expect(page.locator(".minutes")).to_be_visible()
    page.click(".lang")
    expect(page.locator("[data-act=cancel]")).to_have_text("取消呼叫")


def test_an_address_that_is_not_ours_says_so(open_page: OpenPage) -> None:
    page = open_page(360, 640)
    page.goto("/c/not-a-token?lang=en")
    expect(page.get_by_role("alert")).to_contain_text("no longer valid")


def test_an_apps_link_asks_where_and_says_that_the_phone_is_located(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(360, 640)
    token = Tokens(mall.secret).sign(DEVICE, "ibeacon:app:1:7")
    page.goto(f"/d/{token}?lang=en")
    expect(page.locator("[data-service=wheelchair]")).to_be_disabled()
    page.locator("select").select_option(label="L2 · East side L2")
    page.click("[data-service=wheelchair]")
    expect(page.locator(".privacy")).to_contain_text("located while the call is open")
    page.click("[data-act=send]")
    expect(page.locator(".minutes")).to_be_visible()
    [call] = mall.commands
    assert isinstance(call, m.PlaceCall)
    assert call.place.spot == "L2-east"
    assert call.device_id == "ibeacon:app:1:7"
