"""The audit: asked for by time and words, and as a table for a spreadsheet. For administrators."""

import asyncio
import csv
import io
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts.quantities import SECOND, Instant
from dashboard.access import AuditEntry
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.past import number
from dashboard.adapters.screens import Screens
from dashboard.audit import ENTRIES_MAX, page_of

EXPORT_MAX: Final = 100_000
"""Rows of an exported table; what a spreadsheet still opens at once."""
FIND_MAX: Final = 100
COLUMNS: Final = ("time", "who", "what", "whom", "detail")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take a cell for a formula by."""


def audit_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core

    async def found(request: Request, limit: int) -> tuple[list[AuditEntry], Instant | None]:
        since, until, find = window(request, core.now())
        records = await asyncio.to_thread(core.accounts.entries, since, until, find, limit + 1)
        past = core.past
        if past is None:
            return page_of([records], limit)
        asked = (since, until, find, limit + 1)
        loop = asyncio.get_running_loop()
        deeds = await loop.run_in_executor(screens.past_thread, past.deeds, *asked)
        return page_of([records, deeds], limit)

    @router.get("/api/audit")
    async def audit(request: Request) -> Response:
        await screens.require(request, "admin")
        limit = number(request.query_params.get("limit", "100"))
        if not limit:
            raise Failure("bad_request", "limit: expected a number")
        entries, more_before = await found(request, min(limit, ENTRIES_MAX))
        return Json({"entries": entries, "more_before": more_before})

    @router.get("/api/audit.csv")
    async def table(request: Request) -> Response:
        session = await screens.require(request, "admin")
        entries, _ = await found(request, EXPORT_MAX)
        await screens.audit(session.by, "audit_exported", "", f"{len(entries)} rows")
        headers = {
            "Content-Disposition": f'attachment; filename="audit-{screens.site.site}.csv"',
            "Cache-Control": "no-store",
        }
        text = as_csv(entries, screens.site.timezone)
        return Response(text, 200, headers, media_type="text/csv; charset=utf-8")

    return router


def window(request: Request, now: Instant) -> tuple[Instant, Instant, str]:
    """From when, until when, and which words.

    Raises:
        Failure: ``bad_request``.
    """
    query = request.query_params
    since, until = number(query.get("since", "0")), number(query.get("until", str(now + 1)))
    find = query.get("find", "")
    if since is None or until is None or len(find) > FIND_MAX:
        raise Failure("bad_request", f"since, until: expected instants; find: at most {FIND_MAX} characters")
    return since, until, find


def as_csv(entries: list[AuditEntry], timezone: str) -> str:
    """A table in the mall's own time, newest first, with the mark by which spreadsheets know UTF-8."""
    zone = ZoneInfo(timezone)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for entry in entries:
        moment = datetime.fromtimestamp(entry.at / SECOND, zone).isoformat(sep=" ", timespec="milliseconds")
        row = (moment, entry.who, entry.what, entry.whom, entry.detail)
        table.writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row)
    return "\ufeff" + out.getvalue()
