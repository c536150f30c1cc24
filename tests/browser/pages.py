"""What a person does on the pages, in words, so that tests read like what happens."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.mall import Mall


class Console:
    """The control room."""

    def __init__(self, page: Page, mall: Mall) -> None:
        self.page = page
        self.mall = mall

    def log_in(self, user: str = "operator", lang: str = "en") -> "Console":
        self.page.goto(f"/?lang={lang}")
        self.page.fill("input[name=user]", user)
        self.page.fill("input[name=password]", self.mall.passwords[user])
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".map-target canvas", state="attached")
        return self

    def bring(self, pane: str) -> None:
        """``queue``, ``map`` or ``side`` to the front, where the screen shows one of them only."""
        button = self.page.locator(f"[data-pane={pane}]")
        if button.is_visible():
            button.click()

    @property
    def rows(self) -> Locator:
        """Calls in the queue, open and just closed."""
        return self.page.locator(".queue .row")

    def row(self, text: str) -> Locator:
        return self.page.locator(".queue .row", has_text=text)

    @property
    def detail(self) -> Locator:
        return self.page.locator(".side")

    def floor(self, name: str) -> Locator:
        return self.page.locator(f"[data-floor={name}]")

    def wait_live(self) -> None:
        expect(self.page.locator(".link-live")).to_be_visible()

    def place_call(self, service: str, place: str) -> None:
        """Through the form, the place found by its name."""
        self.bring("queue")
        self.page.click(".queue-head button")
        self.page.click(f"[data-service={service}]")
        self.page.fill("[data-field=place]", place)
        self.page.click("#places-found button >> nth=0")
        self.page.click(".new-call button[type=submit]")
        expect(self.page.locator(".new-call")).to_have_count(0)  # placed, and shown in detail

    def click_map(self, x_m: float, y_m: float) -> None:
        x, y = self.map_point(x_m, y_m)
        box = self.page.locator(".map-target").bounding_box()
        assert box
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def map_point(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Where on the map the fitted floor shows this point; only right after the floor was fitted."""
        box = self.page.locator(".map-target").bounding_box()
        assert box
        x0, y0, x1, y1 = 0.0, 0.0, 60.0, 40.0
        top, right, bottom, left = 40, 112, 64, 40
        width, height = box["width"] - left - right, box["height"] - top - bottom
        scale = min(width / (x1 - x0), height / (y1 - y0))
        return (
            left + width / 2 + (x_m - (x0 + x1) / 2) * scale,
            top + height / 2 - (y_m - (y0 + y1) / 2) * scale,
        )


class Handheld:
    """A staff member's phone."""

    def __init__(self, page: Page, mall: Mall, unit_id: str) -> None:
        self.page = page
        self.mall = mall
        self.unit_id = unit_id

    def log_in(self, lang: str = "en") -> "Handheld":
        self.mall.held.add(self.unit_id)
        self.page.goto(f"/staff?lang={lang}")
        self.page.fill("input[name=user]", self.unit_id)
        self.page.fill("input[name=password]", self.mall.passwords[self.unit_id])
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".screen")
        return self

    def press(self, act: str) -> None:
        self.page.click(f"[data-act={act}]")

    def button(self, act: str) -> Locator:
        return self.page.locator(f"[data-act={act}]")


class Customer:
    """A customer's phone after the QR code was scanned."""

    def __init__(self, page: Page, mall: Mall) -> None:
        self.page = page
        self.mall = mall

    def scan(self, spot: str, lang: str = "en") -> "Customer":
        self.page.goto(f"{self.mall.spot_path(spot)}?lang={lang}")
        self.page.wait_for_selector("[data-service]")
        return self

    def ask(self, service: str) -> None:
        self.page.click(f"[data-service={service}]")
        self.page.click("[data-act=send]")
        self.page.wait_for_selector(".minutes, .end")

    @property
    def state(self) -> Locator:
        return self.page.locator(".state")
