"""A second monitor: a panel in a window of its own shows live what is there and shares what is selected."""

import pytest
from playwright.sync_api import Request, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall, a_call
from tests.browser.pages import Console

pytestmark = pytest.mark.browser


def test_two_windows_select_as_one(mall: Mall, open_page: OpenPage, picture: Picture) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    a_call(mall)
    a_call(mall, "medical", m.Place(floor="L2", x_m=55.0, y_m=20.0))
    medical, wheelchair = console.row("Medical"), console.row("Wheelchair")
    medical.click()

    page.keyboard.press("Shift+O")
    expect(page.locator("[data-panel=queue]")).to_be_focused()
    picture(page, "asked")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    queue = opened.value
    chosen = queue.locator(".queue .row[aria-current]")
    expect(chosen).to_contain_text("Medical")  # from the beginning
    expect(queue.locator(".link-live")).to_be_visible()
    looked: list[Request] = []
    page.context.on("request", lambda one: looked.append(one) if one.url.endswith("/api/looked") else None)
    queue.locator(".queue .row", has_text="Wheelchair").click()
    expect(wheelchair).to_have_attribute("aria-current", "true")
    expect(console.detail.locator(".call-head")).to_contain_text("Wheelchair")
    expect(console.floor("L1")).to_have_attribute("aria-current", "true")
    assert len(looked) == 1, "one look is told once, whatever the number of windows"
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Medical")
    picture(queue, "queue")
