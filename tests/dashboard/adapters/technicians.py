"""The pages' server with a technician's folders behind it, without sockets."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from dashboard.adapters.web import create_app
from runtime.site_files import save_site
from tests.dashboard.builders import Core, workplaces
from tests.sites import small_mall


@contextlib.asynccontextmanager
async def workplace(folder: Path, user: str = "technician") -> AsyncIterator[tuple[httpx.AsyncClient, Core]]:
    """A client that is logged in as ``user``."""
    core = Core(folder)
    save_site(small_mall(), folder / "given")
    places = workplaces(core)
    app = create_app(core, core.hub, **places)
    transport = httpx.ASGITransport(app)
    cookies = {"nearhand_console": core.token(user)}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=cookies) as client:
        yield client, core
    await places["walks"].close()
