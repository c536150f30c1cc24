"""What the pages cost a browser, and how soon they say that they are not live.

    .venv/bin/python -m bench.bench_screens [--devices 5000] [--pan-seconds 10] [--memory-minutes 10]

Headless Chromium without WebGL; the real pages, dashboard and web server over the tests' small mall (in
this process, on the same processors), with so many devices moving four times a second on one floor.
Measured: time to the first map over five loads; frames while the map is dragged; the tab's script heap and
the memory of Chromium's processes while it stays open; after the socket falls silent (the connection stands,
nothing comes), seconds until the banner; after a restart of the server, seconds until the page is live again
and shows a call that came while it was away.
"""

import argparse
import contextlib
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from contracts import messages as m
from tests.browser.mall import Mall, open_mall
from tests.browser.pages import Console
from tests.browser.test_smooth import FRAMES, pan
from tests.browser.trusting import launched

LOADS = 5
CUTS = 3


class Tap:
    """A TCP relay that can fall silent, as a radio link does: nothing is closed, nothing comes."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.flowing = threading.Event()
        self.flowing.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            page, _ = self._listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                page.close()
                continue
            for source, sink in ((page, server), (server, page)):
                threading.Thread(target=self._relay, args=(source, sink), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self.flowing.wait()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


def context_of(browser: Browser, base: str) -> BrowserContext:
    return browser.new_context(base_url=base, viewport={"width": 1400, "height": 800}, locale="en-GB")


def memory_mb(page: Page) -> tuple[float, float]:
    """Script heap of the tab after a collection, and resident memory of all of Chromium's processes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return metrics["JSHeapUsedSize"] / 1e6, sum(map(resident_mb, children_of(os.getpid())))


def children_of(pid: int) -> list[int]:
    """All descendants that are Chromium's."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(after_name[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return [child for child in found if b"chrom" in command_of(child)]


def command_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def resident_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def first_maps(page: Page) -> list[int]:
    """Milliseconds from the answer to the page's own request until the floor is drawn."""
    times = []
    for _ in range(LOADS):
        page.reload()
        page.wait_for_selector(".map-target canvas")
        spent = page.evaluate("performance.now() - performance.getEntriesByType('navigation')[0].responseEnd")
        times.append(round(spent))
    return sorted(times)


def smoothness(page: Page, seconds: int) -> float:
    counting = page.evaluate_handle(f"({{rate: ({FRAMES})({seconds})}})")
    pan(page, seconds)
    return float(counting.evaluate("(it) => it.rate"))


def long_stay(page: Page, minutes: int) -> None:
    print("  minute   script heap MB   Chromium resident MB", flush=True)
    for minute in range(minutes + 1):
        if minute:
            page.wait_for_timeout(60_000)
        heap, resident = memory_mb(page)
        print(f"  {minute:6}   {heap:14.1f}   {resident:20.0f}", flush=True)


def silences(page: Page, tap: Tap) -> list[float]:
    """Seconds from the silence to the banner; the map must be grey then."""
    times = []
    for _ in range(CUTS):
        Console(page, None).wait_live()  # type: ignore[arg-type]
        page.wait_for_selector(".stale-banner", state="detached")
        before = time.monotonic()
        tap.flowing.clear()
        page.wait_for_selector(".stale-banner")
        times.append(round(time.monotonic() - before, 2))
        assert page.locator(".map.stale").count() == 1
        tap.flowing.set()
    return times


def a_call(mall: Mall) -> None:
    place = m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")
    at = mall.now()
    command = m.PlaceCall(command_id=f"b{at}", by="operator/bench", at=at, service="luggage", place=place)
    mall.inject(command)


def restart(browser: Browser, folder: Path) -> tuple[float, float]:
    """Seconds from the new server's start until the page is live, and until it shows a call made then."""
    first, second = folder / "first", folder / "second"
    first.mkdir()
    second.mkdir()
    with open_mall(first) as mall:
        context = context_of(browser, mall.base)
        page = context.new_page()
        console = Console(page, mall).log_in()
        console.wait_live()
    page.wait_for_selector(".stale-banner")
    (second / "records.db").write_bytes((first / "records.db").read_bytes())
    with open_mall(second, port=mall.port) as again:
        before = time.monotonic()
        a_call(again)
        page.wait_for_selector(".stale-banner", state="detached")
        live = time.monotonic() - before
        page.wait_for_selector(".queue .row")
        shown = time.monotonic() - before
        context.close()
    return round(live, 2), round(shown, 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=5000)
    parser.add_argument("--pan-seconds", type=int, default=10)
    parser.add_argument("--memory-minutes", type=int, default=10)
    arguments = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        (Path(folder) / "mall").mkdir()
        with open_mall(Path(folder) / "mall") as mall:
            mall.crowd(arguments.devices)
            tap = Tap(mall.port)
            page = context_of(browser, f"http://127.0.0.1:{tap.port}").new_page()
            Console(page, mall).log_in()
            located = f"{arguments.devices + len(mall.people)} located"
            page.locator(".status-line", has_text=located).wait_for(timeout=60_000)
            print(f"  first map, ms: {first_maps(page)}", flush=True)
            page.locator(".status-line", has_text=located).wait_for(timeout=60_000)
            rates = [round(smoothness(page, arguments.pan_seconds), 1) for _ in range(3)]
            print(f"  frames/s while panning {arguments.pan_seconds} s: {rates}", flush=True)
            print(f"  silence to banner, s: {silences(page, tap)}", flush=True)
            long_stay(page, arguments.memory_minutes)
        print(f"  restart: live again after, call shown after, s: {restart(browser, Path(folder))}")
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
