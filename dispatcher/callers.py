"""Customers and staff who ask by pressing a button, and callers who walk on while they wait."""

import math

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import Instant, from_seconds
from dispatcher.catalogue import Catalogue
from dispatcher.ledger import Ledger, open_tasks
from dispatcher.settings import DispatcherSettings
from dispatcher.whereabouts import Whereabouts

CLOSED_LOOKED_AT = 50
"""Calls closed last, searched for the one that the same press belongs to."""


def sos(
    ledger: Ledger,
    catalogue: Catalogue,
    whereabouts: Whereabouts,
    settings: DispatcherSettings,
    press: m.ButtonPressed,
    now: Instant,
) -> m.PlaceCall | None:
    """The call that a pressed button asks for; None where it has one already or nobody knows where it is."""
    if _has_call(ledger, settings, press.device_id, now):
        return None
    place = whereabouts.place_of(press.device_id, now) or _heard_at(ledger, catalogue, press)
    if place is None:
        return None
    minute = press.heard_at // from_seconds(settings.sos_repeat_s)  # counters begin anew with the battery
    press_id = f"{minute}" if press.counter is None else f"{press.counter}-{minute}"
    return m.PlaceCall(
        command_id=f"button-{press.device_id}-{press_id}",
        by=f"device/{press.device_id}",
        at=press.heard_at,
        service=settings.sos_service,
        place=place,
        device_id=press.device_id,
        note=press.mode,
    )


def _has_call(ledger: Ledger, settings: DispatcherSettings, device_id: str, now: Instant) -> bool:
    """Open, or closed so lately that this is the same press coming late."""
    since = now - from_seconds(settings.sos_repeat_s)
    calls = [ledger.calls[call] for call in [*ledger.open_calls, *ledger.closed_calls[-CLOSED_LOOKED_AT:]]]
    return any(
        call.device_id == device_id
        and call.service == settings.sos_service
        and (call.closed_at is None or call.closed_at > since)
        for call in calls
    )


def _heard_at(ledger: Ledger, catalogue: Catalogue, press: m.ButtonPressed) -> Place | None:
    """Where the gateway hangs that heard the press: near enough to send somebody."""
    installed = [*ledger.guests.values(), *catalogue.site.gateways]
    for gateway in installed:
        if gateway.gateway == press.gateway:
            place = Place(gateway.floor, gateway.x_m, gateway.y_m)
            return place if catalogue.knows(place) else None
    return None


def moved(
    ledger: Ledger, whereabouts: Whereabouts, settings: DispatcherSettings, now: Instant
) -> list[tuple[str, Place, str]]:
    """Open calls whose located caller has gone elsewhere: call, new place, device."""
    result: list[tuple[str, Place, str]] = []
    waiting = {task.call_id for task in open_tasks(ledger) if task.on_scene_at is None}
    for call_id in ledger.open_calls:
        call = ledger.calls[call_id]
        if settings.follow_caller_m <= 0 or call.device_id is None or call_id not in waiting:
            continue
        place = whereabouts.place_of(call.device_id, now)
        if place is None or whereabouts.sigma_of(call.device_id) > settings.follow_caller_m / 2:
            continue
        away_m = math.hypot(place.x_m - call.place.x_m, place.y_m - call.place.y_m)
        if place.floor != call.place.floor or away_m > settings.follow_caller_m:
            result.append((call_id, place, call.device_id))
    return result
