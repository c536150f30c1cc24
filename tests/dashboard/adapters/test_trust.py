"""Without an authority of our own there is nothing to trust. With one: ``tests/runtime/test_tls.py``."""

import asyncio
from pathlib import Path

from tests.dashboard.builders import Core, served


def test_no_authority_no_page(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(Core(tmp_path)) as server, server.client() as phone:
            assert [(await phone.get(path)).status_code for path in ("/trust", "/ca.crt")] == [404, 404]

    asyncio.run(scenario())
