"""Refusals as the pages get them: one shape, a status, a text in both languages."""

import logging
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Refusal

log = logging.getLogger(__name__)

TEXTS: Final[dict[str, tuple[int, str, str]]] = {
    "bad_request": (400, "请求无法识别", "The request cannot be understood"),
    "not_logged_in": (401, "请先登录", "Please log in"),
    "wrong_password": (401, "用户名或密码错误", "Wrong user name or password"),
    "bad_token": (401, "令牌无效", "This token opens nothing"),
    "forbidden": (403, "没有权限", "Not allowed for this role"),
    "bad_origin": (403, "来源不符", "The request comes from another site"),
    "not_found": (404, "没有找到", "Not found"),
    "key_in_use": (409, "该请求编号已用于其他操作", "This request number was used for something else"),
    "not_shelvable": (409, "紧急告警不能搁置", "Emergencies are never put aside"),
    "in_replay": (409, "回放中不能操作", "Nothing can be changed in a replay"),
    "refused": (409, "暂时无法受理", "This cannot be done now"),
    "expired": (410, "请求已过期", "This is too long ago"),
    "too_long": (413, "内容过长", "Too long"),
    "too_many_requests": (429, "请求过于频繁，请稍后再试", "Too many requests; please wait"),
    "our_fault": (500, "系统出错，请稍后再试", "Our fault; please try again"),
    "unavailable": (503, "系统暂时不可用，请稍后再试", "Not available for a moment; please try again"),
    "going_down": (503, "系统正在重启，请稍后再试", "Restarting; please try again"),
    "not_confirmed": (504, "尚未确认，请重试", "Not confirmed yet; please try again"),
}
"""code → status, zh, en."""


class Failure(Exception):  # noqa: N818 -- an answer to a page, not an error of ours
    """Ends a request with the canonical shape. ``reason`` replaces the code (a dispatcher's refusal)."""

    def __init__(self, code: str, detail: str = "", retry_after_s: float = 0.0, reason: str = "") -> None:
        super().__init__(code)
        assert code in TEXTS, code
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.reason = reason


class Json(Response):
    """JSON by msgspec, never cached."""

    media_type = "application/json"

    def __init__(self, content: object, status: int = 200) -> None:
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        super().__init__(body, status, {"Cache-Control": "no-store"})


def failure_response(failure: Failure) -> Response:
    status, zh, en = TEXTS[failure.code]
    detail = f": {failure.detail}" if failure.detail else ""
    message = {"zh": zh, "en": en + detail}
    answer = Json({"error": {"code": failure.reason or failure.code, "message": message}}, status)
    if failure.retry_after_s > 0:
        answer.headers["Retry-After"] = str(max(1, round(failure.retry_after_s + 0.5)))
    return answer


async def on_failure(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Failure)
    return failure_response(error)


async def on_refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return failure_response(Failure(error.code, error.detail))


async def on_world_error(_request: Request, error: Exception) -> Response:
    """The store or the broker does not answer now."""
    log.warning("%s", error)
    return failure_response(Failure("unavailable", retry_after_s=1.0))


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Starlette's own: no such route, wrong method."""
    status = getattr(error, "status_code", 500)
    return failure_response(Failure({404: "not_found", 405: "not_found"}.get(status, "bad_request")))
