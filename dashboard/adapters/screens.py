"""What all handlers share: core, hub, signed tokens, limits, and the questions every request is asked."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from contracts.errors import UNREADABLE
from dashboard.access import RoleName, Session
from dashboard.adapters.core import ScreensCore
from dashboard.adapters.failures import Failure
from dashboard.adapters.hub import Hub
from dashboard.adapters.limits import BackOff, Buckets
from dashboard.adapters.tokens import Tokens
from dashboard.routes import Router

BODY_LIMIT: Final = 65_536
COOKIES: Final = {"console": "nearhand_console", "staff": "nearhand_staff"}


class Screens:
    """One per application. Limits are per process: a mall has one dashboard."""

    def __init__(self, core: ScreensCore, hub: Hub, public_url: str) -> None:
        self.core = core
        self.hub = hub
        self.desk = core.service.desk
        self.site = core.service.site
        self.public_url = public_url.rstrip("/")
        self.tokens = Tokens(core.secret)
        self.router = Router(core.service.site, core.service.grid)
        self.router_thread = ThreadPoolExecutor(1, thread_name_prefix="routes")
        """One thread: routes take tens of milliseconds, and the walking times' cache is not shared."""
        self.past_thread = ThreadPoolExecutor(1, thread_name_prefix="past")
        """One thread: the past is read by one at a time, and never in the way of what is live."""
        self.login_by_person = BackOff(free=5)
        self.login_by_address = BackOff(free=20)
        """Higher than a person's: a mall's handhelds may share one address."""
        self.calls_by_address = Buckets(burst=8, every_s=20)
        self.calls_by_spot = Buckets(burst=12, every_s=15)
        self.urgent_by_address = Buckets(burst=20, every_s=5)
        self.urgent_by_spot = Buckets(burst=40, every_s=2)
        """Medical calls have their own, wider limits: a flood of wheelchairs must not keep a medic away."""
        self.other_by_address = Buckets(burst=60, every_s=1)
        """Cancel, move, rate, and pages that a customer opens."""
        self.files_by_unit = Buckets(burst=15, every_s=10)
        """Photos and spoken notes: a call holds twelve."""
        self.posts_by_sender = Buckets(burst=200, every_s=0.05)
        """Gateways that post: the quickest send each advert, a cloud speaks for a whole mall."""

    async def session(self, connection: HTTPConnection) -> tuple[Session, str] | None:
        """Who is logged in, and with which token."""
        token = connection.cookies.get(cookie_name(connection), "")
        if not token or len(token) > 200:
            return None
        session = await asyncio.to_thread(self.core.accounts.session, token, self.core.now())
        return (session, token) if session is not None else None

    async def require(self, request: Request, *roles: RoleName) -> Session:
        """The session, if it has one of the roles (none named: any).

        Raises:
            Failure: ``not_logged_in``, ``forbidden``; ``bad_origin`` for anything that changes something.
        """
        if request.method not in ("GET", "HEAD"):
            self.check_origin(request)
        found = await self.session(request)
        if found is None:
            raise Failure("not_logged_in")
        if roles and found[0].role not in roles:
            raise Failure("forbidden")
        return found[0]

    def check_origin(self, connection: HTTPConnection) -> None:
        """Browsers say where a request comes from; another site's pages may not use our cookies.

        Raises:
            Failure: ``bad_origin``.
        """
        origin = connection.headers.get("origin")
        if origin is None:
            return
        ours = {connection.headers.get("host", ""), urlsplit(self.public_url).netloc} - {""}
        if not origin.startswith(("http://", "https://")) or urlsplit(origin).netloc not in ours:
            raise Failure("bad_origin")

    def base_of(self, request: Request) -> str:
        """What customers' phones reach: as set, else as this page was opened."""
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}"

    async def audit(self, who: str, what: str, whom: str, detail: str = "") -> None:
        await asyncio.to_thread(self.core.accounts.audit, who, what, whom, self.core.now(), detail)


def cookie_name(connection: HTTPConnection) -> str:
    """Console and handheld have a log-in each, so that both may be open in one browser."""
    return COOKIES["staff" if connection.query_params.get("app") == "staff" else "console"]


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else "unknown"


async def read_body(request: Request, limit: int) -> bytes:
    """The body as bytes.

    Raises:
        Failure: ``too_long``; ``bad_request`` when the page went away in the middle of it.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise Failure("too_long")
    except ClientDisconnect as error:
        raise Failure("bad_request", "body: cut off") from error
    return bytes(body)


async def read_json(request: Request) -> dict[str, Any]:
    """The body, an object.

    Raises:
        Failure: ``too_long``, ``bad_request``.
    """
    body = await read_body(request, BODY_LIMIT)
    if "json" not in request.headers.get("content-type", ""):
        raise Failure("bad_request", "Content-Type: expected application/json")
    try:
        content = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise Failure("bad_request", "body: not JSON") from error
    if not isinstance(content, dict):
        raise Failure("bad_request", "body: expected an object")
    return content


def text_field(body: dict[str, Any], name: str, default: str | None = None, limit: int = 500) -> str:
    """A text in the body.

    Raises:
        Failure: ``bad_request``.
    """
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > limit:
        raise Failure("bad_request", f"{name}: expected a text of at most {limit} characters")
    return value


def empty() -> Response:
    return Response(status_code=204, headers={"Cache-Control": "no-store"})
