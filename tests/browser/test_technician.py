"""The technician's pages: drawing, checking, enrolling, walking; by mouse and by keys, in both languages."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from contracts import messages as m
from runtime.site_files import load_site, save_site
from tests.browser.conftest import OpenPage, Picture
from tests.browser.mall import Mall
from tests.browser.test_access import check as accessible

pytestmark = pytest.mark.browser

LONG_MS = 60_000
"""For what starts another process on a busy machine."""


class Workshop:
    """A technician at work."""

    def __init__(self, page: Page, mall: Mall) -> None:
        self.page = page
        self.mall = mall

    def log_in(self, lang: str = "en") -> "Workshop":
        self.page.goto(f"/technician?lang={lang}")
        self.page.fill("input[name=user]", "technician")
        self.page.fill("input[name=password]", self.mall.passwords["technician"])
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".map-target canvas")
        self.page.wait_for_selector(".mark")
        return self

    def tab(self, name: str) -> None:
        self.page.click(f"[data-tab={name}]")

    def mark(self, name: str) -> Locator:
        return self.page.locator(f'[data-mark="{name}"]')

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[data-field={name}]")

    def wait_saved(self) -> None:
        expect(self.page.locator(".save-saved")).to_be_visible()

    def drag(self, name: str, dx_px: float, dy_px: float) -> None:
        box = self.mark(name).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx_px / 2, y + dy_px / 2)
        self.page.mouse.move(x + dx_px, y + dy_px)
        self.page.mouse.up()

    def click_map(self, share_x: float, share_y: float) -> None:
        box = self.page.locator(".map-target").bounding_box()
        assert box
        self.page.mouse.click(box["x"] + share_x * box["width"], box["y"] + share_y * box["height"])

    def draft(self) -> dict[str, list[dict[str, object]]]:
        """What the server keeps of the drawing."""
        self.wait_saved()
        kept: dict[str, list[dict[str, object]]] = self.page.evaluate(
            "async () => (await (await fetch('/api/workshop/draft')).json()).draft.installed"
        )
        return kept

    def place(self, table: str, key: str, name: str) -> tuple[float, float]:
        found = next(entry for entry in self.draft()[table] if entry[key] == name)
        return float(str(found["x_m"])), float(str(found["y_m"]))


@pytest.fixture
def workshop(mall: Mall, open_page: OpenPage) -> Workshop:
    return Workshop(open_page(), mall).log_in()


def test_a_gateway_is_dragged_nudged_by_keys_taken_back_and_done_again(workshop: Workshop) -> None:
    page, at = workshop.page, workshop.mall.site.gateways[0]
    mark = f"gateways {at.gateway}"
    workshop.drag(mark, 60, 30)
    dragged = workshop.place("gateways", "gateway", at.gateway)
    assert dragged[0] > at.x_m + 1
    assert dragged[1] < at.y_m - 0.5, "down on the screen is south"
    workshop.mark(mark).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    nudged = workshop.place("gateways", "gateway", at.gateway)
    assert nudged == pytest.approx((dragged[0] - 0.5, dragged[1] + 5.0), abs=0.11)
    page.keyboard.press("Control+z")
    assert workshop.place("gateways", "gateway", at.gateway) == dragged, "keys in a row are one step"
    page.keyboard.press("Control+z")
    assert workshop.place("gateways", "gateway", at.gateway) == (at.x_m, at.y_m)
    page.keyboard.press("Control+y")
    assert workshop.place("gateways", "gateway", at.gateway) == dragged


def test_things_are_added_named_and_deleted_and_the_draft_outlives_a_reload(
    workshop: Workshop, picture: Picture
) -> None:
    page = workshop.page
    page.click("[data-add=spots]")
    workshop.click_map(0.5, 0.5)
    workshop.field("name-en").fill("Ice rink")
    workshop.field("name-zh").fill("冰场")
    workshop.field("id").fill("L1-rink")
    page.keyboard.press("Tab")
    page.click("[data-add=zones]")
    workshop.click_map(0.35, 0.5)
    expect(page.locator("[data-corner]")).to_have_count(4)
    page.locator(".corner.between").first.dispatch_event("pointerdown")
    expect(page.locator("[data-corner]")).to_have_count(5)
    page.locator("[data-corner='1']").focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-corner]")).to_have_count(4)
    page.click("[data-add=connectors]")
    workshop.click_map(0.6, 0.4)
    expect(page.locator("[data-stop=L2]")).to_be_checked()
    picture(page, "editor")
    workshop.mark(f"depots {workshop.mall.site.depots[0].depot}").focus()
    page.keyboard.press("Delete")
    draft = workshop.draft()
    spot = next(entry for entry in draft["spots"] if entry["spot"] == "L1-rink")
    assert spot["name"] == {"zh": "冰场", "en": "Ice rink"}
    assert len(draft["zones"]) == len(workshop.mall.site.zones) + 1
    assert len(draft["connectors"]) == len(workshop.mall.site.connectors) + 1
    assert len(draft["depots"]) == len(workshop.mall.site.depots) - 1
    page.reload()
    page.wait_for_selector("[data-mark='spots L1-rink']")
    assert workshop.draft() == draft


def test_a_draft_with_an_error_is_shown_where_it_is_and_a_good_one_is_published_and_rolled_back(
    workshop: Workshop, picture: Picture
) -> None:
    page, site = workshop.page, workshop.mall.site
    spot = site.spots[0]
    workshop.mark(f"spots {spot.spot}").focus()
    workshop.field("y").fill("300")
    page.keyboard.press("Tab")
    workshop.tab("publish")
    page.click("[data-act=check]")
    expect(page.locator("[data-verdict=wrong]")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(".findings li.error")).to_contain_text(f"spots ({spot.spot})")
    expect(page.locator("[data-act=publish]")).to_be_disabled()
    page.locator(".findings .link").first.click()
    workshop.tab("map")
    workshop.field("y").fill(str(spot.y_m + 2))
    page.keyboard.press("Tab")
    workshop.tab("publish")
    page.click("[data-act=check]")
    expect(page.locator("[data-verdict=right]")).to_be_visible(timeout=LONG_MS)
    expect(page.locator(f'[data-change="spots {spot.spot}"]')).to_contain_text("y (m)")
    workshop.field("note").fill("desk moved")
    picture(page, "diff")
    page.click("[data-act=publish]")
    expect(page.locator(".busy")).to_contain_text("changing over", timeout=LONG_MS)
    published = workshop.mall.versions.listed()
    assert published is not None
    assert [version.note for version in published.versions] == ["given", "desk moved"]
    now_used = load_site(workshop.mall.versions.current())
    assert now_used.revision == site.revision + 1
    assert now_used.spots[0].y_m == spot.y_m + 2
    page.reload()
    page.wait_for_selector(".mark")
    workshop.tab("publish")
    page.click(f"[data-revision='{site.revision}'] [data-act=restore]")
    page.click("[data-act=sure]")
    expect(page.locator(".busy")).to_contain_text("changing over", timeout=LONG_MS)
    again = load_site(workshop.mall.versions.current())
    assert (again.revision, again.spots[0].y_m) == (site.revision + 2, spot.y_m)


def test_two_technicians_cannot_overwrite_each_other_unseen(
    workshop: Workshop, mall: Mall, open_page: OpenPage
) -> None:
    other = Workshop(open_page(), mall).log_in()
    gateway = f"gateways {mall.site.gateways[1].gateway}"
    workshop.drag(gateway, 40, 0)
    kept = workshop.draft()
    other.drag(gateway, -40, 0)
    expect(other.page.locator(".save-moved")).to_be_visible()
    other.page.click(".save-moved + button")
    assert other.draft() == kept


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_map_and_a_floor_picture_are_imported(workshop: Workshop, tmp_path: Path) -> None:
    page, site = workshop.page, workshop.mall.site
    save_site(site, tmp_path / "vendor")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in (tmp_path / "vendor").glob("*.geojson"):
            features = json.loads(file.read_text())
            if file.stem == "unit":
                features["features"] = [one for one in features["features"] if one["id"] != "L1-S1"]
            archive.writestr(f"imdf/{file.name}", json.dumps(features))
    page.click("details.import:last-of-type summary")
    workshop.field("map").set_input_files(
        {"name": "mall.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}
    )
    expect(page.locator(".said.good")).to_be_visible(timeout=LONG_MS)
    page.locator("details.import summary").first.click()
    workshop.field("picture").set_input_files(
        {"name": "plan.png", "mimeType": "image/png", "buffer": png(120, 80)}
    )
    expect(page.locator("image.backdrop")).to_have_count(1)
    workshop.wait_saved()
    workshop.tab("publish")
    page.click("[data-act=check]")
    expect(page.locator('[data-change="spaces L1-S1"]')).to_contain_text("removed", timeout=LONG_MS)
    page.reload()
    page.wait_for_selector("image.backdrop")


def test_tags_are_enrolled_in_bulk_with_the_errors_line_by_line(workshop: Workshop, picture: Picture) -> None:
    page = workshop.page
    workshop.tab("tags")
    staff = workshop.mall.site.staff[0].device_id
    lines = [
        "c30000770001",
        "C3-00-00-77-00-02,loan,visitor-2",
        "C3:00:00:77:00:01",
        "hello",
        staff,
        "C3:00:00:77:00:03,pet",
    ]
    workshop.field("subject").fill("cart-{n}")
    workshop.field("tags").fill("\n".join(lines))
    expect(page.locator("[data-good='2'][data-bad='4']")).to_be_visible()
    expect(page.locator("tr[data-line='3']")).to_contain_text("line 1")
    expect(page.locator("tr[data-line='5']")).to_contain_text(workshop.mall.site.staff[0].unit_id)
    picture(page, "tags")
    page.click("[data-act=enrol]")
    expect(page.locator("[data-device='C3:00:00:77:00:01']")).to_be_visible()
    (command,) = [one for one in workshop.mall.commands if isinstance(one, m.EnrolDevices)]
    assert [(device.device_id, device.kind, device.subject) for device in command.devices] == [
        ("C3:00:00:77:00:01", "asset", "cart-001"),
        ("C3:00:00:77:00:02", "loan", "visitor-2"),
    ]
    expect(workshop.field("tags")).to_have_value("\n".join(lines[2:]))
    page.check("[data-device='C3:00:00:77:00:02']")
    page.click("[data-act=release]")
    expect(page.locator("[data-device='C3:00:00:77:00:02']")).to_have_count(0)


def test_a_gateway_in_trouble_says_its_cause_and_what_to_do(workshop: Workshop) -> None:
    workshop.tab("gateways")
    first = workshop.page.locator("[data-gateway]").first
    expect(first).to_have_attribute("data-gateway", workshop.mall.site.gateways[0].gateway)
    expect(first.locator(".what-to-do")).to_contain_text("It has gone quiet")
    expect(first.locator(".what-to-do")).to_contain_text("restart it")


def test_a_gateway_is_told_its_address_and_an_agent_its_settings(
    workshop: Workshop, picture: Picture
) -> None:
    page = workshop.page
    workshop.tab("gateways")
    page.locator(".door summary").click()
    page.fill("[name=sender]", "meraki")
    page.click("[data-act=door]")
    url = page.locator("[data-url=meraki]").inner_text()
    assert url.startswith(f"{workshop.mall.base}/post/")
    answer = page.evaluate("async (url) => (await fetch(url + '?validator=x1')).text()", url)
    assert answer == "x1", "the address is one that the server knows"
    gateway = workshop.mall.site.gateways[0].gateway
    agent = page.locator(f"[data-agent='{gateway}']")
    agent.locator("summary").click()
    agent.locator("[name=batch]").fill("500")
    agent.locator("[name=allow]").fill("C3:00:00:01:00:01\nC3:00:00:01:00:02")
    agent.locator("[data-act=configure]").click()
    expect(page.locator(".said.good")).to_be_visible()
    (config,) = workshop.mall.configs
    assert (config.gateway, config.batch_ms, config.per_device_max) == (gateway, 500, None)
    assert config.allow == ("C3:00:00:01:00:01", "C3:00:00:01:00:02")
    picture(page, "agent")
    accessible(page, "agent")


STOPS = [(x, y) for y in (13.0, 27.0) for x in (4.0, 14.0, 23.0, 33.0, 43.0, 56.0)]


def test_a_walk_is_drawn_walked_judged_accepted_and_rolled_back(
    mall: Mall, open_page: OpenPage, picture: Picture
) -> None:
    """On a phone, as one walks; the radio is the simulated one, the fit the real one."""
    page = open_page(412, 915)
    workshop = Workshop(page, mall).log_in()
    device = mall.site.devices[0].device_id

    def place() -> tuple[int, float, float] | None:
        walk = mall.walks.under_way
        mark = walk.marks[-1] if walk is not None and walk.marks else None
        return None if mark is None else (mall.site.floor_index(mark.floor), mark.x_m, mark.y_m)

    mall.air.place = place
    workshop.tab("walk")
    page.click("[data-act=draw]")
    for n in range(3):
        workshop.click_map(0.3 + 0.1 * n, 0.5)
    expect(page.locator("[data-points='3']")).to_be_visible()
    expect(page.locator(".waypoint")).to_have_count(3)
    workshop.field("device").fill("C3:99:99:99:99:99")
    page.click("[data-act=start]")
    expect(page.locator(".said.bad")).to_contain_text("not enrolled")
    workshop.field("device").fill(device)
    workshop.field("title").fill("first walk")
    page.click("[data-act=start]")
    page.click("[data-act=mark]")
    page.wait_for_timeout(300)  # the walker stands there: readings come in real time
    page.click("[data-act=still]")
    expect(page.locator("[data-readings]")).not_to_have_attribute("data-readings", "0")
    walk_by_hand(page, mall)
    expect(page.locator(".spot").first).to_be_visible()
    picture(page, "walking")
    page.click("[data-act=stop]")
    page.click("[data-act=assess]")
    expect(page.locator("[data-assessment=done]")).to_be_visible(timeout=2 * LONG_MS)
    before, after = (
        float(page.locator(".expected tbody tr td").nth(column).inner_text().split(" ")[0])
        for column in (1, 2)
    )
    assert 0 < before < 20
    assert 0 < after < 20
    warned = page.locator(".judged .warn", has_text="no better").count()
    assert after == before or warned == (after > before), (
        "so short a walk may be worth nothing: then the page says so"
    )
    picture(page, "judged")
    accessible(page, "judged")
    page.click("[data-act=accept]")
    expect(page.locator("[data-calibration='1']")).to_contain_text("first walk")
    assert (mall.versions.current() / "calibration.json").exists()
    assert not (mall.versions.given / "calibration.json").exists(), "what we were given stays as it is"
    page.click("[data-act=rollback]")
    page.click("[data-act=rollback-sure]")
    expect(page.locator("[data-calibration='0']")).to_be_visible()
    assert not (mall.versions.current() / "calibration.json").exists()


def walk_by_hand(page: Page, mall: Mall) -> None:
    """Twelve more stops, told to the server as the button does."""
    for x_m, y_m in STOPS:
        page.evaluate(
            """async ([id, x_m, y_m]) => {
              const mark = () => fetch(`/api/walks/${id}/marks`, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ floor: "L1", x_m, y_m }),
              });
              await mark();
              await new Promise((resolve) => setTimeout(resolve, 350));
              await mark();
            }""",
            [walk_id(mall), x_m, y_m],
        )


def walk_id(mall: Mall) -> str:
    assert mall.walks.under_way is not None
    return mall.walks.under_way.walk_id


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_every_tab_reads_well_and_is_accessible(
    mall: Mall, open_page: OpenPage, picture: Picture, lang: str, width: int
) -> None:
    page = open_page(width, 800 if width < 500 else 900, lang=lang)
    workshop = Workshop(page, mall).log_in(lang)
    workshop.mark(f"connectors {mall.site.connectors[0].connector_id}").first.focus()
    for name in ("map", "publish", "walk", "gateways", "tags"):
        workshop.tab(name)
        accessible(page, f"{name} {lang}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        picture(page, name)


def test_whoever_is_no_technician_is_told_so(mall: Mall, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/technician?lang=en")
    page.fill("input[name=user]", "operator")
    page.fill("input[name=password]", mall.passwords["operator"])
    page.click("button[type=submit]")
    expect(page.locator("[role=alert]", has_text="technicians")).to_be_visible()
    status = page.evaluate("async () => (await fetch('/api/workshop/draft')).status")
    assert status == 403
