"""``nearhand gateway``: our own gateway on a Linux machine with a Bluetooth radio.

    nearhand gateway --settings /etc/nearhand-gateway.toml
    nearhand gateway --broker mqtts://broker:8883 --site demo --gateway gw-L1-01

It needs BlueZ, and neither numpy nor a web server. What it hears goes to the broker in batches, alarms at
once; while the broker is away it is kept on disk.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import resource
import secrets
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from contracts import wire
from contracts.edge import GatewayStatus, ScanReport
from contracts.errors import ConfigError, StorageError
from contracts.quantities import MILLISECOND, SECOND, Instant, from_seconds, to_seconds
from contracts.values import Message
from gateway.adapters.disk import DiskStorage
from gateway.agent import AdvertHeard, AgentService
from gateway.outbox import Outbox
from gateway.settings import AgentSettings
from gateway.spool import Spool
from gateway.watchdog import Watchdog
from runtime.agent_link import Handlers, Link
from runtime.clock import now

if TYPE_CHECKING:
    from gateway.adapters.scanner import Scanner

log = logging.getLogger(__name__)

IN_FLIGHT_MAX: Final = 100
LONGEST_SLEEP: Final = 1 * SECOND
SILENCE_MAX: Final = 15 * 60 * SECOND
"""No advert for so long in spite of all remedies: systemd's watchdog may have the process."""
SYNC_EACH: Final = 5 * SECOND
THERMAL: Final = Path("/sys/class/thermal/thermal_zone0/temp")
CLOCK_SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "gateway",
        help="our own gateway: hear tags with this machine's Bluetooth radio",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="TOML, see docs/gateways.md")
    parser.add_argument("--broker", metavar="URL", help="mqtt://user:password@host:port or mqtts://…")
    parser.add_argument("--site", help="id of the site")
    parser.add_argument("--gateway", help="id of this gateway on the site")
    parser.add_argument("--adapter", help="Bluetooth adapter, for example hci0")
    parser.add_argument("--scanning", choices=("auto", "passive", "active"))
    parser.add_argument("--spool-dir", metavar="DIR", help="where unsent reports are kept")
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Run until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = agent_settings(args)
    asyncio.run(Agent(settings).run())
    return 0


def agent_settings(args: argparse.Namespace) -> AgentSettings:
    """The file's settings, and what the command line says otherwise.

    Raises:
        ConfigError: names the file and the place in it.
    """
    values: dict[str, Any] = {}
    if args.settings is not None:
        try:
            values = msgspec.toml.decode(args.settings.read_bytes())
        except OSError as error:
            raise ConfigError(f"{args.settings}: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise ConfigError(f"{args.settings}: not TOML: {error}") from error
    for name in ("broker", "site", "gateway", "adapter", "scanning", "spool_dir"):
        if getattr(args, name, None) is not None:
            values[name] = getattr(args, name)
    values.setdefault("gateway", "")
    if not values["gateway"]:
        values["gateway"] = socket.gethostname()
    try:
        settings = msgspec.convert(values, AgentSettings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{args.settings or 'gateway'}: {error}") from error
    for name in (settings.site, settings.gateway):
        if not wire.IDENTIFIER.fullmatch(name):
            raise ConfigError(f"{name!r}: ids are letters, digits, - and _, at most 64")
    return settings


class Agent:
    """Joins radio, service, outbox and link in one loop."""

    def __init__(self, settings: AgentSettings) -> None:
        """Raises ``ConfigError`` and ``StorageError`` for what keeps it from starting."""
        at = now()
        self._settings = settings
        self._service = AgentService(settings, secrets.token_hex(4), at)
        self._storage = DiskStorage(Path(settings.spool_dir))
        self._spool = Spool(self._storage, settings.spool_bytes_max)
        self._outbox = Outbox(self._spool, settings.spool_after_ms * MILLISECOND, IN_FLIGHT_MAX)
        self._watchdog = Watchdog(from_seconds(settings.quiet_s), at)
        base = f"{wire.ROOT}/{settings.site}/gateways/{settings.gateway}"
        self._scan_topic, self._status_topic = f"{base}/scan", f"{base}/status"
        self._link = Link(settings, f"{base}/config", (self._status_topic, self._last_word()))
        self._tokens: dict[int, int] = {}
        """Number of a publish → token of the outbox."""
        self._counters: Counter[str] = Counter()
        self._advert_at = at
        self._sync_at = at
        self._wake = asyncio.Event()
        self._stopping = False
        self._cpu_before = (time.monotonic(), 0.0)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        from gateway.adapters.beacon import Beacon
        from gateway.adapters.scanner import Scanner

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        scanner = Scanner(self.hear, self._settings.adapter, self._settings.scanning)
        beacon = (
            Beacon(self._settings.adapter, self._settings.beacon_uuid, self._settings.gateway)
            if self._settings.beacon_uuid
            else None
        )
        self._link.start(Handlers(self._connected, self._lost, self._acknowledged, self._configured))
        if not await scanner.start():
            self._watchdog.failed(now())
        if beacon:
            await beacon.start()
        notify_systemd("READY=1")
        log.info(
            "gateway %s of site %s, %d reports kept",
            self._settings.gateway,
            self._settings.site,
            self._spool.records,
        )
        try:
            while not self._stopping:
                await self._turn(scanner)
        finally:
            await scanner.stop()
            if beacon:
                beacon.stop()
            self._keep(self._service.flush())
            self._lost()
            self._link.stop((self._status_topic, self._last_word()))
            self._storage.close()

    def hear(self, address: str, rssi_dbm: int, adv: bytes) -> None:
        """An advert from the radio. Alarms leave here."""
        at = now()
        self._advert_at = at
        self._watchdog.advert(at)
        heard = AdvertHeard(address=address, rssi_dbm=rssi_dbm, heard_at=at, adv=adv)
        out = self._service.receive(heard, at)
        if out:
            self._keep(out, urgent=True)
            self._pump()

    async def _turn(self, scanner: "Scanner") -> None:
        """Sleep until something is due, then do all of it."""
        due = min(
            self._service.wake_at() or 0,
            self._outbox.wake_at() or now() + LONGEST_SLEEP,
            self._watchdog.check_at(),
            now() + LONGEST_SLEEP,
        )
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.0, to_seconds(due - now())))
        at = now()
        self._keep(self._service.wake(at), scanner=scanner)
        try:
            self._outbox.wake(at)
            if at >= self._sync_at:
                self._sync_at = at + SYNC_EACH
                self._storage.sync()
        except StorageError as error:
            self._disk_failed(error)
        self._pump()
        await self._help(scanner, at)

    async def _help(self, scanner: "Scanner", at: Instant) -> None:
        remedy = self._watchdog.check(at)
        if remedy == "none":
            return
        log.warning("no advert for %.0f s: %s", to_seconds(at - self._advert_at), remedy)
        await scanner.stop()
        if remedy == "power_cycle":
            await scanner.power_cycle()
        if not await scanner.start():
            self._watchdog.failed(now())

    def _keep(
        self, messages: Iterable[Message], urgent: bool = False, scanner: "Scanner | None" = None
    ) -> None:
        """Hand reports to the outbox and statuses to the broker."""
        for message in messages:
            if isinstance(message, ScanReport):
                try:
                    hurry = urgent and bool(message.adverts)
                    self._outbox.put(wire.encode(message), len(message.rssi_dbm), now(), hurry)
                except StorageError as error:
                    self._counters["dropped_disk"] += len(message.rssi_dbm)
                    self._disk_failed(error)
            elif isinstance(message, GatewayStatus) and self._outbox.connected:
                fields = message.fields | self._own_fields(scanner)
                status = msgspec.structs.replace(message, fields=fields)
                self._link.publish(self._status_topic, wire.encode(status), retain=True)
                if now() - self._advert_at < SILENCE_MAX:
                    notify_systemd("WATCHDOG=1")

    def _own_fields(self, scanner: "Scanner | None") -> dict[str, str | float]:
        """What the machine knows beside the service."""
        cpu, at = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        spent = cpu.ru_utime + cpu.ru_stime
        share = (spent - self._cpu_before[1]) / max(0.001, at - self._cpu_before[0])
        self._cpu_before = (at, spent)
        fields: dict[str, str | float] = {
            "scanning": scanner.mode if scanner else "off",
            "scan_restarts": float(self._watchdog.restarts),
            "power_cycles": float(self._watchdog.power_cycles),
            "spool_bytes": float(self._spool.size_bytes),
            "spool_records": float(self._outbox.waiting),
            "spool_dropped_records": float(self._spool.dropped_records),
            "spool_dropped_observations": float(self._spool.dropped_observations),
            "cpu_share": round(share, 3),
            "clock_synchronised": float(CLOCK_SYNCHRONISED.exists()),
            **{name: float(count) for name, count in self._counters.items()},
        }
        with contextlib.suppress(OSError, ValueError):
            fields["temperature_c"] = int(THERMAL.read_text()) / 1000
        return fields

    def _pump(self) -> None:
        """Publish what may go now."""
        try:
            for token, message in self._outbox.take():
                self._tokens[self._link.publish(self._scan_topic, message)] = token
        except StorageError as error:
            self._disk_failed(error)

    def _disk_failed(self, error: StorageError) -> None:
        if not self._counters["disk_errors"]:
            log.error("the spool's disk: %s", error)
        self._counters["disk_errors"] += 1

    def _last_word(self) -> bytes:
        return wire.encode(self._service.status(now(), online=False))

    def _stop(self) -> None:
        self._stopping = True
        self._wake.set()

    # --- the line ------------------------------------------------------------------------------------

    def _connected(self) -> None:
        log.info("connected, %d reports waiting", self._outbox.waiting)
        self._counters["connects"] += 1
        self._outbox.connected = True
        self._link.publish(self._status_topic, wire.encode(self._service.status(now())), retain=True)
        self._pump()

    def _lost(self) -> None:
        log.warning("the broker is away")
        self._tokens.clear()
        try:
            self._outbox.connection_lost()
        except StorageError as error:
            self._disk_failed(error)

    def _acknowledged(self, number: int) -> None:
        token = self._tokens.pop(number, None)
        if token is not None:
            self._outbox.acknowledge(token)
            self._pump()

    def _configured(self, data: bytes) -> None:
        if not self._service.configure(data):
            log.warning("configuration ignored: %r", data[:200])
        self._wake.set()


def notify_systemd(state: str) -> None:
    """Tell systemd, where it started us (``Type=notify``)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall(state.encode())
