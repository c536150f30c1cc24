"""The office: figures with charts and tables, things to put right, people, audit."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.test_access import check

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("past")]


def open_office(page: Page, mall: Mall, section: str, user: str = "admin", lang: str = "en") -> None:
    token = mall.accounts.open_session(user, mall.now(), 3600)
    page.context.add_cookies([{"name": "nearhand_console", "value": token, "url": mall.base}])
    page.goto(f"/office?lang={lang}#{section}")
    expect(page.locator("nav a[aria-current]")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "width", "height"), [("zh", 1366, 768), ("en", 1920, 1080), ("en", 360, 800)]
)
def test_figures_are_drawn_and_stand_in_tables(
    mall: Mall, open_page: OpenPage, picture: Picture, lang: str, width: int, height: int
) -> None:
    page = open_page(width, height, lang)
    open_office(page, mall, "figures", lang=lang)
    expect(page.locator(".chart canvas")).to_have_count(2)
    expect(page.locator(".numbers dd").first).to_have_text("4")
    medical = page.locator("tbody tr", has_text=re.compile("Medical|医疗")).first
    expect(medical.locator("td").nth(3)).to_have_text(re.compile(r"^\d:\d\d$"))
    expect(page.locator(".columns li").first).to_be_visible()
    picture(page, "figures")
    check(page, page.url)


def test_something_to_put_right_is_entered_and_done(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    open_office(page, mall, "feedback", "operator")
    page.fill("[name=text]", "The sign at the west gate is broken")
    page.select_option("[name=grade]", "three_days")
    page.fill("[name=owner]", "facility")
    page.click(".new button")
    row = page.locator("tbody tr", has_text="west gate")
    expect(row).to_contain_text("within three days")
    row.locator("[data-act=close-feedback]").click()
    row.locator("[name=note]").fill("new sign")
    row.get_by_role("button", name="Done").click()
    expect(row).to_contain_text("new sign")
    assert [type(command) for command in mall.commands] == [m.RaiseFeedback, m.CloseFeedback]


def test_a_person_is_added_and_it_is_known_by_whom(mall: Mall, open_page: OpenPage, picture: Picture) -> None:
    page = open_page()
    open_office(page, mall, "people")
    page.fill("[name=user]", "lin")
    page.fill("[name=zh]", "林")
    page.click(".new button")
    expect(page.locator(".good")).to_contain_text("Password of lin")
    row = page.locator("[data-user=lin]")
    row.locator("[data-act=disable]").click()
    expect(row).to_contain_text("disabled")
    picture(page, "people")
    check(page, page.url)
    page.locator("nav a[href='#audit']").click()
    page.select_option("[name=what]", "disable_user")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("operator/admin")


@pytest.mark.parametrize(("lang", "width"), [("zh", 1366), ("en", 360)])
def test_the_audit_shows_commands_is_filtered_and_exported(
    mall: Mall, open_page: OpenPage, picture: Picture, lang: str, width: int
) -> None:
    mall.asleep.update(mall.people)  # nobody is done before it is cancelled
    page = open_page(width, 800, lang)
    open_office(page, mall, "audit", lang=lang)
    mall.inject(m.CancelCall(**_stamp(mall), call_id=_place(mall), reason="customer_left"))
    page.select_option("[name=what]", "CallCancelled")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("operator/lin")
    expect(row).to_contain_text("Call cancelled" if lang == "en" else "呼叫取消")
    page.select_option("[name=what]", "")
    page.fill("[name=find]", "received lin")
    expect(row).to_have_count(1)
    page.fill("[name=find]", "")
    expect(row.nth(4)).to_be_visible()
    picture(page, "audit")
    check(page, page.url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as download:
        page.click("[data-act=export]")
    assert "CallCancelled" in Path(download.value.path()).read_text(encoding="utf-8")


def _stamp(mall: Mall) -> dict[str, Any]:
    return {"command_id": f"k-{mall.now()}", "by": "operator/lin", "at": mall.now()}


def _place(mall: Mall) -> str:
    """A call by operator Lin; its id."""
    spot = mall.site.spots[0]
    place = m.Place(spot.floor, spot.x_m, spot.y_m, spot.spot)
    mall.inject(m.PlaceCall(**_stamp(mall), service="luggage", place=place))
    return max(mall.dispatcher.ledger.open_calls, key=lambda call_id: int(call_id[1:]))


def test_services_show_their_targets_and_ladders(mall: Mall, open_page: OpenPage, picture: Picture) -> None:
    page = open_page()
    open_office(page, mall, "services", "operator")
    expect(page.locator("nav a")).to_have_count(3)
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Medical emergency")
    expect(first).to_contain_text("3:00")
    picture(page, "services")
    check(page, page.url)
