"""Commissioning by walking: start, mark, stop, judge, accept or go back. For technicians."""

import math
from collections.abc import Awaitable
from typing import Final, TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, empty
from dashboard.adapters.workshop import read_struct, technician
from dashboard.walks import NewWalk, WalkRefused, Walks, Waypoint

BODY_LIMIT: Final = 300_000
TEXT_LIMIT: Final = 200
T = TypeVar("T")


async def _done(doing: Awaitable[T]) -> T:
    try:
        return await doing
    except WalkRefused as refused:
        code = "not_found" if refused.reason == "no_such_walk" else "refused"
        raise Failure(code, reason=refused.reason) from refused


def walk_routes(screens: Screens, walks: Walks) -> APIRouter:
    router = APIRouter()
    router.include_router(_walking_routes(screens, walks))
    router.include_router(_judging_routes(screens, walks))
    return router


def _walking_routes(screens: Screens, walks: Walks) -> APIRouter:
    router = APIRouter()

    def checked(place: Waypoint) -> Waypoint:
        floors = {floor.floor for floor in screens.site.floors}
        if place.floor not in floors or not (math.isfinite(place.x_m) and math.isfinite(place.y_m)):
            raise Failure("bad_request", "expected a place on a floor of the site")
        return place

    @router.get("/api/walks")
    async def listed(request: Request) -> Response:
        await technician(screens, request)
        return Json({"walks": await walks.listed(), "in_use": await walks.in_use()})

    @router.post("/api/walks")
    async def start(request: Request) -> Response:
        session = await technician(screens, request)
        new = await read_struct(request, NewWalk, BODY_LIMIT)
        if max(len(new.title), len(new.device_id)) > TEXT_LIMIT or not 0 <= new.height_m <= 5:
            raise Failure("bad_request", "title, device_id or height_m out of range")
        for place in new.route:
            checked(place)
        if new.device_id not in {device.device_id for device in screens.desk.view.enrolment.devices}:
            raise Failure("refused", reason="not_enrolled")  # what may not be located may not be recorded
        walk = await _done(walks.start(new, session.by))
        await screens.audit(session.by, "walk_started", walk.device_id, walk.walk_id)
        return Json(walk)

    @router.get("/api/walks/{walk_id}")
    async def state(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        return Json(await _done(walks.state(walk_id)))

    @router.delete("/api/walks/{walk_id}")
    async def remove(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        await _done(walks.remove(walk_id))
        return empty()

    @router.post("/api/walks/{walk_id}/marks")
    async def mark(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        place = checked(await read_struct(request, Waypoint, BODY_LIMIT))
        return Json(await _done(walks.mark(walk_id, place, screens.core.now())))

    @router.delete("/api/walks/{walk_id}/marks/last")
    async def unmark(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        return Json(await _done(walks.unmark(walk_id)))

    @router.post("/api/walks/{walk_id}/stop")
    async def stop(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        return Json(await _done(walks.stop(walk_id)))

    return router


def _judging_routes(screens: Screens, walks: Walks) -> APIRouter:
    router = APIRouter()

    @router.post("/api/walks/{walk_id}/assess")
    async def assess(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        await _done(walks.assess(walk_id))
        return Json(await _done(walks.assessment(walk_id)))

    @router.get("/api/walks/{walk_id}/assessment")
    async def assessment(walk_id: str, request: Request) -> Response:
        await technician(screens, request)
        return Json(await _done(walks.assessment(walk_id)))

    @router.post("/api/walks/{walk_id}/accept")
    async def accept(walk_id: str, request: Request) -> Response:
        session = await technician(screens, request)
        in_use = await _done(walks.accept(walk_id))
        await screens.audit(session.by, "calibration_accepted", walk_id, f"revision {in_use.revision}")
        return Json({"in_use": in_use})

    @router.post("/api/calibration/rollback")
    async def roll_back(request: Request) -> Response:
        session = await technician(screens, request)
        in_use = await _done(walks.roll_back())
        await screens.audit(session.by, "calibration_rolled_back", "", f"to {in_use and in_use.revision}")
        return Json({"in_use": in_use})

    return router
