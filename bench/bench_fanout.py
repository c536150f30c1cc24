"""How much one tick of positions costs the server, and how late it reaches the browsers.

    python -m bench.bench_fanout [--clients 50] [--devices 5000] [--seconds 20] [--floors 6] [--batches 1]

The server (the real service, hub and uvicorn) runs in this process; the browsers' sockets in a second one,
on the same machine. Each second all devices get a new position, in ``--batches`` messages as from the bus;
every client follows all floors. One of the clients may be stalled: ``--stalled 1``.
``--service-only``: no server; the service's CPU time for a simulated second of 500 devices on 4 floors.
"""

import argparse
import asyncio
import json
import multiprocessing
import multiprocessing.connection
import socket
import struct
import time
from collections.abc import Sequence

import msgspec
import numpy as np
import websockets

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.grid import build_grid
from contracts.messages import Message
from contracts.sitemap import Site
from dashboard.access import AuditEntry, Session
from dashboard.adapters.web import Hub, ScreensServer, create_app, open_listener, server_config
from dashboard.service import DashboardService
from dashboard.settings import DashboardSettings
from tests.sites import small_mall

SESSION = Session(
    user="bench", role="operator", unit_id=None, name_zh="", name_en="", language="en", expires_at=0
)


class OneUser:
    """Accounts of which one is always logged in: the bench is not about passwords."""

    def verify(self, user: str, password: str, now: int) -> Session | None:
        return SESSION

    def open_session(self, user: str, now: int, life_s: float) -> str:
        return "bench"

    def session(self, token: str, now: int) -> Session | None:
        return SESSION

    def revoke(self, token: str) -> None: ...

    def set_language(self, user: str, language: str) -> None: ...

    def audit(self, who: str, what: str, whom: str, at: int, detail: str = "") -> None: ...

    def entries(self, before: int | None = None, limit: int = 100) -> Sequence[AuditEntry]:
        return ()


class Core:
    secret = bytes(32)

    def __init__(self, site: Site) -> None:
        self.service = DashboardService(site, build_grid(small_mall()), DashboardSettings())
        self.accounts = OneUser()

    def now(self) -> int:
        return time.time_ns() // 1000

    async def send(self, message: Message) -> None:
        raise AssertionError("the bench sends no commands")


def a_site(floors: int) -> Site:
    """The small mall's ground floor, stacked."""
    small = small_mall()
    stacked = tuple(
        msgspec.structs.replace(small.floors[0], floor=f"F{index}", ordinal=index) for index in range(floors)
    )
    return msgspec.structs.replace(small, floors=stacked, spots=())


def estimates(
    names: Sequence[str], floors: int, at: int, rng: np.random.Generator, batches: int
) -> list[m.PositionsEstimated]:
    """New places for all devices, in so many messages; each device stays on its floor."""
    out = []
    for part in np.array_split(np.arange(len(names)), batches):
        n = len(part)
        out.append(
            pack_positions(
                Positions(
                    estimated_at=at,
                    device_ids=tuple(names[index] for index in part),
                    floor=(part % floors).astype(np.int8),
                    x_m=rng.uniform(0, 60, n),
                    y_m=rng.uniform(0, 40, n),
                    vx_mps=rng.normal(0, 1, n),
                    vy_mps=rng.normal(0, 1, n),
                    semi_major_m=np.full(n, 3.0),
                    semi_minor_m=np.full(n, 2.0),
                    heading_deg=np.zeros(n),
                    floor_probability=np.full((n, floors), 1 / floors),
                    quality=np.ones(n, np.uint8),
                    age_s=np.full(n, 0.2),
                )
            )
        )
    return out


async def serve(
    arguments: argparse.Namespace, pipe: multiprocessing.connection.Connection
) -> dict[str, float]:
    core = Core(a_site(arguments.floors))
    core.service.wake(core.now())
    hub = Hub(core)
    names = [f"d{index}" for index in range(arguments.devices)]
    devices = tuple(m.EnrolledDevice(device_id=name, kind="asset", subject=name) for name in names)
    core.service.receive(m.EnrolmentChanged(version=1, devices=devices), core.now())
    listener = open_listener("127.0.0.1", 0)
    if arguments.stalled:  # loopback's own buffer grows to megabytes and would hide the sleeper
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    server = ScreensServer(server_config(create_app(core, hub), "127.0.0.1", 0), hub)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    pipe.send(listener.getsockname()[1])
    while sum("dict" in client.topics for client in hub.clients) < arguments.clients + arguments.stalled:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(2.0)
    costs, encode = [], []
    rng = np.random.default_rng(1)
    for _ in range(arguments.seconds):
        made = estimates(names, arguments.floors, core.now(), rng, arguments.batches)
        before = time.process_time()
        for message in made:
            said = core.service.receive(message, core.now())
            encode.append(time.process_time() - before)
            hub.deliver(said)
            await asyncio.sleep(0.9 / arguments.batches)
        costs.append(time.process_time() - before)
    dropped = sum(client.dropped for client in hub.clients)
    pipe.send("stop")
    server.should_exit = True
    await task
    return {
        "server CPU ms per tick, mean": 1000 * float(np.mean(costs)),
        "of it service, ms per message": 1000 * float(np.median(encode[:: arguments.batches])),
        "frames replaced": float(dropped),
    }


def service_cost(batches: int, share: int, seconds: int = 200) -> float:
    """CPU milliseconds per simulated second; ``batches * share`` messages a second."""
    core, start = Core(a_site(4)), 1_700_000_000_000_000
    names = [f"d{index}" for index in range(500)]
    devices = tuple(m.EnrolledDevice(device_id=name, kind="asset", subject=name) for name in names)
    core.service.receive(m.EnrolmentChanged(version=1, devices=devices), start)
    rng = np.random.default_rng(1)
    made = [
        (start + second * 1_000_000 + part * 1_000_000 // share, message)
        for second in range(seconds)
        for part in range(share)
        for message in estimates(names, 4, start + second * 1_000_000, rng, batches)
    ]
    before = time.process_time()
    for at, message in made:
        core.service.receive(message, at)
        core.service.wake(at)
    return 1000 * (time.process_time() - before) / seconds


async def watch(port: int, pipe: multiprocessing.connection.Connection, clients: int) -> None:
    """The browsers: how long after the service made it did a change frame arrive?"""
    delays: list[float] = []
    stop = asyncio.Event()

    async def browser() -> None:
        async with websockets.connect(
            f"ws://127.0.0.1:{port}/ws",
            subprotocols=[websockets.Subprotocol("nearhand.v1")],
            additional_headers={"Cookie": "nearhand_console=bench"},
            proxy=None,
        ) as page:
            welcome = json.loads(await page.recv())
            await page.send(json.dumps({"t": "sub", "topics": [f"pos:{f['id']}" for f in welcome["floors"]]}))
            async for message in page:
                if isinstance(message, bytes) and message[0] == 2:
                    delays.append(time.time() * 1000 - struct.unpack_from("<d", message, 8)[0])  # noqa: PERF401

    tasks = [asyncio.create_task(browser()) for _ in range(clients)]
    asyncio.get_running_loop().add_reader(pipe.fileno(), stop.set)
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    pipe.send(delays)


def browsers(pipe: multiprocessing.connection.Connection, clients: int) -> None:
    asyncio.run(watch(pipe.recv(), pipe, clients))


def stall(port: int) -> socket.socket:
    """A page that subscribes and never reads again."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", port))
    raw.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: nearhand.v1\r\nCookie: nearhand_console=bench\r\n\r\n".encode()
    )
    raw.recv(2000)
    text = json.dumps({"t": "sub", "topics": ["pos:F0"]}).encode()
    raw.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
    return raw


def sleepers(pipe: multiprocessing.connection.Connection, count: int) -> None:
    port = pipe.recv()
    raws = [stall(port) for _ in range(count)]
    pipe.recv()
    for raw in raws:
        raw.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("clients", 50), ("devices", 5000), ("seconds", 20), ("floors", 6), ("batches", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--stalled", type=int, default=0)
    parser.add_argument("--service-only", action="store_true")
    arguments = parser.parse_args()
    if arguments.service_only:
        for label, batches, share in (("each device once a second", 4, 1), ("all devices each 250 ms", 1, 4)):
            print(f"  {label:26} {service_cost(batches, share):6.2f} ms of CPU per simulated second")
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    lazy_ours, lazy_theirs = context.Pipe()
    watcher = context.Process(target=browsers, args=(theirs, arguments.clients))
    lazy = context.Process(target=sleepers, args=(lazy_theirs, arguments.stalled))
    watcher.start()
    lazy.start()
    figures = asyncio.run(serve(arguments, Both(ours, lazy_ours)))  # type: ignore[arg-type]
    delays = np.array(ours.recv())
    watcher.join(10)
    lazy.join(10)
    print(f"{arguments.clients} clients, {arguments.devices} devices, {arguments.floors} floors, "
          f"{arguments.batches} messages per second, {arguments.stalled} stalled")  # fmt: skip
    for name, value in figures.items():
        print(f"  {name:34} {value:8.2f}")
    for share in (50, 95, 99, 100):
        print(f"  made to received, p{share:<3} ms             {np.percentile(delays, share):8.2f}")
    print(f"  frames received                    {len(delays):8d}")


class Both:
    """Says the same to the browsers and to the sleepers."""

    def __init__(self, *pipes: multiprocessing.connection.Connection) -> None:
        self._pipes = pipes

    def send(self, word: object) -> None:
        for pipe in self._pipes:
            pipe.send(word)


if __name__ == "__main__":
    main()
