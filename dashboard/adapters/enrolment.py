"""The preview of a bulk enrolment; what is enrolled then goes as commands, like everything else."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens
from dashboard.adapters.workshop import read_struct
from dashboard.enrolling import LINES_MAX, Pasted, read_lines

BODY_LIMIT: Final = 1_000_000


def enrolment_routes(screens: Screens) -> APIRouter:
    router = APIRouter()

    @router.post("/api/devices/preview")
    async def preview(request: Request) -> Response:
        await screens.require(request, "technician", "admin")
        pasted = await read_struct(request, Pasted, BODY_LIMIT)
        if pasted.text.count("\n") > LINES_MAX:
            raise Failure("too_long", f"more than {LINES_MAX} lines")
        devices = screens.desk.view.enrolment.devices
        enrolled = {device.device_id: device.subject for device in devices}
        rows = read_lines(pasted.text, pasted.kind, pasted.subject, screens.site, enrolled)
        return Json({"lines": rows})

    return router
