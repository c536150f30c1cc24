"""Who may log in: listed, added, disabled, given a new password. For admins, entered in the audit."""

import asyncio
from typing import cast

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts.sitemap import Name
from contracts.wire import IDENTIFIER
from dashboard.access import RoleName
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, read_json, text_field

ROLES = ("operator", "staff", "technician", "admin")


def user_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core

    @router.get("/api/users")
    async def everybody(request: Request) -> Response:
        await screens.require(request, "admin")
        return Json({"users": await asyncio.to_thread(core.accounts.list_users)})

    @router.post("/api/users")
    async def add(request: Request) -> Response:
        session = await screens.require(request, "admin")
        body = await read_json(request)
        user, role = text_field(body, "user", limit=64), text_field(body, "role")
        if role not in ROLES or not IDENTIFIER.fullmatch(user):
            raise Failure("bad_request", f"user: letters, digits, - and _; role: one of {' '.join(ROLES)}")
        name, unit_id = _name(body.get("name"), user), _unit(body.get("unit_id"), screens)
        try:
            password = await asyncio.to_thread(
                core.accounts.add_user, user, cast(RoleName, role), core.now(), unit_id, name
            )
        except ValueError as error:
            raise Failure("bad_request", str(error)) from error
        await screens.audit(session.by, "add_user", f"user/{user}", role)
        return Json({"user": user, "password": password})

    @router.put("/api/users/{user}")
    async def change(request: Request, user: str) -> Response:
        session = await screens.require(request, "admin")
        act = text_field(await read_json(request), "act")
        if act == "disable" and user == session.user:
            raise Failure("bad_request", "user: nobody shuts out themselves")
        acts = {"disable": core.accounts.disable, "enable": core.accounts.enable}
        password: str | None = None
        try:
            if act == "password":
                password = await asyncio.to_thread(core.accounts.renew_password, user)
            elif act in acts:
                await asyncio.to_thread(acts[act], user)
            else:
                raise Failure("bad_request", "act: expected disable, enable or password")
        except ValueError as error:
            raise Failure("not_found", str(error)) from error
        await screens.audit(session.by, f"{act}_user", f"user/{user}")
        return Json({"user": user, "password": password or ""})

    return router


def _name(given: object, user: str) -> Name:
    names = given if isinstance(given, dict) else {}
    zh, en = (names.get(lang) or user for lang in ("zh", "en"))
    if not isinstance(zh, str) or not isinstance(en, str) or max(len(zh), len(en)) > 100:
        raise Failure("bad_request", "name: expected zh and en of at most 100 characters")
    return Name(zh, en)


def _unit(given: object, screens: Screens) -> str | None:
    if given is None or given == "":
        return None
    if given not in {member.unit_id for member in screens.site.staff}:
        raise Failure("bad_request", "unit_id: nobody of the site's staff")
    return str(given)
