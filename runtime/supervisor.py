"""Starts the processes of one machine, watches them, brings them back, stops them in order.

A child that exits is started again after a pause that doubles from 0.2 s to 10 s and is forgiven after
30 s of life. Children die with us: on Linux by the kernel's word (``PR_SET_PDEATHSIG``), elsewhere when
their standard input closes.
"""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from contracts.errors import StartupError

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 10.0
FORGIVEN_AFTER_S: Final = 30.0
STOP_TIMEOUT_S: Final = 8.0
REFUSED_TO_START: Final = 2
"""Exit status of an operator's error: starting again would not help."""


@dataclass(frozen=True)
class Child:
    """A process to keep alive. ``ready`` returns when it serves; None = at once."""

    name: str
    command: Sequence[str]
    ready: Callable[[], Coroutine[Any, Any, None]] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it is told beside its command line, which everybody on the machine can read."""
    log_file: Path | None = None
    """Where its output goes; its own log files are its own business."""


class Supervisor:
    """Keeps children alive between ``start`` and ``stop``."""

    def __init__(self) -> None:
        self.pids: dict[str, int] = {}
        self.restarts: dict[str, int] = {}
        self.failed = asyncio.Event()
        """Set when a child refuses to start; ``failure`` says which."""
        self.failure = ""
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def start(self, child: Child, timeout_s: float = 180.0) -> None:
        """Start a child and wait until it is ready.

        Raises:
            StartupError: it gave up, or was not ready in time; its last output is in the message.
        """
        self._keepers[child.name] = asyncio.create_task(self._keep(child))
        if child.ready is None:
            return
        ready = asyncio.create_task(child.ready())
        failed = asyncio.create_task(self.failed.wait())
        done, _ = await asyncio.wait({ready, failed}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        failed.cancel()
        if ready in done:
            ready.result()
            return
        ready.cancel()
        if self.failed.is_set():
            raise StartupError(self.failure)
        raise StartupError(f"{child.name} was not ready after {timeout_s:.0f} s\n{_tail(child.log_file)}")

    async def stop(self) -> None:
        """Stop all children, the newest first, so that the broker goes last."""
        self._stopping.set()
        for name in reversed(list(self._keepers)):
            process = self._running.get(name)
            if process is not None and process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
                except TimeoutError:
                    log.warning("%s does not stop: killed", name)
                    process.kill()
                    await process.wait()
            self._keepers[name].cancel()

    async def _keep(self, child: Child) -> None:
        pause_s = FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            process = await self._spawn(child)
            status = await process.wait()
            if self._stopping.is_set():
                return
            if status == REFUSED_TO_START:
                self.failure = f"{child.name} refuses to start\n{_tail(child.log_file)}"
                self.failed.set()
                return
            if loop.time() - began > FORGIVEN_AFTER_S:
                pause_s = FIRST_PAUSE_S
            self.restarts[child.name] = self.restarts.get(child.name, 0) + 1
            log.warning("%s ended (%s), starting it again in %.1f s", child.name, _how(status), pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    async def _spawn(self, child: Child) -> asyncio.subprocess.Process:
        output = child.log_file.open("ab") if child.log_file else asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={**os.environ, **child.environment},
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        finally:
            if not isinstance(output, int):
                output.close()
        self.pids[child.name] = process.pid
        self._running[child.name] = process
        return process


def _die_with_parent() -> None:
    """In the child, before it becomes its program: ask the kernel for SIGTERM when our parent dies.

    Also leaves the terminal's process group, so that Ctrl-C reaches us and we stop children in order.
    """
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _how(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _tail(file: Path | None, lines: int = 15) -> str:
    if file is None or not file.exists():
        return ""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
