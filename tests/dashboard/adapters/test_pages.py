"""Entry pages, assets, plans, QR sheets."""

import asyncio
import html
import re
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from dashboard.adapters.pages import Bundle
from dashboard.adapters.web import create_app
from tests.dashboard.builders import Core, served


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "app" / "img").mkdir(parents=True)
    (folder / "console.html").write_text('<script src="{{app}}/console.js"></script>')
    (folder / "staff.html").write_text('<script src="{{app}}/staff.js"></script>')
    for name in ("console.js", "staff.js", "customer.js", "img/bell.wav"):
        (folder / "app" / name).write_bytes(b"x" * 2000)
    (folder / "app" / "staff-sw.js").write_text('const root = "{{app}}", kept = "{{precache}}";')
    return folder


def test_assets_are_immutable_under_a_hash_of_all_of_them(tmp_path: Path, static: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        app = create_app(core, core.hub, static=static)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            page = await client.get("/")
            assert page.headers["cache-control"] == "no-cache"
            (address,) = re.findall(r'src="([^"]+)"', page.text)
            asset = await client.get(address)
            assert asset.content == b"x" * 2000
            assert "immutable" in asset.headers["cache-control"]
            assert asset.headers["content-encoding"] == "gzip"
            assert asset.headers["content-type"].startswith("text/javascript")
            plain = await client.get(address, headers={"Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers
            assert (await client.get("/app/0123/console.js")).status_code == 404
            for evil in ("../staff.html", "%2e%2e/staff.html", "..%2fstaff.html"):
                assert (await client.get(f"{address.rsplit('/', 1)[0]}/{evil}")).status_code == 404
            customer = await client.get("/c/anything")
            assert "not built" in customer.text

    asyncio.run(scenario())


def test_the_service_worker_knows_what_handhelds_keep(static: Path) -> None:
    bundle = Bundle(static)
    assert bundle.worker is not None
    text = bundle.worker.content.decode()
    root = bundle.root
    assert f'root = "{root}"' in text
    assert f'kept = ["/staff","{root}/img/bell.wav","{root}/staff-sw.js","{root}/staff.js"]' in text


def test_any_change_changes_the_hash(static: Path) -> None:
    before = Bundle(static).tree_hash
    assert Bundle(static).tree_hash == before
    (static / "app" / "img" / "bell.wav").write_bytes(b"y")
    assert Bundle(static).tree_hash != before


def test_plans_are_public_and_immutable_with_their_revision(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.client() as phone:
            plan = await phone.get("/floors/L1.svg", params={"rev": 1})
            assert plan.headers["content-type"] == "image/svg+xml"
            assert "immutable" in plan.headers["cache-control"]
            assert plan.text.startswith("<svg")
            other = await phone.get("/floors/L1.svg", params={"rev": 7})
            assert other.headers["cache-control"] == "no-cache"
            assert (await phone.get("/floors/L9.svg")).status_code == 404

    asyncio.run(scenario())


def test_the_qr_sheet_has_a_code_for_every_spot_of_a_floor(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            sheet = await client.get("/qr")
            assert sheet.text.count("<figure>") == len(core.service.site.spots)
            assert sheet.text.count("<svg") == len(core.service.site.spots)
            assert all(html.escape(spot.name.zh) in sheet.text for spot in core.service.site.spots)
            assert "style-src 'sha256-" in sheet.headers["content-security-policy"]
            one = await client.get("/qr", params={"floor": "L2"})
            assert one.text.count("<figure>") == sum(spot.floor == "L2" for spot in core.service.site.spots)

    asyncio.run(scenario())


def test_the_real_pages_exist_as_routes(tmp_path: Path) -> None:
    core = Core(tmp_path)
    stack = list(create_app(core, core.hub).routes)
    assert any(isinstance(route, Route) or getattr(route, "original_router", None) for route in stack)


def test_health(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.client() as client:
            assert (await client.get("/healthz")).json() == {"state": "ok"}

    asyncio.run(scenario())
