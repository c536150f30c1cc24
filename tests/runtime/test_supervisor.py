"""The supervisor: children come back when killed, refuse loudly, and die with us."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from contracts.errors import StartupError
from runtime.supervisor import Child, Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


async def until(condition: object, timeout_s: float = 20) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # type: ignore[operator] # noqa: ASYNC110 (a process outside)
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_comes_back_and_stop_ends_it() -> None:
    async def scenario() -> None:
        supervisor = Supervisor()
        await supervisor.start(Child("sleeper", SLEEP))
        await until(lambda: "sleeper" in supervisor.pids)
        first = supervisor.pids["sleeper"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.pids["sleeper"] != first)
        second = supervisor.pids["sleeper"]
        assert alive(second)
        assert supervisor.restarts["sleeper"] == 1
        await supervisor.stop()
        assert not alive(second)

    asyncio.run(scenario())


def test_a_child_that_refuses_to_start_is_not_tried_again(tmp_path: Path) -> None:
    async def never() -> None:
        await asyncio.sleep(60)

    async def scenario() -> None:
        supervisor = Supervisor()
        refuse = (sys.executable, "-c", "import sys; print('port 80 is in use', flush=True); sys.exit(2)")
        with pytest.raises(StartupError, match="port 80 is in use"):
            await supervisor.start(Child("picky", refuse, never, log_file=tmp_path / "log"))
        await supervisor.stop()
        assert supervisor.restarts == {}

    asyncio.run(scenario())


def test_a_child_that_is_not_ready_in_time_is_named() -> None:
    async def never() -> None:
        await asyncio.sleep(60)

    async def scenario() -> None:
        supervisor = Supervisor()
        with pytest.raises(StartupError, match="slow was not ready"):
            await supervisor.start(Child("slow", SLEEP, never), timeout_s=0.2)
        await supervisor.stop()

    asyncio.run(scenario())


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word is Linux's")
def test_children_die_with_the_supervisor(tmp_path: Path) -> None:
    program = f"""
import asyncio
from runtime.supervisor import Child, Supervisor
async def main():
    supervisor = Supervisor()
    await supervisor.start(Child("orphan", {SLEEP!r}))
    while "orphan" not in supervisor.pids:
        await asyncio.sleep(0.01)
    print(supervisor.pids["orphan"], flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""

    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        orphan = int(await process.stdout.readline())
        assert alive(orphan)
        process.kill()
        await process.wait()
        await until(lambda: not alive(orphan))

    asyncio.run(scenario())
