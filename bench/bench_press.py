"""From a button's press at a gateway to the call on the board, with the real broker, store and web server.

    .venv/bin/python bench/bench_press.py [--presses 200] [--load 300] [--ingest mqtt|jetstream] [--kill]

Starts ``nearhand up`` on the demo mall, enrols as many tags as there are presses, and publishes each press as
an agent does: a scan report of QoS 1 with the tag's advert, one press a second. The latency ends when the
call's event arrives on an operator's WebSocket; on the way it is seen as a press and as a call on the broker.
Each call is cancelled two seconds later. ``--load`` is the number of other devices that gateways hear
meanwhile, each by eight of them once a second. With ``--kill`` positioning is killed with -9 every forty
seconds, tags repeat themselves once a second as real ones do, and the calls are counted: each press one.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import websockets.asyncio.client

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bench_live import load, plan
from contracts import messages as m
from runtime.clock import now
from runtime.mqtt import Bus
from runtime.replay import command_and_wait, running_broker, signed
from runtime.settings import DEMO_SITE
from runtime.site_files import load_site
from tests.system import System, running_system

ENROLLED_AT_ONCE = 400
REPEATS_S = 30.0
"""How long a tag goes on saying that it was pressed, with ``--kill``: as MOKO's do."""
KILL_EVERY_S = 40.0
"""Longer than the supervisor takes to forgive a death: sooner, it waits longer and longer before a start."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument("--load", type=int, default=300)
    parser.add_argument("--ingest", choices=("mqtt", "jetstream"), default="mqtt")
    parser.add_argument("--kill", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "nearhand.toml"
        config.write_text(f'[host]\ningest = "{arguments.ingest}"\n')
        options = ("--config", str(config))
        with running_system(Path(folder) / "var", *options, site=DEMO_SITE) as system:
            asyncio.run(measure(system, arguments))


async def measure(system: System, arguments: argparse.Namespace) -> None:
    site = load_site(DEMO_SITE)
    bus = Bus(running_broker(system.data), site.site, "bench-press", 10_000)
    bus.subscribe_types([m.CommandAnswered])
    await bus.connect()
    tags = [f"C0:FF:EE:00:{index // 256:02X}:{index % 256:02X}" for index in range(arguments.presses)]
    others = tuple(f"BE:EF:00:00:{index // 256:02X}:{index % 256:02X}" for index in range(arguments.load))
    every = [m.EnrolledDevice(name, "loan", name.replace(":", "")) for name in (*tags, *others)]
    for at in range(0, len(every), ENROLLED_AT_ONCE):
        some = tuple(every[at : at + ENROLLED_AT_ONCE])
        await command_and_wait(bus, m.EnrolDevices(**signed(), devices=some))
    board = Board()
    stages = Stages()
    follower = asyncio.create_task(stages.follow(system, site.site))
    watcher = asyncio.create_task(board.watch(system))
    await board.ready.wait()
    background = asyncio.create_task(other_load(bus, site, others, arguments))
    killer = asyncio.create_task(kill_now_and_then(system)) if arguments.kill else None
    await asyncio.sleep(3)
    ours = [g.gateway for g in site.gateways if g.vendor_format in ("nearhand", "auto")]
    rng = random.Random(1)
    pressed: dict[str, float] = {}
    pressing = []
    for number, tag in enumerate(tags):
        pressing.append(asyncio.create_task(press(bus, rng.choice(ours), tag, number, arguments.kill)))
        pressed[tag] = time.monotonic()
        await asyncio.sleep(rng.uniform(0.7, 1.3))
        for call_id in board.old(2.0):
            bus.publish(m.CancelCall(**signed(), call_id=call_id, reason="bench"))
    await asyncio.gather(*pressing)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while len(board.seen) < len(tags):  # noqa: ASYNC110 (a limit by time is all it takes)
                await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    for task in (killer, background, watcher, follower):
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    report(arguments, tags, pressed, board, stages)
    bus.close()


async def press(bus: Bus, gateway: str, tag: str, number: int, again: bool) -> None:
    """As an agent passes it on: at once, and while the tag says so once a second."""
    advert = bytes.fromhex(f"0201060f16e0fe2202{6 + number % 60000:04x}0000000000010000")
    for seq in range(1, 2 + (int(REPEATS_S) if again else 0)):
        report = m.ScanReport(
            gateway=gateway,
            boot=f"press-{number}",
            seq=seq,
            started_at=now(),
            device_ids=(tag,),
            device=bytes(2),
            rssi_dbm=b"\xc0",
            offset_ms=bytes(2),
            adverts={0: advert},
        )
        bus.publish(report)
        if again:
            await asyncio.sleep(1)


async def other_load(bus: Bus, site: Any, ids: tuple[str, ...], arguments: argparse.Namespace) -> None:
    if ids:
        heard = plan(site, len(ids), 8, np.random.default_rng(1))
        seconds = arguments.presses + 60
        await load(bus, ids, heard, seconds, defaultdict(list))


async def kill_now_and_then(system: System) -> None:
    while True:
        await asyncio.sleep(KILL_EVERY_S / 2 if Board.kills == 0 else KILL_EVERY_S)
        with contextlib.suppress(KeyError, ProcessLookupError):
            os.kill(system.pids()["positioning"], signal.SIGKILL)
            Board.kills += 1


class Board:
    """An operator's page: when it saw a call for a device, and how many it saw."""

    kills = 0

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.open: dict[str, str] = {}
        self.calls: dict[str, str] = {}
        self.ready = asyncio.Event()

    def old(self, age_s: float) -> list[str]:
        """The open calls seen longer ago; each is named once."""
        old = [call for call, tag in self.open.items() if time.monotonic() - self.seen[tag] > age_s]
        for call in old:
            del self.open[call]
        return old

    async def watch(self, system: System) -> None:
        with system.login() as client:
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        async with websockets.asyncio.client.connect(
            f"ws://127.0.0.1:{system.port}/ws",
            subprotocols=[websockets.Subprotocol("nearhand.v1")],
            additional_headers={"Cookie": cookie, "Origin": system.address},
            compression=None,
            max_size=None,
        ) as socket:
            await socket.send(json.dumps({"t": "sub", "topics": ["calls"]}))
            async for message in socket:
                at = time.monotonic()
                told = json.loads(message) if isinstance(message, str) else {}
                if told.get("topic") == "calls":
                    self.ready.set()
                    for call in found_calls(told):
                        self._call(call, at)

    def _call(self, call: dict[str, Any], at: float) -> None:
        if call["call_id"] not in self.calls and call["device_id"]:
            self.calls[call["call_id"]] = self.open[call["call_id"]] = call["device_id"]
            self.seen.setdefault(call["device_id"], at)


class Stages:
    """When the press and the call of a device passed the broker."""

    def __init__(self) -> None:
        self.press: dict[str, float] = {}
        self.call: dict[str, float] = {}

    async def follow(self, system: System, site: str) -> None:
        bus = Bus(running_broker(system.data), site, "bench-stages", 10_000)
        bus.subscribe_types([m.ButtonPressed, m.CallChanged])
        await bus.connect()
        try:
            while True:
                await bus.wait(1.0)
                batch, at = bus.take(1000), time.monotonic()
                for message in (received.message for received in batch):
                    if isinstance(message, m.ButtonPressed):
                        self.press.setdefault(message.device_id, at)
                    elif isinstance(message, m.CallChanged) and message.device_id:
                        self.call.setdefault(message.device_id, at)
                bus.acknowledge(batch)
        finally:
            bus.close()


def found_calls(told: Any) -> list[dict[str, Any]]:
    """Every call in a text message of the socket, whatever wraps it."""
    if isinstance(told, dict):
        if "call_id" in told and "device_id" in told:
            return [told]
        return [call for value in told.values() for call in found_calls(value)]
    return [call for value in told for call in found_calls(value)] if isinstance(told, list) else []


def report(
    arguments: argparse.Namespace,
    tags: list[str],
    pressed: dict[str, float],
    board: Board,
    stages: Stages,
) -> None:
    per_tag = Counter(board.calls.values())
    print(
        f"{len(tags)} presses, {arguments.load} other devices, ingest {arguments.ingest}, "
        f"{Board.kills} kills: "
        f"{len(board.calls)} calls, {sum(count > 1 for count in per_tag.values())} twice, "
        f"{sum(tag not in per_tag for tag in tags)} lost; load average {os.getloadavg()[0]:.1f}"
    )
    print("| from the publish to | p50 ms | p90 | p99 | max |")
    print("|---|---|---|---|---|")
    for name, seen in (
        ("the press on the broker", stages.press),
        ("the call on the broker", stages.call),
        ("the call on the board", board.seen),
    ):
        values = [(seen[tag] - pressed[tag]) * 1000 for tag in tags if tag in seen]
        p50, p90, p99, most = (float(np.percentile(values, share)) for share in (50, 90, 99, 100))
        print(f"| {name} | {p50:.0f} | {p90:.0f} | {p99:.0f} | {most:.0f} |")


if __name__ == "__main__":
    main()
