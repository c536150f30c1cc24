"""MQTT topics and the pages' WebSocket as AsyncAPI 3.0, made from the message classes."""

import re
from typing import Any, Final, TypeAlias

import msgspec

from contracts import messages as m
from contracts.messages import Message
from contracts.wire import COMMAND_TYPES, HANDHELD_COMMANDS, ROOT, ROUTES
from dashboard.alarms import AlarmBoard
from dashboard.desk import TEXT_TOPICS
from dashboard.feed import SlotEntry
from dashboard.handheld import Mine
from dashboard.view import DeviceView, GatewayView, Where

Schema: TypeAlias = dict[str, Any]
TEMPLATE: Final = "#/components/schemas/{name}"
FRAME: Final = "Binary position frames, one or more back to back; see docs/screens-api.md."
SOCKET_TEXTS: Final[dict[str, Schema]] = {
    "sub": {"topics": {"type": "array"}, "resume": {"type": "object"}},
    "unsub": {"topics": {"type": "array"}},
    "at": {"at": {"type": "integer"}, "speed": {"type": "integer"}},
    "welcome": {"boot": {"type": "string"}, "now": {"type": "integer"}, "floors": {"type": "array"}},
    "dict": {
        "seq": {"type": "integer"},
        "slots": {"type": "array", "items": {"$ref": TEMPLATE.format(name="SlotEntry")}},
        "gone": {"type": "array", "items": {"type": "integer"}},
        "whole": {"type": "boolean"},
    },
    "snap": {"topic": {"type": "string"}, "seq": {"type": "integer"}, "at": {"type": "integer"}, "data": {}},
    "ev": {
        "topic": {"type": "string"},
        "seq": {"type": "integer"},
        "at": {"type": "integer"},
        "kind": {"type": "string"},
        "data": {},
    },
    "tick": {"now": {"type": "integer"}, "devices": {"type": "integer"}, "lag_ms": {"type": "number"}},
    "refused": {"topic": {"type": "string"}, "code": {"type": "string"}},
    "bye": {"code": {"type": "integer"}, "reason": {"type": "string"}},
}
RECEIVED: Final = (
    ROUTES[m.ScanReport].template,
    ROUTES[m.GatewayStatus].template,
    ROUTES[m.PlaceCall].template,
    ROUTES[m.RequestSnapshot].template,
    HANDHELD_COMMANDS,
)
"""Where gateways, handhelds and others publish, below ``nearhand/v1/<site>/``."""
FROM_PAGE: Final = ("sub", "unsub", "at")
ONLY_IN_REPLAY: Final = ("at",)


def asyncapi(version: str) -> Schema:
    """The whole document; ``version`` is the product's."""
    types: list[Any] = [*ROUTES, AlarmBoard, SlotEntry, Where, Mine, GatewayView, DeviceView]
    _, schemas = msgspec.json.schema_components(types, ref_template=TEMPLATE)
    channels = _mqtt_channels()
    texts = [*SOCKET_TEXTS, "frame"]
    channels["pages"] = _socket("/ws", "What is now.", [kind for kind in texts if kind not in ONLY_IN_REPLAY])
    channels["replay"] = _socket("/replay", "What was at a moment that the page chooses.", texts)
    messages = {kind.__name__: _mqtt_message(kind) for kind in ROUTES}
    messages |= {f"socket.{name}": _text(name, parts) for name, parts in SOCKET_TEXTS.items()}
    messages["socket.frame"] = {"contentType": "application/octet-stream", "summary": FRAME}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "nearhand", "version": version, "description": "See docs/wire.md."},
        "channels": channels,
        "operations": _operations(channels),
        "components": {"schemas": schemas, "messages": messages},
    }


def _socket(address: str, shows: str, texts: list[str]) -> Schema:
    topics = " ".join((*TEXT_TOPICS, "me", "pos:<floor>"))
    return {
        "address": address,
        "description": f"{shows} Subprotocol nearhand.v1. Topics: {topics}.",
        "messages": {name: {"$ref": f"#/components/messages/socket.{name}"} for name in texts},
    }


def _mqtt_channels() -> dict[str, Schema]:
    channels: dict[str, Schema] = {}
    for kind, route in ROUTES.items():
        channel = channels.setdefault(_channel_name(route.template), _channel(route.template))
        channel["bindings"] = {"mqtt": {"qos": route.qos, "retain": route.retain}}
        channel["messages"][kind.__name__] = {"$ref": f"#/components/messages/{kind.__name__}"}
    handheld = channels.setdefault(_channel_name(HANDHELD_COMMANDS), _channel(HANDHELD_COMMANDS))
    handheld["description"] = "Where a handheld publishes; a command here must be by ``unit/<unit_id>``."
    for kind in COMMAND_TYPES:
        handheld["messages"][kind.__name__] = {"$ref": f"#/components/messages/{kind.__name__}"}
    return channels


def _channel(template: str) -> Schema:
    names = ["site", *re.findall(r"\{([^}]*)\}", template)]
    return {
        "address": f"{ROOT}/{{site}}/{template}",
        "parameters": {name: {} for name in names},
        "messages": {},
    }


def _channel_name(template: str) -> str:
    return re.sub(r"[^a-z]+", "-", template.replace("_", "-")).strip("-")


def _mqtt_message(kind: type[Message]) -> Schema:
    return {
        "contentType": "application/vnd.msgpack",
        "summary": (kind.__doc__ or kind.__name__).strip().splitlines()[0],
        "payload": {"$ref": TEMPLATE.format(name=kind.__name__)},
    }


def _text(name: str, parts: Schema) -> Schema:
    properties = {"t": {"const": name}, **parts}
    payload = {"type": "object", "properties": properties, "required": ["t"]}
    return {"contentType": "application/json", "payload": payload}


def _operations(channels: dict[str, Schema]) -> dict[str, Schema]:
    """From the product's side, as AsyncAPI wants it: it receives commands, scans and subscriptions."""
    operations: dict[str, Schema] = {}
    for name, channel in channels.items():
        kinds = list(channel["messages"])
        if name in ("pages", "replay"):
            received = [kind for kind in kinds if kind in FROM_PAGE]
        else:
            received = kinds if channel["address"].partition("{site}/")[2] in RECEIVED else []
        sent = [kind for kind in kinds if kind not in received]
        for action, some in (("receive", received), ("send", sent)):
            if some:
                operations[f"{action}-{name}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": [{"$ref": f"#/channels/{name}/messages/{kind}"} for kind in some],
                }
    return operations
