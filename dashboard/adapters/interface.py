"""The interface for machines and, as one page without script, for people."""

import base64
import functools
import hashlib
import html
from importlib import metadata
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts.wire import COMMAND_TYPES
from dashboard.adapters.commands import Cached
from dashboard.asyncapi import asyncapi
from dashboard.openapi import openapi, senders

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


def _page(web: dict[str, Any], events: dict[str, Any]) -> str:
    http = [
        (
            f"<code>{method.upper()} {html.escape(path)}</code>",
            operation["summary"],
            operation.get("description", ""),
        )
        for path, methods in web["paths"].items()
        for method, operation in methods.items()
    ]
    commands = [
        (f"<code>{kind.__name__}</code>", _first_line(kind.__doc__), ", ".join(senders(kind)) or "customers")
        for kind in COMMAND_TYPES
    ]
    channels = [
        (f"<code>{html.escape(channel['address'])}</code>", " ".join(channel["messages"]), "")
        for channel in events["channels"].values()
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>nearhand: interface</title>'
        f"<style>{STYLE}</style><h1>nearhand: interface</h1>"
        '<p><a href="/api/openapi.json">OpenAPI</a>, <a href="/api/asyncapi.json">AsyncAPI</a></p>'
        f"<h2>HTTP</h2>{_table(http)}<h2>Commands</h2>{_table(commands)}"
        f"<h2>MQTT and WebSocket</h2>{_table(channels)}</html>"
    )


def _table(rows: list[tuple[str, str, str]]) -> str:
    cells = ("".join((f"<td>{row[0]}", *(f"<td>{html.escape(cell)}" for cell in row[1:]))) for row in rows)
    return "<table>" + "".join(f"<tr>{row}" for row in cells) + "</table>"


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
