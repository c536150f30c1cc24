"""The office's settings: services, items and roles are drafted, checked, published and gone back to."""

import pytest
from playwright.sync_api import Locator, Page, expect

from runtime.site_files import load_site
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.test_access import check
from tests.browser.test_office import open_office

pytestmark = pytest.mark.browser
LONG_MS = 60_000


def edit(page: Page, entry: str) -> None:
    """Opens an entry by its name in the table."""
    page.locator(f'[data-entry="{entry}"] button').click()


def field(page: Page, name: str, row: str = "") -> Locator:
    where = f'[data-row="{row}"] ' if row else ""
    return page.locator(f"{where}[data-field={name}]").first


def checked(page: Page, verdict: str) -> None:
    page.click("[data-act=check]")
    expect(page.locator(f"[data-verdict={verdict}]")).to_be_visible(timeout=LONG_MS)


def test_a_target_and_a_ladder_are_changed_published_and_gone_back_to(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    page = open_page()
    open_office(page, mall, "services")
    edit(page, "services wheelchair")
    field(page, "target", "needs 0").fill("0")
    expect(page.locator(".findings li.error")).to_contain_text("target_s above 0")
    checked(page, "wrong")
    expect(page.locator("[data-act=publish]")).to_be_disabled()
    field(page, "target", "needs 0").fill("200")
    field(page, "after", "ladder 0").fill("40")
    row = page.locator('[data-entry="services wheelchair"]')
    expect(row).to_contain_text("3:20")
    expect(row).to_contain_text("40% → zone lead")
    checked(page, "right")
    differs = page.locator('[data-change="services wheelchair"]')
    expect(differs).to_contain_text("person 1 · target (s): 300.0 200.0")
    expect(differs).to_contain_text("step 1 of the ladder · share of the target: 0.3 0.4")
    picture(page, "rules")
    check(page, page.url)
    page.click("[data-act=publish]")
    expect(page.locator("[data-said=bad]")).to_contain_text("why")
    page.fill("[data-field=note]", "five minutes are too long")
    page.click("[data-act=publish]")
    expect(page.locator(".busy")).to_contain_text("changing over", timeout=LONG_MS)
    now_used = load_site(mall.versions.current())
    assert now_used.services[0].needs[0].target_s == 200.0
    assert now_used.services[0].ladder[0].after_share == 0.4
    assert now_used.spots == mall.site.spots
    page.reload()
    page.click(f"[data-revision='{mall.site.revision}'] [data-act=restore]")
    page.click("[data-act=sure]")
    expect(page.locator(".busy")).to_contain_text("changing over", timeout=LONG_MS)
    assert load_site(mall.versions.current()).services == mall.site.services
    page.locator("nav a[href='#audit']").click()
    expect(page.locator("tbody tr", has_text="published rules")).to_contain_text("five minutes are too long")


@pytest.mark.parametrize(("lang", "width", "height"), [("zh", 1366, 768), ("en", 360, 800)])
def test_a_service_of_ones_own_is_added_taken_back_and_found_wrong_without_a_name(
    mall: Mall, open_page: OpenPage, picture: Picture, lang: str, width: int, height: int
) -> None:
    page = open_page(width, height, lang)
    open_office(page, mall, "services", lang=lang)
    page.click("[data-add=services]")
    expect(page.locator(".findings li.error")).to_have_count(1)
    field(page, "id").fill("escort")
    field(page, "name-zh").fill("陪同")
    field(page, "name-en").fill("Escort")
    field(page, "role", "needs 0").select_option("security")
    page.locator("[data-act=add-promises]").click()
    page.locator("[data-act=add-checklist]").click()
    page.locator('[data-row="checklist 0"] [data-field=name-zh]').fill("问好")
    page.locator('[data-row="checklist 0"] [data-field=name-en]').fill("Greet")
    row = page.locator('[data-entry="services escort"]')
    expect(row).to_contain_text("Escort" if lang == "en" else "陪同")
    expect(page.locator(".findings")).to_have_count(0)
    picture(page, "service")
    check(page, page.url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    undo = page.locator("[data-act=undo]")
    while undo.is_enabled():
        undo.click()
    expect(row).to_have_count(0)
    page.click("[data-act=redo]")
    expect(page.locator("[data-entry^='services service-']")).to_have_count(1)


def test_two_administrators_cannot_overwrite_each_other_unseen(mall: Mall, open_page: OpenPage) -> None:
    pages = [open_page(), open_page()]
    for page in pages:
        open_office(page, mall, "services")
        edit(page, "items wheelchair")
    for hours, page in zip(("2", "5"), pages, strict=True):
        field(page, "loan").fill(hours)
        expect(page.locator(".save-saved, .save-moved")).to_be_visible()
    expect(pages[1].locator(".save-moved")).to_be_visible()
    pages[1].click(".save-moved + button")
    expect(pages[1].locator('[data-entry="items wheelchair"]')).to_contain_text("2 h")
