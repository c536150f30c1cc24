"""How a phone comes to trust the pages: the authority's certificate, and a page that says how."""

import base64
import hashlib
import html
import ssl
from typing import Final

import segno
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard.adapters.failures import Failure
from dashboard.adapters.screens import Screens

STYLE: Final = """
body{font:18px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#222}
svg{width:60mm;height:60mm}code{font-size:15px;overflow-wrap:anywhere;user-select:all}
a.get{display:block;padding:.8em 1em;margin:1em 0;text-align:center;
background:#0a5f9c;color:#fff;border-radius:.5em}
"""
STEPS: Final = (
    ("安卓", "下载后：设置 → 安全 → 更多安全设置 → 加密与凭据 → 安装证书 → CA 证书。"),
    ("iPhone", "下载后：设置 → 已下载描述文件 → 安装；再到 通用 → 关于本机 → 证书信任设置 打开开关。"),
    ("Android", "After the download: Settings → Security → Encryption & credentials → "
     "Install → CA certificate."),
    ("iPhone", "After the download: Settings → Profile Downloaded → Install; then General → About → "
     "Certificate Trust Settings: switch it on."),
    ("Windows", "Open the file → Install → Local machine → Trusted Root Certification Authorities."),
)  # fmt: skip


def trust_routes(screens: Screens, authority: str) -> APIRouter:
    """``authority``: the certificate in PEM; empty = the pages' certificate is not of our own making."""
    router = APIRouter()
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"

    @router.get("/ca.crt")
    async def certificate() -> Response:
        if not authority:
            raise Failure("not_found")
        return Response(ssl.PEM_cert_to_DER_cert(authority), media_type="application/x-x509-ca-cert")

    @router.get("/trust")
    async def trust(request: Request) -> Response:
        if not authority:
            raise Failure("not_found")
        page = _page(f"{request.url.scheme}://{request.url.netloc}", authority)
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    return router


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate as phones show it: ``AB:CD:…``."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest().hex(":").upper()


def _page(base: str, authority: str) -> str:
    code = segno.make(f"{base}/trust", error="m", micro=False).svg_inline(omitsize=True, border=2)
    steps = "".join(f"<dt>{html.escape(where)}<dd>{html.escape(how)}" for where, how in STEPS)
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>nearhand: trust</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        "<h1>信任本商场的页面 · Trust this mall's pages</h1>"
        "<p>员工手持机和控制台安装一次，之后断网也能打开、屏幕不会熄灭。"
        "<p>Install once on handhelds and desks; then they open offline and keep their screens on."
        f"<p>{code}<p>核对指纹，不一样就不要安装。 Compare the fingerprint with the printed one; "
        f"if it differs, stop.<br><code>SHA-256 {fingerprint(authority)}</code>"
        '<a class="get" href="/ca.crt">下载证书 · Download the certificate</a>'
        f"<dl>{steps}</dl></html>"
    )
