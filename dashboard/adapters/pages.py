"""Entry pages, their assets, floor plans and QR sheets. Everything is read and compressed once, at start."""

import base64
import gzip
import hashlib
import html
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import segno
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts.sitemap import Spot
from dashboard.adapters.failures import Failure, Json
from dashboard.adapters.screens import Screens
from dashboard.adapters.tokens import SPOT
from dashboard.plan import floor_svg

STATIC: Final = Path(__file__).parent.parent / "static"
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
    ".map": "application/json",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".sha256": "text/plain; charset=utf-8",
}
SQUEEZED: Final = (".js", ".css", ".json", ".webmanifest", ".svg", ".html", ".map", ".txt", ".wav")
FOR_EVER: Final = "public, max-age=31536000, immutable"
PAGES: Final = ("console", "office", "technician", "staff", "customer")
NOT_HANDHELD: Final = ("console", "office", "technician", "customer")
"""Assets whose names begin so are not kept on the handhelds."""
UNBUILT: Final = (
    "<!doctype html><title>nearhand</title><p>The pages are not built: run <code>npm run build</code>.</p>"
)
QR_STYLE: Final = """
body{font-family:system-ui,sans-serif;margin:0;display:flex;flex-wrap:wrap;gap:8mm;padding:8mm}
figure{margin:0;width:58mm;text-align:center;break-inside:avoid;padding:4mm}
figure{border:.3mm solid #999;border-radius:3mm}
svg{width:48mm;height:48mm}figcaption b{display:block;font-size:14pt}figcaption small{color:#555}
"""


class Asset:
    """One file of the pages, packed once."""

    def __init__(self, name: str, content: bytes) -> None:
        suffix = Path(name).suffix
        self.media_type = TYPES.get(suffix, "application/octet-stream")
        self.content = content
        self.packed = gzip.compress(content, 9, mtime=0) if suffix in SQUEEZED else None

    def answer(self, request: Request, cache: str, extra: dict[str, str] | None = None) -> Response:
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding", **(extra or {})}
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, 200, headers, media_type=self.media_type)
        return Response(self.content, 200, headers, media_type=self.media_type)


class Bundle:
    """All static files as they were at start."""

    def __init__(self, folder: Path) -> None:
        files = {
            str(file.relative_to(folder / "app").as_posix()): file.read_bytes()
            for file in sorted((folder / "app").rglob("*"))
            if file.is_file()
        }
        whole = hashlib.sha256()
        for name, content in files.items():
            whole.update(f"{name} {len(content)} ".encode() + content)
        self.tree_hash = whole.hexdigest()[:16]
        self.root = f"/app/{self.tree_hash}"
        self.assets = {name: Asset(name, content) for name, content in files.items()}
        self.pages = {name: self._page(folder / f"{name}.html") for name in PAGES}
        self.worker = self._worker(files)

    def _page(self, file: Path) -> Asset:
        text = file.read_text(encoding="utf-8") if file.exists() else UNBUILT
        return Asset(file.name, text.replace("{{app}}", self.root).encode())

    def _worker(self, files: dict[str, bytes]) -> Asset | None:
        """The handhelds' service worker, told which files to keep."""
        if "staff-sw.js" not in files:
            return None
        kept = ["/staff", *(f"{self.root}/{name}" for name in files if not name.startswith(NOT_HANDHELD))]
        text = files["staff-sw.js"].decode().replace("{{app}}", self.root)
        text = text.replace('"{{precache}}"', msgspec.json.encode(kept).decode())
        return Asset("staff-sw.js", text.encode())


def page_routes(screens: Screens, static: Path) -> APIRouter:
    router = APIRouter()
    bundle = Bundle(static)
    plans = {
        floor: Asset("plan.svg", floor_svg(screens.site, floor).encode()) for floor in screens.desk.floors
    }

    @router.get("/")
    async def console(request: Request) -> Response:
        return bundle.pages["console"].answer(request, "no-cache")

    @router.get("/office")
    async def office(request: Request) -> Response:
        return bundle.pages["office"].answer(request, "no-cache")

    @router.get("/technician")
    async def technician(request: Request) -> Response:
        return bundle.pages["technician"].answer(request, "no-cache")

    @router.get("/staff")
    async def staff(request: Request) -> Response:
        return bundle.pages["staff"].answer(request, "no-cache")

    @router.get("/c/call/{call_token}")
    @router.get("/c/{spot_token}")
    @router.get("/d/{device_token}")
    async def customer(request: Request) -> Response:
        """The page asks with its token itself; a wrong one is explained there, in both languages."""
        return bundle.pages["customer"].answer(request, "no-cache")

    @router.get("/app/{tree_hash}/{name:path}")
    async def asset(tree_hash: str, name: str, request: Request) -> Response:
        found = bundle.assets.get(name)
        if found is None or tree_hash != bundle.tree_hash:
            raise Failure("not_found")
        return found.answer(request, FOR_EVER)

    @router.get("/staff-sw.js")
    async def worker(request: Request) -> Response:
        if bundle.worker is None:
            raise Failure("not_found")
        return bundle.worker.answer(request, "no-cache", {"Service-Worker-Allowed": "/staff"})

    @router.get("/floors/{floor}.svg")
    async def floor(floor: str, request: Request) -> Response:
        plan = plans.get(floor)
        if plan is None:
            raise Failure("not_found")
        current = request.query_params.get("rev") == str(screens.site.revision)
        return plan.answer(request, FOR_EVER if current else "no-cache")

    @router.get("/qr")
    async def qr(request: Request) -> Response:
        await screens.require(request, "operator", "admin")
        wanted = request.query_params.get("floor")
        spots = [spot for spot in screens.site.spots if wanted in (None, "", spot.floor)]
        base = screens.base_of(request)
        digest = base64.b64encode(hashlib.sha256(QR_STYLE.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
        return HTMLResponse(_sheet(screens, spots, base), headers={"Content-Security-Policy": policy})

    @router.get("/healthz")
    async def healthz() -> Response:
        return Json({"state": "ok"})

    return router


def spot_url(screens: Screens, spot: str, base: str) -> str:
    """The address that a spot's QR code holds."""
    return f"{base.rstrip('/')}/c/{screens.tokens.sign(SPOT, spot)}"


def _sheet(screens: Screens, spots: Iterable[Spot], base: str) -> str:
    figures = "".join(
        f"<figure>{_code(spot_url(screens, spot.spot, base))}<figcaption><b>{html.escape(spot.name.zh)}</b>"
        f"{html.escape(spot.name.en)}<br><small>{html.escape(spot.floor)} · {html.escape(spot.spot)}</small>"
        "</figcaption></figure>"
        for spot in spots
    )
    title = html.escape(f"{screens.site.name.zh} {screens.site.name.en}")
    head = f'<meta charset="utf-8"><title>{title} QR</title><style>{QR_STYLE}</style>'
    return f'<!doctype html><html lang="zh">{head}{figures}</html>'


def _code(address: str) -> str:
    """A QR code as inline SVG; level M survives a scratch."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_inline(omitsize=True, border=2))
