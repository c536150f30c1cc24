"""Acknowledging and shelving alarms: kept, entered in the audit, and told to everybody."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts.quantities import MINUTE
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, read_json
from dashboard.alarms import SHELF_MINUTES, SHELF_REASONS, Alarm, AlarmMark

ALARMS_LIMIT = 500
"""Alarms in one request: all that a flood can bring."""


def alarm_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core

    @router.post("/api/alarms")
    async def mark(request: Request) -> Response:
        session = await screens.require(request, "operator", "admin")
        body = await read_json(request)
        act, chosen = body.get("act"), _chosen(body.get("alarms"), screens)
        now = core.now()
        marks: list[AlarmMark] = []
        match act:
            case "ack":
                marks = [AlarmMark(alarm.alarm_id, "ack", session.by, now) for alarm in chosen]
            case "shelve":
                until, reason = _shelf(body)
                if any(alarm.level == 1 for alarm in chosen):
                    raise Failure("not_shelvable")
                marks = [
                    AlarmMark(alarm.alarm_id, "shelve", session.by, now, now + until, reason)
                    for alarm in chosen
                ]
            case "unshelve":
                pass
            case _:
                raise Failure("bad_request", "act: expected ack, shelve or unshelve")
        lifted = [alarm.alarm_id for alarm in chosen] if act == "unshelve" else []
        await asyncio.to_thread(core.alarms.save, marks, lifted)
        for alarm in chosen:
            detail = f"{marks[0].reason} until {marks[0].until}" if act == "shelve" else ""
            await screens.audit(session.by, f"alarm_{act}", alarm.alarm_id, detail)
        screens.hub.deliver(core.service.mark(marks, lifted, now))
        return Json({"marked": len(chosen)})

    return router


def _chosen(names: object, screens: Screens) -> list[Alarm]:
    """Those of the named alarms that are open; what has ended meanwhile needs nobody."""
    if not isinstance(names, list) or len(names) > ALARMS_LIMIT:
        raise Failure("bad_request", f"alarms: expected at most {ALARMS_LIMIT} ids")
    wanted = {name for name in names if isinstance(name, str)}
    return [alarm for alarm in screens.desk.alarms.board.alarms if alarm.alarm_id in wanted]


def _shelf(body: dict[str, object]) -> tuple[int, str]:
    minutes, reason = body.get("minutes"), body.get("reason")
    if minutes not in SHELF_MINUTES or reason not in SHELF_REASONS:
        raise Failure(
            "bad_request",
            f"minutes: one of {' '.join(map(str, SHELF_MINUTES))}; reason: one of {' '.join(SHELF_REASONS)}",
        )
    assert isinstance(minutes, int)
    assert isinstance(reason, str)
    return minutes * MINUTE, reason
