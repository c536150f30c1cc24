"""The whole system as a user starts it, for tests: real processes, broker, store, pages."""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import websockets.sync.client

from tests.runtime.brokers import free_ports

ROOT = Path(__file__).parent.parent
SMALL_SITE = ROOT / "config" / "sites" / "small"
T = TypeVar("T")


@dataclass
class System:
    """A running ``nearhand up``."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    mqtt_port: int
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def login(self, role: str = "operator") -> Iterator[httpx.Client]:
        """A client that is logged in with the first account of a role."""
        user, password = self.credentials(role)
        with httpx.Client(base_url=self.address, headers={"Origin": self.address}, timeout=20) as client:
            body = {"user": user, "password": password}
            answer = eventually(lambda: client.post("/api/login", json=body), 30, "the page answers")
            assert answer.status_code == 200, answer.text
            yield client

    def credentials(self, role: str) -> tuple[str, str]:
        people = json.loads((self.data / "logins.json").read_text())
        return next((user, password) for user, password, its_role in people if its_role == role)

    def pids(self) -> dict[str, int]:
        """The processes under the supervisor, by name."""
        listed = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid=,args="],
            capture_output=True,
            text=True,
            check=True,
        )
        found = {}
        for line in listed.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            name = re.search(r"-m runtime (\w+)", command)
            found[name[1] if name else "broker"] = int(pid)
        return found

    def kill(self, name: str) -> None:
        os.kill(self.pids()[name], signal.SIGKILL)

    def snapshot(self, client: httpx.Client, topic: str) -> Any:
        """The whole state of a topic of the pages' socket."""
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        with websockets.sync.client.connect(
            f"ws://127.0.0.1:{self.port}/ws",
            subprotocols=[websockets.Subprotocol("nearhand.v1")],
            additional_headers={"Cookie": cookie, "Origin": self.address},
            compression=None,
        ) as socket:
            socket.send(json.dumps({"t": "sub", "topics": [topic]}))
            while True:
                message = socket.recv(timeout=20)
                if isinstance(message, str):
                    told = json.loads(message)
                    if told["t"] == "snap" and told["topic"] == topic:
                        return told["data"]

    def call(self, client: httpx.Client, call_id: str) -> dict[str, Any] | None:
        """One call as the board has it."""
        return next((call for call in self.snapshot(client, "calls") if call["call_id"] == call_id), None)

    def stop(self) -> int:
        """Ctrl-C, as a user would; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)


@contextlib.contextmanager
def running_system(
    data: Path, *options: str, site: Path = SMALL_SITE, timeout_s: float = 120
) -> Iterator[System]:
    """``nearhand up`` on free ports, stopped in the end."""
    http, mqtt, nats, websocket = free_ports(4)
    ports = [
        f"--http-port={http}",
        f"--mqtt-port={mqtt}",
        f"--nats-port={nats}",
        f"--websocket-port={websocket}",
    ]
    command = [
        sys.executable,
        "-m",
        "runtime",
        "up",
        "--data",
        str(data),
        "--site",
        str(site),
        *ports,
        *options,
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    system = System(process, data, http, mqtt)
    try:
        _wait_until_up(system, timeout_s)
        yield system
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            system.stop()
        if process.poll() is None:
            process.kill()
            process.wait()
        if system.reader is not None:
            system.reader.join(10)
        assert process.stdout is not None
        process.stdout.close()


def _wait_until_up(system: System, timeout_s: float) -> None:
    arrived: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert system.process.stdout is not None
        for line in system.process.stdout:
            system.lines.append(line)
            arrived.put(line)
        arrived.put("")

    system.reader = threading.Thread(target=read, daemon=True)
    system.reader.start()
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        line = arrived.get(timeout=max(0.1, deadline - time.monotonic()))
        if "nearhand is up" in line:
            return
        assert line or system.process.poll() is None, "".join(system.lines)
    raise AssertionError("not up in time:\n" + "".join(system.lines))


def eventually(look: Callable[[], T | None], timeout_s: float = 60, what: str = "") -> T:
    """What ``look`` gives once it gives something."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            seen = look()
        except (httpx.HTTPError, KeyError):
            seen = None
        if seen:
            return seen
        time.sleep(0.2)
    raise AssertionError(f"never happened: {what or look}")


def command(client: httpx.Client, key: str, **body: Any) -> dict[str, Any]:
    """POST a command until it is confirmed, always with the same key, as the pages do."""

    def attempt() -> dict[str, Any] | None:
        answer = client.post("/api/commands", json=body, headers={"Idempotency-Key": key})
        if answer.status_code in (502, 503, 504):
            return None
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    return eventually(attempt, what=f"an answer to {body['type']}")
