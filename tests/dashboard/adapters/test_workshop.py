"""The map editor's requests, with a real draft behind them."""

import asyncio
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.dashboard.adapters.technicians import workplace
from tests.sites import small_mall

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def shown(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/workshop/draft")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def edit_of(body: dict[str, Any]) -> dict[str, Any]:
    draft = body["draft"]
    return {name: draft[name] for name in ("version", "installed", "backdrops")}


def test_a_draft_is_kept_and_an_older_one_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, _):
            edit = edit_of(await shown(client))
            edit["installed"]["spots"][0]["x_m"] = 31.5
            answer = await client.put("/api/workshop/draft", json=edit)
            assert answer.json()["draft"]["version"] == 1
            kept = await shown(client)
            assert kept["draft"]["installed"]["spots"][0]["x_m"] == 31.5
            assert kept["site"]["spots"][0]["x_m"] == 31.5
            again = await client.put("/api/workshop/draft", json=edit)
            assert (again.status_code, again.json()["error"]["code"]) == (409, "draft_moved")
            assert (await client.delete("/api/workshop/draft?version=0")).status_code == 409
            assert (await client.delete("/api/workshop/draft?version=1")).status_code == 204
            back = await shown(client)
            assert back["draft"]["installed"]["spots"][0]["x_m"] == small_mall().spots[0].x_m

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda edit: edit.update(strange=1),
        lambda edit: edit["installed"]["gateways"][0].update(x_m="left"),
        lambda edit: edit["installed"].pop("zones"),
        lambda edit: edit["backdrops"].append(
            {"floor": "L1", "image": "../secret", "x_m": 0, "y_m": 0, "width_m": 1, "height_m": 1}
        ),
    ],
)
def test_what_is_no_draft_is_refused_and_changes_nothing(tmp_path: Path, spoil: Any) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, _):
            edit = edit_of(await shown(client))
            spoil(edit)
            assert (await client.put("/api/workshop/draft", json=edit)).status_code == 400
            assert (await shown(client))["draft"]["version"] == 0

    asyncio.run(scenario())


def test_pictures_are_kept_by_their_content_and_nothing_else_is_served(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, _):
            image = (await client.post("/api/workshop/pictures", content=PNG)).json()["image"]
            answer = await client.get(f"/api/workshop/pictures/{image}")
            assert answer.content == PNG
            assert answer.headers["content-type"] == "image/png"
            assert (await client.post("/api/workshop/pictures", content=b"<svg/>")).status_code == 409
            for name in ("site.toml", "..%2Fdraft.json", "backdrop-0000000000000000.png"):
                assert (await client.get(f"/api/workshop/pictures/{name}")).status_code == 404

    asyncio.run(scenario())


def test_the_draft_leaves_as_a_zip_and_comes_in_as_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, _):
            packed = (await client.get("/api/workshop/site.zip")).content
            assert "site.toml" in zipfile.ZipFile(BytesIO(packed)).namelist()
            answer = await client.post("/api/workshop/map?version=0", content=packed)
            assert answer.json()["draft"]["imported"] is True
            refused = await client.post("/api/workshop/map?version=1", content=b"hello")
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "bad_site")
            assert "zip" in refused.json()["error"]["message"]["en"]

    asyncio.run(scenario())


@pytest.mark.parametrize("user", ["operator", ""])
def test_only_technicians_draw(tmp_path: Path, user: str) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path, user or "operator") as (client, _):
            if not user:
                client.cookies.clear()
            expected = 403 if user else 401
            for method, path in [
                ("GET", "draft"), ("PUT", "draft"), ("DELETE", "draft?version=0"), ("POST", "map?version=0"),
                ("POST", "pictures"), ("GET", "pictures/x"), ("GET", "site.zip"), ("POST", "check"),
                ("POST", "publish"), ("GET", "versions"), ("POST", "versions/1/restore"),
            ]:  # fmt: skip
                answer = await client.request(method, f"/api/workshop/{path}")
                assert answer.status_code == expected, path

    asyncio.run(scenario())


def test_a_version_that_was_never_published_cannot_come_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, _):
            assert (await client.get("/api/workshop/versions")).json() == {"versions": []}
            assert (await client.post("/api/workshop/versions/7/restore")).status_code == 404
            assert (await client.post("/api/workshop/publish", json={"version": "x"})).status_code == 400
            assert (await client.post("/api/workshop/publish", json={"version": 9})).status_code == 409

    asyncio.run(scenario())
