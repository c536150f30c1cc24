"""``nearhand up``: the whole system on this machine, one command, Ctrl-C to stop.

Starts the broker, then each service as a process of its own, watches them all, and says where to look.
"""

import argparse
import asyncio
import contextlib
import functools
import signal
import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from contracts.errors import NearhandError, StartupError
from runtime import broker, tls
from runtime.serve import BROKER_VARIABLE, NATS_VARIABLE, READY_FILE, add_common
from runtime.settings import DEMO_SCENARIO, Settings, load_settings
from runtime.site_files import load_site
from runtime.site_versions import SiteVersions
from runtime.supervisor import Child, Supervisor
from runtime.telemetry import start_logging

SERVICES = ("dispatcher", "positioning", "dashboard")
"""In the order they start: whoever keeps acknowledged things comes first."""
SLOW_S = 8.0
"""After so long people want to know what they wait for."""


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser("up", description=__doc__)
    add_common(parser)
    parser.add_argument(
        "--demo", action="store_true", help="add the simulated mall: gateways, tags, staff, customers"
    )
    parser.add_argument("--scenario", type=Path, default=DEMO_SCENARIO, help="what the demo plays")
    parser.add_argument("--seed", type=int, default=1, help="the demo's luck")
    parser.add_argument("--http-port", type=int, help="port of the pages (default 8080)")
    parser.add_argument("--mqtt-port", type=int, help="port of the embedded broker (default 1883)")
    parser.add_argument("--nats-port", type=int, help="port of the broker's own protocol (default 4222)")
    parser.add_argument("--websocket-port", type=int, help="port of MQTT over WebSocket (default 8083)")
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1; 0.0.0.0 = whole network)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    start_logging("up", arguments.verbose)
    settings = with_options(load_settings(arguments.config), arguments)
    data: Path = arguments.data.resolve()
    load_site(SiteVersions(data, arguments.site).current())
    (data / "log").mkdir(parents=True, exist_ok=True)
    for ready in data.glob(READY_FILE.format(name="*")):
        ready.unlink()
    check_ports(settings)
    file = data / "settings.json"
    broker.write_private(file, msgspec.json.encode(settings))
    return asyncio.run(_run(settings, data, arguments))


def with_options(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The settings with what the command line overrides."""
    replace = msgspec.structs.replace
    given = {
        "mqtt_port": arguments.mqtt_port,
        "nats_port": arguments.nats_port,
        "websocket_port": arguments.websocket_port,
        "host": arguments.host,
    }
    changed = replace(settings.broker, **{key: value for key, value in given.items() if value is not None})
    given = {"port": arguments.http_port, "host": arguments.host}
    http = replace(settings.http, **{key: value for key, value in given.items() if value is not None})
    return replace(settings, broker=changed, http=http)


def check_ports(settings: Settings) -> None:
    """Find out before anything starts whether every port is free.

    Raises:
        StartupError: names each port that is not, and the option that moves it.
    """
    wanted = [("--http-port", settings.http.host, settings.http.port, "pages")]
    if not settings.broker.url:
        own = settings.broker
        wanted += [
            ("--mqtt-port", own.host, own.mqtt_port, "MQTT"),
            ("--nats-port", "127.0.0.1", own.nats_port, "the broker's own protocol"),
            ("--websocket-port", own.host, own.websocket_port, "MQTT over WebSocket"),
        ]
    taken = [
        f"port {port} ({purpose}) is in use: stop what uses it or choose another with {option} PORT"
        for option, host, port, purpose in wanted
        if not _is_free(host, port)
    ]
    if taken:
        raise StartupError("\n".join(taken))


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


async def _run(settings: Settings, data: Path, arguments: argparse.Namespace) -> int:
    supervisor = Supervisor()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    try:
        credentials = broker.load_credentials(data)
        children = _children(settings, data, arguments, credentials)
        starting = asyncio.create_task(_start(supervisor, children))
        interrupted = asyncio.create_task(stopping.wait())
        await asyncio.wait({starting, interrupted}, return_when=asyncio.FIRST_COMPLETED)
        interrupted.cancel()
        if stopping.is_set():
            starting.cancel()
            return 0
        starting.result()
        _greet(settings, data, credentials, arguments.demo)
        failed = asyncio.create_task(supervisor.failed.wait())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({failed, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if supervisor.failed.is_set():
            raise StartupError(supervisor.failure)
        return 0
    except NearhandError:
        print(flush=True)
        raise
    finally:
        print("\nstopping ...", flush=True)
        await supervisor.stop()
        print("stopped; everything acknowledged is kept in", data, flush=True)


async def _start(supervisor: Supervisor, children: Sequence[Child]) -> None:
    """The broker first, then all others at once; says when each is ready."""
    began = time.monotonic()

    async def start(child: Child) -> None:
        hint = asyncio.get_running_loop().call_later(SLOW_S, _say_slow, child.name)
        try:
            await supervisor.start(child)
        finally:
            hint.cancel()
        print(f"  {child.name:<12} ready after {time.monotonic() - began:.1f} s", flush=True)

    first = [child for child in children if child.name == "broker"]
    for child in first:
        await start(child)
    await asyncio.gather(*(start(child) for child in children[len(first) :]))


def _say_slow(name: str) -> None:
    why = ": its loops are compiled, once for each installation" if name == "positioning" else ""
    print(f"  {name:<12} is getting ready{why} ...", flush=True)


def _children(
    settings: Settings, data: Path, arguments: argparse.Namespace, credentials: broker.Credentials
) -> list[Child]:
    addresses = {BROKER_VARIABLE: settings.broker.url}
    children = []
    if not settings.broker.url:
        own, password = settings.broker, credentials.services
        addresses[BROKER_VARIABLE] = f"mqtt://services:{password}@127.0.0.1:{own.mqtt_port}"
        addresses[NATS_VARIABLE] = f"nats://services:{password}@127.0.0.1:{own.nats_port}"
        command = broker.prepare(own, credentials, data)
        listens = functools.partial(_port_open, own.mqtt_port)
        children.append(Child("broker", command, listens, log_file=data / "log" / "broker.out"))
    for name in [*SERVICES, *(["simulator"] if arguments.demo else [])]:
        common = ["--site", str(arguments.site.resolve()), "--data", str(data)]
        command = [sys.executable, "-m", "runtime", name, *common, "--config", str(data / "settings.json")]
        if name == "simulator":
            command += ["--scenario", str(arguments.scenario.resolve()), "--seed", str(arguments.seed)]
        if name == "dashboard" and arguments.demo:
            command.append("--simulated")
        ready = _http_answers(settings, data) if name == "dashboard" else _file_made(data, name)
        children.append(Child(name, command, ready, addresses, data / "log" / f"{name}.log"))
    return children


def _file_made(data: Path, name: str) -> Any:
    async def ready() -> None:
        while not (data / READY_FILE.format(name=name)).exists():  # noqa: ASYNC110 (another process makes it)
            await asyncio.sleep(0.05)

    return ready


async def _port_open(port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)


def _http_answers(settings: Settings, data: Path) -> Any:
    address = f"{_pages(settings, data)}/healthz"
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False  # our own process on this machine, by whatever name
    unchecked.verify_mode = ssl.CERT_NONE

    def probe() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=2, context=unchecked) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    async def ready() -> None:
        while not await asyncio.to_thread(probe):  # noqa: ASYNC110 (another process serves it)
            await asyncio.sleep(0.1)

    return ready


def _reachable(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host


def _pages(settings: Settings, data: Path) -> str:
    scheme = "https" if tls.served_with(data) else "http"
    return f"{scheme}://{_reachable(settings.http.host)}:{settings.http.port}"


def _greet(settings: Settings, data: Path, credentials: broker.Credentials, demo: bool) -> None:
    address = _pages(settings, data)
    lines = ["", f"nearhand is up:  {address}/"]
    logins = data / "logins.json"
    if demo and logins.exists():
        people: Sequence[Sequence[str]] = msgspec.json.decode(logins.read_bytes(), type=list[list[str]])
        first_staff = next((person for person in people if person[2] == "staff"), None)
        for user, password, role in [p for p in people if p[2] != "staff"] + (
            [first_staff] if first_staff else []
        ):
            where = f"{address}/staff" if role == "staff" else f"{address}/"
            lines.append(f"  {role:<11} {user:<11} {password:<14} {where}")
        lines.append(f"  all log-ins: {logins}")
        lines.append(f"  customer page: log in as operator and open {address}/qr")
    if not settings.broker.url:
        port = settings.broker.mqtt_port
        lines.append(
            f"  gateways publish to mqtt://gateways:{credentials.gateways}@{_reachable(settings.broker.host)}:{port}"
        )
    lines += [
        f"  logs and data: {data}",
        "Ctrl-C stops everything; the next start resumes where this one stopped.",
        "",
    ]
    print("\n".join(lines), flush=True)
