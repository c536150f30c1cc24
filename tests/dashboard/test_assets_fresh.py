"""The built pages that are committed belong to the sources that are committed. Needs no Node."""

import gzip
import hashlib
import importlib.util
import re
from pathlib import Path

import pytest

DASHBOARD = Path(__file__).parents[2] / "dashboard"
FRONTEND = DASHBOARD / "frontend"
STATIC = DASHBOARD / "static"
LIST = STATIC / "app" / "sources.sha256"
TYPES_ONLY = "src/shared/protocol.ts"
"""Leaves no trace in the output, so a new field in a message does not make the pages stale."""
STALE = "the committed pages are stale: run `npm ci && npm run build` in dashboard/frontend"

LIMITS = {
    "customer": (["customer.html", "app/customer.js", "app/customer.css"], 15_000),
    "handheld": (["staff.html", "app/handheld.js", "app/handheld.css"], 40_000),
    "office": (["office.html", "app/office.js", "app/office.css"], 80_000),
    "technician": (["technician.html", "app/technician.js", "app/technician.css"], 180_000),
    "console": (["console.html", "app/console.js", "app/console.css"], 180_000),
}
"""What a page may weigh, compressed, in bytes: customers wait in a mobile network, consoles once a day."""


def listed() -> dict[str, str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def sources() -> list[str]:
    top = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json"]
    deep = [
        path.relative_to(FRONTEND).as_posix()
        for folder in ("assets", "pages", "src", "styles")
        for path in (FRONTEND / folder).rglob("*")
        if path.is_file()
    ]
    return [f"frontend/{path}" for path in sorted([*top, *deep]) if path != TYPES_ONLY]


def built() -> list[str]:
    files = [path for path in STATIC.rglob("*") if path.is_file() and path != LIST]
    return [path.relative_to(DASHBOARD).as_posix() for path in files]


def test_the_list_names_every_source_and_every_built_file() -> None:
    assert sorted(listed()) == sorted([*sources(), *built()]), STALE


def test_no_file_changed_since_the_build() -> None:
    for path, digest in listed().items():
        assert hashlib.sha256((DASHBOARD / path).read_bytes()).hexdigest() == digest, f"{path}: {STALE}"


@pytest.mark.parametrize("page", LIMITS)
def test_pages_stay_small(page: str) -> None:
    files, limit = LIMITS[page]
    weight = sum(len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0)) for name in files)
    assert weight <= limit


def test_pages_ask_only_their_own_origin() -> None:
    """Every address in the built files is a name of a standard, not something a browser would fetch."""
    names = ("http://www.w3.org/", "http://www.opengis.net/", "https://www.opengis.net/")
    address_like = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}/?")
    for path in (*STATIC.glob("*.html"), *(STATIC / "app").glob("*.css"), STATIC / "app" / "customer.js"):
        for address in address_like.findall(path.read_text(encoding="utf-8")):
            assert address.startswith(names), f"{path.name}: {address}"


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (FRONTEND / "package-lock.json").read_text(encoding="utf-8")


def test_the_protocol_types_are_those_of_the_messages() -> None:
    spec = importlib.util.spec_from_file_location("protocol_types", FRONTEND / "protocol_types.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.TARGET.read_text(encoding="utf-8") == made.typescript(), (
        "run `python dashboard/frontend/protocol_types.py`"
    )
