"""The HTTP interface as OpenAPI 3.1, made from the very types that the handlers use."""

from typing import Any, Final, Literal, TypeAlias

import msgspec

from contracts import messages as m
from contracts.figures import Figures
from contracts.sitemap import Name
from contracts.wire import COMMAND_TYPES
from dashboard.access import COMMANDS, AuditEntry, RoleName, UserEntry
from dashboard.alarms import Act
from dashboard.customer import CallStatus
from dashboard.enrolling import Line, Pasted
from dashboard.past import Incident, Mark, Span
from dashboard.routes import Route
from dashboard.rules import RulesEdit, RulesShown
from dashboard.walks import Assessment, InUse, NewWalk, Walk, WalkState, Waypoint
from dashboard.workshop import Checked, Edit, Outcome, Shown, VersionRow

Schema: TypeAlias = dict[str, Any]
TEMPLATE: Final = "#/components/schemas/{name}"
EVERYBODY: Final = ("operator", "staff", "technician", "admin")
DESK: Final = ("operator", "admin")
WORKSHOP: Final = ("technician", "admin")
CONSOLE: Final = ("operator", "technician", "admin")
KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names the wish: a fresh one per wish, the same one at each repetition.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
}


class Me(msgspec.Struct):
    """Who is logged in."""

    user: str
    role: str
    unit_id: str | None
    name: Name
    language: str


class Login(msgspec.Struct):
    user: str
    password: str


class Language(msgspec.Struct):
    language: str


class Looked(msgspec.Struct):
    what: str
    whom: str
    detail: str = ""


class CommandAnswer(msgspec.Struct):
    command_id: str
    accepted: bool
    reason: str
    subject: str


class Audit(msgspec.Struct):
    entries: list[AuditEntry]
    more_before: int | None


class AlarmWish(msgspec.Struct):
    """``minutes`` and ``reason`` are for shelving: nothing is put aside without both."""

    act: Act
    alarms: list[str]
    minutes: Literal[5, 15, 60, 1440] | None = None
    reason: Literal["known", "working", "test"] | None = None


class Marked(msgspec.Struct):
    marked: int


class Users(msgspec.Struct):
    users: list[UserEntry]


class NewUser(msgspec.Struct):
    user: str
    role: RoleName
    name: Name
    unit_id: str | None = None


class UserChange(msgspec.Struct):
    act: Literal["disable", "enable", "password"]


class Password(msgspec.Struct):
    """``password`` is generated, told once and stored nowhere; empty where it did not change."""

    user: str
    password: str


class Marks(msgspec.Struct):
    marks: list[Mark]


class NextMark(msgspec.Struct):
    mark: Mark | None


class CustomerCall(msgspec.Struct):
    """``spot`` is needed with a device's link, ``device_token`` lets the device be located."""

    service: str
    note: str = ""
    device_token: str | None = None
    spot: str | None = None


class Device(msgspec.Struct):
    device_id: str


class DeviceLink(msgspec.Struct):
    path: str
    address: str


class Placed(msgspec.Struct):
    call_token: str
    call_id: str


class Cancel(msgspec.Struct):
    reason: str = "customer"


class Move(msgspec.Struct):
    spot: str | None = None
    spot_token: str | None = None


class Collect(msgspec.Struct):
    spot: str = ""


class Rate(msgspec.Struct):
    stars: int
    note: str = ""


class Accepted(msgspec.Struct):
    accepted: bool
    reason: str


class Publish(msgspec.Struct):
    version: int
    note: str = ""


class Versions(msgspec.Struct):
    versions: list[VersionRow]


class Lines(msgspec.Struct):
    lines: list[Line]


class Walked(msgspec.Struct):
    walks: list[Walk]
    in_use: InUse | None


class Calibrated(msgspec.Struct):
    in_use: InUse | None


class Text(msgspec.Struct):
    code: str
    message: Name


class Failed(msgspec.Struct):
    """Every refusal, from every address."""

    error: Text


class Door(msgspec.Struct):
    """Where a gateway posts. ``url`` holds the token; it may stand in a header or the body instead."""

    url: str
    token: str


class GatewayWishes(msgspec.Struct):
    """What our own agent shall do; what is left out is as in its file."""

    allow: tuple[str, ...] | None = None
    batch_ms: int | None = None
    per_device_max: int | None = None


class Health(msgspec.Struct):
    state: str


class Operation(msgspec.Struct, frozen=True):
    """One address. ``roles`` empty: no log-in; a token in the path is the right."""

    method: str
    path: str
    summary: str
    roles: tuple[str, ...] = ()
    body: Any = None
    answer: Any = None
    media_type: str = "application/json"
    query: tuple[str, ...] = ()
    keyed: bool = False
    bearer: bool = False
    """Its right is a gateway's token."""


OPERATIONS: Final = (
    Operation("get", "/healthz", "Whether the server answers", answer=Health),
    Operation("post", "/api/login", "Log in", body=Login, answer=Me),
    Operation("post", "/api/logout", "Log out"),
    Operation("get", "/api/me", "Who is logged in", EVERYBODY, answer=Me),
    Operation("put", "/api/me", "Change the language", EVERYBODY, body=Language, answer=Me),
    Operation("get", "/api/site", "The site in local metres", EVERYBODY, answer=dict),
    Operation(
        "post", "/api/commands", "Send a command", EVERYBODY, "Command", CommandAnswer, keyed=True
    ),
    Operation(
        "get", "/api/route", "A unit's way to its target", ("operator", "admin", "staff"), None, Route,
        query=("unit",),
    ),
    Operation("post", "/api/attachments", "Add a photo or spoken note to a call: the file as the body",
              ("staff",), answer=CommandAnswer, query=("call", "at"), keyed=True),
    Operation("get", "/api/attachments/{file_id}", "A photo or spoken note", DESK, media_type="image/jpeg"),
    Operation(
        "get", "/api/devices/{device_id}/why", "The evidence behind a device's position", CONSOLE,
        answer=m.PositionExplained,
    ),
    Operation("post", "/api/looked", "Enter who looked at whom", CONSOLE, body=Looked),
    Operation("get", "/api/audit", "Who did what and why", ("admin",), None, Audit,
              query=("since", "until", "find", "limit")),
    Operation("get", "/api/audit.csv", "The same as a table", ("admin",), media_type="text/csv",
              query=("since", "until", "find")),
    Operation(
        "get", "/api/gateways/{sender}/post", "Where a gateway posts, and its token", WORKSHOP, answer=Door
    ),
    Operation(
        "put", "/api/gateways/{gateway}/config", "Configure our own agent", WORKSHOP, GatewayWishes
    ),
    Operation(
        "post", "/post", "A gateway's message, token in header or body", (), dict, Health, bearer=True
    ),
    Operation("post", "/post/{token}", "A gateway's message, as its vendor has it", body=dict, answer=Health),
    Operation(
        "get", "/post/{token}", "The validator that Meraki asks for", media_type="text/plain",
        query=("validator",),
    ),
    Operation("post", "/api/alarms", "Acknowledge, shelve or take back alarms", DESK, AlarmWish, Marked),
    Operation("get", "/api/replay", "What is kept for replays", DESK, None, Span),
    Operation(
        "get", "/api/replay/marks", "The ticks of the time bar, oldest first", DESK, None, Marks,
        query=("since", "until"),
    ),
    Operation(
        "get", "/api/replay/next", "The next tick of a kind (a breach)", DESK, None, NextMark,
        query=("after", "kind"),
    ),
    Operation(
        "get", "/api/figures", "How well people were helped", DESK, None, Figures, query=("since", "until")
    ),
    Operation("get", "/api/users", "Who may log in", ("admin",), None, Users),
    Operation("post", "/api/users", "A new person; answers a password", ("admin",), NewUser, Password),
    Operation(
        "put", "/api/users/{user}", "Disable, enable, or a new password", ("admin",), UserChange, Password
    ),
    Operation("get", "/office", "Figures, people and settings", media_type="text/html"),
    Operation("get", "/api/incidents/{call_id}", "One call, its decisions and tracks", DESK, None, Incident,
              query=("files",)),
    Operation("post", "/api/device-links", "Address for an app's device", DESK, Device, DeviceLink),
    Operation("get", "/c/{spot_token}/start", "What a customer at a spot sees first", answer=dict),
    Operation("get", "/d/{device_token}/start", "What a customer with an app's link sees first", answer=dict),
    Operation("post", "/c/{spot_token}/calls", "Ask for help", (), CustomerCall, Placed, keyed=True),
    Operation("post", "/d/{device_token}/calls", "Ask for help", (), CustomerCall, Placed, keyed=True),
    Operation(
        "get", "/c/call/{call_token}/state", "How far a call is; held while it is as given in ``after``", (),
        None, CallStatus, query=("after",),
    ),
    Operation("post", "/c/call/{call_token}/cancel", "Cancel the call", (), Cancel, Accepted, keyed=True),
    Operation("post", "/c/call/{call_token}/move", "I am elsewhere now", (), Move, Accepted, keyed=True),
    Operation(
        "post", "/c/call/{call_token}/collect", "Have what was lent fetched", (), Collect, Placed, keyed=True
    ),
    Operation("post", "/c/call/{call_token}/rate", "One of three faces", (), Rate, Accepted, keyed=True),
    Operation("get", "/api/workshop/draft", "The site being drawn", WORKSHOP, answer=Shown),
    Operation("put", "/api/workshop/draft", "Keep the drawing", WORKSHOP, Edit, Shown),
    Operation("delete", "/api/workshop/draft", "Give the draft up", WORKSHOP, query=("version",)),
    Operation("post", "/api/workshop/map", "Import floors and rooms: an IMDF zip or OSM extract as the body",
              WORKSHOP, answer=dict, query=("version",)),
    Operation("post", "/api/workshop/pictures", "Keep a floor picture: PNG or JPEG as the body", WORKSHOP,
              answer=dict),
    Operation("get", "/api/workshop/pictures/{image}", "A floor picture", WORKSHOP, media_type="image/png"),
    Operation("get", "/api/workshop/site.zip", "The draft as files", WORKSHOP, media_type="application/zip"),
    Operation("post", "/api/workshop/check", "Try the draft on every service", WORKSHOP, answer=Checked),
    Operation("post", "/api/workshop/publish", "Make the draft the site", WORKSHOP, Publish, Outcome),
    Operation("get", "/api/workshop/versions", "What was published", WORKSHOP, answer=Versions),
    Operation("post", "/api/workshop/versions/{revision}/restore", "Publish an old version again", WORKSHOP,
              answer=Outcome),
    Operation("get", "/api/rules/draft", "The rules being changed", ("admin",), answer=RulesShown),
    Operation("put", "/api/rules/draft", "Keep the rules", ("admin",), RulesEdit, RulesShown),
    Operation("delete", "/api/rules/draft", "Give the draft of the rules up", ("admin",), query=("version",)),
    Operation("post", "/api/rules/check", "Try the rules on every service", ("admin",), answer=Checked),
    Operation("post", "/api/rules/publish", "Let the rules count; with a note why", ("admin",), Publish,
              Outcome),
    Operation("post", "/api/devices/preview", "Understand tags to be enrolled", WORKSHOP, Pasted, Lines),
    Operation("get", "/api/walks", "Commissioning walks", WORKSHOP, answer=Walked),
    Operation("post", "/api/walks", "Start a walk", WORKSHOP, NewWalk, Walk),
    Operation("get", "/api/walks/{walk_id}", "A walk and what was heard", WORKSHOP, answer=WalkState),
    Operation("delete", "/api/walks/{walk_id}", "Forget a walk", WORKSHOP),
    Operation("post", "/api/walks/{walk_id}/marks", "I am here now", WORKSHOP, Waypoint, Walk),
    Operation("delete", "/api/walks/{walk_id}/marks/last", "Take the last mark back", WORKSHOP, answer=Walk),
    Operation("post", "/api/walks/{walk_id}/stop", "End the walk", WORKSHOP, answer=Walk),
    Operation("post", "/api/walks/{walk_id}/assess", "Judge the walk", WORKSHOP, answer=Assessment),
    Operation("get", "/api/walks/{walk_id}/assessment", "What it is worth", WORKSHOP, answer=Assessment),
    Operation("post", "/api/walks/{walk_id}/accept", "Let positioning use it", WORKSHOP, answer=Calibrated),
    Operation("post", "/api/calibration/rollback", "Back to the calibration before", WORKSHOP,
              answer=Calibrated),
    Operation("get", "/floors/{floor}.svg", "A floor's plan", media_type="image/svg+xml", query=("rev",)),
    Operation("get", "/qr", "Sheet of QR codes", DESK, media_type="text/html", query=("floor",)),
    Operation("get", "/trust", "How to install our authority", media_type="text/html"),
    Operation("get", "/ca.crt", "Our authority's certificate", media_type="application/x-x509-ca-cert"),
    Operation("get", "/api", "This interface to read", media_type="text/html"),
    Operation("get", "/api/openapi.json", "This interface for machines", answer=dict),
    Operation("get", "/api/asyncapi.json", "MQTT and WebSocket for machines", answer=dict),
)  # fmt: skip


def openapi(version: str) -> Schema:
    """The whole document; ``version`` is the product's."""
    used = [op.body for op in OPERATIONS] + [op.answer for op in OPERATIONS]
    types = [kind for kind in used if isinstance(kind, type) and kind is not dict]
    _, components = msgspec.json.schema_components([*types, *COMMAND_TYPES, Failed], ref_template=TEMPLATE)
    for kind in COMMAND_TYPES:
        components[kind.__name__] = _as_sent(components[kind.__name__])
    components["Command"] = {
        "anyOf": [_ref(kind.__name__) for kind in COMMAND_TYPES],  # by `type` only one can fit
        "discriminator": {"propertyName": "type"},
    }
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "nearhand", "version": version, "description": "See docs/screens-api.md."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "console": {"type": "apiKey", "in": "cookie", "name": "nearhand_console"},
                "staff": {"type": "apiKey", "in": "cookie", "name": "nearhand_staff"},
                "gateway": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def senders(kind: type[m.Command]) -> list[str]:
    """The roles that may send a command."""
    return [role for role, kinds in COMMANDS.items() if kind in kinds]


def _as_sent(schema: Schema) -> Schema:
    """A command as pages send it: who, when and which one is added by the server."""
    properties = {
        name: part for name, part in schema["properties"].items() if name not in ("command_id", "by")
    }
    required = [name for name in schema["required"] if name not in ("command_id", "by", "at")]
    return {**schema, "properties": properties, "required": required}


def _operation(operation: Operation) -> Schema:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _names_in(operation.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in operation.query]
    if "staff" in operation.roles:
        parameters.append({"name": "app", "in": "query", "schema": {"enum": ["staff"]}})
    described: Schema = {
        "summary": operation.summary,
        "parameters": [*parameters, *([KEY] if operation.keyed else [])],
        "responses": {"2XX": _content(operation), "default": _failed()},
    }
    if operation.roles:
        described["description"] = "For " + ", ".join(operation.roles) + "."
        described["security"] = [{"staff" if operation.roles == ("staff",) else "console": []}]
        if "staff" in operation.roles:
            described["security"].append({"staff": []})
    if operation.bearer:
        described["security"] = [{"gateway": []}]
    if operation.body is not None:
        named = operation.body if isinstance(operation.body, str) else operation.body.__name__
        schema = {} if operation.body is dict else _ref(named)
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _content(operation: Operation) -> Schema:
    if operation.media_type != "application/json":
        return {"description": "As asked", "content": {operation.media_type: {"schema": {"type": "string"}}}}
    if operation.answer is None:
        return {"description": "Done"}
    schema = {"type": "object"} if operation.answer is dict else _ref(operation.answer.__name__)
    return {"description": "As asked", "content": {"application/json": {"schema": schema}}}


def _failed() -> Schema:
    return {"description": "Refused", "content": {"application/json": {"schema": _ref("Failed")}}}


def _names_in(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _ref(name: str) -> Schema:
    return {"$ref": TEMPLATE.format(name=name)}
