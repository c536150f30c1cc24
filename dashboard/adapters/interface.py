"""The interface for machines and, as one page without script, for people."""

import base64
import functools
import hashlib
import html
from collections.abc import Sequence
from importlib import metadata
from typing import Any, Final, TypeAlias

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts import messages as m
from contracts.wire import COMMAND_TYPES
from dashboard.adapters.commands import Cached
from dashboard.asyncapi import asyncapi
from dashboard.openapi import openapi, senders

Document: TypeAlias = dict[str, Any]
OTHER_SENDERS: Final = {
    m.RateCall: "customers, with <code>POST /c/call/{call_token}/rate</code>",
    m.AttachFile: "staff, with <code>POST /api/attachments</code>",
    m.ReportPresent: "staff, with <code>POST /api/login</code>",
}
"""Of the commands that no role sends as such."""
STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;vertical-align:top;"
    "border-bottom:1px solid #ddd}code{font-size:.95em}"
)


@functools.cache
def published() -> tuple[Cached, Cached, str]:
    """OpenAPI, AsyncAPI and the page to read: they depend on the program alone, so they are made once."""
    version = _version()
    web, events = openapi(version), asyncapi(version)
    return Cached(msgspec.json.encode(web)), Cached(msgspec.json.encode(events)), _page(web, events)


def interface_routes() -> APIRouter:
    router = APIRouter()
    web, events, page = published()
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"

    @router.get("/api/openapi.json")
    async def get_openapi(request: Request) -> Response:
        return web.answer(request)

    @router.get("/api/asyncapi.json")
    async def get_asyncapi(request: Request) -> Response:
        return events.answer(request)

    @router.get("/api")
    async def read() -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    return router


def _version() -> str:
    try:
        return metadata.version("nearhand")
    except metadata.PackageNotFoundError:
        return "0"


def _page(web: Document, events: Document) -> str:
    """Contents, addresses, commands, topics; then every shape once, which all of them link to."""
    shapes = {**events["components"]["schemas"], **web["components"]["schemas"]}
    http = [
        (f"<code>{method.upper()} {html.escape(path)}</code>", _operation(operation))
        for path, methods in web["paths"].items()
        for method, operation in methods.items()
    ]
    commands = [
        (
            _link(kind.__name__),
            html.escape(_first_line(kind.__doc__)),
            ", ".join(senders(kind)) or OTHER_SENDERS[kind],
        )
        for kind in COMMAND_TYPES
    ]
    channels = [
        (
            f"<code>{html.escape(channel['address'])}</code>",
            " ".join(_link(name) if name in shapes else html.escape(name) for name in channel["messages"]),
        )
        for channel in events["channels"].values()
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>nearhand: interface</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        "<h1>nearhand: interface</h1>"
        '<p>For machines: <a href="/api/openapi.json">OpenAPI</a>, <a href="/api/asyncapi.json">AsyncAPI</a>.'
        '<p>On this page: <a href="#http">HTTP</a> · <a href="#commands">commands</a> · '
        '<a href="#topics">MQTT and WebSocket</a> · <a href="#shapes">shapes</a>'
        f'<h2 id="http">HTTP</h2>{_table(http)}<h2 id="commands">Commands</h2>{_table(commands)}'
        f'<h2 id="topics">MQTT and WebSocket</h2>{_table(channels)}<h2 id="shapes">Shapes</h2>'
        + "".join(_shape(name, shapes[name]) for name in sorted(shapes))
        + "</html>"
    )


def _operation(operation: Document) -> str:
    """What it does and for whom, what it takes, what it answers."""
    parts = [html.escape(f"{operation['summary']}. {operation.get('description', '')}".strip())]
    named = [
        f"<code>{html.escape(one['name'])}</code>" for one in operation["parameters"] if one["in"] != "path"
    ]
    if named:
        parts.append("takes " + " ".join(named))
    for word, holder in (("body", operation.get("requestBody")), ("answer", operation["responses"]["2XX"])):
        for media_type, content in (holder or {}).get("content", {}).items():
            plain = media_type == "application/json"
            parts.append(f"{word} {_type(content['schema']) if plain else html.escape(media_type)}")
    return "<br>".join(parts)


def _shape(name: str, shape: Document) -> str:
    said = html.escape(shape.get("description", ""))
    needed = shape.get("required", ())
    fields = [
        (f"<code>{html.escape(field)}</code>", _type(of), "" if field in needed else "optional")
        for field, of in shape.get("properties", {}).items()
    ]
    return (
        f'<h3 id="{html.escape(name)}">{html.escape(name)}</h3><p>{said or _type(shape)}</p>{_table(fields)}'
    )


def _type(schema: Document) -> str:
    """A JSON schema in a few words, with links to the shapes it names."""
    if "$ref" in schema:
        return _link(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{html.escape(repr(one))}</code>" for one in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        items = schema.get("items") or {}
        return f"list of {_type(items)}" if items else "list"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"by name: {_type(schema['additionalProperties'])}"
    return html.escape(str(kind))


def _link(name: str) -> str:
    return f'<a href="#{html.escape(name)}">{html.escape(name)}</a>'


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of cells that are HTML already."""
    cells = ("".join(f"<td>{cell}" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}" for row in cells) + "</table>" if rows else ""


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
