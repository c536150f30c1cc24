"""Gateways' words about themselves: last wills, heartbeats, the status inside of other messages."""

from typing import Final

from contracts.messages import GatewayStatus, Message
from contracts.quantities import SECOND, Instant
from gateway.heard import Heard
from gateway.sightings import Decoded, Fields

REPEAT: Final = 30 * SECOND
"""An unchanged status is passed on at most so often."""
_OWN_RATE: Final = "adverts_per_s"
_OBEYED: Final = "config_"
"""What an agent says of its configuration is news when it changes: somebody waits for it."""
FIELDS_MAX: Final = 32


def note_status(heard: Heard, decoded: Decoded, retained: bool, now: Instant) -> list[Message]:
    """Learn from a payload's own fields; the status to pass on, when it is news.

    A retained word is the broker's memory: it may say offline, but no heartbeat lies that way.
    """
    status = decoded.fields.get("status")
    online = {"online": True, "offline": False}.get(status) if isinstance(status, str) else None
    if online is None:
        online = True if not retained else heard.online
    if retained and decoded.kind == "gateway_heartbeat":
        return []
    heard.online = online
    if not heard.installed or online is None:
        return []
    fields = flat_fields(decoded.fields)
    rate = fields.get(_OWN_RATE)
    heard.reported_per_s = rate if isinstance(rate, float) else 0.0
    told = {"online": online} | {name: fields[name] for name in fields if name.startswith(_OBEYED)}
    if told == heard.status and now - heard.status_sent_at < REPEAT:
        return []
    heard.status, heard.status_sent_at = told, now
    version = decoded.fields.get("version")
    return [
        GatewayStatus(
            gateway=heard.gateway,
            online=online,
            at=now,
            version=version if isinstance(version, str) else "",
            fields=fields,
        )
    ]


def flat_fields(fields: Fields) -> dict[str, str | float]:
    """The texts and numbers of a status; what is nested one level deep comes up."""
    flat: dict[str, str | float] = {}
    for name, value in fields.items():
        if name in ("status", "version", "at"):
            continue
        inner = value.items() if isinstance(value, dict) else ((name, value),)
        for key, single in inner:
            if isinstance(single, str):
                flat[key] = single[:200]
            elif isinstance(single, int | float) and not isinstance(single, bool):
                flat[key] = float(single)
    return dict(list(flat.items())[:FIELDS_MAX])
