"""The customer's page: no log-in, a signed token in the address is the right."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts import messages as m
from contracts.sitemap import ServiceKind, Spot
from dashboard.access import check, stamped
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens, address_of, read_json, text_field
from dashboard.adapters.tokens import CALL, DEVICE, SPOT
from dashboard.customer import COLLECT, loan_of

HOLD_S: Final = 25.0
"""Below the 30 s after which phones' networks and proxies cut silent requests."""


def customer_routes(screens: Screens) -> APIRouter:
    router = APIRouter()
    _add_asking(router, screens)
    _add_waiting(router, screens)
    return router


def _add_asking(router: APIRouter, screens: Screens) -> None:
    """Where a call begins: at a spot's QR code or in an app."""
    tokens = screens.tokens

    @router.get("/c/{spot_token}/start")
    async def start(spot_token: str, request: Request) -> Response:
        _count_other(screens, request)
        return Json(_start(screens, _spot_of(screens, spot_token)))

    @router.get("/d/{device_token}/start")
    async def start_device(device_token: str, request: Request) -> Response:
        _count_other(screens, request)
        tokens.read(DEVICE, device_token)
        return Json(_start(screens, None))

    @router.post("/api/device-links")
    async def device_link(request: Request) -> Response:
        """For the mall's app: the address under which this phone's owner may ask for help."""
        session = await screens.require(request, "operator", "admin")
        device_id = text_field(await read_json(request), "device_id", limit=100)
        if not device_id:
            raise Failure("bad_request", "device_id: expected a device")
        await screens.audit(session.by, "device_link", device_id)
        path = f"/d/{tokens.sign(DEVICE, device_id)}"
        return Json({"path": path, "address": f"{screens.base_of(request)}{path}"})

    @router.post("/c/{spot_token}/calls")
    async def place(spot_token: str, request: Request) -> Response:
        screens.check_origin(request)
        spot = _spot_of(screens, spot_token)
        body = await read_json(request)
        device_token = body.get("device_token")
        device_id = tokens.read(DEVICE, device_token) if isinstance(device_token, str) else None
        return await _place(screens, request, spot, body, f"spot/{spot.spot}", device_id)

    @router.post("/d/{device_token}/calls")
    async def place_device(device_token: str, request: Request) -> Response:
        screens.check_origin(request)
        device_id = tokens.read(DEVICE, device_token)
        body = await read_json(request)
        spot = _spot_named(screens, text_field(body, "spot", limit=64))
        return await _place(screens, request, spot, body, f"device/{device_id}", device_id)


def _add_waiting(router: APIRouter, screens: Screens) -> None:
    """What a customer sees and may change while the call is open."""
    core, tokens, desk = screens.core, screens.tokens, screens.desk

    @router.get("/c/call/{call_token}/state")
    async def state(call_token: str, request: Request) -> Response:
        call_id = tokens.read(CALL, call_token)
        after = request.query_params.get("after", "")
        version = int(after) if after.isdecimal() and len(after) < 16 else -1
        shown = desk.followed(call_id)
        known = desk.call_versions.get(shown)
        if known is None or known == version:
            await screens.hub.hold(shown, known or 0, HOLD_S)
        status = desk.call_status(call_id, core.now())
        if status is None:
            raise Failure("expired")
        return Json(status)

    async def change(
        request: Request, call_id: str, kind: type[m.Command], fields: dict[str, Any]
    ) -> Response:
        key = request.headers.get("idempotency-key", "")
        command = stamped(kind, {**fields, "call_id": call_id}, key, f"call/{call_id}", core.now())
        check(command, screens.site)
        answer = await screens.hub.answers.ask(command, core)
        return Json({"accepted": answer.accepted, "reason": answer.reason})

    @router.post("/c/call/{call_token}/cancel")
    async def cancel(call_token: str, request: Request) -> Response:
        call_id, body = await _changing(screens, request, call_token)
        reason = text_field(body, "reason", "customer")
        return await change(request, call_id, m.CancelCall, {"reason": reason})

    @router.post("/c/call/{call_token}/move")
    async def move(call_token: str, request: Request) -> Response:
        call_id, body = await _changing(screens, request, call_token)
        if "spot_token" in body:
            spot = _spot_of(screens, text_field(body, "spot_token"))
        else:
            spot = _spot_named(screens, text_field(body, "spot", limit=64))
        return await change(request, call_id, m.MoveCall, {"place": _place_of(spot)})

    @router.post("/c/call/{call_token}/collect")
    async def collect(call_token: str, request: Request) -> Response:
        """A call of its own, for somebody who fetches what was lent with this one."""
        call_id, body = await _changing(screens, request, call_token)
        call = desk.view.calls.get(call_id)
        loan = loan_of(call, desk.loans()) if call is not None else None
        if call is None or loan is None:
            raise Failure("not_found", "loan")
        service = next((kind.service for kind in screens.site.services if kind.service == COLLECT), None)
        if service is None:
            raise Failure("not_found", "service")
        spot = text_field(body, "spot", "", limit=64)
        place = _place_of(_spot_named(screens, spot)) if spot else msgspec.to_builtins(call.place)
        note = f"{loan.item} {loan.item_number} ({loan.task_id})"
        fields = {"service": service, "place": place, "note": note}
        key = request.headers.get("idempotency-key", "")
        return await _ask(screens, stamped(m.PlaceCall, fields, key, f"call/{call_id}", core.now()))

    @router.post("/c/call/{call_token}/rate")
    async def rate(call_token: str, request: Request) -> Response:
        call_id, body = await _changing(screens, request, call_token)
        fields = {"stars": body.get("stars"), "note": text_field(body, "note", "")}
        return await change(request, call_id, m.RateCall, fields)


async def _place(
    screens: Screens, request: Request, spot: Spot, body: dict[str, Any], by: str, device_id: str | None
) -> Response:
    kind = _service_of(screens, text_field(body, "service", limit=64))
    key = request.headers.get("idempotency-key", "")
    fields = {
        "service": kind.service,
        "place": _place_of(spot),
        "note": text_field(body, "note", ""),
        "device_id": device_id,
    }
    command = stamped(m.PlaceCall, fields, key, by, screens.core.now())
    _count_call(screens, request, spot, kind)
    return await _ask(screens, command)


async def _ask(screens: Screens, command: m.Command) -> Response:
    """Place the call; its token opens the page that follows it."""
    answer = await screens.hub.answers.ask(command, screens.core)
    if not answer.accepted:
        raise Failure("refused", reason=answer.reason)
    return Json({"call_token": screens.tokens.sign(CALL, answer.subject), "call_id": answer.subject})


async def _changing(screens: Screens, request: Request, call_token: str) -> tuple[str, dict[str, Any]]:
    """Call id and body of a request that changes a call."""
    screens.check_origin(request)
    call_id = screens.tokens.read(CALL, call_token)
    _count_other(screens, request)
    return call_id, await read_json(request)


def _count_call(screens: Screens, request: Request, spot: Spot, kind: ServiceKind) -> None:
    """A child with a phone must not flood the mall, and must not keep a medic away either.

    Raises:
        Failure: ``too_many_requests``.
    """
    now, urgent = screens.core.now(), kind.priority == 1
    by_address = screens.urgent_by_address if urgent else screens.calls_by_address
    by_spot = screens.urgent_by_spot if urgent else screens.calls_by_spot
    address = address_of(request)
    wait_s = max(by_address.wait_s(address, now), by_spot.wait_s(spot.spot, now))
    if wait_s > 0:
        screens.desk.counters["calls_too_many"] += 1
        raise Failure("too_many_requests", retry_after_s=wait_s)
    by_address.take(address, now)
    by_spot.take(spot.spot, now)


def _count_other(screens: Screens, request: Request) -> None:
    now, address = screens.core.now(), address_of(request)
    wait_s = screens.other_by_address.wait_s(address, now)
    if wait_s > 0:
        raise Failure("too_many_requests", retry_after_s=wait_s)
    screens.other_by_address.take(address, now)


def _spot_of(screens: Screens, spot_token: str) -> Spot:
    return _spot_named(screens, screens.tokens.read(SPOT, spot_token))


def _spot_named(screens: Screens, name: str) -> Spot:
    for spot in screens.site.spots:
        if spot.spot == name:
            return spot
    raise Failure("not_found", "spot")


def _service_of(screens: Screens, name: str) -> ServiceKind:
    for kind in screens.site.services:
        if kind.service == name and kind.customer:
            return kind
    raise Failure("bad_request", "service: not offered here")


def _place_of(spot: Spot) -> dict[str, Any]:
    return {"floor": spot.floor, "x_m": spot.x_m, "y_m": spot.y_m, "spot": spot.spot}


def _attended(screens: Screens) -> bool:
    """Whether anybody is on duty; before the dispatcher has spoken nobody is sent away."""
    units = screens.desk.view.units.values()
    return not units or any(unit.status != "off_duty" for unit in units)


def _start(screens: Screens, spot: Spot | None) -> dict[str, Any]:
    site = screens.site
    offered = [kind for kind in site.services if kind.customer]
    return {
        "site": site.name,
        "spot": spot,
        "floors": [{"floor": f.floor, "name": f.name, "rev": site.revision} for f in site.floors],
        "spots": [{"spot": s.spot, "floor": s.floor, "name": s.name} for s in site.spots],
        "services": [
            {
                "service": kind.service,
                "name": kind.name,
                "icon": kind.icon,
                "priority": kind.priority,
                "target_s": max((need.target_s for need in kind.needs), default=0.0),
            }
            for kind in offered
        ],
        "open": _attended(screens),
        "desk_phone": site.desk_phone,
        "now": screens.core.now(),
    }
