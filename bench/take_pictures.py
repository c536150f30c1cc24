"""The pictures of README and docs, taken anew from the pages as they are.

    .venv/bin/python -m bench.take_pictures [FOLDER]

Starts the demo mall as a user does, asks for help here and there, and takes the control room in both
languages, all floors and a past minute; then the handheld and the customer's page over the tests' small mall.
Look at them before you commit them: the simulated people do something else each time.
"""

import argparse
import base64
import secrets
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from contracts import messages as m
from tests.browser.conftest import opener
from tests.browser.journeys import NEAR, Stage
from tests.browser.mall import open_mall
from tests.browser.pages import Customer
from tests.browser.trusting import launched
from tests.sites import tall_mall
from tests.system import ROOT, System, running_system

DEMO = ROOT / "config" / "sites" / "demo"
WANTED = (
    *("wheelchair", "luggage", "stroller", "power_bank", "lost_child", "cleaning"),
    *("wheelchair", "umbrella", "medical"),
)
SETTLED_S = 45
"""Until the simulated people are located and the first of them walk."""


def ask(client: httpx.Client, service: str, spot: dict[str, Any]) -> str:
    """Place a call; its id."""
    place = {"floor": spot["floor"], "x_m": spot["x_m"], "y_m": spot["y_m"], "spot": spot["spot"]}
    body = {"type": "PlaceCall", "service": service, "place": place}
    answer = client.post("/api/commands", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    return str(answer.json()["subject"])


def control_room(browser: Browser, system: System, folder: Path) -> None:
    with browser.new_context(
        base_url=system.address, viewport={"width": 1600, "height": 900}, locale="en-GB"
    ) as context:
        page = context.new_page()
        user, password = system.credentials("operator")
        page.goto("/?lang=en")
        page.fill("input[name=user]", user)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        expect(page.locator(".link-live")).to_be_visible(timeout=60_000)
        page.wait_for_timeout(1_000 * SETTLED_S)
        with system.login() as client:
            spots = client.get("/api/site").json()["spots"]
            ground = [spot for spot in spots if spot["floor"] == "L1"]
            for n, service in enumerate(WANTED[:-1]):
                ask(client, service, spots[(7 * n + 3) % len(spots)])
            page.wait_for_timeout(12_000)
            call_id = ask(client, WANTED[-1], ground[len(ground) // 2])
        page.click(f".queue .row[data-call='{call_id}']")
        expect(page.locator(".task .sent")).to_have_count(3, timeout=60_000)
        page.keyboard.press("z")
        page.wait_for_timeout(6_000)
        page.screenshot(path=folder / "console.png")
        seen_at = time.time_ns() // 1_000
        page.keyboard.press("l")
        page.wait_for_timeout(1_500)
        page.screenshot(path=folder / "console-zh.png")
        page.keyboard.press("l")
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.locator(".brand").click()  # not on a button, which the space bar would press
        page.keyboard.press(" ")
        expect(page.locator(".slice .plan svg").first).to_be_visible()
        page.wait_for_timeout(1_500)
        page.screenshot(path=folder / "floors.png")
        page.wait_for_timeout(15_000)
        page.goto(f"/?lang=en&at={seen_at}&speed=1&floor=L1&call={call_id}")
        expect(page.locator(".knew tbody tr").first).to_be_visible(timeout=30_000)
        page.wait_for_timeout(4_000)
        page.screenshot(path=folder / "replay.png")


def phones(browser: Browser, folder: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as place,
        open_mall(Path(place), site=tall_mall()) as mall,
        opener(browser, mall.base) as open_page,
    ):
        stage = Stage(mall, open_page, "en", 360)
        stage.only(NEAR)
        handheld = stage.handheld(NEAR)
        expect(handheld.page.locator(".ready .big")).to_contain_text("L1")
        staff = [handheld.page.screenshot()]
        customer = Customer(Stage(mall, open_page, "zh", 360).page(), mall).scan("L1-desk", "zh")
        seen = [customer.page.screenshot()]
        english = Customer(stage.page(), mall).scan("L2-east")
        customer.ask("wheelchair")
        expect(handheld.button("accept")).to_be_visible()
        staff.append(handheld.page.screenshot())
        handheld.press("accept")
        expect(handheld.page.locator(".plan svg polyline.way").first).to_be_visible()
        expect(customer.state).to_contain_text("李师傅")
        handheld.page.wait_for_timeout(700)
        staff.append(handheld.page.screenshot())
        seen.append(customer.page.screenshot())
        for act in ("picked", "arrived", "done", "send"):
            handheld.press(act)
        expect(customer.page.locator("[data-stars]")).to_have_count(3)
        seen += [customer.page.screenshot(), english.page.screenshot()]
        handheld.press("returned") if handheld.button("returned").is_visible() else None
        stage.order(
            m.PlaceCall, service="luggage", place=m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
        )
        for act in ("accept", "arrived"):
            handheld.press(act)
        handheld.page.locator(".checklist button").first.click()
        expect(handheld.page.locator(".checklist button").first).to_have_attribute("aria-pressed", "true")
        staff.append(handheld.page.screenshot())
        side_by_side(stage.page(), staff, folder / "handheld.png")
        side_by_side(stage.page(), seen, folder / "customer.png")


def side_by_side(page: Page, pictures: Iterable[bytes], file: Path) -> None:
    shown = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}">' for picture in pictures
    )
    page.set_viewport_size({"width": 1480, "height": 650})
    page.set_content(f"<style>body{{margin:4px;display:flex;gap:8px;background:#555}}</style>{shown}")
    page.wait_for_timeout(300)
    page.screenshot(path=file)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "pictures")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        phones(browser, folder)
        with tempfile.TemporaryDirectory() as data, running_system(Path(data), "--demo", site=DEMO) as system:
            control_room(browser, system, folder)


if __name__ == "__main__":
    main()
