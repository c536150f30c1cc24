"""The door of gateways that post over HTTP, and what a technician sets on gateways from here.

A post is not read here: it goes to the ingest as if the gateway had published it on a topic of its own,
``nearhand/v1/<site>/gateways/<sender>/post``. Its right is the sender's signed token: in the address, in a
header, or in the body where vendors put theirs. A sender is a gateway's id, or any name for what speaks for
many (a cloud, a controller): then each message names its gateways itself.
"""

import base64
import binascii
import re
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from contracts import messages as m
from contracts import wire
from contracts.errors import UNREADABLE
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, empty, read_json
from dashboard.adapters.tokens import GATEWAY

_VALIDATOR: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_HEADERS: Final = ("x-api-key", "api-key", "x-auth-token")


class _Meta(msgspec.Struct):
    access_token: Any = None


class _Secret(msgspec.Struct):
    """Where vendors put a shared secret in the body: Meraki ``secret``, Aruba ``meta.access_token``."""

    secret: Any = None
    meta: _Meta | None = None


_secret: Final = msgspec.json.Decoder(_Secret)


def gateway_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core, counters = screens.core, screens.desk.counters

    @router.post("/post")
    @router.post("/post/{token}")
    async def post(request: Request, token: str = "") -> Response:
        token = token or _token_in(request)
        sender = _sender(screens, token) if token else ""
        body = await _read_body(screens, request)
        sender = sender or _sender(screens, _token_of(body))
        wait_s = screens.posts_by_sender.wait_s(sender, core.now())
        if wait_s > 0:
            counters["posts_too_many"] += 1
            raise Failure("too_many_requests", retry_after_s=wait_s)
        screens.posts_by_sender.take(sender, core.now())
        topic = f"{wire.ROOT}/{screens.site.site}/gateways/{sender}/post"
        await core.send(m.GatewayPayload(topic=topic, payload=body, received_at=core.now()))
        counters["posts"] += 1
        return Json({"state": "ok"})

    @router.get("/post/{token}")
    async def validate(request: Request, token: str) -> Response:
        """Meraki asks the address for its network's validator before it posts: it stands in the address."""
        _sender(screens, token)
        validator = request.query_params.get("validator", "ok")
        if not _VALIDATOR.fullmatch(validator):
            raise Failure("bad_request", "validator: letters, digits, - and _")
        return PlainTextResponse(validator, headers={"Cache-Control": "no-store"})

    @router.get("/api/gateways/{sender}/post")
    async def door(request: Request, sender: str) -> Response:
        session = await screens.require(request, "technician", "admin")
        if not wire.IDENTIFIER.fullmatch(sender):
            raise Failure("not_found")
        token = screens.tokens.sign(GATEWAY, sender)
        await screens.audit(session.by, "gateway_door", sender)
        base = screens.public_url or f"{request.url.scheme}://{request.url.netloc}"
        return Json({"url": f"{base}/post/{token}", "token": token})

    @router.put("/api/gateways/{gateway}/config")
    async def configure(request: Request, gateway: str) -> Response:
        session = await screens.require(request, "technician", "admin")
        if gateway not in _installed(screens):
            raise Failure("not_found", "gateway")
        body = await read_json(request)
        try:
            config = msgspec.convert(
                {**body, "type": "GatewayConfig", "gateway": gateway, "at": core.now()}, m.GatewayConfig
            )
        except msgspec.ValidationError as error:
            raise Failure("bad_request", str(error)) from error
        fault = config.fault()
        if fault:
            raise Failure("bad_request", fault)
        await core.send(config)
        await screens.audit(
            session.by, "configure_gateway", gateway, msgspec.json.encode(body).decode()[:500]
        )
        return empty()

    return router


def _installed(screens: Screens) -> set[str]:
    guests = screens.desk.view.guests.gateways
    return {gateway.gateway for gateway in (*screens.site.gateways, *guests)}


def _sender(screens: Screens, token: str) -> str:
    """Who may speak by this token. It cannot be guessed, so nobody is made to wait for trying.

    Raises:
        Failure: ``bad_token``.
    """
    try:
        return screens.tokens.read(GATEWAY, token)
    except Failure as error:
        screens.desk.counters["posts_refused"] += 1
        raise Failure("bad_token") from error


def _token_in(request: Request) -> str:
    """From a header: ``Authorization`` (Bearer, Token, or Basic with any user), or one of a few others."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() in ("bearer", "token"):
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return next((request.headers[name] for name in _HEADERS if name in request.headers), "")


def _token_of(body: bytes) -> str:
    try:
        found = _secret.decode(body)
    except UNREADABLE:
        return ""
    token = found.secret or (found.meta and found.meta.access_token)
    return token if isinstance(token, str) else ""


async def _read_body(screens: Screens, request: Request) -> bytes:
    """What was posted.

    Raises:
        Failure: ``too_long``; ``bad_request`` for a packed body, which would have no limit.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        screens.desk.counters["posts_refused"] += 1
        raise Failure("bad_request", "Content-Encoding: send it unpacked")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > wire.MAX_PAYLOAD_BYTES:
            screens.desk.counters["posts_too_long"] += 1
            raise Failure("too_long", f"at most {wire.MAX_PAYLOAD_BYTES} bytes")
    return bytes(body)
