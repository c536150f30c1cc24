"""The dashboard process's adapter side: accounts, secrets, and the web server in the host's own loop."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import sqlalchemy as sa
import uvicorn

from contracts.errors import LinkError
from contracts.messages import CommandAnswered, Message, ScreenEvent, ScreenFrame
from contracts.quantities import Instant
from dashboard.adapters.web import Hub, create_app, server_config
from dashboard.service import DashboardService
from runtime.accounts import Accounts, ensure_demo_users
from runtime.broker import write_private
from runtime.clock import now
from runtime.compose import Ground

log = logging.getLogger(__name__)


class Screens:
    """What the web adapter needs of its process, and what the process passes on to it."""

    def __init__(self, service: DashboardService, ground: Ground, data: Path, engine: sa.Engine) -> None:
        self.service = service
        self.accounts = Accounts(engine)
        self.secret = _kept_secret(data / "secret")
        write_private(data / "logins.json", msgspec.json.encode(_logins(self.accounts, ground, data)))
        self._send: Callable[[Message], Awaitable[None]] | None = None
        self._hub = Hub(self)
        http = ground.settings.http
        app = create_app(self, self._hub, http.public_url)
        self._server = uvicorn.Server(server_config(app, http.host, http.port))
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

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
        """Host ear: the dispatcher's answers, which requests wait for."""
        if isinstance(message, CommandAnswered):
            self._hub.answered(message)

    async def serve(self) -> None:
        """Serve until cancelled."""
        try:
            await self._server.serve()
        except asyncio.CancelledError:
            self._server.should_exit = True
            await self._server.shutdown()
            raise


def _kept_secret(file: Path) -> bytes:
    """The key that signs links; the same over restarts, or every printed QR code would die."""
    if not file.exists():
        write_private(file, secrets.token_bytes(32))
    return file.read_bytes()


def _logins(accounts: Accounts, ground: Ground, data: Path) -> list[tuple[str, str, str]]:
    """The first accounts of an installation, made once; what is known of their passwords."""
    file = data / "logins.json"
    known: list[tuple[str, str, str]] = []
    if file.exists():
        known = msgspec.json.decode(file.read_bytes(), type=list[tuple[str, str, str]])
    made = ensure_demo_users(accounts, ground.site, {user: password for user, password, _ in known}, now())
    return [(user, password, role) for user, password, role in made]
