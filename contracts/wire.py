"""Messages to bytes and back, and which topic carries which message.

MessagePack on the wire, JSON accepted on the same topics (first byte ``{``). Unknown fields are
skipped, unknown or malformed messages raise ``WireError`` with a cause to count by.
"""

import re
from functools import reduce
from operator import or_
from typing import Any, Final, Literal

import msgspec

from contracts import messages as m
from contracts.errors import UNREADABLE, WireError
from contracts.messages import Message

ROOT: Final = "nearhand/v1"
MAX_PAYLOAD_BYTES: Final = 1_000_000
"""The broker's own limit is 1 MiB; a bigger payload is refused before it is parsed."""
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What may stand in a topic: sites, gateways, units, calls."""


def _leaves(kind: type[Message]) -> list[type[Message]]:
    children = kind.__subclasses__()
    return [leaf for child in children for leaf in _leaves(child)] if children else [kind]


MESSAGE_TYPES: Final[dict[str, type[Message]]] = {kind.__name__: kind for kind in _leaves(Message)}
COMMAND_TYPES: Final[tuple[type[m.Command], ...]] = tuple(
    kind for kind in MESSAGE_TYPES.values() if issubclass(kind, m.Command)
)
FACT_TYPES: Final[tuple[type[m.Fact], ...]] = tuple(
    kind for kind in MESSAGE_TYPES.values() if issubclass(kind, m.Fact)
)


class Route(msgspec.Struct, frozen=True):
    """How a message type travels: topic below ``nearhand/v1/<site>/``, MQTT QoS, retained or not."""

    template: str
    qos: Literal[0, 1] = 1
    retain: bool = False


COMMANDS: Final = Route("commands")
FACTS: Final = Route("facts")

ROUTES: Final[dict[type[Message], Route]] = {
    m.ScanReport: Route("gateways/{gateway}/scan"),
    m.GatewayStatus: Route("gateways/{gateway}/status", retain=True),
    m.GatewayConfig: Route("gateways/{gateway}/config", retain=True),
    m.GatewayHealth: Route("health/gateways/{gateway}", qos=0, retain=True),
    m.GatewaysChecked: Route("health/anchors", qos=0, retain=True),
    m.IngestCounted: Route("health/ingest", qos=0),
    m.ServiceHealth: Route("health/services/{service}", qos=0),
    m.ButtonPressed: Route("buttons"),
    m.DeviceTelemetry: Route("telemetry", qos=0),
    m.PositionsEstimated: Route("positions", qos=0),
    m.ExplainPosition: Route("positions/why/requests", qos=0),
    m.PositionExplained: Route("positions/why/answers", qos=0),
    m.ZoneChanged: Route("zones", qos=0),
    m.GroundTruth: Route("truth", qos=0),
    m.CallChanged: Route("calls/{call_id}"),
    m.UnitChanged: Route("units/{unit_id}/state", retain=True),
    m.LogbookChanged: Route("units/{unit_id}/logbook", retain=True),
    m.HandheldPresent: Route("units/{unit_id}/present", qos=0),
    m.StockChanged: Route("stock/{depot}", retain=True),
    m.RebalanceChanged: Route("stock-moves", retain=True),
    m.FeedbackChanged: Route("feedback/{feedback_id}"),
    m.RequestSnapshot: Route("snapshots/requests"),
    m.Snapshot: Route("snapshots/answers"),
    m.EnrolmentChanged: Route("site/enrolment", retain=True),
    m.CoverageChanged: Route("coverage", qos=0, retain=True),
    m.ClosuresChanged: Route("site/closures", retain=True),
    m.GuestGatewaysChanged: Route("site/guest-gateways", retain=True),
    **dict.fromkeys(COMMAND_TYPES, COMMANDS),
    **dict.fromkeys(FACT_TYPES, FACTS),
    m.CommandAnswered: Route("answers"),
}
"""Types that are not here stay inside one process (``GatewayPayload``, ``ScreenFrame`` …)."""

HANDHELD_COMMANDS: Final = "units/{unit_id}/commands"
"""Where a handheld publishes; a command there must be by ``unit/<unit_id>``."""

_UNION: Final[Any] = reduce(or_, MESSAGE_TYPES.values())
_msgpack_encoder = msgspec.msgpack.Encoder()
_json_encoder = msgspec.json.Encoder()
_msgpack_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(_UNION)
_json_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(_UNION)


def encode(message: Message) -> bytes:
    """The message as MessagePack. The same message gives the same bytes."""
    return _msgpack_encoder.encode(message)


def encode_json(message: Message) -> bytes:
    """The message as JSON; bytes fields become base64."""
    return _json_encoder.encode(message)


def decode(data: bytes) -> Message:
    """The message in ``data``.

    Raises:
        WireError: causes ``too_long``, ``not_a_message``.
    """
    if len(data) > MAX_PAYLOAD_BYTES:
        raise WireError("too_long", f"{len(data)} bytes")
    try:
        if data[:1] == b"{":
            return _json_decoder.decode(data)
        return _msgpack_decoder.decode(data)
    except UNREADABLE as error:
        raise WireError("not_a_message", str(error)) from error


def topic_of(message: Message, site: str) -> str:
    """The full topic of a message. ``KeyError`` where the type never leaves its process."""
    route = ROUTES[type(message)]
    tail = route.template
    if "{" in tail:
        tail = tail.format_map({name: getattr(message, name) for name in message.__struct_fields__})
    return f"{ROOT}/{site}/{tail}"


def filter_of(kind: type[Message], site: str) -> str:
    """The MQTT filter that matches every topic of a type."""
    return f"{ROOT}/{site}/" + re.sub(r"\{[^}]*\}", "+", ROUTES[kind].template)
