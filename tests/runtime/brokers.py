"""A real broker on free ports, for tests."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime import broker
from runtime.settings import BrokerSettings


@dataclass
class RunningBroker:
    settings: BrokerSettings
    credentials: broker.Credentials
    command: list[str]
    process: subprocess.Popen[bytes]

    def url(self, user: str = "services") -> str:
        password = getattr(self.credentials, user)
        return f"mqtt://{user}:{password}@127.0.0.1:{self.settings.mqtt_port}"

    def kill_and_restart(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = subprocess.Popen(self.command)
        _wait_for_port(self.settings.mqtt_port)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def running_broker(data: Path) -> Iterator[RunningBroker]:
    mqtt, nats, websocket = free_ports(3)
    settings = BrokerSettings(mqtt_port=mqtt, nats_port=nats, websocket_port=websocket)
    (data / "log").mkdir(parents=True, exist_ok=True)
    credentials = broker.load_credentials(data)
    command = broker.prepare(settings, credentials, data)
    running = RunningBroker(settings, credentials, command, subprocess.Popen(command))
    try:
        _wait_for_port(mqtt)
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def _wait_for_port(port: int, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")
