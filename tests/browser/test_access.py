"""Nobody is shut out: axe-core finds nothing serious on any screen, and colour is never the only sign."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage
from tests.browser.mall import Mall
from tests.browser.pages import Console, Customer, Handheld

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, { runOnly: rules });
  const say = (node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`;
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map(say).join(" | ")}`);
}"""


def check(page: Page, where: str) -> None:
    page.evaluate(AXE)
    assert page.evaluate(RUN) == [], where


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_control_room(mall: Mall, open_page: OpenPage, lang: str) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1366, 768, lang)
    page.goto(f"/?lang={lang}")
    page.wait_for_selector(".login-form")
    check(page, "log-in")
    console = Console(page, mall).log_in(lang=lang)
    console.place_call("medical", "L1")
    console.place_call("wheelchair", "L1")
    expect(console.rows).to_have_count(2)
    check(page, "call")
    page.keyboard.press("t")
    check(page, "call, light")
    for key, name in (
        ("n", "new call"),
        ("p", "staff"),
        ("g", "gateways"),
        ("s", "site"),
        ("d", "figures"),
        ("w", "alarms"),
    ):
        page.keyboard.press("Escape")
        page.locator(".brand").click()
        page.keyboard.press(key)
        check(page, f"{name}, light")
        page.keyboard.press("t")
        check(page, f"{name}, dark")
        page.keyboard.press("t")
    page.keyboard.press("Escape")
    page.keyboard.press(" ")
    page.wait_for_selector(".slice .plan svg")
    check(page, "all floors")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    check(page, "help")


def test_the_handheld(mall: Mall, open_page: OpenPage) -> None:
    for other in mall.people:
        if other != "u-02":
            now = mall.now()
            mall.inject(
                m.SetDuty(command_id=f"off-{now}", by="operator/x", at=now, unit_id=other, duty="off")
            )
    page = open_page(360, 640)
    handheld = Handheld(page, mall, "u-02").log_in()
    check(page, "ready")
    now = mall.now()
    place = m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
    mall.inject(m.PlaceCall(command_id="call", by="operator/x", at=now, service="wheelchair", place=place))
    expect(handheld.button("accept")).to_be_visible(timeout=10_000)
    check(page, "offer")
    handheld.press("accept")
    page.wait_for_selector(".plan svg")
    check(page, "way")
    handheld.press("picked")
    handheld.press("arrived")
    check(page, "on scene")
    handheld.press("done")
    check(page, "outcome")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_customers_page(mall: Mall, open_page: OpenPage, scheme: str) -> None:
    mall.asleep.update(mall.people)
    page = open_page(360, 640, color_scheme=scheme)
    customer = Customer(page, mall).scan("L1-desk")
    check(page, "start")
    page.click("[data-service=medical]")
    check(page, "medical")
    page.click(".plain")
    customer.ask("wheelchair")
    page.wait_for_selector(".plan svg")
    check(page, "waiting")


def test_without_colours_the_rings_still_rank_five_calls(mall: Mall, open_page: OpenPage) -> None:
    """In time, thick, and past the deadline differ by shape and number: nothing of it is colour alone."""
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    for place in ("L1", "L2", "desk", "west", "east"):
        console.place_call("wheelchair", place)
    expect(console.rows).to_have_count(5)
    rings = console.rows.locator(".ring")
    texts = rings.locator(".ring-text").all_text_contents()
    seconds = [int(text.split(":")[0]) * 60 + int(text.split(":")[1]) for text in texts]
    assert seconds == sorted(seconds), "sorted by time left, the number inside the ring says so"
    widths = page.evaluate(
        """() => {
          const probe = (kind) => {
            const ring = document.createElement("div");
            ring.className = `ring ring-${kind}`;
            ring.innerHTML = '<svg><circle class="ring-left" r="20"></circle></svg>';
            document.body.append(ring);
            const width = parseFloat(getComputedStyle(ring.querySelector("circle")).strokeWidth);
            ring.remove();
            return width;
          };
          return [probe("ok"), probe("soon")];
        }"""
    )
    assert widths[1] >= 1.5 * widths[0]
