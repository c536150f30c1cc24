"""What is heard in the control room: until when it is muted, what never is, and from which side."""

import re

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall, a_call
from tests.browser.pages import Console

pytestmark = pytest.mark.browser

MINUTE_S = 60.0
HALF_M, EAST_M = 30.0, 55.0
"""From the west end of the small mall to its middle, and to where it happens."""
LISTEN = """
const start = OscillatorNode.prototype.start;
const note = (what, one) => (document.documentElement.dataset[what] = (document.documentElement.dataset[what] ?? "") + one + " ");
OscillatorNode.prototype.start = function (at) { note("heard", this.frequency.value); return start.call(this, at); };
const Panner = StereoPannerNode;
window.StereoPannerNode = class extends Panner {
  constructor(on, options) { super(on, options); note("sides", options.pan.toFixed(2)); }
};
"""  # noqa: E501 -- a script
"""Writes down every tone that the page asks the browser for; the browser plays it as ever."""
NEW, LATE, EMERGENCY = "660 880", "520 440 520", "880 1175"


def hears(page: Page, tune: str, times: int = 1) -> None:
    expect(page.locator("html")).to_have_attribute("data-heard", re.compile(f"({tune} .*){{{times}}}"))


def test_a_mute_ends_by_itself_and_never_holds_for_an_emergency(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    page.add_init_script(LISTEN)
    console = Console(page, mall).log_in()
    console.wait_live()
    hears(page, NEW)  # the log-in itself
    expect(page.locator(".untested")).to_be_visible()
    page.keyboard.press("m")
    picture(page, "asked")
    page.locator("[data-sound=late]").click()
    hears(page, LATE)
    page.locator("[data-mute='15']").click()
    button = page.locator(".sound-button")
    expect(button).to_contain_text("Muted until")
    expect(page.locator(".untested")).to_have_count(0)

    a_call(mall)
    expect(console.rows).to_have_count(1)
    a_call(mall, "medical", m.Place(floor="L2", x_m=EAST_M, y_m=20.0))
    hears(page, EMERGENCY)
    picture(page, "muted")
    tunes, sides = (page.locator("html").get_attribute(f"data-{what}") or "" for what in ("heard", "sides"))
    assert tunes.count(NEW) == 1, "the wheelchair made no sound"
    assert float(sides.split()[-1]) == pytest.approx(0.8 * (EAST_M / HALF_M - 1), abs=0.01)

    mall.pass_time(14 * MINUTE_S)
    page.keyboard.press("k")
    expect(page.locator(".alarm-light.level-1")).to_have_count(0)
    expect(button).to_contain_text("Muted until")
    mall.pass_time(1 * MINUTE_S)
    expect(button).not_to_contain_text("Muted until")
    a_call(mall, "umbrella")
    hears(page, NEW, times=2)
