"""The control room: seeing, placing, assigning, cancelling; by mouse and by keys alone."""

import re

import pytest
from playwright.sync_api import expect

from contracts import messages as m
from contracts.quantities import HOUR
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall, a_call
from tests.browser.pages import Console

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_told_and_a_right_one_opens_the_map(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/?lang=en")
    page.fill("input[name=user]", "operator")
    page.fill("input[name=password]", "not it")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    Console(page, mall).log_in()


def test_a_place_is_chosen_on_the_map(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    page.wait_for_timeout(400)
    page.keyboard.press("n")
    page.click("[data-service=security]")
    console.click_map(30.0, 12.0)
    expect(page.locator(".chosen-place")).to_contain_text("Service desk L1")
    page.click(".new-call button[type=submit]")
    expect(console.rows).to_have_count(1)
    [command] = mall.commands
    assert isinstance(command, m.PlaceCall)
    assert command.place == m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")


def test_the_operator_sends_another_person_and_takes_them_back(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1920, 1080)
    console = Console(page, mall).log_in()
    console.place_call("wheelchair", "desk")
    chosen = console.detail.locator(".candidates tr", has=page.locator(".assign")).last
    name = chosen.locator(".link").inner_text()
    chosen.locator(".assign").click()
    expect(console.detail.locator(".task .sent > .link")).to_have_text(name)
    console.detail.locator(".task .sent .small").click()
    expect(console.detail.locator(".task .sent")).to_have_count(0)
    assert [type(command).__name__ for command in mall.commands] == [
        "PlaceCall",
        "AssignUnit",
        "UnassignUnit",
    ]


def test_a_call_is_cancelled_with_a_reason(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    console.place_call("wheelchair", "desk")
    console.detail.get_by_role("button", name="Cancel call").click()
    console.detail.get_by_role("button", name="Duplicate").click()
    expect(console.rows.first.locator(".state-cancelled")).to_be_visible()
    assert mall.commands[-1].reason == "duplicate"  # type: ignore[attr-defined]


def test_keys_alone_are_enough(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    keys = page.keyboard
    keys.press("n")
    expect(page.locator("[data-service]").first).to_be_focused()
    page.locator("[data-service=wheelchair]").focus()
    keys.press("Enter")
    page.locator("[data-field=place]").focus()
    keys.type("ycfwt")  # the initials of 一层服务台
    keys.press("Enter")
    page.locator(".new-call button[type=submit]").focus()
    keys.press("Enter")
    expect(console.rows).to_have_count(1)
    page.locator("body").click(position={"x": 700, "y": 740})
    keys.press("Escape")
    keys.press("ArrowDown")
    expect(console.rows.first).to_have_attribute("aria-current", "true")
    keys.press("a")
    expect(page.locator(".candidates .assign").first).to_be_focused()
    keys.press("Enter")
    expect(console.detail.locator(".task .sent")).to_be_visible()
    keys.press("c")
    keys.press("Escape")
    keys.press("c")
    expect(page.get_by_role("button", name="Customer left")).to_be_focused()
    keys.press("Enter")
    expect(console.rows.first.locator(".state-cancelled")).to_be_visible()
    assert [type(command).__name__ for command in mall.commands] == ["PlaceCall", "AssignUnit", "CancelCall"]


def test_the_plan_is_dim_while_nobody_needs_anything(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    Console(page, mall).log_in()
    plan = page.locator(".map-target")
    expect(page.locator(".alarm-light strong")).to_have_text("1")
    page.locator(".queue").hover()
    expect(plan).to_have_css("opacity", "1")
    page.keyboard.press("k")
    expect(plan).to_have_css("opacity", "0.5")
    picture(page, "calm")
    page.locator(".map").hover()
    expect(plan).to_have_css("opacity", "1")
    page.locator(".queue").hover()
    expect(plan).to_have_css("opacity", "0.5")
    a_call(mall)
    expect(plan).to_have_css("opacity", "1")


def test_floors_by_number_and_page_keys_and_all_of_them_by_space(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    console = Console(page, mall).log_in()
    expect(console.floor("L1")).to_have_attribute("aria-current", "true")
    page.keyboard.press("2")
    expect(console.floor("L2")).to_have_attribute("aria-current", "true")
    page.keyboard.press("PageDown")
    expect(console.floor("L1")).to_have_attribute("aria-current", "true")
    page.keyboard.press(" ")
    expect(page.locator(".slice")).to_have_count(2)
    expect(page.locator(".slice .plan svg").first).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator(".stack")).to_have_count(0)
    expect(console.floor("L2")).to_have_attribute("aria-current", "true")


def test_the_language_and_the_theme_change_without_a_reload(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    Console(page, mall).log_in()
    page.evaluate("window.stillHere = true")
    page.keyboard.press("l")
    expect(page.locator(".queue h2")).to_contain_text("呼叫")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("window.stillHere")


def test_shortcuts_are_listed_and_can_be_switched_off(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    Console(page, mall).log_in()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator(".new-call")).to_have_count(0)


def test_a_lift_is_closed_and_reopened(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    console = Console(page, mall).log_in()
    page.keyboard.press("s")
    lift = console.detail.locator(".connectors li").first
    lift.get_by_role("button", name="Close").click()
    expect(lift).to_contain_text("closed")
    expect(page.locator(".status-line")).to_contain_text("1 closed")
    lift.get_by_role("button", name="Reopen").click()
    expect(page.locator(".status-line")).not_to_contain_text("closed")


def test_gateways_are_listed_worst_first_with_the_cause_and_the_cure(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    console = Console(page, mall).log_in("technician")
    expect(page.locator(".queue")).to_have_count(0)
    first = console.detail.locator(".gateway").first
    expect(first).to_contain_text("silent")
    expect(first).to_contain_text("check power and network")
    expect(console.detail.locator(".gateway")).to_have_count(len(mall.site.gateways))


def test_alarms_are_counted_and_acknowledged(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    light = page.locator(".alarm-light")
    expect(light).to_have_class(re.compile("level-3"))  # the silent gateway
    console.place_call("medical", "desk")
    expect(light).to_have_class(re.compile("level-1"))
    light.click()
    expect(console.detail.locator(".alarm.level-1")).to_contain_text("Medical")
    page.keyboard.press("k")
    expect(console.detail.locator(".alarm.acknowledged")).to_have_count(
        console.detail.locator(".alarm").count()
    )


def test_one_line_places_a_call_and_another_assigns_it(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    page.keyboard.press("/")
    page.keyboard.type("wheel L2 east")
    page.keyboard.press("Enter")
    expect(console.rows).to_have_count(1)
    expect(console.floor("L2")).to_have_attribute("aria-current", "true")
    call_id = console.rows.first.get_attribute("data-call")
    page.keyboard.press("/")
    page.locator(".palette input").fill(f"a {call_id} li na")
    page.keyboard.press("Enter")
    expect(console.detail.locator(".task .sent > .link")).to_have_text("Li Na")


def test_what_was_done_can_be_undone_for_a_while(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    console.place_call("umbrella", "desk")
    expect(page.locator(".said.good")).to_contain_text("Undo")
    page.keyboard.press("u")
    expect(console.rows.first.locator(".state-cancelled")).to_be_visible()


def test_a_call_is_drawn_onto_a_person(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    expect(page.locator(".status-line")).to_contain_text("located")
    console.place_call("luggage", "west")
    page.keyboard.press("z")
    page.wait_for_timeout(600)
    who = next(member for member in mall.site.staff if member.unit_id == "u-02")
    x, y = console.map_point(*who.home)
    console.rows.first.drag_to(page.locator(".map-target"), target_position={"x": x, "y": y})
    expect(console.detail.locator(".task .sent > .link")).to_have_text("Li Na")


def test_an_unknown_gateway_is_registered_where_it_hangs(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    console = Console(page, mall).log_in("technician")
    page.wait_for_timeout(400)
    mall.hear_of("gw-new")
    row = console.detail.locator("[data-gateway=gw-new]")
    row.click()
    console.detail.get_by_role("button", name="Place on the map").click()
    console.click_map(40.0, 20.0)
    page.click("[data-act=hang]")
    expect(console.detail.get_by_role("button", name="Remove")).to_be_visible()
    [command] = mall.commands
    assert isinstance(command, m.InstallGateways)
    [gateway] = command.gateways
    assert gateway.gateway == "gw-new"
    assert abs(gateway.x_m - 40) + abs(gateway.y_m - 20) < 1


def test_the_hand_over_writes_itself(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    console.place_call("stroller", "west")
    expect(console.rows).to_have_count(1)
    page.keyboard.press("h")
    dialog = page.get_by_role("dialog", name="Hand-over")
    expect(dialog).to_contain_text("Stroller")
    expect(dialog).to_contain_text("check power and network")
    dialog.locator("[name=note]").fill("The west lift makes noises")
    dialog.locator("[data-act=sign]").click()
    expect(dialog).to_have_count(0)
    entry = next(entry for entry in mall.accounts.entries() if entry.what == "take_over")
    assert (entry.whom, entry.detail) == ("1 open, 0 shelved", "The west lift makes noises")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_the_wall_shows_all_floors_and_nothing_to_press(
    mall: Mall, open_page: OpenPage, picture: Picture, width: int, height: int
) -> None:
    mall.asleep.update(mall.people)
    place = m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
    stamp = {"command_id": "wall-call", "by": "spot/L1-desk", "at": mall.now()}
    mall.inject(m.PlaceCall(service="medical", place=place, **stamp))  # type: ignore[arg-type]
    page = open_page(width, height)
    page.goto("/?wall&lang=en")
    page.fill("input[name=user]", "operator")
    page.fill("input[name=password]", mall.passwords["operator"])
    page.click("button[type=submit]")
    expect(page.locator(".wall .slice .plan svg")).to_have_count(2)
    expect(page.locator(".queue-list [data-call]")).to_be_visible()
    picture(page, "wall")
    expect(page.locator(".queue-head button")).to_be_hidden()
    expect(page.locator(".link-live")).to_be_visible()


def test_the_figures_of_the_hour(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    console = Console(page, mall).log_in()
    console.place_call("luggage", "desk")
    page.keyboard.press("d")
    row = console.detail.locator(".figures tbody tr")
    expect(row).to_contain_text("Luggage help", timeout=30_000)
    expect(row.locator("td").nth(1)).to_have_text(re.compile(r"^0:\d\d$"))
    expect(console.detail).to_contain_text("100% on time")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_with_a_person_and_what_was_seen(
    mall: Mall, open_page: OpenPage, lang: str, picture: Picture
) -> None:
    page = open_page(1366, 768, lang)
    console = Console(page, mall).log_in(lang=lang)
    console.wait_live()
    now = mall.now()
    mall.inject(
        m.SendText(command_id=f"w{now}", by="unit/u-02", at=now, unit_id="u-02", phrase="way_blocked")
    )
    page.keyboard.press("p")
    expect(page.locator("[data-unit=u-02] .words")).to_have_text("1")
    page.click("[data-unit=u-02]")
    expect(page.locator(".talk .theirs")).to_contain_text("路不通" if lang == "zh" else "blocked")
    page.select_option("[data-field=phrase]", "help_comes")
    expect(page.locator(".talk .ours")).to_contain_text("送达" if lang == "zh" else "delivered")
    picture(page, "talk")
    [text] = [one for one in mall.commands if isinstance(one, m.SendText)]
    assert (text.unit_id, text.phrase) == ("u-02", "help_comes")
    assert all(one.seen_at is not None for one in mall.dispatcher.ledger.units["u-02"].texts[:1])


EVIDENCE = m.PositionExplained(
    device_id="",
    at=0,
    located=True,
    gateways=("gw-near", "gw-odd"),
    heard_dbm=(-58.4, -71.0),
    residual_db=(-3.2, 17.0),
    trust=(0.97, 0.1),
    missing=("gw-mute",),
    missing_probability=(0.954,),
    cloud_m=2.25,
)


def test_how_well_floors_are_covered_and_why_somebody_is_said_to_be_there(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    page = open_page(1366, 768)
    Console(page, mall).log_in()
    page.keyboard.press("p")
    floors = (
        m.FloorCoverage("medical", "medic", "L1", 0.934),
        m.FloorCoverage("medical", "medic", "L2", 0.41, understaffed=True),
    )
    reserve = (m.Reserve("u-02", 0.27),)
    mall.tell(m.CoverageChanged(at=mall.now() + HOUR, floors=floors, reserve=reserve))  # newer than any other
    row = page.locator(".cover tbody tr")
    expect(row.locator("td")).to_have_text(["93 %", "41 %"])
    expect(row.locator(".alarm-text")).to_have_text("41 %")
    expect(row.locator("th")).to_contain_text("Medical emergency")
    missed = page.locator(".cover li", has_text="without: −27 %")
    missed.scroll_into_view_if_needed()
    picture(page, "coverage")
    missed.get_by_role("button").click()
    why = page.locator("[data-detail=u-02] .why-here")
    why.get_by_role("button").click()
    expect(why).to_contain_text("Positioning does not answer")
    mall.evidence = EVIDENCE
    why.get_by_role("button").click()
    expect(why.locator("li")).to_have_text(
        [
            "gw-near: -58 dBm, 3 dB quieter than expected",
            "gw-odd: -71 dBm, 17 dB louder than expected, hardly counted",
        ]
    )
    expect(why).to_contain_text("gw-mute (95 %)")
    picture(page, "why")
    asked = mall.accounts.entries(0, mall.now() + 1, "position_why", 10)
    assert [one.who for one in asked] == ["operator/operator"] * 2
    page.keyboard.press("l")
    expect(why.locator("li").last).to_have_text("gw-odd：-71 dBm，比预计强 17 dB，几乎不计")
    picture(page, "why-zh")
