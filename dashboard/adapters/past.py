"""What the time bar of a replay asks, and one incident as a file."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from contracts.quantities import DAY, SECOND, Instant
from dashboard.access import RoleName
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens
from dashboard.attachments import enclosed
from dashboard.past import MARK_KINDS, Past

ROLES: Final[tuple[RoleName, ...]] = ("operator", "admin")
"""Who may look at the past."""
WIDEST: Final = 31 * DAY
_T = TypeVar("_T")


def past_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core

    @router.get("/api/replay")
    async def span(request: Request) -> Response:
        await screens.require(request, *ROLES)
        return Json(await ask(lambda past: past.span(core.now())))

    @router.get("/api/replay/marks")
    async def marks(request: Request) -> Response:
        await screens.require(request, *ROLES)
        since, until = (number(request.query_params.get(name)) for name in ("since", "until"))
        if since is None or until is None or not since <= until <= since + WIDEST:
            raise Failure("bad_request", "since, until: expected instants, at most 31 days apart")
        return Json({"marks": await ask(lambda past: past.marks(since, until))})

    @router.get("/api/replay/next")
    async def next_mark(request: Request) -> Response:
        await screens.require(request, *ROLES)
        after, kind = (
            number(request.query_params.get("after")),
            request.query_params.get("kind", "SlaBreached"),
        )
        if after is None or kind not in MARK_KINDS:
            raise Failure("bad_request", f"after: expected an instant; kind: one of {' '.join(MARK_KINDS)}")
        return Json({"mark": await ask(lambda past: past.next_mark(after, kind))})

    @router.get("/api/figures")
    async def figures(request: Request) -> Response:
        await screens.require(request, *ROLES)
        since, until = (number(request.query_params.get(name)) for name in ("since", "until"))
        if since is None or until is None or not since < until <= since + WIDEST:
            raise Failure("bad_request", "since, until: expected instants, at most 31 days apart")
        offset_s = utc_offset_s(core.service.site.timezone, until)
        return Json(await ask(lambda past: past.figures(since, until, offset_s)))

    @router.get("/api/incidents/{call_id}")
    async def incident(request: Request, call_id: str) -> Response:
        session = await screens.require(request, *ROLES)
        found = await ask(lambda past: past.incident(call_id, core.now()))
        if found is None:
            raise Failure("not_found", "call")
        whole = request.query_params.get("files") == "1"
        read = core.files.read if whole else None
        files = await asyncio.to_thread(enclosed, found.facts, read)
        await screens.audit(session.by, "export_incident" if whole else "open_incident", call_id)
        answer = Json(replace(found, files=files))
        name = f"incident-{found.site}-{found.call.call_id}.json"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    async def ask(question: Callable[[Past], _T]) -> _T:
        past = core.past
        if past is None:
            raise Failure("not_found", "nothing is kept here")
        return await asyncio.get_running_loop().run_in_executor(screens.past_thread, question, past)

    return router


def utc_offset_s(timezone: str, at: Instant) -> int:
    """Of the site's local time at an instant: hours of the day are the mall's, not the server's."""
    moment = datetime.fromtimestamp(at / SECOND, ZoneInfo(timezone))
    offset = moment.utcoffset()
    assert offset is not None, timezone
    return int(offset.total_seconds())


def number(text: str | None) -> int | None:
    """A number of a query, None where there is none."""
    return int(text) if text is not None and text.isdecimal() and len(text) <= 16 else None
