"""Nobody is shut out: axe-core finds nothing serious on any screen, and colour is never the only sign."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contracts import messages as m
from contracts.quantities import SECOND
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.pages import Console, Customer, Handheld
from tests.kept import OPENED

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async (only) => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, { runOnly: only ?? rules });
  const say = (node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`;
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map(say).join(" | ")}`);
}"""


OTHER_THEME = """() => {
  const { dataset } = document.documentElement;
  if (dataset.theme) dataset.theme = dataset.theme === "dark" ? "light" : "dark";
  return Boolean(dataset.theme);
}"""


LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const kept = [];
  for (let node; (node = walker.nextNode()); )
    if (!node.parentElement.closest("script, style, svg, time, kbd")) kept.push([node, node.data]);
  const longer = (word) => word + "ö".repeat(Math.ceil(0.4 * word.length));
  for (const [node, text] of kept) node.data = text.replace(/\\p{L}{2,}/gu, longer);
  const cut = (one) => {
    for (let box = one; box; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (/auto|scroll/.test(style.overflowX) || style.textOverflow === "ellipsis") return false;
      if (box !== one && style.overflowX !== "visible")
        return one.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
    }
    return one.getBoundingClientRect().right > innerWidth + 1;
  };
  const bursts = (one) =>
    one.matches("button") &&
    one.scrollWidth > one.clientWidth + 1 &&
    getComputedStyle(one).textOverflow !== "ellipsis";
  const shown = (one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden");
  const found = [...document.querySelectorAll("button, a, label, h1, h2, h3, p")].filter(
    (one) => shown(one) && (cut(one) || bursts(one)),
  );
  const said = found.map((one) => `${one.tagName} ${one.className} ${one.textContent}`.slice(0, 80));
  if (document.documentElement.scrollWidth > innerWidth) said.push("the page is wider than the screen");
  for (const [node, text] of kept) node.data = text;
  return said;
}"""
"""A language whose words are longer by two fifths: what is then cut off or beyond the edge."""


def check(page: Page, where: str) -> None:
    """In the theme shown, whether everything can be read in the other one, and with longer words."""
    assert page.evaluate(LONGER) == [], where
    page.evaluate(AXE)
    assert page.evaluate(RUN) == [], where
    if page.evaluate(OTHER_THEME):
        assert page.evaluate(RUN, ["color-contrast"]) == [], f"{where}, other theme"
        page.evaluate(OTHER_THEME)


@pytest.mark.parametrize(("lang", "width"), [("zh", 1366), ("en", 360)])
def test_the_control_room(mall: Mall, open_page: OpenPage, lang: str, width: int) -> None:
    mall.asleep.update(mall.people)
    page = open_page(width, 768, lang)
    page.goto(f"/?lang={lang}")
    page.wait_for_selector(".login-form")
    check(page, "log-in")
    console = Console(page, mall).log_in(lang=lang)
    console.place_call("medical", "L1")
    console.place_call("wheelchair", "L1")
    expect(console.rows).to_have_count(2)
    check(page, "call")
    for key, name in (
        ("n", "new call"),
        ("p", "staff"),
        ("e", "items"),
        ("g", "gateways"),
        ("s", "site"),
        ("d", "figures"),
        ("w", "alarms"),
    ):
        page.keyboard.press("Escape")
        page.locator(".brand").click()
        page.keyboard.press(key)
        check(page, name)
    page.keyboard.press("Escape")
    page.keyboard.press(" ")
    page.wait_for_selector(".slice .plan svg")
    check(page, "all floors")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    check(page, "help")


@pytest.mark.usefixtures("past")
def test_the_past(mall: Mall, open_page: OpenPage) -> None:
    page = open_page(1366, 768)
    console = Console(page, mall).log_in()
    page.keyboard.press("r")
    expect(page.locator(".timebar .tick-CallReceived")).to_have_count(4)
    slider = page.get_by_role("slider")
    slider.fill(str(OPENED + 100 * SECOND))
    expect(console.rows).to_have_count(2)
    slider.blur()
    page.keyboard.press("b")
    expect(page.locator(".knew")).to_be_visible()
    check(page, "replay")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_handheld(mall: Mall, open_page: OpenPage, lang: str) -> None:
    for other in mall.people:
        if other != "u-02":
            now = mall.now()
            mall.inject(
                m.SetDuty(command_id=f"off-{now}", by="operator/x", at=now, unit_id=other, duty="off")
            )
    page = open_page(360, 640, lang)
    handheld = Handheld(page, mall, "u-02").log_in(lang)
    check(page, "ready")
    for act in ("book", "close-book"):
        handheld.press(act)
        check(page, act)
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


RING_SHAPE = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const light = (x, y) => {
    const at = 4 * (Math.round(y) * image.width + Math.round(x));
    return (0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]) / 255;
  };
  const [cx, cy, unit] = [image.width / 2, image.height / 2, image.width / 52];
  const edge = light(cx - 20.5 * unit, cy + 14 * unit);  // inside a square, outside every ring
  const arc = [];
  for (let degree = 0; degree < 360; degree += 2) {
    const angle = (degree * Math.PI) / 180;
    arc.push(light(cx + 20 * unit * Math.sin(angle), cy - 20 * unit * Math.cos(angle)));
  }
  return { edge, ground: light(1, 1), arc };
}"""
"""What one sees of a ring without its number: how light the corner of a square would be, and the arc."""


@pytest.mark.parametrize("sight", ["achromatopsia", "deuteranopia"])
def test_five_calls_are_ranked_by_shape_alone(
    mall: Mall, open_page: OpenPage, picture: Picture, sight: str
) -> None:
    """From the pixels as somebody without (or with little) colour vision sees them, numbers hidden."""
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    for n, (place, seconds) in enumerate((("L1", 110), ("L2", 90), ("desk", 70), ("west", 50), ("east", 10))):
        console.place_call("wheelchair", place)
        expect(console.rows).to_have_count(n + 1)
        mall.pass_time(seconds)
    expect(console.rows.first.locator(".ring-late")).to_be_visible()
    page.evaluate("document.querySelectorAll('.ring-text').forEach((text) => { text.style.opacity = 0; })")
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setEmulatedVisionDeficiency", {"type": sight})
    picture(page, "five")
    rank: list[float] = []
    for row in console.rows.all():
        png = base64.b64encode(row.locator(".ring").screenshot()).decode()
        seen = page.evaluate(RING_SHAPE, png)
        if abs(seen["edge"] - seen["ground"]) > 0.05:
            rank.append(-1.0)  # a filled square: past the deadline
            continue
        darkest, lightest = min(seen["arc"]), max(seen["arc"])
        whole = lightest - darkest < 0.05  # asked for just now: nothing of the ring is gone yet
        lit = [whole or light > (darkest + lightest) / 2 for light in seen["arc"]]
        rank.append(sum(lit) / len(lit))
    assert rank == sorted(rank)
    assert rank[0] == -1.0
    assert len({round(one, 2) for one in rank}) == 5, "no two look alike"
