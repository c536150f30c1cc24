"""A question to another process of ours: what takes seconds shall not hold up the screens of this one."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from contracts.errors import StorageError

ROOT: Final = Path(__file__).parent.parent


def module_environment() -> dict[str, str]:
    """In which ``python -m runtime.…`` finds us, wherever we were started."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


async def in_another_process(module: str, question: bytes, timeout_s: float) -> bytes:
    """What ``python -m module`` answers on its standard output.

    Raises:
        StorageError: it did not end in time or died; its last line is told.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=module_environment(),
    )
    try:
        async with asyncio.timeout(timeout_s):
            answer, complaint = await process.communicate(question)
    except TimeoutError as cause:
        raise StorageError(f"{module} did not end within {timeout_s:.0f} s") from cause
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise StorageError(f"{module} failed: {last}")
    return answer
