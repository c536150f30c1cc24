"""The web adapter: one application for console, handhelds, customers and technicians.

The runtime makes a ``Hub`` and an application, serves it with ``server_config``, and passes on what the
service sends (``hub.deliver``) and the dispatcher's answers (``hub.answered``), all in one event loop.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.errors import ConfigError, WorldError
from dashboard.access import Refusal
from dashboard.adapters.alarms import alarm_routes
from dashboard.adapters.attachments import attachment_routes
from dashboard.adapters.audit import audit_routes
from dashboard.adapters.commands import command_routes
from dashboard.adapters.core import Accounts, ScreensCore
from dashboard.adapters.customers import customer_routes
from dashboard.adapters.enrolment import enrolment_routes
from dashboard.adapters.failures import (
    Failure,
    failure_response,
    on_failure,
    on_http_error,
    on_refusal,
    on_world_error,
)
from dashboard.adapters.gateways import gateway_routes
from dashboard.adapters.hub import Hub
from dashboard.adapters.interface import interface_routes
from dashboard.adapters.pages import STATIC, page_routes, spot_url
from dashboard.adapters.past import past_routes
from dashboard.adapters.people import people_routes
from dashboard.adapters.replay import replay_routes
from dashboard.adapters.rules import rules_routes
from dashboard.adapters.screens import Screens
from dashboard.adapters.sockets import socket_routes
from dashboard.adapters.trust import trust_routes
from dashboard.adapters.users import user_routes
from dashboard.adapters.walks import walk_routes
from dashboard.adapters.workshop import workshop_routes
from dashboard.rules import RulesDesk
from dashboard.walks import Walks
from dashboard.workshop import Workshop

__all__ = [
    "Accounts",
    "Hub",
    "ScreensCore",
    "ScreensServer",
    "create_app",
    "open_listener",
    "server_config",
    "spot_address",
]

log = logging.getLogger(__name__)

GOODBYE_S: Final = 0.2
"""Between goodbye and stop: enough for the pages that still read."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def create_app(
    core: ScreensCore,
    hub: Hub,
    public_url: str = "",
    static: Path = STATIC,
    authority: str = "",
    workshop: Workshop | None = None,
    walks: Walks | None = None,
    rules: RulesDesk | None = None,
) -> FastAPI:
    """The application. ``public_url``: what customers' phones reach, for QR codes; empty = as opened.
    ``authority``: the certificate (PEM) that phones must trust, where it is our own.

    Without ``workshop``, ``walks`` and ``rules`` there is no map editor, no commissioning, no settings.
    """
    screens = Screens(core, hub, public_url)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        ticking = asyncio.create_task(hub.run())
        ticking.add_done_callback(_report_end)
        yield
        ticking.cancel()
        for thread in (screens.router_thread, screens.past_thread):
            thread.shutdown(wait=False, cancel_futures=True)

    app = FastAPI(title="nearhand", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.screens = screens
    for routes in (page_routes(screens, static), people_routes(screens), command_routes(screens)):
        app.include_router(routes)
    app.include_router(customer_routes(screens))
    app.include_router(attachment_routes(screens))
    app.include_router(gateway_routes(screens))
    app.include_router(enrolment_routes(screens))
    if workshop is not None:
        app.include_router(workshop_routes(screens, workshop))
    if rules is not None:
        app.include_router(rules_routes(screens, rules))
    if walks is not None:
        app.include_router(walk_routes(screens, walks))
    app.include_router(interface_routes())
    app.include_router(trust_routes(screens, authority))
    app.include_router(socket_routes(screens))
    app.include_router(replay_routes(screens))
    app.include_router(past_routes(screens))
    app.include_router(alarm_routes(screens))
    app.include_router(audit_routes(screens))
    app.include_router(user_routes(screens))
    app.add_exception_handler(Failure, on_failure)
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(WorldError, on_world_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, _on_fault)
    app.add_middleware(SafeHeaders)
    return app


def server_config(
    app: FastAPI, host: str, port: int, certificate: Path | None = None, key: Path | None = None
) -> uvicorn.Config:
    """How the application is to be served; pass it to ``uvicorn.Server``."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # costs 20 times the CPU for a fifth of the bytes, see field notes
        ws_max_size=65_536,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        limit_concurrency=None,
        server_header=False,
        access_log=False,
        log_level="warning",
        log_config=None,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


class ScreensServer(uvicorn.Server):
    """A server that lives in somebody else's loop: leaves signals alone, and says goodbye before it stops.

    ``await server.serve(sockets=[open_listener(host, port)])``; set ``should_exit`` to stop it.
    """

    def __init__(self, config: uvicorn.Config, hub: Hub, goodbye_s: float = GOODBYE_S) -> None:
        super().__init__(config)
        self._hub = hub
        self._goodbye_s = goodbye_s

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.go_down()
        await asyncio.sleep(self._goodbye_s)
        await super().shutdown(sockets)


def open_listener(host: str, port: int) -> socket.socket:
    """The listening socket.

    Raises:
        ConfigError: the port is taken or may not be used; says which setting to change.
    """
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024
        )
    except OSError as error:
        raise ConfigError(
            f"http.port: cannot listen on {host}:{port}: {error.strerror or error}; "
            "stop what uses it or choose another port"
        ) from error


def spot_address(app: FastAPI, spot: str, base: str) -> str:
    """The customer's address of a spot, for printing."""
    screens: Screens = app.state.screens
    return spot_url(screens, spot, base)


def _report_end(ticking: asyncio.Task[None]) -> None:
    """Without ticks every page says that the picture has stopped; the log shall say why."""
    if not ticking.cancelled() and (error := ticking.exception()) is not None:
        log.critical("the hub has stopped", exc_info=error)


async def _on_fault(request: Request, error: Exception) -> Response:
    """Ours: say so in the canonical shape, and leave the trace in the log."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return failure_response(Failure("our_fault"))


class SafeHeaders:
    """Adds the security headers to every answer, and the content policy to pages that bring none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if not any(name == b"content-security-policy" for name, _ in headers):
                    headers.append((b"content-security-policy", POLICY.encode()))
                message = {**message, "headers": [*headers, *HEADERS]}
            await send(message)

        await self._app(scope, receive, send_safely)
