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


QUIET = m.ReportReceipt | m.ReportTextsSeen


def kinds(mall: Mall) -> list[str]:
    return [type(command).__name__ for command in mall.commands if not isinstance(command, QUIET)]


def eventually(page: Page, holds: Callable[[], bool]) -> None:
    """Waits for something that only the server knows, while the page lives on."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(200)
    raise AssertionError("did not come true within 20 s")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_scene_the_check_list_is_the_calls_own_and_help_comes(
    mall: Mall, open_page: OpenPage, lang: str, picture: Picture
) -> None:
    only(mall)
    page = open_page(360, 640, lang)
    handheld = Handheld(page, mall, UNIT).log_in(lang)
    a_call(mall, "luggage")
    handheld.press("accept")
    handheld.press("arrived")
    first = page.locator(".checklist button").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    handheld.press("help")
    expect(handheld.button("help")).to_be_disabled()
    eventually(page, lambda: kinds(mall)[2:] == ["TickChecklist", "AddTask"])
    picture(page, "scene")
    page.reload()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(handheld.button("help")).to_be_disabled()
    [call] = [mall.dispatcher.ledger.calls[call_id] for call_id in mall.dispatcher.ledger.open_calls]
    assert len(call.tasks) == 2


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


def hold(page: Page, seconds: float) -> None:
    box = page.locator(".sos").bounding_box()
    assert box
    page.mouse.move(box["x"] + 50, box["y"] + 20)
    page.mouse.down()
    page.wait_for_timeout(1000 * seconds)
    page.mouse.up()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sos_is_held_can_be_taken_back_and_stays_in_sight(
    mall: Mall, open_page: OpenPage, lang: str, picture: Picture
) -> None:
    page = open_page(360, 640, lang)
    Handheld(page, mall, UNIT).log_in(lang)
    page.locator(".sos").click()
    expect(page.locator(".sos-line")).to_have_count(0)
    hold(page, 1.8)
    picture(page, "sos-going")
    page.click("[data-act=take-back]")
    expect(page.locator(".sos-line")).to_have_count(0)
    hold(page, 1.8)
    eventually(page, lambda: kinds(mall) == ["PlaceCall"])
    [call] = [one for one in mall.commands if isinstance(one, m.PlaceCall)]
    assert call.service == "security"
    assert "SOS" in call.note
    assert call.place.floor == mall.site.floors[mall.people[UNIT].floor].floor
    expect(page.locator("[data-sos]")).to_be_visible()
    expect(page.locator("[data-sos=en_route], [data-sos=on_scene]")).to_be_visible()
    picture(page, "sos")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_go_both_ways_also_offline_and_are_seen(
    mall: Mall, open_page: OpenPage, lang: str, picture: Picture
) -> None:
    page = open_page(360, 640, lang)
    Handheld(page, mall, UNIT).log_in(lang)
    expect(page.locator(".ready-light")).to_be_visible()
    place_command(mall, m.SendText, unit_id=UNIT, phrase="come_to_desk")
    expect(page.locator(".line.blue")).to_contain_text("服务台" if lang == "zh" else "desk")
    picture(page, "word")
    page.click("[data-act=read]")
    expect(page.locator(".line.blue")).to_have_count(0)
    eventually(page, lambda: any(isinstance(one, m.ReportTextsSeen) for one in mall.commands))
    page.context.set_offline(True)
    page.click("[data-phrase=delayed]")
    waits, arrived, read = ("待发送", "已送达", "已读") if lang == "zh" else ("waiting", "delivered", "seen")
    expect(page.locator(".texts .mine")).to_contain_text(waits)
    pressed = mall.now()
    page.wait_for_timeout(1_500)
    page.context.set_offline(False)
    expect(page.locator(".texts .mine")).to_contain_text(arrived)
    [text] = [one for one in mall.commands if isinstance(one, m.SendText)]
    assert text.phrase == "delayed"
    assert text.at <= pressed, "its own time, not that of the connection"
    picture(page, "words")
    newest = mall.dispatcher.ledger.units[UNIT].texts[-1].text_id
    place_command(mall, m.ReportTextsSeen, unit_id=UNIT, text_id=newest)
    expect(page.locator(".texts .mine")).to_contain_text(read)
    expect(page.locator(".texts .mine")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
