"""``nearhand gateway`` with the real bleak, the real broker and a BlueZ look-alike."""

import argparse
import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from contracts import messages as m
from contracts import wire
from contracts.columns import observations
from contracts.errors import ConfigError
from gateway.adapters.disk import DiskStorage
from gateway.adverts.decode import decode_advert
from gateway.spool import Spool
from runtime.agent import agent_settings, notify_systemd
from tests.gateway.adapters.bluez import Bluez, fake_bluez, needs_dbus, private_bus
from tests.runtime.brokers import RunningBroker, running_broker

ROOT = Path(__file__).parents[2]
IBEACON = bytes.fromhex("0215b5b182c7eab14988aa99b5c1517008d90001cf64c5")
BUTTON = {"0000fee0-0000-1000-8000-00805f9b34fb": bytes.fromhex("220200060000000000010000")}
TAG = "C0:DE:00:00:00:07"
PREFIX = "nearhand/v1/demo/gateways/gw-1"


class Ear:
    """A subscriber that keeps what it hears, in order."""

    def __init__(self, url: str, port: int) -> None:
        user, _, password = url.split("//")[1].split("@")[0].partition(":")
        self.reports: list[m.ScanReport] = []
        self.statuses: list[m.GatewayStatus] = []
        self._more = threading.Condition()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, "ear", clean_session=False)
        self.client.username_pw_set(user, password)
        self.client.on_message = self._on_message
        self.client.on_connect = lambda client, *_: client.subscribe(f"{PREFIX}/#", 1)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _on_message(self, _client: paho.Client, _data: Any, packet: paho.MQTTMessage) -> None:
        message = wire.decode(bytes(packet.payload))
        with self._more:
            if isinstance(message, m.ScanReport):
                self.reports.append(message)
            elif isinstance(message, m.GatewayStatus):
                self.statuses.append(message)
            self._more.notify_all()

    def wait(self, ready: Any, timeout_s: float = 30) -> None:
        with self._more:
            assert self._more.wait_for(ready, timeout_s), (len(self.reports), self.statuses[-1:])

    def rssi(self) -> list[int]:
        """Of every observation, batches counted once."""
        seen: dict[tuple[str, int], list[int]] = {}
        for report in self.reports:
            seen.setdefault((report.boot, report.seq), observations(report).rssi_dbm.tolist())
        return [value for values in seen.values() for value in values]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def agent(broker: RunningBroker, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The agent as a process of its own; it thins nothing."""
    file = folder / "gateway.toml"
    file.write_text(f'gateway = "gw-1"\nper_device_max = 1000\nspool_dir = "{folder}/spool"\n')
    command = [sys.executable, "-m", "runtime", "gateway", "--settings", str(file)]
    command += ["--broker", broker.url("gateways")]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ.copy())
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def until_on_disk(folder: Path, count: int) -> None:
    """Wait until that many observations are written down."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        copy = Path(tempfile.mkdtemp(dir=folder.parent)) / "spool"
        shutil.copytree(folder, copy)
        written = Spool(DiskStorage(copy), 64_000_000).take(10_000)
        if sum(len(report_of(data).rssi_dbm) for _, data in written) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"fewer than {count} observations in {folder}")


def report_of(data: bytes) -> m.ScanReport:
    report = wire.decode(data)
    assert isinstance(report, m.ScanReport)
    return report


async def speak(fake: Bluez, first: int, count: int, pause_s: float = 0.01) -> None:
    """Advertisements whose RSSI counts down from ``first``."""
    for number in range(count):
        await fake.advertise(TAG, first - number, {0x004C: IBEACON})
        await asyncio.sleep(pause_s)


@needs_dbus
@pytest.mark.broker
def test_adverts_and_alarms_reach_the_broker_and_the_will_stands(tmp_path: Path) -> None:
    async def run(address: str, broker: RunningBroker, ear: Ear) -> None:
        async with fake_bluez(address) as fake:
            with agent(broker, tmp_path) as process:
                await fake.until_scanning()
                await speak(fake, -40, 30)
                await asyncio.to_thread(ear.wait, lambda: len(ear.rssi()) >= 30)
                assert ear.rssi() == [-40 - number for number in range(30)]
                await fake.advertise("C0:DE:00:00:00:08", -90, service=BUTTON)
                await asyncio.to_thread(ear.wait, lambda: any(r.adverts for r in ear.reports))
                alarm = next(report for report in ear.reports if report.adverts)
                (ad,) = alarm.adverts.values()
                assert decode_advert(ad)["trigger_count"] == 6
                assert any(status.online for status in ear.statuses)
                process.kill()
            await asyncio.to_thread(ear.wait, lambda: not ear.statuses[-1].online)

    with private_bus(tmp_path) as address, running_broker(tmp_path / "broker") as broker:
        ear = Ear(broker.url("services"), broker.settings.mqtt_port)
        asyncio.run(run(address, broker, ear))
        ear.close()


@needs_dbus
@pytest.mark.broker
def test_nothing_is_lost_while_the_broker_is_away_and_the_agent_is_killed(tmp_path: Path) -> None:
    async def run(address: str, broker: RunningBroker, ear: Ear) -> None:
        async with fake_bluez(address) as fake:
            with agent(broker, tmp_path) as process:
                await fake.until_scanning()
                await speak(fake, -30, 10)
                await asyncio.to_thread(ear.wait, lambda: len(ear.rssi()) >= 10)
                broker.process.kill()
                broker.process.wait()
                await speak(fake, -40, 20)
                await asyncio.to_thread(until_on_disk, tmp_path / "spool", 20)
                process.kill()
                process.wait()
            with agent(broker, tmp_path) as process:
                await fake.until_scanning()
                await speak(fake, -60, 20)
                broker.kill_and_restart()
                await asyncio.to_thread(ear.wait, lambda: len(ear.rssi()) >= 50, 60)
                process.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(process.wait, 20) == 0

    with private_bus(tmp_path) as address, running_broker(tmp_path / "broker") as broker:
        ear = Ear(broker.url("services"), broker.settings.mqtt_port)
        asyncio.run(run(address, broker, ear))
        expected = [-30 - n for n in range(10)] + [-40 - n for n in range(20)] + [-60 - n for n in range(20)]
        assert ear.rssi() == expected, "all of them, in order"
        ear.close()


def parsed(**given: Any) -> argparse.Namespace:
    names = ("settings", "broker", "site", "gateway", "adapter", "scanning", "spool_dir")
    return argparse.Namespace(**{name: given.get(name) for name in names})


def test_settings_come_from_a_file_and_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('gateway = "gw-7"\nbatch_ms = 100\n')
    settings = agent_settings(parsed(settings=file, site="mall"))
    assert (settings.gateway, settings.batch_ms, settings.site) == ("gw-7", 100, "mall")
    assert agent_settings(parsed(settings=file, gateway="gw-8")).gateway == "gw-8"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('gateway = "gw-7"\nbatchms = 100', "batchms"),
        ('gateway = "gw-7"\nbatch_ms = "fast"', "batch_ms"),
        ('gateway = "gw/7"', "gw/7"),
        ("gateway = ", "not TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        agent_settings(parsed(settings=file))
    with pytest.raises(ConfigError, match="nowhere"):
        agent_settings(parsed(settings=tmp_path / "nowhere.toml"))


def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        notify_systemd("READY=1")
        assert line.recv(100) == b"READY=1"
    notify_systemd("WATCHDOG=1")
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify_systemd("READY=1")
