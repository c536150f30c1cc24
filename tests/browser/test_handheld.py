"""The handheld: one thumb, and not a press lost when the network goes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.pages import Handheld

pytestmark = pytest.mark.browser

UNIT = "u-02"
"""At home some way from where the calls are."""


def only(mall: Mall, unit_id: str = UNIT) -> None:
    """Everybody else goes home, so that offers come to this one."""
    for other in mall.people:
        if other != unit_id:
            place_command(mall, m.SetDuty, unit_id=other, duty="off")


def place_command(mall: Mall, kind: type[m.Command], **fields: object) -> None:
    now = mall.now()
    mall.inject(kind(command_id=f"test-{now}", by="operator/test", at=now, **fields))


def a_call(mall: Mall, service: str = "wheelchair") -> None:
    place_command(
        mall, m.PlaceCall, service=service, place=m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
    )


def kinds(mall: Mall) -> list[str]:
    return [type(command).__name__ for command in mall.commands if not isinstance(command, m.ReportReceipt)]


def eventually(page: Page, holds: Callable[[], bool]) -> None:
    """Waits for something that only the server knows, while the page lives on."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(200)
    raise AssertionError("did not come true within 20 s")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_offer_way_scene_outcome(mall: Mall, open_page: OpenPage, lang: str, picture: Picture) -> None:
    only(mall)
    page = open_page(360, 640, lang, has_touch=True)
    handheld = Handheld(page, mall, UNIT).log_in(lang)
    expect(page.locator(".ready-light")).to_be_visible()
    picture(page, "ready")
    a_call(mall)
    accept = handheld.button("accept")
    expect(accept).to_be_visible(timeout=10_000)
    picture(page, "offer")
    box = accept.bounding_box()
    assert box
    assert box["height"] >= 64
    handheld.press("accept")
    expect(handheld.button("picked")).to_be_visible()
    expect(page.locator(".plan svg polyline.way").first).to_be_visible()
    picture(page, "way")
    page.fill(".number", "W-7")
    handheld.press("picked")
    handheld.press("arrived")
    picture(page, "scene")
    handheld.press("done")
    page.click("[data-outcome=handed_over]")
    picture(page, "outcome")
    handheld.press("send")
    expect(page.locator(".ready-light, [data-act=returned]")).to_be_visible()
    wanted = ["AcceptOffer", "ReportItemPickedUp", "ReportOnScene", "ReportDone"]
    eventually(page, lambda: kinds(mall) == wanted)
    done = mall.commands[-1]
    assert isinstance(done, m.ReportDone)
    assert done.outcome == "handed_over"
    receipts = [one.receipt for one in mall.commands if isinstance(one, m.ReportReceipt)]
    assert "delivered" in receipts
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_declining_needs_a_reason(mall: Mall, open_page: OpenPage) -> None:
    only(mall)
    page = open_page(360, 640)
    handheld = Handheld(page, mall, UNIT).log_in()
    a_call(mall)
    handheld.press("decline")
    page.click("[data-reason=too_far]")
    expect(page.locator(".ready-light")).to_be_visible()
    eventually(page, lambda: kinds(mall) == ["DeclineOffer"])
    [decline] = [one for one in mall.commands if isinstance(one, m.DeclineOffer)]
    assert decline.reason == "too_far"


def test_offline_presses_survive_a_reload_and_arrive_once_in_order(mall: Mall, open_page: OpenPage) -> None:
    only(mall)
    page = open_page(360, 640)
    handheld = Handheld(page, mall, UNIT).log_in()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    a_call(mall, "luggage")
    expect(handheld.button("accept")).to_be_visible(timeout=10_000)
    page.context.set_offline(True)
    handheld.press("accept")
    expect(handheld.button("arrived")).to_be_visible()
    page.reload()
    expect(page.locator(".line.yellow")).to_contain_text("waiting to send")
    handheld.press("arrived")
    expect(handheld.button("done")).to_be_visible()
    assert kinds(mall) == []
    page.context.set_offline(False)
    eventually(page, lambda: kinds(mall) == ["AcceptOffer", "ReportOnScene"])
    expect(page.locator(".line.yellow")).to_have_count(0)
    expect(handheld.button("done")).to_be_visible()
    accepted, arrived = [one for one in mall.commands if not isinstance(one, m.ReportReceipt)]
    assert accepted.at < arrived.at
    assert mall.units[UNIT].status == "on_scene"


def test_sos_is_held_not_tapped(mall: Mall, open_page: OpenPage) -> None:
    page = open_page(360, 640)
    Handheld(page, mall, UNIT).log_in()
    sos = page.locator(".sos")
    sos.click()
    assert kinds(mall) == []
    box = sos.bounding_box()
    assert box
    page.mouse.move(box["x"] + 50, box["y"] + 20)
    page.mouse.down()
    expect(sos).to_contain_text("control room", timeout=4_000)
    page.mouse.up()
    eventually(page, lambda: kinds(mall) == ["PlaceCall"])
    [call] = [one for one in mall.commands if isinstance(one, m.PlaceCall)]
    assert call.service == "security"
    assert "SOS" in call.note
