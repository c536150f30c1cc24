"""Live load: 1 000 devices heard by 8 gateways each at 1 Hz, from MQTT publish to a browser's WebSocket.

    ./nearhand up --data /tmp/bench-live            (in another terminal, or let --up do it)
    .venv/bin/python bench/bench_live.py --up [--devices 1000] [--seconds 60]

Each gateway sends its own format, QoS 1, four batches a second, evenly staggered, as the agents do. The
latency of a report is the time from its publish to the arrival of the first position frame that was
estimated after it and holds one of its devices. Prints a table with the CPU share of every process.
"""

import argparse
import asyncio
import contextlib
import json
import struct
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import websockets.asyncio.client

sys.path.insert(0, str(Path(__file__).parent.parent))

from contracts import messages as m
from contracts.sitemap import Site
from runtime.clock import now
from runtime.mqtt import Bus
from runtime.replay import command_and_wait, running_broker, signed
from runtime.settings import DEMO_SITE
from runtime.site_files import load_site
from tests.system import System, running_system

BATCHES_PER_S = 4
START_US = 2_000_000
"""All tracks begin at once here, as after a restart in a full mall: told apart from what follows."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--heard-by", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data, running_system(Path(data), site=DEMO_SITE) as system:
        asyncio.run(_measure(system, arguments))


async def _measure(system: System, arguments: argparse.Namespace) -> None:
    site = load_site(DEMO_SITE)
    bus = Bus(running_broker(system.data), site.site, "bench-live", 10_000)
    bus.subscribe_types([m.CommandAnswered])
    await bus.connect()
    ids = tuple(f"BE:EF:00:00:{index // 256:02X}:{index % 256:02X}" for index in range(arguments.devices))
    devices = tuple(
        m.EnrolledDevice(device, "loan", f"visitor-{device[-5:].replace(':', '')}") for device in ids
    )
    await command_and_wait(bus, m.EnrolDevices(**signed(), devices=devices))
    heard = plan(site, arguments.devices, arguments.heard_by, np.random.default_rng(1))
    published: dict[str, list[int]] = defaultdict(list)
    watcher = asyncio.create_task(watch(system, site, published))
    await asyncio.sleep(3)
    cpu_before = cpu_seconds(system)
    began = time.monotonic()
    sent = await load(bus, ids, heard, arguments.seconds, published)
    took = time.monotonic() - began
    cpu = {name: (after - cpu_before.get(name, 0)) / took for name, after in cpu_seconds(system).items()}
    await asyncio.sleep(1)
    watcher.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watcher
    with system.login() as client:
        health = system.snapshot(client, "health")
    report(arguments, sent, took, watch.latencies, cpu, health)  # type: ignore[attr-defined]
    bus.close()


def plan(
    site: Site, devices: int, heard_by: int, rng: np.random.Generator
) -> dict[str, list[tuple[int, int]]]:
    """Gateway → (device, RSSI in dBm): each device stands somewhere and the nearest gateways hear it."""
    ours = [gateway for gateway in site.gateways if gateway.vendor_format in ("nearhand", "auto")]
    heard: dict[str, list[tuple[int, int]]] = {gateway.gateway: [] for gateway in ours}
    by_floor = defaultdict(list)
    for gateway in ours:
        by_floor[gateway.floor].append(gateway)
    floors = sorted(by_floor)
    for device in range(devices):
        gateways = by_floor[floors[device % len(floors)]]
        xs, ys = np.array([g.x_m for g in gateways]), np.array([g.y_m for g in gateways])
        x, y = rng.uniform(xs.min(), xs.max()), rng.uniform(ys.min(), ys.max())
        distance = np.hypot(xs - x, ys - y)
        for index in np.argsort(distance)[:heard_by]:
            rssi = -59 - 20 * np.log10(max(1.0, float(np.hypot(distance[index], 2.0)))) + rng.normal(0, 4)
            heard[gateways[index].gateway].append((device, round(float(rssi))))
    return heard


async def load(
    bus: Bus,
    ids: tuple[str, ...],
    heard: dict[str, list[tuple[int, int]]],
    seconds: float,
    published: dict[str, list[int]],
) -> int:
    """Publish for so long; how many observations were sent."""
    rng = np.random.default_rng(2)
    slots = sorted(
        ((index + part * len(heard) / BATCHES_PER_S) % len(heard) / len(heard), gateway, part)
        for index, gateway in enumerate(heard)
        for part in range(BATCHES_PER_S)
    )
    seq: dict[str, int] = defaultdict(int)
    began, sent = time.monotonic(), 0
    for second in range(int(seconds)):
        for offset, gateway, part in slots:
            await asyncio.sleep(max(0.0, began + second + offset - time.monotonic()))
            rows = heard[gateway][part::BATCHES_PER_S]
            seq[gateway] += 1
            at = now()
            noise = rng.normal(0, 3, len(rows))
            bus.publish(
                m.ScanReport(
                    gateway=gateway,
                    boot="bench",
                    seq=seq[gateway],
                    started_at=at - 250_000,
                    device_ids=tuple(ids[device] for device, _ in rows),
                    device=np.arange(len(rows), dtype="<u2").tobytes(),
                    rssi_dbm=np.clip([r for _, r in rows] + noise, -110, -30).astype(np.int8).tobytes(),
                    offset_ms=rng.integers(0, 250, len(rows)).astype("<u2").tobytes(),
                )
            )
            for device, _ in rows:
                published[ids[device]].append(at)
            sent += len(rows)
    return sent


async def watch(system: System, site: Site, published: dict[str, list[int]]) -> None:
    """A browser: follow every floor, note for each frame how old the reports in it are."""
    latencies: list[tuple[int, float]] = []
    watch.latencies = latencies  # type: ignore[attr-defined]
    with system.login() as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    slots: dict[int, str] = {}
    headers = {"Cookie": cookie, "Origin": system.address}
    async with websockets.asyncio.client.connect(
        f"ws://127.0.0.1:{system.port}/ws",
        subprotocols=[websockets.Subprotocol("nearhand.v1")],
        additional_headers=headers,
        compression=None,
        max_size=None,
    ) as socket:
        topics = [f"pos:{floor.floor}" for floor in site.floors] + ["devices"]
        await socket.send(json.dumps({"t": "sub", "topics": topics}))
        async for message in socket:
            arrived = now()
            if isinstance(message, str):
                learn(json.loads(message), slots)
            else:
                for slot, stamp in frame_rows(message):
                    waiting = published.get(slots.get(slot, ""), [])
                    while waiting and waiting[0] <= stamp:
                        sent_at = waiting.pop(0)
                        latencies.append((sent_at, (arrived - sent_at) / 1000))


def learn(told: dict[str, Any], slots: dict[int, str]) -> None:
    """Which slot is which device: the pseudonym of a loaned tag is made from its address here."""
    if told["t"] == "dict":
        for entry in told["slots"]:
            subject = str(entry["id"]).removeprefix("visitor-")
            slots[entry["slot"]] = f"BE:EF:00:00:{subject[:2]}:{subject[2:]}"


def frame_rows(data: bytes) -> list[tuple[int, int]]:
    """(slot, instant of the estimate) of each record of the change frames in a message."""
    rows, at = [], 0
    while at < len(data):
        kind, _, _, _, _, stamp_ms, count, stride, _ = struct.unpack_from("<BBBBIdHHI", data, at)
        body = at + 24
        if kind == 2:
            rows += [
                (struct.unpack_from("<H", data, body + index * stride)[0], round(stamp_ms * 1000))
                for index in range(count)
            ]
        at = body + count * stride
    return rows


def cpu_seconds(system: System) -> dict[str, float]:
    """CPU seconds that each process of the system has used."""
    used = {}
    for name, pid in {**system.pids(), "supervisor": system.process.pid}.items():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        used[name] = (int(fields[11]) + int(fields[12])) / 100
    return used


def report(
    arguments: argparse.Namespace,
    sent: int,
    took: float,
    latencies: list[tuple[int, float]],
    cpu: dict[str, float],
    health: Any,
) -> None:
    print(f"\n{arguments.devices} devices heard by {arguments.heard_by} gateways each at 1 Hz, {took:.0f} s")
    print(f"observations sent {sent}, {sent / took:.0f}/s; answered by a frame {len(latencies)}")
    if latencies:
        sent_at, late_ms = np.array(latencies).T
        early = sent_at < sent_at.min() + START_US
        for name, chosen in (("all", np.ones_like(early)), ("first 2 s", early), ("after", ~early)):
            p50, p95, p99 = np.percentile(late_ms[chosen], (50, 95, 99))
            print(f"publish → WebSocket, {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms")
    print("CPU share of one core: " + ", ".join(f"{name} {share:.2f}" for name, share in sorted(cpu.items())))
    print("ingest:", health["ingest"])


if __name__ == "__main__":
    main()
