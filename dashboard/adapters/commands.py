"""The site, commands and routes for whoever is logged in."""

import asyncio
import gzip
import hashlib
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts.messages import CommandAnswered
from dashboard.access import read_command
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, read_json
from dashboard.sitejson import site_json

REPLAY_HEADER: Final = "nearhand-replay"
"""A page that shows the past adds it to every request, so that nobody dispatches in it by mistake."""


class Cached:
    """JSON that is the same for a long time: compressed once, with its ETag."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.packed = gzip.compress(content, 6, mtime=0)
        self.etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'

    def answer(self, request: Request) -> Response:
        headers = {"ETag": self.etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                self.packed, 200, {**headers, "Content-Encoding": "gzip"}, media_type="application/json"
            )
        return Response(self.content, 200, headers, media_type="application/json")


def answer_json(answer: CommandAnswered) -> Json:
    """The dispatcher's answer as the pages get it."""
    return Json(
        {
            "command_id": answer.command_id,
            "accepted": answer.accepted,
            "reason": answer.reason,
            "subject": answer.subject,
        }
    )


def command_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core, site = screens.core, screens.site
    whole_site = Cached(site_json(site))
    own_sites: dict[str, Cached] = {}

    @router.get("/api/site")
    async def get_site(request: Request) -> Response:
        session = await screens.require(request)
        if session.role == "staff":
            unit_id = session.unit_id
            assert unit_id is not None, "staff have a unit"
            if unit_id not in own_sites:  # at most one for each of the staff
                own_sites[unit_id] = Cached(site_json(site, unit_id))
            return own_sites[unit_id].answer(request)
        return whole_site.answer(request)

    @router.post("/api/commands")
    async def command(request: Request) -> Response:
        session = await screens.require(request)
        if REPLAY_HEADER in request.headers:
            raise Failure("in_replay")
        body = await read_json(request)
        key = request.headers.get("idempotency-key", "")
        wish = read_command(body, key, session, site, core.now())
        answer = await screens.hub.answers.ask(wish, core)
        return answer_json(answer)

    @router.get("/api/route")
    async def route(request: Request) -> Response:
        session = await screens.require(request, "operator", "admin", "staff")
        unit_id = request.query_params.get("unit", session.unit_id or "")
        if session.role == "staff" and unit_id != session.unit_id:
            raise Failure("forbidden")
        question = screens.desk.question(unit_id)
        if question is None:
            raise Failure("not_found", "unit")
        if session.role != "staff":
            await screens.audit(session.by, "route", unit_id)
        loop = asyncio.get_running_loop()
        return Json(await loop.run_in_executor(screens.router_thread, screens.router.route, question))

    @router.get("/api/devices/{device_id}/why")
    async def explain(request: Request, device_id: str) -> Response:
        session = await screens.require(request, "operator", "technician", "admin")
        if device_id not in screens.desk.slots.of_device:
            raise Failure("not_found", "device")
        await screens.audit(session.by, "position_why", device_id)
        return Json(await screens.hub.reasons.ask(device_id, session.by, core))

    return router
