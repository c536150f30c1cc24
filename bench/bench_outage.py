"""Ten minutes without a broker: the agent with its real bleak, disk and MQTT, killed with -9 half-way.

    .venv/bin/python bench/bench_outage.py [--seconds 600] [--rate 150] [--spool-bytes 64000000]

A BlueZ look-alike on a private D-Bus advertises; the broker is killed at the start, the agent after half the
time, and started again; then the broker comes back. Every advert is numbered by its device and RSSI, so that
what arrives is compared with what was advertised, one by one and in order. Advertising pauses for a second
before the kill and until the new agent scans: what is in the radio's own queue is nobody's yet.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dbus_fast import Message

from contracts import messages as m
from contracts.columns import observations
from tests.gateway.adapters.bluez import Bluez, fake_bluez, private_bus
from tests.runtime.brokers import RunningBroker, running_broker
from tests.runtime.test_agent import IBEACON, ROOT, Ear

ROUND_TRIP = Message(
    destination="org.freedesktop.DBus",
    path="/org/freedesktop/DBus",
    interface="org.freedesktop.DBus",
    member="GetId",
)
DEVICES = 60
LEVELS = 70
"""RSSI from -30 down, then again: with the device it numbers 4200 adverts apart."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=150.0)
    parser.add_argument("--spool-bytes", type=int, default=64_000_000)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        private_bus(Path(folder)) as address,
        running_broker(Path(folder) / "broker") as broker,
    ):
        asyncio.run(measure(arguments, address, broker, Path(folder)))


async def measure(arguments: argparse.Namespace, address: str, broker: RunningBroker, folder: Path) -> None:
    ear = Ear(broker.url("services"), broker.settings.mqtt_port)
    half_s = arguments.seconds / 2
    async with fake_bluez(address) as fake:
        with agent(broker, folder, arguments.spool_bytes) as process:
            await fake.until_scanning()
            sent = await speak(fake, 0, 2.0, arguments.rate)
            await asyncio.to_thread(ear.wait, lambda: heard(ear) >= sent)
            broker.process.kill()
            broker.process.wait()
            sent += await speak(fake, sent, half_s, arguments.rate)
            await asyncio.sleep(1.0)
            process.kill()
            process.wait()
        with agent(broker, folder, arguments.spool_bytes):
            await fake.until_scanning()
            sent += await speak(fake, sent, half_s, arguments.rate)
            spool = sum(file.stat().st_size for file in (folder / "spool").iterdir())
            began = time.monotonic()
            broker.kill_and_restart()
            dropped = await drained(ear, sent)
            report(arguments, ear, sent, dropped, spool, time.monotonic() - began)
    ear.close()


@contextlib.contextmanager
def agent(broker: RunningBroker, folder: Path, spool_bytes: int) -> Iterator[subprocess.Popen[bytes]]:
    file = folder / "gateway.toml"
    file.write_text(
        f'gateway = "gw-1"\nper_device_max = 1000\nspool_dir = "{folder}/spool"\n'
        f"spool_bytes_max = {spool_bytes}\nheartbeat_s = 2.0\n"
    )
    command = [sys.executable, "-m", "runtime", "gateway", "--settings", str(file)]
    process = subprocess.Popen(
        [*command, "--broker", broker.url("gateways")],
        cwd=ROOT,
        env=os.environ.copy(),
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def name_of(number: int) -> tuple[str, int]:
    """Device and RSSI of advert ``number``."""
    return f"C0:DE:00:00:00:{number % DEVICES:02X}", -30 - number // DEVICES % LEVELS


async def speak(fake: Bluez, first: int, seconds: float, rate: float) -> int:
    """Advertise evenly for so long; how many it were."""
    began, count = time.monotonic(), round(seconds * rate)
    for number in range(first, first + count):
        await asyncio.sleep(max(0.0, began + (number - first) / rate - time.monotonic()))
        device, rssi_dbm = name_of(number)
        await fake.advertise(device, rssi_dbm, {0x004C: IBEACON})
        if number % 10 == 0:
            await fake.bus.call(ROUND_TRIP)  # dbus_fast breaks when its socket is full: let it empty
    return count


def heard(ear: Ear) -> int:
    return len(ear.rssi())


async def drained(ear: Ear, sent: int) -> int:
    """Wait until everything is there that can be; the agent's own count of what it had to drop."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        dropped = int(max((s.fields.get("spool_dropped_observations", 0) for s in ear.statuses), default=0))
        if heard(ear) + dropped >= sent:
            return dropped
        await asyncio.sleep(0.5)
    return dropped


def rows(ear: Ear) -> list[tuple[str, int]]:
    """(device, RSSI) of every observation as it came, batches counted once."""
    seen: dict[tuple[str, int], m.ScanReport] = {}
    for one in ear.reports:
        seen.setdefault((one.boot, one.seq), one)
    found: list[tuple[str, int]] = []
    for one in seen.values():
        columns = observations(one)
        found += [
            (one.device_ids[device], int(rssi))
            for device, rssi in zip(columns.device, columns.rssi_dbm, strict=True)
        ]
    return found


def report(
    arguments: argparse.Namespace, ear: Ear, sent: int, dropped: int, spool: int, took_s: float
) -> None:
    arrived = rows(ear)
    live = round(2.0 * arguments.rate)  # before the outage; what was dropped is the oldest after it
    expected = [name_of(number) for number in range(sent)]
    wanted = expected[:live] + expected[live + dropped :]
    print(
        "| outage s | adverts | arrived | dropped at the limit | lost | in order | spool kB | drained in s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    print(
        f"| {arguments.seconds:.0f} | {sent} | {len(arrived)} | {dropped} | {sent - dropped - len(arrived)} "
        f"| {'yes' if arrived == wanted else 'no'} | {spool / 1e3:.0f} | {took_s:.0f} |"
    )


if __name__ == "__main__":
    main()
