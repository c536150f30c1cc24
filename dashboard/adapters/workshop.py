"""The map editor's requests: draft, import, check, publish, go back. For technicians."""

from collections.abc import Awaitable
from typing import Final, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts.errors import UNREADABLE, SiteError
from dashboard.access import Session
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, empty, read_body, read_json, text_field
from dashboard.workshop import BACKDROP, OBJECTS_MAX, DraftMoved, Edit, Workshop

EDIT_LIMIT: Final = 4_000_000
MAP_LIMIT: Final = 64_000_000
PICTURE_LIMIT: Final = 16_000_000
T = TypeVar("T")


async def read_struct(request: Request, kind: type[T], limit: int) -> T:
    """The body as JSON of a type.

    Raises:
        Failure: ``too_long``, ``bad_request`` saying where.
    """
    try:
        return msgspec.json.decode(await read_body(request, limit), type=kind)
    except UNREADABLE as cause:
        raise Failure("bad_request", str(cause)) from cause


def number(request: Request, name: str) -> int:
    """A whole number in the query.

    Raises:
        Failure: ``bad_request``.
    """
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise Failure("bad_request", f"{name}: expected a number")
    return int(text)


async def done(doing: Awaitable[T]) -> T:
    """What the process answers; its refusals as ours."""
    try:
        return await doing
    except DraftMoved as cause:
        raise Failure("refused", "somebody else has changed the draft", reason="draft_moved") from cause
    except SiteError as cause:
        raise Failure("refused", str(cause), reason="bad_site") from cause


async def to_publish(request: Request) -> tuple[int, str]:
    """Which version of a draft, and why.

    Raises:
        Failure: ``bad_request``.
    """
    body = await read_json(request)
    version = body.get("version")
    if not isinstance(version, int):
        raise Failure("bad_request", "version: expected a number")
    return version, text_field(body, "note", "", limit=200)


def workshop_routes(screens: Screens, workshop: Workshop) -> APIRouter:
    router = APIRouter()
    router.include_router(_draft_routes(screens, workshop))
    router.include_router(_publish_routes(screens, workshop))
    return router


async def technician(screens: Screens, request: Request) -> Session:
    """Who asks, if they may.

    Raises:
        Failure: as ``Screens.require``.
    """
    return await screens.require(request, "technician", "admin")


def _draft_routes(screens: Screens, workshop: Workshop) -> APIRouter:
    router = APIRouter()

    @router.get("/api/workshop/draft")
    async def draft(request: Request) -> Response:
        await technician(screens, request)
        return Json(await done(workshop.shown()))

    @router.put("/api/workshop/draft")
    async def save(request: Request) -> Response:
        session = await technician(screens, request)
        edit = await read_struct(request, Edit, EDIT_LIMIT)
        many = [name for name in edit.installed.__struct_fields__ if _count(edit, name) > OBJECTS_MAX]
        if many:
            raise Failure("too_long", f"{many[0]}: more than {OBJECTS_MAX}")
        if any(not BACKDROP.fullmatch(backdrop.image) for backdrop in edit.backdrops):
            raise Failure("bad_request", "backdrops: no such picture")
        return Json(await done(workshop.save(edit, session.by)))

    @router.delete("/api/workshop/draft")
    async def discard(request: Request) -> Response:
        session = await technician(screens, request)
        await done(workshop.discard(number(request, "version")))
        await screens.audit(session.by, "draft_discarded", "")
        return empty()

    @router.post("/api/workshop/map")
    async def take_map(request: Request) -> Response:
        session = await technician(screens, request)
        version = number(request, "version")
        content = await read_body(request, MAP_LIMIT)
        shown, findings = await done(workshop.take_map(content, version, session.by))
        await screens.audit(session.by, "map_imported", "", f"{len(content)} bytes")
        return Json({"draft": shown.draft, "site": shown.site, "findings": findings})

    @router.post("/api/workshop/pictures")
    async def take_picture(request: Request) -> Response:
        await technician(screens, request)
        return Json({"image": await done(workshop.take_picture(await read_body(request, PICTURE_LIMIT)))})

    @router.get("/api/workshop/pictures/{image}")
    async def picture(image: str, request: Request) -> Response:
        await technician(screens, request)
        content = await workshop.picture(image) if BACKDROP.fullmatch(image) else None
        if content is None:
            raise Failure("not_found")
        kind = "image/png" if image.endswith(".png") else "image/jpeg"
        return Response(content, 200, {"Cache-Control": "private, max-age=86400"}, media_type=kind)

    @router.get("/api/workshop/site.zip")
    async def archive(request: Request) -> Response:
        await technician(screens, request)
        name = f"{screens.site.site}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(await done(workshop.archive()), 200, headers, media_type="application/zip")

    return router


def _publish_routes(screens: Screens, workshop: Workshop) -> APIRouter:
    router = APIRouter()

    @router.post("/api/workshop/check")
    async def check(request: Request) -> Response:
        await technician(screens, request)
        return Json(await done(workshop.check()))

    @router.post("/api/workshop/publish")
    async def publish(request: Request) -> Response:
        session = await technician(screens, request)
        version, note = await to_publish(request)
        outcome = await done(workshop.publish(version, note, session.by))
        if outcome.revision:
            await screens.audit(session.by, "site_published", str(outcome.revision), note)
        return Json(outcome)

    @router.get("/api/workshop/versions")
    async def versions(request: Request) -> Response:
        await technician(screens, request)
        return Json({"versions": await done(workshop.versions())})

    @router.post("/api/workshop/versions/{revision}/restore")
    async def restore(revision: str, request: Request) -> Response:
        session = await technician(screens, request)
        if not revision.isdecimal() or len(revision) > 9:
            raise Failure("not_found")
        outcome = await done(workshop.restore(int(revision), session.by))
        if outcome is None:
            raise Failure("not_found")
        if outcome.revision:
            await screens.audit(session.by, "site_restored", revision, f"as {outcome.revision}")
        return Json(outcome)

    return router


def _count(edit: Edit, name: str) -> int:
    return len(getattr(edit.installed, name))
