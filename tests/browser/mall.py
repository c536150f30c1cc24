"""A small mall behind the real pages: the dispatcher and the dashboard with their web adapter in a thread.

No broker and no radio: people stand at home and walk straight to where they are sent, several times as
fast as real ones, and answer like simulated handsets unless somebody holds their handheld in a test.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from msgspec.structs import replace

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.errors import LinkError
from contracts.grid import build_grid
from contracts.messages import Message
from contracts.quantities import SECOND, Instant
from contracts.sitemap import Site
from dashboard.adapters import core
from dashboard.adapters.web import Hub, ScreensServer, create_app, server_config, spot_address
from dashboard.service import DashboardService
from dashboard.settings import DashboardSettings
from dispatcher.catalogue import catalogue_of
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from runtime.accounts import Accounts
from runtime.alarm_marks import AlarmMarks
from runtime.attachments import Attachments
from runtime.history import History
from runtime.journal import StoredJournal
from runtime.past import JournalPast
from runtime.publishing import Publishing
from runtime.rules import RulesDesk
from runtime.site_files import save_site
from runtime.site_versions import SiteVersions
from runtime.tls import served_with
from runtime.walks import Walks
from runtime.workshop import Workshop
from tests.browser.air import Air
from tests.dashboard.builders import records_with_users, small_grid
from tests.kept import OPENED, keep
from tests.sites import small_mall

STEP_S = 0.25
WALK_MPS = 8.0
ANSWER_S = 0.8
FETCH_S = 0.5
ON_SCENE_S = 1.5


@dataclass
class Person:
    floor: int
    x_m: float
    y_m: float
    since: Instant = 0
    """When the present status began."""
    status: str = ""


class Mall:
    """What the web adapter needs of its process (``ScreensCore``), with everything behind it."""

    secret = b"a secret of thirty-two bytes ...."

    def __init__(self, folder: Path, port: int = 0, site: Site | None = None, past: bool = False) -> None:
        self.site = site or small_mall()
        grid = small_grid() if site is None else build_grid(site)
        self._started = time.monotonic()
        self.service = DashboardService(self.site, grid, DashboardSettings())
        database, self.passwords = records_with_users()
        if not (folder / "records.db").exists():  # else the sessions of before go on
            (folder / "records.db").write_bytes(database)
        before = keep(folder, site) if past else None
        engine = sa.create_engine(f"sqlite:///{folder / 'records.db'}")
        self.journal = StoredJournal(engine)
        facts = before.facts if before else tuple(self.journal.read())  # a restart goes on from there
        self._began_at = before.end if before else facts[-1].at if facts else OPENED
        self.dispatcher = DispatcherService(self.site, grid, DispatcherSettings(), facts)
        self.accounts: core.Accounts = Accounts(sa.create_engine(f"sqlite:///{folder / 'records.db'}"))
        self.history = History(folder / "history", days=2)
        self.alarms: core.AlarmStore = AlarmMarks(engine)
        self.files: core.FileStore = Attachments(folder / "attachments")
        self.service.desk.alarms.mark(AlarmMarks(engine).load(self.now()))
        self.past: core.Past | None = JournalPast(
            catalogue_of(self.site, grid), self.journal, folder / "history"
        )
        self.hub = Hub(self)
        self.units: dict[str, m.UnitChanged] = {}
        self.commands: list[m.Command] = []
        self.configs: list[m.GatewayConfig] = []
        self.evidence: m.PositionExplained | None = None
        """What positioning says when it is asked why somebody is said to be there; None: it is silent."""
        self.held: set[str] = set()
        """Units whose handheld somebody holds in the test."""
        self.asleep: set[str] = set()
        """Units that answer nothing."""
        self.people = {
            person.unit_id: Person(self.site.floor_index(person.home_floor), *person.home)
            for person in self.site.staff
        }
        self._rng = np.random.default_rng(7)
        self._crowd_ids: tuple[str, ...] = ()
        self._crowd_x_m = self._crowd_y_m = np.empty(0)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.folder = folder
        save_site(self.site, folder / "given")
        self.versions = SiteVersions(folder, folder / "given")
        self.air = Air(self.site, self.now)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.certificate = served_with(folder)
        """With ``nearhand tls`` in the folder the pages are https, as in the product."""
        self.base = f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    # --- what the adapter asks for ------------------------------------------------------------------------

    def now(self) -> Instant:
        return self._began_at + round((time.monotonic() - self._started) * SECOND)

    async def send(self, message: Message) -> None:
        if isinstance(message, m.HandheldPresent):
            return
        if isinstance(message, m.ExplainPosition) and self.evidence is not None:
            self.hub.explained(replace(self.evidence, device_id=message.device_id))
            return
        if isinstance(message, m.GatewayConfig):
            self.configs.append(message)
            return
        if not isinstance(message, m.Command):
            raise LinkError("not a command")
        if not isinstance(message, m.ReportPresent):  # said by the server when somebody logs in
            self.commands.append(message)
        self._carry(self.dispatcher.receive(message, self.now()))

    # --- what happens ---------------------------------------------------------------------------------------

    def _carry(self, messages: Sequence[Message]) -> None:
        """From the dispatcher to the journal and the dashboard, and the answers to whoever waits for them."""
        facts = [message for message in messages if isinstance(message, m.Fact)]
        if facts:
            self.journal.append(facts)
        for message in messages:
            if isinstance(message, m.UnitChanged):
                self.units[message.unit_id] = message
            if isinstance(message, m.CommandAnswered):
                self.hub.answered(message)
            if isinstance(message, self.service.topics):
                self.hub.deliver(self.service.receive(message, self.now()))

    async def live(self) -> None:
        self._carry(self.dispatcher.resumed(self.now()))
        self._carry(self.dispatcher.receive(m.RequestSnapshot(by="dashboard"), self.now()))
        self._gateways()
        while True:
            self._walk()
            message = self._positions()
            self._carry(self.dispatcher.receive(message, self.now()))
            self.history.take(message)
            self.hub.deliver(self.service.receive(message, self.now()))
            self._answer()
            for service in (self.dispatcher, self.service):
                due = service.wake_at()
                if due is None or due > self.now():
                    continue
                said = service.wake(self.now())
                if service is self.dispatcher:
                    self._carry(said)
                else:
                    self.hub.deliver([one for one in said if isinstance(one, m.ScreenFrame | m.ScreenEvent)])
            await asyncio.sleep(STEP_S)

    def _gateways(self) -> None:
        """All hear well but the first, which is silent."""
        for n, gateway in enumerate(self.site.gateways):
            health = m.GatewayHealth(
                gateway=gateway.gateway,
                state="ok" if n else "silent",
                finding="" if n else "no_message",
                at=self.now(),
                last_heard_at=self.now() - (0 if n else 90 * SECOND),
                adverts_per_s=20.0 if n else 0.0,
                vendor_format="nearhand",
            )
            self.hub.deliver(self.service.receive(health, self.now()))

    def _walk(self) -> None:
        """Straight to the target; another floor is reached where one stands."""
        for unit_id, unit in self.units.items():
            person = self.people[unit_id]
            if unit.status != person.status:
                person.status, person.since = unit.status, self.now()
            if unit.target is None or unit.status not in ("en_route_to_item", "en_route", "returning_item"):
                continue
            person.floor = self.site.floor_index(unit.target.floor)
            dx, dy = unit.target.x_m - person.x_m, unit.target.y_m - person.y_m
            share = min(1.0, WALK_MPS * STEP_S / max(0.01, float(np.hypot(dx, dy))))
            person.x_m, person.y_m = person.x_m + share * dx, person.y_m + share * dy

    def _positions(self) -> m.PositionsEstimated:
        staff = self.site.staff
        people = [self.people[member.unit_id] for member in staff]
        stroll = self._rng.normal(0, 0.3, (2, len(self._crowd_ids)))
        self._crowd_x_m = np.clip(self._crowd_x_m + stroll[0], 1, 59)
        self._crowd_y_m = np.clip(self._crowd_y_m + stroll[1], 11, 29)
        floors = np.array([person.floor for person in people] + [0] * len(self._crowd_ids))
        n = len(floors)
        return pack_positions(
            Positions(
                estimated_at=self.now(),
                device_ids=(*(member.device_id for member in staff), *self._crowd_ids),
                floor=floors.astype(np.int8),
                x_m=np.concatenate([[person.x_m for person in people], self._crowd_x_m]),
                y_m=np.concatenate([[person.y_m for person in people], self._crowd_y_m]),
                vx_mps=np.zeros(n),
                vy_mps=np.zeros(n),
                semi_major_m=np.full(n, 2.0),
                semi_minor_m=np.full(n, 1.5),
                heading_deg=np.zeros(n),
                floor_probability=np.eye(len(self.site.floors))[floors],
                quality=np.ones(n, np.uint8),
                age_s=np.full(n, 0.2),
            )
        )

    def _answer(self) -> None:
        """Handsets that nobody holds do what their bearers would."""
        for unit_id, unit in list(self.units.items()):
            if unit_id in self.held or unit_id in self.asleep:
                continue
            person = self.people[unit_id]
            waited_s = (self.now() - person.since) / SECOND
            command = self._next_command(unit, person, waited_s)
            if command is not None:
                person.since = self.now()
                self._carry(self.dispatcher.receive(command, self.now()))

    def _next_command(self, unit: m.UnitChanged, person: Person, waited_s: float) -> m.Command | None:
        stamp: dict[str, Any] = {
            "command_id": f"auto-{unit.unit_id}-{self.now()}",
            "by": f"unit/{unit.unit_id}",
            "at": self.now(),
        }
        at_target = unit.target is not None and (
            abs(unit.target.x_m - person.x_m) + abs(unit.target.y_m - person.y_m) < 1.0
        )
        if unit.offers and waited_s > ANSWER_S:
            return m.AcceptOffer(offer_id=unit.offers[0].offer_id, unit_id=unit.unit_id, **stamp)
        if unit.status == "returning_item" and unit.depot and at_target and waited_s > FETCH_S:
            return m.ReportItemReturned(unit_id=unit.unit_id, depot=unit.depot, **stamp)
        if unit.task_id is None or not at_target:
            return None
        task: dict[str, Any] = {"task_id": unit.task_id, "unit_id": unit.unit_id}
        if unit.status == "en_route_to_item" and waited_s > FETCH_S:
            return m.ReportItemPickedUp(**task, **stamp)
        if unit.status == "en_route":
            return m.ReportOnScene(**task, **stamp)
        if unit.status == "on_scene" and waited_s > ON_SCENE_S:
            return m.ReportDone(**task, **stamp)
        return None

    # --- what a test does from outside ------------------------------------------------------------------

    def inject(self, command: m.Command) -> None:
        """A command that comes from elsewhere; not counted among what the pages sent."""
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(self._inject(command), self.loop).result(timeout=10)

    def pass_time(self, seconds: float) -> None:
        """Let the clock of the mall go on by so much at once."""
        self._started -= seconds

    def crowd(self, devices: int) -> None:
        """So many customers on the ground floor from now on."""
        rng = np.random.default_rng(5)
        self._crowd_x_m, self._crowd_y_m = rng.uniform(1, 59, devices), rng.uniform(11, 29, devices)
        self._crowd_ids = tuple(f"D0:00:00:00:{n >> 8:02X}:{n & 255:02X}" for n in range(devices))
        enrolled = tuple(
            m.EnrolledDevice(device_id=one, kind="app", subject=f"c-{n}")
            for n, one in enumerate(self._crowd_ids)
        )
        now = self.now()
        self.inject(m.EnrolDevices(command_id=f"crowd-{now}", by="operator/test", at=now, devices=enrolled))

    def tell(self, message: Message) -> None:
        """What another service says to the dashboard."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(lambda: self.hub.deliver(self.service.receive(message, self.now())))

    def hear_of(self, gateway: str) -> None:
        """A gateway that is in no file begins to speak."""
        self.tell(m.GatewayHealth(gateway=gateway, state="unknown", finding="not_installed", at=self.now()))

    async def _inject(self, command: m.Command) -> None:
        said = self.dispatcher.receive(command, self.now())
        answers = [one for one in said if isinstance(one, m.CommandAnswered)]
        assert all(answer.accepted for answer in answers), answers
        self._carry(said)

    # --- running --------------------------------------------------------------------------------------------

    def spot_path(self, spot: str) -> str:
        """The path of a spot's customer page."""
        return spot_address(self.app, spot, self.base).removeprefix(self.base)

    async def serve(self, ready: "Future[None]", over: asyncio.Event) -> None:
        self.loop = asyncio.get_running_loop()
        self.walks = Walks(self.folder, self.versions, self.air.listen, self.now)
        publishing = Publishing(self.versions, self.now)
        self.app = create_app(
            self, self.hub, workshop=Workshop(publishing), walks=self.walks, rules=RulesDesk(publishing)
        )
        server = ScreensServer(
            server_config(self.app, "127.0.0.1", self.port, *(self.certificate or ())), self.hub
        )
        living = asyncio.create_task(self.live())
        serving = asyncio.create_task(server.serve(sockets=[self._listener]))
        while not server.started and not serving.done():  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.005)
        ready.set_result(None)
        waiting = asyncio.create_task(over.wait())
        await asyncio.wait([waiting, living], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
        await self.walks.close()
        self._listener.close()
        waiting.cancel()
        if living.done():
            living.result()
        living.cancel()


@contextlib.contextmanager
def open_mall(folder: Path, port: int = 0, past: bool = False, site: Site | None = None) -> Iterator[Mall]:
    """A mall whose pages are served until the block ends; its own failure is raised there.

    ``past``: it has been open for a while (``tests/kept.py``). ``site``: another than the small one.
    """
    mall = Mall(folder, port, site, past)
    ready: Future[None] = Future()
    failure: list[BaseException] = []
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(mall.serve(ready, over))
        except BaseException as error:
            failure.append(error)
            if not ready.done():
                ready.set_exception(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    thread = threading.Thread(target=run, name="mall", daemon=True)
    thread.start()
    ready.result(timeout=30)
    try:
        yield mall
    finally:
        if not failure:
            loop.call_soon_threadsafe(over.set)
        thread.join(timeout=30)
        if failure:
            raise failure[0]


def place_command(mall: Mall, kind: type[m.Command], **fields: object) -> None:
    """What is done elsewhere than on the pages of the test."""
    now = mall.now()
    mall.inject(kind(command_id=f"test-{now}", by="operator/test", at=now, **fields))


AT_THE_DESK = m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk")


def a_call(mall: Mall, service: str = "wheelchair", place: m.Place = AT_THE_DESK) -> None:
    place_command(mall, m.PlaceCall, service=service, place=place)
