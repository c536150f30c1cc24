"""Log-in, log-out, who am I, and who looked at whom."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Session
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import COOKIES, Screens, address_of, cookie_name, empty, read_json, text_field

LOOKS = ("follow", "open_call", "open_unit", "replay", "take_over")


def me_json(session: Session) -> dict[str, object]:
    return {
        "user": session.user,
        "role": session.role,
        "unit_id": session.unit_id,
        "name": {"zh": session.name_zh, "en": session.name_en},
        "language": session.language,
    }


def people_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core

    @router.post("/api/login")
    async def login(request: Request) -> Response:
        screens.check_origin(request)
        body = await read_json(request)
        user, password = text_field(body, "user", limit=100), text_field(body, "password", limit=200)
        session = await _verified(screens, request, user, password)
        life_s = core.service.settings.session_h * 3600
        token = await asyncio.to_thread(core.accounts.open_session, session.user, core.now(), life_s)
        await screens.audit(session.by, "log_in", "", address_of(request))
        if session.unit_id is not None:
            await screens.hub.say_logged_in(session.unit_id)
        answer = Json(me_json(session))
        answer.set_cookie(
            cookie_name(request),
            token,
            max_age=int(life_s),
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.post("/api/logout")
    async def logout(request: Request) -> Response:
        screens.check_origin(request)
        found = await screens.session(request)
        if found is not None:
            await asyncio.to_thread(core.accounts.revoke, found[1])
            await screens.audit(found[0].by, "log_out", "")
        answer = empty()
        answer.delete_cookie(cookie_name(request), path="/")
        return answer

    @router.get("/api/me")
    async def me(request: Request) -> Response:
        return Json(me_json(await screens.require(request)))

    @router.put("/api/me")
    async def change_me(request: Request) -> Response:
        session = await screens.require(request)
        language = text_field(await read_json(request), "language")
        if language not in ("zh", "en"):
            raise Failure("bad_request", "language: expected zh or en")
        await asyncio.to_thread(core.accounts.set_language, session.user, language)
        return Json({**me_json(session), "language": language})

    @router.post("/api/looked")
    async def looked(request: Request) -> Response:
        session = await screens.require(request, "operator", "admin", "technician")
        body = await read_json(request)
        what, whom = text_field(body, "what"), text_field(body, "whom", limit=100)
        if what not in LOOKS:
            raise Failure("bad_request", f"what: expected one of {' '.join(LOOKS)}")
        await screens.audit(session.by, what, whom, text_field(body, "detail", ""))
        return empty()

    return router


async def _verified(screens: Screens, request: Request, user: str, password: str) -> Session:
    """The person, unless the password is wrong or was wrong too often.

    Raises:
        Failure: ``too_many_requests``, ``wrong_password``, ``forbidden`` (the other page's log-in).
    """
    now, address = screens.core.now(), address_of(request)
    person = f"{user.casefold()}@{address}"
    wait_s = max(screens.login_by_person.wait_s(person, now), screens.login_by_address.wait_s(address, now))
    if wait_s > 0:
        raise Failure("too_many_requests", retry_after_s=wait_s)
    screens.login_by_person.fail(person, now)  # taken back below: parallel guesses count too
    session = await asyncio.to_thread(screens.core.accounts.verify, user, password, now)
    if session is None:
        screens.login_by_address.fail(address, now)
        await screens.audit(f"user/{user}", "log_in_refused", "", address)
        raise Failure("wrong_password")
    screens.login_by_person.succeed(person)
    screens.login_by_address.succeed(address)
    is_handheld = cookie_name(request) == COOKIES["staff"]
    if is_handheld != (session.role == "staff"):
        raise Failure("forbidden", "staff log in at /staff, the others at /")
    return session
