"""The dashboard process's adapter side: accounts, secrets, and the web server in the host's own loop."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa

from contracts.errors import LinkError, StorageError
from contracts.messages import CommandAnswered, Message, PositionExplained, ScreenEvent, ScreenFrame
from contracts.quantities import Instant
from dashboard.adapters.core import Accounts as AccountsPort
from dashboard.adapters.core import AlarmStore as AlarmStorePort
from dashboard.adapters.core import FileStore
from dashboard.adapters.web import Hub, ScreensServer, create_app, open_listener, server_config
from dashboard.past import Past
from dashboard.service import DashboardService
from dispatcher.catalogue import catalogue_of
from runtime import tls
from runtime.accounts import Accounts, ensure_demo_users
from runtime.alarm_marks import AlarmMarks
from runtime.attachments import Attachments
from runtime.broker import write_private
from runtime.clock import now
from runtime.compose import Ground
from runtime.journal import StoredJournal
from runtime.past import JournalPast
from runtime.publishing import Publishing
from runtime.rules import RulesDesk
from runtime.site_versions import SiteVersions
from runtime.walk_recorder import listener
from runtime.walks import Walks
from runtime.workshop import Workshop

log = logging.getLogger(__name__)
PRUNE_INTERVAL_S = 6 * 3600
SECRET_BYTES = 32


@dataclass(frozen=True)
class Bench:
    """What the technician's pages need beyond the screens: where things are kept, and of whom to hear."""

    versions: SiteVersions
    broker: str
    store: str
    config: str


class Screens:
    """What the web adapter needs of its process, and what the process passes on to it."""

    def __init__(
        self,
        service: DashboardService,
        ground: Ground,
        data: Path,
        engine: sa.Engine,
        bench: Bench | None = None,
    ) -> None:
        self.service = service
        accounts = Accounts(engine)
        self.accounts: AccountsPort = accounts
        self._prune_accounts = accounts.prune
        self.alarms: AlarmStorePort = AlarmMarks(engine)
        self.service.desk.alarms.mark(AlarmMarks(engine).load(now()))
        self._attachments = Attachments(data / "attachments")
        self.files: FileStore = self._attachments
        self.past: Past | None = JournalPast(
            catalogue_of(ground.site, ground.grid), StoredJournal(engine), data / "history"
        )
        self.secret = _kept_secret(data / "secret")
        _keep_logins(accounts, ground, data / "logins.json")
        self._send: Callable[[Message], Awaitable[None]] | None = None
        self._hub = Hub(self)
        http = ground.settings.http
        secured = tls.served_with(data)
        self._walks: Walks | None = None
        workshop = rules = None
        if bench is not None:
            listen = listener(bench.broker, bench.versions.current, bench.config)
            self._walks = Walks(data, bench.versions, listen, now)
            publishing = Publishing(bench.versions, now, bench.store, bench.config)
            workshop = Workshop(publishing)
            rules = RulesDesk(publishing)
        app = create_app(
            self,
            self._hub,
            http.public_url,
            authority=tls.authority_of(data),
            workshop=workshop,
            walks=self._walks,
            rules=rules,
        )
        self._listener = open_listener(http.host, http.port)
        config = server_config(app, http.host, http.port, *(secured or ()))
        self._server = ScreensServer(config, self._hub)
        self._store = ground.settings.store

    def attach(self, send: Callable[[Message], Awaitable[None]]) -> None:
        """Where commands go: the host's bus."""
        self._send = send

    def now(self) -> Instant:
        return now()

    async def send(self, message: Message) -> None:
        if self._send is None:
            raise LinkError("not connected yet")
        await self._send(message)

    def said(self, messages: Sequence[Message]) -> None:
        """Host tap: what the service has for the screens."""
        for_screens = [message for message in messages if isinstance(message, ScreenFrame | ScreenEvent)]
        if for_screens:
            self._hub.deliver(for_screens)

    def heard(self, message: Message) -> None:
        """Host ear: the dispatcher's and positioning's answers, which requests wait for."""
        if isinstance(message, CommandAnswered):
            self._hub.answered(message)
        elif isinstance(message, PositionExplained):
            self._hub.explained(message)

    async def serve(self) -> None:
        """Serve until ``stop``."""
        pruning = asyncio.create_task(self._prune())
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            pruning.cancel()
            if self._walks is not None:
                await self._walks.close()

    def stop(self) -> None:
        """Say goodbye to the pages and let ``serve`` return."""
        self._server.should_exit = True

    async def _prune(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._prune_accounts, now(), self._store.audit_days)
                await asyncio.to_thread(self._attachments.prune, now(), self._store.attachment_days)
            except StorageError as error:
                log.error("sessions, audit and attachments were not pruned: %s", error)
            await asyncio.sleep(PRUNE_INTERVAL_S)


def _kept_secret(file: Path) -> bytes:
    """The key that signs links; the same over restarts, or every printed QR code would die."""
    if not file.exists() or len(file.read_bytes()) < SECRET_BYTES:
        write_private(file, secrets.token_bytes(SECRET_BYTES))
    return file.read_bytes()


def _keep_logins(accounts: Accounts, ground: Ground, file: Path) -> None:
    """Make the first accounts of an installation once; their passwords stand in ``file``."""
    known: list[tuple[str, str, str]] = []
    if file.exists():
        known = msgspec.json.decode(file.read_bytes(), type=list[tuple[str, str, str]])
    made = ensure_demo_users(accounts, ground.site, {user: password for user, password, _ in known}, now())
    write_private(file, msgspec.json.encode(made))
