"""One service on its own, for real deployments and as a child of ``nearhand up``.

nearhand positioning --broker mqtt://user:password@host:1883 --site DIR --data DIR
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from contracts.errors import ConfigError, NearhandError, StartupError
from contracts.messages import Message
from contracts.quantities import SECOND
from runtime import compose
from runtime.bus import MessageBus
from runtime.clock import now
from runtime.history import History
from runtime.host import Ear, Host, Tap
from runtime.jetstream import PulledBus
from runtime.journal import StoredJournal
from runtime.listening import ingest_filters
from runtime.memory import keep_for_good
from runtime.mqtt import Bus
from runtime.presses import PressBook
from runtime.scenarios import load_scenario
from runtime.settings import DEMO_SCENARIO, DEMO_SITE, Settings, load_settings
from runtime.site_files import load_site
from runtime.site_versions import SiteVersions, await_another, calibration_of
from runtime.store import open_store
from runtime.telemetry import start_logging

if TYPE_CHECKING:
    from firmware_sim.scenario import Scenario

log = logging.getLogger(__name__)
BROKER_VARIABLE = "NEARHAND_BROKER"
NATS_VARIABLE = "NEARHAND_NATS"
READY_FILE = "ready-{name}"
"""Made in the data folder when the process serves; the supervisor waits for it."""


class Beside(Protocol):
    """What serves in the same loop as the host: the web server."""

    async def serve(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Place:
    """Where a process runs: everything it is told on its command line."""

    name: str
    broker: str
    data: Path
    ground: compose.Ground
    versions: SiteVersions
    counting: tuple[int, int]
    """Which of the versions ``ground`` is."""

    @property
    def settings(self) -> Settings:
        return self.ground.settings


def add_parsers(subparsers: Any) -> None:
    texts = {
        "positioning": "ingest and positioning: gateway payloads in, position estimates out",
        "dispatcher": "calls, offers, assignments, deadlines; writes the journal",
        "dashboard": "control room, handheld and customer pages over HTTP and WebSocket",
        "simulator": "a simulated mall of tags, gateways, staff and customers, live on the broker",
    }
    for name, text in texts.items():
        parser = subparsers.add_parser(name, help=text, description=text)
        add_common(parser)
        address = os.environ.get(BROKER_VARIABLE)
        parser.add_argument(
            "--broker",
            required=address is None,
            default=address,
            help=f"mqtt://user:password@host:port of the broker; or in ${BROKER_VARIABLE}",
        )
        if name == "positioning":
            parser.add_argument(
                "--nats",
                default=os.environ.get(NATS_VARIABLE, ""),
                help="nats://user:password@host:port of the same broker",
            )
        if name == "dashboard":
            parser.add_argument(
                "--simulated", action="store_true", help="say on every page that the mall is a simulated one"
            )
        if name == "simulator":
            parser.add_argument("--scenario", type=Path, default=DEMO_SCENARIO)
            parser.add_argument("--seed", type=int, default=1)
        parser.set_defaults(run=run, name=name)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Options that every process takes."""
    parser.add_argument(
        "--site", type=Path, default=DEMO_SITE, help="folder of the site (default: the demo mall)"
    )
    parser.add_argument(
        "--config", type=Path, help="settings file (default: built-in, see config/nearhand.toml)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("var"), help="folder for everything kept (default: var)"
    )
    parser.add_argument("--verbose", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Run one service until it is told to stop. Exit status 2 for an operator's error."""
    start_logging(arguments.name, arguments.verbose)
    runners: dict[str, Callable[[Place, argparse.Namespace], Coroutine[Any, Any, None]]] = {
        "positioning": _run_positioning,
        "dispatcher": _run_dispatcher,
        "dashboard": _run_dashboard,
        "simulator": _run_simulator,
    }
    settings = load_settings(arguments.config)
    arguments.data.mkdir(parents=True, exist_ok=True)
    versions = SiteVersions(arguments.data, arguments.site)
    locates = arguments.name == "positioning"
    counting = versions.counting(locates)
    folder = versions.current()
    calibration = calibration_of(folder) if locates else None
    ground = compose.ground(load_site(folder), settings, calibration)
    place = Place(arguments.name, arguments.broker, arguments.data, ground, versions, counting)
    try:
        asyncio.run(runners[arguments.name](place, arguments))
    except NearhandError as error:
        if isinstance(error, StartupError):
            raise
        log.error("%s", error)
        return 1
    return 0


async def _run_positioning(place: Place, arguments: argparse.Namespace) -> None:
    history = History(place.data / "history", place.settings.store.history_days)
    presses = PressBook(place.data / "presses.json")
    services = compose.positioning_services(place.ground, presses.presses)
    host, bus = _host(
        place,
        services,
        taps=[history.tap, presses.tap],
        raw_filters=ingest_filters(place.ground.site.site, place.settings),
        nats=arguments.nats,
    )
    await _serve(place, host, bus, opening=presses.unsure(now()))
    history.close(now())


async def _run_dispatcher(place: Place, _arguments: argparse.Namespace) -> None:
    journal = StoredJournal(open_store(store_url(place)))
    service = compose.dispatcher_service(place.ground, tuple(journal.read()))
    host, bus = _host(place, [service], journal=journal, persistent=True)
    await _serve(place, host, bus, opening=list(service.resumed(now())))


async def _run_simulator(place: Place, arguments: argparse.Namespace) -> None:
    scenario: Scenario = load_scenario(arguments.scenario).scenario
    service = compose.firmware_sim_service(place.ground, scenario, arguments.seed)
    host, bus = _host(place, [service])
    await _serve(place, host, bus)


async def _run_dashboard(place: Place, arguments: argparse.Namespace) -> None:
    from runtime.screens import Bench, Screens  # FastAPI and uvicorn are only needed here

    service = compose.dashboard_service(place.ground, arguments.simulated)
    store = store_url(place)
    config = str(arguments.config.resolve()) if arguments.config else ""
    bench = Bench(place.versions, place.broker, store, config)
    screens = Screens(service, place.ground, place.data, open_store(store), bench)
    host, bus = _host(place, [service], taps=[screens.said], ear=screens.heard)
    screens.attach(host.send)
    await _serve(place, host, bus, beside=screens)


def _host(
    place: Place,
    services: Sequence[Any],
    journal: StoredJournal | None = None,
    taps: Sequence[Tap] = (),
    ear: Ear | None = None,
    raw_filters: Sequence[str] = (),
    persistent: bool = False,
    nats: str = "",
) -> tuple[Host, MessageBus]:
    limits = place.settings.host
    site = place.ground.site.site
    pulled = bool(raw_filters) and limits.ingest == "jetstream"
    if pulled and not nats:
        raise ConfigError('[host] ingest = "jetstream" needs a nats-server: the embedded one, or --nats URL')
    client = Bus(place.broker, site, f"nearhand-{site}-{place.name}", limits.inbox_limit, persistent, pulled)
    bus: MessageBus = PulledBus(client, nats) if pulled else client
    return Host(place.name, services, bus, limits, journal, taps, ear, raw_filters), bus


async def _serve(
    place: Place,
    host: Host,
    bus: MessageBus,
    opening: Sequence[Message] = (),
    beside: Beside | None = None,
) -> None:
    """Connect, say that we are ready, turn until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, host.stop)
    keep_for_good()
    await bus.connect()
    neighbour = asyncio.create_task(beside.serve()) if beside else None
    if neighbour is not None:
        neighbour.add_done_callback(lambda _task: host.stop())
    republished = asyncio.create_task(_stop_for_another_site(place, host))
    ready = place.data / READY_FILE.format(name=place.name)
    ready.write_bytes(msgspec.json.encode({"at_s": now() / SECOND}))
    try:
        await host.run(opening)
    finally:
        ready.unlink(missing_ok=True)
        republished.cancel()
        if beside is not None and neighbour is not None:
            beside.stop()
            await neighbour
        await bus.aclose()


async def _stop_for_another_site(place: Place, host: Host) -> None:
    """End in good order when another version of the site was published: who watches us starts us again."""
    which = await await_another(place.versions, place.counting, calibration_too=place.name == "positioning")
    log.warning("published: %s; stopping to be started on it", which)
    host.stop()


def store_url(place: Place) -> str:
    """The record store: as set, else SQLite in the data folder."""
    return place.settings.store.url or f"sqlite:///{place.data / 'records.db'}"
