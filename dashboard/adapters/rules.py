"""Requests of the office's settings: draft the rules of the house, check, publish. For administrators."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Session
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, empty
from dashboard.adapters.workshop import done, number, read_struct, to_publish
from dashboard.rules import ENTRIES_MAX, RulesDesk, RulesEdit

EDIT_LIMIT = 1_000_000


def rules_routes(screens: Screens, desk: RulesDesk) -> APIRouter:
    router = APIRouter()

    async def admin(request: Request) -> Session:
        return await screens.require(request, "admin")

    @router.get("/api/rules/draft")
    async def draft(request: Request) -> Response:
        await admin(request)
        return Json(await done(desk.shown()))

    @router.put("/api/rules/draft")
    async def save(request: Request) -> Response:
        session = await admin(request)
        edit = await read_struct(request, RulesEdit, EDIT_LIMIT)
        many = [
            name for name in ("services", "items", "roles") if len(getattr(edit.rules, name)) > ENTRIES_MAX
        ]
        if many:
            raise Failure("too_long", f"{many[0]}: more than {ENTRIES_MAX}")
        return Json(await done(desk.save(edit, session.by)))

    @router.delete("/api/rules/draft")
    async def discard(request: Request) -> Response:
        session = await admin(request)
        await done(desk.discard(number(request, "version")))
        await screens.audit(session.by, "rules_discarded", "")
        return empty()

    @router.post("/api/rules/check")
    async def check(request: Request) -> Response:
        await admin(request)
        return Json(await done(desk.check()))

    @router.post("/api/rules/publish")
    async def publish(request: Request) -> Response:
        session = await admin(request)
        version, note = await to_publish(request)
        if not note.strip():
            raise Failure("bad_request", "note: expected why the rules are changed")
        outcome = await done(desk.publish(version, note, session.by))
        if outcome.revision:
            await screens.audit(session.by, "rules_published", str(outcome.revision), note)
        return Json(outcome)

    return router
