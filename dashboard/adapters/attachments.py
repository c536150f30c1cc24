"""Photos and spoken notes: sent by whoever is on scene, looked at by the control room."""

import asyncio
import re
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts import messages as m
from contracts.wire import IDENTIFIER
from dashboard.access import believed, stamped
from dashboard.adapters.commands import REPLAY_HEADER, answer_json
from dashboard.adapters.failures import Failure
from dashboard.adapters.screens import Screens, read_body
from dashboard.attachments import SIZE_LIMIT, file_type

FILE_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def attachment_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    core = screens.core

    @router.post("/api/attachments")
    async def attach(request: Request) -> Response:
        """Kept first, then told to the dispatcher; taken away again when it refuses."""
        session = await screens.require(request, "staff")
        if REPLAY_HEADER in request.headers:
            raise Failure("in_replay")
        call_id, key = request.query_params.get("call", ""), request.headers.get("idempotency-key", "")
        if not IDENTIFIER.fullmatch(call_id):
            raise Failure("bad_request", "call: expected a call's id")
        at = request.query_params.get("at")
        if at is not None and not (at.isdecimal() and len(at) <= 16):
            raise Failure("bad_request", "at: expected microseconds")
        if (wait_s := screens.files_by_unit.wait_s(session.by, core.now())) > 0:
            raise Failure("too_many_requests", retry_after_s=wait_s)
        screens.files_by_unit.take(session.by, core.now())
        content = await read_body(request, SIZE_LIMIT)
        found = file_type(content)
        if found is None:
            raise Failure("bad_request", "body: expected a JPEG, or WebM, Ogg or MP4 sound")
        fields = {"call_id": call_id, "file_id": key, "what": found.kind}
        sent = believed(None if at is None else int(at), core.now())
        wish = stamped(m.AttachFile, fields, key, session.by, sent)
        await asyncio.to_thread(core.files.keep, key, content)
        answer = await screens.hub.answers.ask(wish, core)
        if not answer.accepted:
            await asyncio.to_thread(core.files.drop, key)
        return answer_json(answer)

    @router.get("/api/attachments/{file_id}")
    async def look(file_id: str, request: Request) -> Response:
        session = await screens.require(request, "operator", "admin")
        content = await asyncio.to_thread(core.files.read, file_id) if FILE_ID.fullmatch(file_id) else None
        found = None if content is None else file_type(content)
        if found is None:
            raise Failure("not_found")
        await screens.audit(session.by, "open_attachment", file_id)
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; sandbox",
        }
        return Response(content, 200, headers, media_type=found.media_type)

    return router
