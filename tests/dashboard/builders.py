"""Messages and a served application for the dashboard's tests. The core here is a small real one."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import sqlalchemy as sa
import websockets

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.errors import LinkError
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import Message
from contracts.quantities import SECOND, Instant
from contracts.sitemap import Site
from dashboard.adapters.web import Hub, ScreensServer, create_app, server_config
from dashboard.past import Past
from dashboard.service import DashboardService
from dashboard.settings import DashboardSettings
from runtime.accounts import Accounts, ensure_demo_users
from runtime.alarm_marks import AlarmMarks
from runtime.attachments import Attachments
from runtime.listening import Row
from runtime.publishing import Publishing
from runtime.rules import RulesDesk
from runtime.site_versions import SiteVersions
from runtime.tables import metadata
from runtime.walks import Walks
from runtime.workshop import Workshop
from tests.sites import small_mall

T0: Instant = 1_700_000_000_000_000


@cache
def small_grid() -> WalkableGrid:
    return build_grid(small_mall())


def a_service(settings: DashboardSettings | None = None, site: Site | None = None) -> DashboardService:
    return DashboardService(site or small_mall(), small_grid(), settings or DashboardSettings())


def enrolled(*device_ids: str, kind: str = "asset", subject: str = "") -> tuple[m.EnrolledDevice, ...]:
    return tuple(
        m.EnrolledDevice(device_id=name, kind=kind, subject=subject or name)  # type: ignore[arg-type]
        for name in device_ids
    )


def an_enrolment(*devices: m.EnrolledDevice, version: int = 1) -> m.EnrolmentChanged:
    return m.EnrolmentChanged(version=version, devices=devices)


def positions(
    at: Instant, *places: tuple[str, int, float, float], quality: int = 1, age_s: float = 0.0
) -> m.PositionsEstimated:
    """Estimates of (device, floor index, x, y)."""
    n = len(places)
    zeros = np.zeros(n)
    return pack_positions(
        Positions(
            estimated_at=at,
            device_ids=tuple(place[0] for place in places),
            floor=np.array([place[1] for place in places], np.int8),
            x_m=np.array([place[2] for place in places], np.float64),
            y_m=np.array([place[3] for place in places], np.float64),
            vx_mps=zeros,
            vy_mps=zeros,
            semi_major_m=np.full(n, 2.0),
            semi_minor_m=np.full(n, 1.0),
            heading_deg=zeros,
            floor_probability=np.ones((n, 2)) / 2,
            quality=np.full(n, quality, np.uint8),
            age_s=np.full(n, age_s),
            zone=tuple("hall" for _ in places),
        )
    )


def a_task(task_id: str = "t-1", **fields: Any) -> m.TaskView:
    base: dict[str, Any] = {
        "role": "service",
        "item": None,
        "state": "pending",
        "deadline_at": T0 + 300 * SECOND,
    }
    return m.TaskView(task_id=task_id, **{**base, **fields})


def a_call(call_id: str = "c-1", version: int = 1, **fields: Any) -> m.CallChanged:
    base: dict[str, Any] = {
        "service": "wheelchair",
        "priority": 3,
        "state": "pending",
        "place": m.Place(floor="L1", x_m=30.0, y_m=12.0, spot="L1-desk"),
        "device_id": None,
        "note": "",
        "by": "spot/L1-desk",
        "received_at": T0,
        "deadline_at": T0 + 300 * SECOND,
        "tasks": (a_task(),),
    }
    return m.CallChanged(call_id=call_id, version=version, **{**base, **fields})


def an_offer(unit_id: str, call_id: str = "c-1", task_id: str = "t-1") -> m.OfferView:
    return m.OfferView(
        offer_id=f"o-{unit_id}",
        call_id=call_id,
        task_id=task_id,
        unit_id=unit_id,
        made_at=T0,
        expires_at=T0 + 25 * SECOND,
        eta_s=48.0,
        p_on_time=0.98,
    )


def a_unit(unit_id: str = "u-01", version: int = 1, **fields: Any) -> m.UnitChanged:
    member = next(member for member in small_mall().staff if member.unit_id == unit_id)
    base: dict[str, Any] = {"status": "available", "device_id": member.device_id, "roles": member.roles}
    return m.UnitChanged(unit_id=unit_id, version=version, **{**base, **fields})


def staff_device(unit_id: str) -> m.EnrolledDevice:
    device_id = next(member.device_id for member in small_mall().staff if member.unit_id == unit_id)
    return m.EnrolledDevice(device_id=device_id, kind="staff", subject=unit_id)


@cache
def records_with_users() -> tuple[bytes, dict[str, str]]:
    """A record store with the demo's users, made once (hashing takes its time), and their passwords."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.db"
        engine = sa.create_engine(f"sqlite:///{file}")
        metadata.create_all(engine)
        passwords: dict[str, str] = {}
        ensure_demo_users(Accounts(engine), small_mall(), passwords, T0)
        engine.dispose()
        return file.read_bytes(), passwords


def workplaces(core: "Core") -> dict[str, Any]:
    """The technician's side of ``create_app``, over the core's folder; nothing is ever heard."""

    async def silence(_device_id: str, _device_class: str) -> AsyncGenerator[list[Row], None]:
        for _ in ():
            yield []

    versions = SiteVersions(core.folder, core.folder / "given")
    walks = Walks(core.folder, versions, silence, core.now)
    publishing = Publishing(versions, core.now)
    return {"workshop": Workshop(publishing), "rules": RulesDesk(publishing), "walks": walks}


class Core:
    """A core whose clock stands still until told, and whose dispatcher is the function ``answer``."""

    secret = b"a secret of thirty-two bytes ...."

    def __init__(self, folder: Path, site: Site | None = None) -> None:
        self.folder = folder
        self.service = a_service(site=site)
        self.service.wake(T0)
        database, self.passwords = records_with_users()
        (folder / "records.db").write_bytes(database)
        self.accounts = Accounts(sa.create_engine(f"sqlite:///{folder / 'records.db'}"))
        self.alarms = AlarmMarks(self.accounts._engine)
        self.files = Attachments(folder / "attachments")
        self.past: Past | None = None
        self.clock = T0
        self.sent: list[m.Command] = []
        self.present: list[str] = []
        self.published: list[Message] = []
        """What is no command."""
        self.away = False
        self.hub = Hub(self)
        self.answer: Callable[[m.Command], m.CommandAnswered | None] = accepted

    def now(self) -> Instant:
        return self.clock

    async def send(self, message: Message) -> None:
        if self.away:
            raise LinkError("the broker is away")
        if isinstance(message, m.HandheldPresent):
            self.present.append(message.unit_id)
            return
        if not isinstance(message, m.Command):
            self.published.append(message)
            return
        self.sent.append(message)
        answer = self.answer(message)
        if answer is not None:
            self.hub.answered(answer)

    def hear(self, message: Message) -> None:
        """Let the service take a message and the hub pass on what it says."""
        self.hub.deliver(self.service.receive(message, self.clock))

    def token(self, user: str) -> str:
        return self.accounts.open_session(user, self.clock, 3600)


def accepted(command: m.Command) -> m.CommandAnswered:
    return m.CommandAnswered(
        seq=1, at=command.at, by=command.by, command_id=command.command_id, accepted=True, subject="c-1"
    )


class Served:
    """The application on a free port, and clients for it."""

    def __init__(self, core: Core, port: int, app: Any) -> None:
        self.core = core
        self.app = app
        self.host = f"127.0.0.1:{port}"
        self.base = f"http://{self.host}"

    def client(self, user: str = "") -> httpx.AsyncClient:
        """A browser's HTTP side, logged in as ``user`` if given."""
        cookies = {}
        if user:
            name = "nearhand_staff" if user.startswith("u-") else "nearhand_console"
            cookies[name] = self.core.token(user)
        params = {"app": "staff"} if user.startswith("u-") else {}
        return httpx.AsyncClient(
            base_url=self.base, cookies=cookies, params=params, timeout=40, trust_env=False, verify=False
        )

    def socket(self, user: str, path: str = "", **options: Any) -> Any:
        """A browser's WebSocket, logged in as ``user``; ``path``: another one than the live one."""
        staff = user.startswith("u-")
        cookie = (
            f"{'nearhand_staff' if staff else 'nearhand_console'}={self.core.token(user) if user else ''}"
        )
        options.setdefault("subprotocols", ["nearhand.v1"])
        options.setdefault("origin", self.base)
        return websockets.connect(
            f"ws://{self.host}{path or ('/ws?app=staff' if staff else '/ws')}",
            additional_headers={"Cookie": cookie},
            proxy=None,
            **options,
        )


@contextlib.asynccontextmanager
async def served(core: Core, send_buffer: int = 0) -> AsyncIterator[Served]:
    """Serve ``core`` with the real server in this event loop.

    ``send_buffer``: bytes of the kernel's; loopback's own grows to megabytes and hides slow readers.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    if send_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    port = listener.getsockname()[1]
    app = create_app(core, core.hub, static=Path("no pages"), **workplaces(core))
    config = server_config(app, "127.0.0.1", port)
    server = ScreensServer(config, core.hub, goodbye_s=0.02)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield Served(core, port, app)
    finally:
        server.should_exit = True
        await task
        listener.close()
