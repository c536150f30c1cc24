"""What an operator orders about a call besides sending people: by button, by key, by line; and undone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from contracts import messages as m
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.pages import Console

pytestmark = pytest.mark.browser


def kinds(mall: Mall) -> list[str]:
    return [type(command).__name__ for command in mall.commands]


@pytest.mark.parametrize(("lang", "width", "height"), [("zh", 1366, 768), ("en", 1920, 1080)])
def test_a_call_is_held_for_the_customers_cause_and_resumed(
    mall: Mall, open_page: OpenPage, picture: Picture, lang: str, width: int, height: int
) -> None:
    mall.asleep.update(mall.people)
    page = open_page(width, height, lang)
    console = Console(page, mall).log_in(lang=lang)
    console.place_call("wheelchair", {"zh": "服务台", "en": "desk"}[lang])
    expect(console.detail.locator("[data-act=hold]")).to_be_visible()
    page.keyboard.press("o")
    page.click("[data-reason=wants_it_later]")
    expect(console.detail.locator(".held")).to_be_visible()
    group = {"zh": "暂缓中", "en": "On hold"}[lang]
    expect(page.locator(".queue-list h3", has_text=group)).to_be_visible()
    picture(page, "held")
    page.keyboard.press("o")
    expect(console.detail.locator(".held")).to_have_count(0)
    assert kinds(mall) == ["PlaceCall", "HoldCall", "ResumeCall"]


def test_a_double_is_merged_and_taken_apart_again(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1920, 1080)
    console = Console(page, mall).log_in()
    console.place_call("wheelchair", "desk")
    console.place_call("wheelchair", "desk")
    expect(console.rows).to_have_count(2)
    console.detail.locator("[data-act=merge-similar]").click()
    expect(console.detail.locator(".merged .chip")).to_have_count(1)
    expect(page.locator(".queue-head .count")).to_have_text("1")
    page.keyboard.press("u")
    expect(page.locator(".queue-head .count")).to_have_text("2")
    assert kinds(mall)[2:] == ["MergeCalls", "UnmergeCall"]


def test_a_second_person_is_added_and_sent_away_again(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1920, 1080)
    console = Console(page, mall).log_in()
    console.place_call("luggage", "desk")
    expect(console.detail.locator(".task")).to_have_count(1)
    page.keyboard.press("i")
    page.click("[data-reason=security]")
    expect(console.detail.locator(".task")).to_have_count(2)
    console.detail.locator("[data-act=drop]").last.click()
    expect(console.detail.locator(".task .state-cancelled")).to_have_count(1)
    assert kinds(mall) == ["PlaceCall", "AddTask", "CancelTask"]


def test_a_persons_jobs_move_to_another(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1920, 1080)
    console = Console(page, mall).log_in()
    console.place_call("luggage", "desk")
    console.detail.locator(".assign").first.click()
    holder = console.detail.locator(".task .sent > .link")
    name = holder.inner_text()
    holder.click()
    page.click("[data-act=relieve]")
    page.click("[data-act=relieve-off]")
    expect(page.locator(".unit .status-off_duty")).to_be_visible()
    console.rows.first.click()
    expect(console.detail.locator(".timeline .fact-UnitReleased").first).to_contain_text(name)
    expect(console.detail.locator(".task .sent")).to_have_count(0)
    assert kinds(mall)[-1] == "RelieveUnit"


def test_one_line_holds_and_merges(mall: Mall, open_page: OpenPage) -> None:
    mall.asleep.update(mall.people)
    page = open_page()
    console = Console(page, mall).log_in()
    console.place_call("wheelchair", "desk")
    console.place_call("wheelchair", "west")
    expect(console.rows).to_have_count(2)
    ids = [row.get_attribute("data-call") for row in console.rows.all()]
    page.keyboard.press("/")
    page.locator(".palette input").fill(f"m {ids[1]} {ids[0]}")
    page.keyboard.press("Enter")
    expect(page.locator(".queue-head .count")).to_have_text("1")
    page.keyboard.press("/")
    page.locator(".palette input").fill(f"h {ids[0]}")
    page.keyboard.press("Enter")
    page.click("[data-reason=not_reachable]")
    expect(console.detail.locator(".held")).to_contain_text("Not reachable")


def test_what_is_lent_comes_back_and_empties_are_seen(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    page = open_page(1366, 768)
    console = Console(page, mall).log_in()
    console.place_call("umbrella", "desk")
    page.keyboard.press("e")
    loan = page.locator("[data-loan]")
    expect(loan).to_have_count(1, timeout=40_000)
    picture(page, "lent")
    loan.locator("[data-act=loan-back]").click()
    expect(loan).to_have_count(0)
    assert isinstance(mall.commands[-1], m.ReturnLoan)


def test_one_operator_acknowledges_and_the_other_sees_it_also_after_a_reload(
    mall: Mall, open_page: OpenPage
) -> None:
    mall.asleep.update(mall.people)
    first, second = open_page(), open_page()
    console = Console(first, mall).log_in()
    other = Console(second, mall).log_in("admin")
    console.place_call("medical", "desk")
    for page in (first, second):
        expect(page.locator(".alarm-light")).to_have_class(re.compile("level-1"))
    first.keyboard.press("k")
    expect(second.locator(".alarm-light")).to_have_class(re.compile("level-none"))
    second.reload()
    expect(second.locator(".link-live")).to_be_visible()
    expect(second.locator(".alarm-light")).to_have_class(re.compile("level-none"))
    second.keyboard.press("w")
    expect(other.detail.locator(".alarm.acknowledged").first).to_be_visible()


def test_a_template_fills_the_form_and_stays_in_the_browser(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    mall.asleep.update(mall.people)
    page = open_page(1366, 768)
    Console(page, mall).log_in()
    page.keyboard.press("n")
    page.click("[data-service=wheelchair]")
    page.fill("[data-field=place]", "desk")
    page.click("#places-found button >> nth=0")
    page.click("[data-act=keep-template]")
    page.reload()
    page.wait_for_selector(".map-target canvas")
    page.keyboard.press("n")
    page.click("[data-template='0']")
    picture(page, "template")
    page.click(".new-call button[type=submit]")
    expect(page.locator(".queue-head .count")).to_have_text("1")
    assert isinstance(mall.commands[-1], m.PlaceCall)
    assert mall.commands[-1].service == "wheelchair"


def test_words_go_to_all_of_a_floor_and_a_break_is_taken_back(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    page = open_page(1366, 768)
    console = Console(page, mall).log_in()
    page.keyboard.press("p")
    page.select_option("[data-field=floor]", "L2")
    upstairs = [member.unit_id for member in mall.site.staff if member.home_floor == "L2"]
    expect(page.locator(".person")).to_have_count(len(upstairs))
    page.fill("[name=broadcast]", "West gate is closed")
    picture(page, "roster")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text(f"Sent to {len(upstairs)}")
    sent = [one for one in mall.commands if isinstance(one, m.SendText)]
    assert sorted(one.unit_id for one in sent) == sorted(upstairs)
    page.locator(f"[data-unit={upstairs[0]}]").click()
    console.detail.get_by_role("button", name="Break").click()
    expect(page.locator(".unit .status-on_break")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".unit .status-on_break")).to_have_count(0)
    assert duties(mall) == ["break", "on"]


def duties(mall: Mall) -> list[str]:
    return [one.duty for one in mall.commands if isinstance(one, m.SetDuty)]


def test_an_order_is_taken_back_also_before_its_answer_is_there(mall: Mall, open_page: OpenPage) -> None:
    page = open_page(1366, 768)
    console = Console(page, mall).log_in()
    page.keyboard.press("p")
    page.locator(".person").first.click()
    take_break = console.detail.get_by_role("button", name="Break")
    on_break = page.locator(".unit .status-on_break")
    said = page.locator(".said")

    held: list[Callable[[], None]] = []
    carried_out = True

    def hold_back(route: Route) -> None:
        """Carried out, or refused by the server; the answer waits."""
        if carried_out:
            answer = route.fetch()
            held.append(lambda: route.fulfill(response=answer))
        else:
            refusal = {"accepted": False, "reason": "unknown_unit", "subject": ""}
            held.append(lambda: route.fulfill(json=refusal))

    page.route("**/api/commands", hold_back, times=1)
    take_break.click()
    expect(on_break).to_be_visible()  # the feed was faster than the answer
    page.keyboard.press("u")
    expect(said).to_have_text("Taken back as soon as the server has answered")
    assert duties(mall) == ["break"]
    held.pop()()
    expect(on_break).to_have_count(0)
    expect(said).to_have_text("Status changed")

    carried_out = False
    page.route("**/api/commands", hold_back, times=1)
    take_break.click()
    page.keyboard.press("u")
    expect(said).to_have_text("Taken back as soon as the server has answered")
    held.pop()()
    expect(said).to_contain_text("Not done")  # nothing was done, so nothing is taken back
    page.keyboard.press("u")
    take_break.click()
    expect(on_break).to_be_visible()
    assert duties(mall) == ["break", "on", "break"]
