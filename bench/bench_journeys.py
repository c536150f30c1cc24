"""Every way through the pages in both languages at three widths, with pictures and one figure.

    .venv/bin/python -m bench.bench_journeys [--pictures FOLDER] [--way NAME] [--lang zh] [--width 360]

The ways are those of ``tests/browser/journeys.py``, each of them in each combination: 42 runs in headless
Chromium without WebGL over the real pages, dashboard, dispatcher and web server. Where ``certutil`` is
installed the way ``offline`` goes over https with an authority made by ``nearhand tls`` that the browser
trusts as a staff phone would. The figure: milliseconds on the machine's own clock from the customer's tap on
*send* until the operator's page has drawn the call.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import opener
from tests.browser.journeys import HEIGHTS, LANGUAGES, WAYS, Stage
from tests.browser.mall import open_mall
from tests.browser.trusting import launched, secured
from tests.sites import tall_mall


def pictures(folder: Path | None, name: str) -> Callable[[Page, str], None]:
    def take(page: Page, what: str) -> None:
        if folder is not None:
            page.screenshot(path=folder / f"{name}-{what}.png")

    return take


def runs(arguments: argparse.Namespace, secure: bool) -> Iterator[tuple[str, str, int]]:
    for way in WAYS:
        if arguments.way in ("", way) and (way == "offline") == secure:
            for lang in LANGUAGES:
                for width in HEIGHTS:
                    if arguments.lang in ("", lang) and arguments.width in (0, width):
                        yield way, lang, width


def go(browser: Browser, folder: Path, arguments: argparse.Namespace, secure: bool) -> list[float]:
    delays: list[float] = []
    with open_mall(folder, past=True, site=tall_mall()) as mall:
        for way, lang, width in runs(arguments, secure):
            name = f"{way}-{lang}-{width}"
            with opener(browser, mall.base) as open_page:
                stage = Stage(mall, open_page, lang, width, pictures(arguments.pictures, name))
                stage.clear()
                before = time.monotonic()
                WAYS[way](stage)
                delays += stage.measured.values()
                figures = "  ".join(f"{key} {value:.0f}" for key, value in stage.measured.items())
                print(
                    f"  {way:10} {lang} {width:5}  {time.monotonic() - before:5.1f} s  {figures}", flush=True
                )
    return delays


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--way", default="", choices=("", *WAYS))
    parser.add_argument("--lang", default="", choices=("", *LANGUAGES))
    parser.add_argument("--width", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.pictures is not None:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        plain, safe = Path(place) / "plain", Path(place) / "safe"
        plain.mkdir()
        with launched(playwright) as browser:
            delays = go(browser, plain, arguments, secure=False)
        with secured(playwright, safe) as browser:
            go(browser, safe, arguments, secure=True)
    if delays:
        median, worst = np.median(delays), max(delays)
        print(f"  asked to seen, ms: median {median:.0f}, worst {worst:.0f} of {len(delays)}")
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
