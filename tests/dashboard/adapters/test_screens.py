"""The questions every request is asked."""

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from dashboard.adapters.failures import Failure
from dashboard.adapters.screens import Screens, address_of, cookie_name, text_field
from tests.dashboard.builders import Core


def a_connection(origin: str | None = None, query: bytes = b"") -> HTTPConnection:
    headers = [(b"host", b"mall.example:8080")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return HTTPConnection(
        {"type": "http", "headers": headers, "query_string": query, "client": ("10.0.0.7", 5)}
    )


@pytest.fixture
def screens(tmp_path: Path) -> Screens:
    core = Core(tmp_path)
    return Screens(core, core.hub, "https://help.example/")


@pytest.mark.parametrize(
    "origin", [None, "http://mall.example:8080", "https://mall.example:8080", "https://help.example"]
)
def test_own_origins_pass(screens: Screens, origin: str | None) -> None:
    screens.check_origin(a_connection(origin))


@pytest.mark.parametrize(
    "origin", ["", "null", "http://mall.example", "https://mall.example:8080.evil.example", "file://"]
)
def test_other_origins_do_not(screens: Screens, origin: str) -> None:
    with pytest.raises(Failure):
        screens.check_origin(a_connection(origin))


def test_without_a_public_address_an_empty_origin_is_still_foreign(tmp_path: Path) -> None:
    core = Core(tmp_path)
    with pytest.raises(Failure):
        Screens(core, core.hub, "").check_origin(a_connection("http://"))


def test_each_page_has_its_cookie() -> None:
    assert cookie_name(a_connection()) == "nearhand_console"
    assert cookie_name(a_connection(query=b"app=staff")) == "nearhand_staff"
    assert address_of(a_connection()) == "10.0.0.7"


@pytest.mark.parametrize("value", [5, None, "x" * 11, ["a"]])
def test_texts_are_texts_of_limited_length(value: Any) -> None:
    assert text_field({"a": "0123456789"}, "a", limit=10) == "0123456789"
    with pytest.raises(Failure):
        text_field({"a": value}, "a", limit=10)
