"""Listens for one device during a commissioning walk, in a process of its own: the screens do not feel it.

    python -m runtime.walk_recorder < {"broker": …, "site": …, "config": …, "device_id": …}

Rows come out as JSON lines of lists of ``[instant, gateway, device, dBm]``, until standard input ends.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from contracts import messages as m
from contracts.errors import LinkError
from gateway.ingest import IngestService
from runtime.clock import now
from runtime.elsewhere import module_environment
from runtime.listening import Row, ingest_filters, listening
from runtime.settings import load_settings
from runtime.site_files import load_site

LINE_MAX: Final = 1_000_000
Listen: TypeAlias = Callable[[str, str], AsyncGenerator[list[Row], None]]
"""Device id and class → what the gateways hear of it, until closed."""


class Wish(msgspec.Struct, frozen=True):
    broker: str
    site: str
    config: str
    device_id: str
    device_class: str


def listener(broker: str, site: Callable[[], Path], config: str) -> Listen:
    """Listens in another process."""

    async def listen(device_id: str, device_class: str) -> AsyncGenerator[list[Row], None]:
        wish = Wish(broker, str(site()), config, device_id, device_class)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "runtime.walk_recorder",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=module_environment(),
            limit=LINE_MAX,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(wish) + b"\n")
            while line := await process.stdout.readline():
                yield msgspec.json.decode(line, type=list[Row])
            raise LinkError("the recorder has ended")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    return listen


async def record(wish: Wish) -> None:
    """Until standard input ends: the parent is gone then, or wants no more."""
    site = load_site(Path(wish.site))
    settings = load_settings(Path(wish.config) if wish.config else None)
    ingest = IngestService(site, settings.ingest)
    walker = m.EnrolledDevice(wish.device_id, "asset", "walk", wish.device_class)
    ingest.receive(m.EnrolmentChanged(version=1, devices=(walker,)), now())
    filters = ingest_filters(site.site, settings)
    async with contextlib.aclosing(listening(wish.broker, site, ingest, filters)) as heard:
        async for rows in heard:
            if rows:
                sys.stdout.buffer.write(msgspec.json.encode(rows) + b"\n")
                sys.stdout.buffer.flush()


async def _main() -> None:
    wish = msgspec.json.decode(sys.stdin.buffer.readline(), type=Wish)
    recording = asyncio.create_task(record(wish))
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    await asyncio.wait([recording, ended], return_when=asyncio.FIRST_COMPLETED)
    recording.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await recording


if __name__ == "__main__":
    asyncio.run(_main())
