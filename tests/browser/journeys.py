"""The ways that people go through the pages, each in any language and at any width.

``test_journeys.py`` goes some of them at each change; ``bench/bench_journeys.py`` all of them, with pictures.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from contracts import messages as m
from contracts.quantities import SECOND
from tests.browser.mall import Mall
from tests.browser.pages import Console, Customer, Handheld
from tests.kept import OPENED

HEIGHTS = {360: 640, 1366: 768, 1920: 1080}
LANGUAGES = ("zh", "en")
NEAR = "u-02"
"""A service person some way from the desk; the test holds the handheld."""
MEDIC = "u-06"
SLOW_MS = 60_000
"""Somebody walks: generous, because the machine is shared."""
TABS = 80
"""More steps by Tab than any of the pages has between two things that are wanted one after the other."""

AT_CLICK = """() => addEventListener("click", (event) => {
  if (event.target.closest("[data-act=send]")) window.asked = Date.now();
}, true)"""
AT_ROW = """() => new MutationObserver((_, observer) => {
  if (!document.querySelector(".queue .row")) return;
  observer.disconnect();
  requestAnimationFrame(() => { window.shown = Date.now(); });
}).observe(document.body, { childList: true, subtree: true })"""


@dataclass
class Stage:
    """One mall, and pages of one language and width."""

    mall: Mall
    open_page: Callable[..., Page]
    lang: str
    width: int
    take: Callable[[Page, str], None] = lambda page, name: None
    measured: dict[str, float] = field(default_factory=dict)
    opened: list[Page] = field(default_factory=list)

    def page(self, **options: object) -> Page:
        page = self.open_page(self.width, HEIGHTS[self.width], self.lang, **options)
        self.opened.append(page)
        return page

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def console(self, query: str = "") -> Console:
        page = self.page()
        console = Console(page, self.mall)
        page.goto(f"/?lang={self.lang}{query}")
        page.fill("input[name=user]", "operator")
        page.fill("input[name=password]", self.mall.passwords["operator"])
        page.click("button[type=submit]")
        page.wait_for_selector(".map-target canvas", state="attached")
        return console

    def handheld(self, unit_id: str) -> Handheld:
        return Handheld(self.page(has_touch=True), self.mall, unit_id).log_in(self.lang)

    def order(self, kind: type[m.Command], **fields: object) -> None:
        now = self.mall.now()
        self.mall.inject(kind(command_id=f"test-{now}", by="operator/test", at=now, **fields))

    def only(self, unit_id: str) -> None:
        """Everybody else of the same roles goes home, so that offers come to this one."""
        for other, unit in self.mall.units.items():
            if other != unit_id and unit.status != "off_duty":
                self.order(m.SetDuty, unit_id=other, duty="off")

    def clear(self) -> None:
        """The mall as it opened: nothing asked for, nothing lent, everybody at home and ready."""
        ledger = self.mall.dispatcher.ledger
        for call_id in list(ledger.open_calls):
            self.order(m.CancelCall, call_id=call_id, reason="test")
        for loan in list(ledger.loans.values()):
            self.order(m.ReturnLoan, task_id=loan.task_id, depot="d-L1")
        self.mall.held.clear()
        self.mall.asleep.clear()
        for unit_id, unit in list(self.mall.units.items()):
            if unit.silent_since is not None:  # of the past: nobody answers there in the end
                self.order(m.SetDuty, unit_id=unit_id, duty="off")
            if unit.silent_since is not None or unit.status == "off_duty":
                self.order(m.SetDuty, unit_id=unit_id, duty="on")
        for member in self.mall.site.staff:
            person = self.mall.people[member.unit_id]
            person.floor = self.mall.site.floor_index(member.home_floor)
            person.x_m, person.y_m = member.home
        self.mall.commands.clear()
        while self.opened:
            self.opened.pop().context.close()


def fits(page: Page, width: int) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def tab_to(page: Page, locator: Locator, key: str = "Tab") -> None:
    """By the Tab key alone, as somebody without a mouse."""
    for _ in range(TABS):
        if locator.count() and locator.first.evaluate("(it) => it === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"not reached by {key}: {locator}")


def whole_way(stage: Stage) -> None:
    """Asked for at a QR code, seen, offered, accepted, fetched, brought, done, rated."""
    stage.only(NEAR)
    console, handheld = stage.console(), stage.handheld(NEAR)
    console.wait_live()
    expect(handheld.page.locator(".ready-light")).to_be_visible()
    customer = Customer(stage.page(), stage.mall).scan("L1-desk", stage.lang)
    console.page.evaluate(AT_ROW)
    customer.page.evaluate(AT_CLICK)
    fits(customer.page, stage.width)
    stage.take(customer.page, "1-customer-start")
    customer.ask("wheelchair")
    row = console.rows.first
    expect(row).to_be_attached()
    asked = customer.page.evaluate("window.asked")
    stage.measured["asked_to_seen_ms"] = console.page.evaluate("window.shown") - asked
    console.bring("queue")
    row.click()
    expect(console.detail).to_contain_text(stage.say("轮椅", "Wheelchair"))
    expect(handheld.button("accept")).to_be_visible()
    box = handheld.button("accept").bounding_box()
    assert box
    assert box["height"] >= 64, "for a thumb in a glove"
    stage.take(handheld.page, "2-offer")
    stage.take(console.page, "3-offered")
    handheld.press("accept")
    expect(handheld.page.locator(".plan svg polyline.way").first).to_be_visible()
    expect(customer.state).to_contain_text(stage.say("李师傅", "Li"))
    stage.take(handheld.page, "4-way")
    stage.take(customer.page, "5-waiting")
    handheld.page.fill(".number", "W-7")
    handheld.press("picked")
    stage.take(console.page, "6-en-route")
    handheld.press("arrived")
    expect(customer.page.locator(".minutes.here")).to_be_visible()
    stage.take(handheld.page, "7-scene")
    handheld.press("done")
    handheld.page.click("[data-outcome=handed_over]")
    stage.take(handheld.page, "8-outcome")
    handheld.press("send")
    expect(customer.page.locator("[data-stars]")).to_have_count(3)
    fits(customer.page, stage.width)
    stage.take(customer.page, "9-thanks")
    customer.page.locator("input").fill("quick")
    customer.page.click("[data-stars='3']")
    expect(customer.page.locator(".question")).to_have_text(
        stage.say("谢谢您的评价", "Thank you for telling us")
    )
    [rated] = [one for one in stage.mall.commands if isinstance(one, m.RateCall)]
    assert (rated.stars, rated.note) == (3, "quick")
    handheld.press("book")
    handheld.page.click("[data-tab=jobs]")
    expect(handheld.page.locator(".jobs li").first).to_contain_text(stage.say("已移交", "Handed over"))
    expect(console.detail.locator(".response")).to_contain_text(re.compile(r"\d:\d\d"))
    expect(console.detail).to_contain_text(stage.say("满意", "good"))
    fits(console.page, stage.width)
    fits(handheld.page, stage.width)
    stage.take(console.page, "10-closed")
    receipts = [one.receipt for one in stage.mall.commands if isinstance(one, m.ReportReceipt)]
    assert "delivered" in receipts
    said = [type(one) for one in stage.mall.commands if not isinstance(one, m.ReportReceipt)]
    assert said == [
        m.PlaceCall,
        m.AcceptOffer,
        m.ReportItemPickedUp,
        m.ReportOnScene,
        m.ReportDone,
        m.RateCall,
    ]


def medical(stage: Stage) -> None:
    """One emergency, three roles: the medic's handheld in a hand, the others answer by themselves."""
    for other in ("u-05", "u-07"):  # so that the nearest medic is the one whose handheld is open
        stage.order(m.SetDuty, unit_id=other, duty="off")
    console, handheld = stage.console(), stage.handheld(MEDIC)
    console.wait_live()
    console.place_call("medical", stage.say("服务台", "desk"))
    roles = stage.say("急救员 安保 客服", "Medic Security Customer").split()
    expect(console.detail.locator(".task")).to_contain_text(roles)
    expect(handheld.button("accept")).to_be_visible()
    expect(handheld.page.locator(".offer.priority-1")).to_contain_text(stage.say("紧急", "Urgent"))
    stage.take(handheld.page, "1-urgent")
    expect(console.page.locator(".alarm-light")).to_have_class(re.compile("level-1"))
    stage.take(console.page, "2-asked")
    handheld.press("accept")
    handheld.press("picked")
    expect(console.detail.locator(".task .sent")).to_have_count(3)
    stage.take(console.page, "3-three-under-way")
    handheld.press("arrived")
    first = handheld.page.locator(".checklist button").nth(1)
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    stage.take(handheld.page, "4-scene")
    handheld.press("done")
    handheld.press("send")
    console.bring("queue")
    expect(console.rows.first.locator(".state-cleared")).to_be_visible(timeout=SLOW_MS)
    console.bring("side")
    expect(console.detail.locator(".response")).to_contain_text(re.compile(r"\d:\d\d"))
    ticked = console.detail.locator(".fact-ChecklistTicked")
    expect(ticked).to_contain_text(stage.say("✓ 拨打120", "✓ Call 120"))
    stage.take(console.page, "5-cleared")
    fits(console.page, stage.width)


def shelving(stage: Stage) -> None:
    """A nuisance is put aside with a reason and its count stays in sight; an emergency cannot be."""
    stage.mall.asleep.update(stage.mall.people)
    console = stage.console()
    console.wait_live()
    console.place_call("medical", stage.say("服务台", "desk"))
    page = console.page
    page.locator(".alarm-light").click()
    expect(console.detail.locator(".alarm.level-1")).to_be_visible()
    expect(console.detail.locator(".alarm.level-1 [data-act=shelve]")).to_have_count(0)
    silent = console.detail.locator(".alarm.level-3")
    silent.locator("[data-act=shelve]").click()
    stage.take(page, "1-why")
    silent.locator("[data-reason=known]").click()
    count = page.locator(".alarm-light .shelf-count")
    expect(count).to_have_text(stage.say("已搁置 1", "1 shelved"))
    expect(count).to_be_in_viewport()
    stage.take(page, "2-shelved")
    page.reload()
    expect(count).to_have_text(stage.say("已搁置 1", "1 shelved"))
    page.locator(".alarm-light").click()
    silent.get_by_role("button", name=stage.say("取消搁置", "Take back")).click()
    expect(count).to_have_count(0)
    fits(page, stage.width)


def replay(stage: Stage) -> None:
    """A past minute plays; nothing can be done in it; back to now."""
    console = stage.console(f"&at={OPENED + 64 * SECOND}&speed=4")
    page = console.page
    expect(page.locator(".replay-word")).to_have_text(stage.say("回放", "REPLAY"))
    console.bring("queue")
    expect(console.rows).to_have_count(2)
    emergency = console.row(stage.say("医疗", "Medical"))
    expect(emergency.locator(".state-en_route")).to_be_visible(timeout=SLOW_MS)
    emergency.click()
    expect(page.locator(".knew tbody tr").first).to_be_visible()
    stage.take(page, "1-what-was-known")
    expect(page.locator(".assign")).to_have_count(0)
    console.bring("map")
    stage.take(page, "2-map")
    for key in "nack":
        page.keyboard.press(key)
    expect(page.locator(".new-call")).to_have_count(0)
    page.keyboard.press("b")
    expect(page.locator(".timebar-now")).to_contain_text(re.compile(r"18:0[5-8]:\d\d"))
    fits(page, stage.width)
    page.click("[data-act=live]")
    expect(page.locator(".timebar")).to_have_count(0)
    console.wait_live()
    assert stage.mall.commands == []


def follow(stage: Stage) -> None:
    """Somebody goes up from floor to floor and across each: never out of the picture."""
    console = stage.console()
    console.wait_live()
    page, person = console.page, stage.mall.people[NEAR]
    page.keyboard.press("p")
    page.click(f"[data-unit={NEAR}]")
    page.keyboard.press("f")
    name = stage.say("李娜", "Li Na")
    expect(page.locator(".map-hint")).to_contain_text(name)
    for index, floor in enumerate(stage.mall.site.floors):
        person.floor, person.x_m, person.y_m = index, 9.0 + 16 * index, 20.0
        expect(console.floor(floor.floor)).to_have_attribute("aria-current", "true")
        for x_m in (person.x_m + 8, person.x_m + 16):
            person.x_m = x_m
            page.wait_for_timeout(700)
            _in_the_middle(page, name)
        stage.take(page, f"{index + 1}-{floor.floor}")
    page.keyboard.press("Escape")
    expect(page.locator(".map-hint")).to_have_count(0)
    fits(page, stage.width)


def _in_the_middle(page: Page, name: str) -> None:
    """Whoever is drawn near the middle of the plan says so when pointed at."""
    box = page.locator(".map-target").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tip = page.locator(".map-tip")
    for dx, dy in ((0, 0), (8, 0), (-8, 0), (0, 8), (0, -8)) * 6:
        page.mouse.move(x + dx, y + dy)
        page.wait_for_timeout(60)
        if tip.is_visible() and name in (tip.text_content() or ""):
            return
    raise AssertionError(f"{name} is not in the middle of the plan")


def offline(stage: Stage) -> None:
    """No network: accepted, reloaded, arrived; then all of it once, in order, with its own times."""
    stage.only(NEAR)
    handheld = stage.handheld(NEAR)
    page = handheld.page
    assert page.evaluate("isSecureContext")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    place = m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
    stage.order(m.PlaceCall, service="luggage", place=place)
    expect(handheld.button("accept")).to_be_visible()
    page.wait_for_function("caches.match('/floors/L1.svg', { ignoreSearch: true })")
    page.context.set_offline(True)
    handheld.press("accept")
    expect(handheld.button("arrived")).to_be_visible()
    page.reload()
    expect(page.locator(".line.yellow")).to_contain_text(stage.say("待发送", "waiting to send"))
    expect(page.locator(".plan .goal")).to_be_attached()  # the floor, never opened before, with where to go
    stage.take(page, "1-reloaded")
    handheld.press("arrived")
    expect(handheld.button("done")).to_be_visible()
    assert _acts(stage) == []
    pressed = stage.mall.now()
    page.wait_for_timeout(1_000)
    page.context.set_offline(False)
    expect(page.locator(".line.yellow")).to_have_count(0)
    expect(handheld.button("done")).to_be_visible()
    for _ in range(100):
        if stage.mall.units[NEAR].status == "on_scene":
            break
        page.wait_for_timeout(100)
    accepted, arrived = _acts(stage)
    assert [type(accepted), type(arrived)] == [m.AcceptOffer, m.ReportOnScene]
    assert accepted.at < arrived.at <= pressed
    assert stage.mall.units[NEAR].status == "on_scene"
    stage.take(page, "2-reconciled")
    fits(page, stage.width)


def _acts(stage: Stage) -> list[m.Command]:
    quiet = m.ReportReceipt | m.ReportTextsSeen
    return [one for one in stage.mall.commands if not isinstance(one, quiet | m.PlaceCall)]


def keyboard(stage: Stage) -> None:
    """Operator, staff and customer without mouse or finger: Tab, Enter, arrows and letters alone."""
    stage.only(NEAR)
    page, handheld = stage.page(), stage.handheld(NEAR)
    console = Console(page, stage.mall)
    page.goto(f"/?lang={stage.lang}")
    tab_to(page, page.locator("input[name=user]"))
    page.keyboard.type("operator")
    tab_to(page, page.locator("input[name=password]"))
    page.keyboard.type(stage.mall.passwords["operator"])
    page.keyboard.press("Enter")
    console.wait_live()
    page.keyboard.press("n")
    tab_to(page, page.locator("[data-service=luggage]"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("[data-field=place]"))
    page.keyboard.type("ycfwt")  # the initials of 一层服务台
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".new-call button[type=submit]"))
    page.keyboard.press("Enter")
    expect(page.locator("article.call")).to_be_visible()
    stage.take(page, "1-placed")
    for act in ("accept", "arrived", "done", "send"):
        expect(handheld.button(act)).to_be_visible()
        tab_to(handheld.page, handheld.button(act))
        if act == "accept":
            stage.take(handheld.page, "2-accept")
        handheld.page.keyboard.press("Enter")
    expect(console.detail.locator(".response")).to_contain_text(re.compile(r"\d:\d\d"))
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    stage.take(page, "3-keys")
    page.keyboard.press("Escape")
    customer = Customer(stage.page(), stage.mall).scan("L1-desk", stage.lang)
    tab_to(customer.page, customer.page.locator("[data-service=umbrella]"))
    customer.page.keyboard.press("Enter")
    tab_to(customer.page, customer.page.locator("[data-act=send]"))
    customer.page.keyboard.press("Enter")
    expect(customer.state).to_be_visible()
    expect(handheld.button("decline")).to_be_visible()
    tab_to(handheld.page, handheld.button("decline"))
    handheld.page.keyboard.press("Enter")
    tab_to(handheld.page, handheld.page.locator("[data-reason=too_far]"))
    handheld.page.keyboard.press("Enter")
    expect(handheld.page.locator(".ready-light")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    expect(page.locator(".detail-cancel button, [data-reason]").first).to_be_visible()


WAYS: dict[str, Callable[[Stage], None]] = {
    "whole_way": whole_way,
    "medical": medical,
    "shelving": shelving,
    "replay": replay,
    "follow": follow,
    "offline": offline,
    "keyboard": keyboard,
}
