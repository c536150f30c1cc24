"""The interface is published, complete, and readable."""

import asyncio
import re
from pathlib import Path

from tests.dashboard.adapters.test_web import routes
from tests.dashboard.builders import Core, served

PAGES = {
    "/", "/staff", "/technician", "/staff-sw.js", "/app/{tree_hash}/{name}", "/c/{spot_token}",
    "/c/call/{call_token}", "/d/{device_token}",
}  # fmt: skip
"""Addresses that serve the pages themselves: nobody programs against those."""


def test_the_document_names_every_address_there_is(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            document = (await client.get("/api/openapi.json")).json()
            told = {
                (method.upper(), path) for path, methods in document["paths"].items() for method in methods
            }
            real = {(method, re.sub(r":\w+}", "}", path)) for method, path in routes(core)}
            assert told == {route for route in real if route[1] not in PAGES}

    asyncio.run(scenario())


def test_closed_addresses_are_those_that_say_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.client() as client:
            document = (await client.get("/api/openapi.json")).json()
            for path, methods in document["paths"].items():
                for method, operation in methods.items():
                    if "{" in path or path == "/api/login":
                        continue
                    answer = await client.request(method, path, json={})
                    assert (answer.status_code == 401) == ("security" in operation), path

    asyncio.run(scenario())


def test_the_page_to_read_has_no_script(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.client() as client:
            page = await client.get("/api")
            assert "<script" not in page.text
            assert "<code>POST /api/commands</code>" in page.text
            assert "AcceptOffer" in page.text
            assert "unsafe" not in page.headers["content-security-policy"]
            anchors = set(re.findall(r'<h3 id="(\w+)"', page.text)) | {"http", "commands", "topics", "shapes"}
            assert set(re.findall(r'href="#(\w+)"', page.text)) <= anchors, "every link leads somewhere"
            assert {"CallChanged", "Place", "Mine", "CallStatus"} <= anchors
            events = (await client.get("/api/asyncapi.json")).json()
            assert events["asyncapi"] == "3.0.0"

    asyncio.run(scenario())
