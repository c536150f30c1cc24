"""The handheld: one thumb, and not a press lost when the network goes."""

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall, a_call, place_command
from tests.browser.pages import Console, Handheld

pytestmark = pytest.mark.browser

UNIT = "u-02"
"""At home some way from where the calls are."""


def only(mall: Mall, unit_id: str = UNIT) -> None:
    """Everybody else goes home, so that offers come to this one."""
    for other in mall.people:
        if other != unit_id:
            place_command(mall, m.SetDuty, unit_id=other, duty="off")


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


def hold(page: Page, seconds: float, what: str = ".sos") -> None:
    box = page.locator(what).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
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


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_photo_and_a_spoken_note_reach_the_control_room_also_from_a_dead_spot(
    mall: Mall, open_page: OpenPage, lang: str, picture: Picture, tmp_path: Path
) -> None:
    only(mall)
    (tmp_path / "seen.png").write_bytes(a_picture(2000, 1000))
    page = open_page(360, 640, lang, permissions=["microphone"])
    handheld = Handheld(page, mall, UNIT).log_in(lang)
    a_call(mall, "luggage")
    handheld.press("accept")
    handheld.press("arrived")
    page.context.set_offline(True)
    handheld.button("photo").set_input_files(tmp_path / "seen.png")
    expect(page.locator(".files")).to_be_visible()
    picture(page, "scene")
    page.context.set_offline(False)
    handheld.press("done")
    handheld.press("voice")
    expect(handheld.button("voice")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(600)
    picture(page, "speaking")
    handheld.press("send")
    eventually(page, lambda: kinds(mall)[2:] == ["AttachFile", "AttachFile", "ReportDone"])
    desk = open_page(1366, 768, lang)
    console = Console(desk, mall).log_in(lang=lang)
    console.rows.first.click()
    links = console.detail.locator("a.attached")
    expect(links).to_have_count(2)
    picture(desk, "timeline")
    voice, photo = (desk.request.get(link.get_attribute("href") or "") for link in links.all())
    assert voice.headers["content-type"] == "audio/webm"
    assert photo.headers["content-type"] == "image/jpeg"
    assert len(photo.body()) < 200_000
    with desk.context.expect_page() as opened:
        links.last.click()
    size = "[document.images[0].naturalWidth, document.images[0].naturalHeight]"
    opened.value.wait_for_load_state()
    assert opened.value.evaluate(size) == [1280, 640]


def a_picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((40, 120, 90)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_under_threat_the_clock_calls_for_help_and_the_screen_says_nothing(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    mall.asleep.update(mall.people)  # whoever came would be done before the control room is opened
    page = open_page(360, 640)
    Handheld(page, mall, UNIT).log_in()
    expect(page.locator(".ready-light")).to_be_visible()
    hold(page, 1.8, "[data-act=clock]")
    eventually(page, lambda: kinds(mall) == ["PlaceCall"])
    [call] = [one for one in mall.commands if isinstance(one, m.PlaceCall)]
    assert call.note == f"SOS {UNIT} silent"
    expect(page.locator(".head time")).to_have_text(re.compile(r"^\d\d:\d\d\.$"))
    expect(page.locator(".sos-line, .line")).to_have_count(0)
    picture(page, "quiet")
    desk = open_page(1366, 768)
    console = Console(desk, mall).log_in()
    desk.locator(".alarm-light").click()
    alarm = console.detail.locator(".alarm.level-1")
    expect(alarm).to_contain_text("Silent SOS: Li Na")
    expect(alarm.locator("[data-act=shelve]")).to_have_count(0)
    picture(desk, "alarm")
