"""The map editor's process side: one draft on the disk, and what it would make of the site."""

import asyncio
import hashlib
import io
import shutil
import zipfile
from pathlib import Path
from typing import Final

import msgspec

from contracts.errors import SiteError, StorageError
from contracts.findings import Finding
from contracts.sitecheck import check_references
from contracts.sitemap import Site
from dashboard.sitejson import site_json
from dashboard.workshop import (
    Backdrop,
    Checked,
    Draft,
    DraftMoved,
    Edit,
    Outcome,
    Shown,
    VersionRow,
    installed_of,
    with_installed,
)
from runtime.broker import write_private
from runtime.map_import import with_map
from runtime.publishing import DraftFile, Publishing
from runtime.site_files import read_site, save_site
from runtime.site_versions import PICTURES

FILE: Final = "draft.json"
BACKDROPS: Final = "backdrops.json"
"""Where a version's floor pictures lie, beside them."""
MAP: Final = "map"
NOT_OF_A_MAP: Final = (
    "gateways",
    "depots",
    "spots",
    "zones",
    "devices",
    "staff",
    "services",
    "roles",
    "items",
    "anchors",
)
PICTURE_KINDS: Final = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
PICTURES_MAX: Final = 60
"""Kept in a draft: a few for each floor."""


class Workshop:
    """``dashboard.workshop.Workshop`` over a folder. One task at a time; long work in other processes."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing
        self._versions = publishing.versions
        self._folder = publishing.versions.drafts
        self._kept = DraftFile(self._folder / FILE, Draft)
        self._turn = asyncio.Lock()
        self._imported: Site | None = None
        """The draft's map, where it is not the base's; read once."""

    # --- the draft -----------------------------------------------------------------------------------------

    async def shown(self) -> Shown:
        async with self._turn:
            return await asyncio.to_thread(self._shown)

    async def save(self, edit: Edit, by: str) -> Shown:
        async with self._turn:
            return await asyncio.to_thread(self._save, edit, by)

    async def take_map(self, content: bytes, version: int, by: str) -> tuple[Shown, tuple[Finding, ...]]:
        async with self._turn:
            return await asyncio.to_thread(self._take_map, content, version, by)

    async def take_picture(self, content: bytes) -> str:
        return await asyncio.to_thread(self._take_picture, content)

    async def picture(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._picture, name)

    async def archive(self) -> bytes:
        async with self._turn:
            return await asyncio.to_thread(self._archive)

    async def discard(self, version: int) -> None:
        async with self._turn:
            self._same(version)
            self._forget()

    def _draft(self) -> Draft:
        """As kept, or one that changes nothing."""
        base = self._publishing.base
        return self._kept.read() or Draft(
            base.revision, 0, "", 0, False, installed_of(base), self._backdrops_in_use()
        )

    def _backdrops_in_use(self) -> tuple[Backdrop, ...]:
        file = self._versions.current() / BACKDROPS
        if not file.is_file():
            return ()
        return msgspec.json.decode(file.read_bytes(), type=tuple[Backdrop, ...])

    def _same(self, version: int) -> Draft:
        draft = self._draft()
        if draft.version != version:
            raise DraftMoved
        return draft

    def _map(self, draft: Draft) -> Site:
        """Floors and rooms of the draft, all else as in use."""
        base = self._publishing.base
        if not draft.imported:
            return base
        if self._imported is None:
            self._imported, _ = read_site(self._folder / MAP)
        if self._imported is None:
            raise StorageError(f"{self._folder / MAP}: cannot be read; discard the draft")
        return msgspec.structs.replace(self._imported, **{name: getattr(base, name) for name in NOT_OF_A_MAP})

    def _site(self, draft: Draft) -> Site:
        """What the draft would make."""
        return with_installed(self._map(draft), draft.installed)

    def _shown(self) -> Shown:
        draft = self._draft()
        site = self._site(draft)
        return Shown(draft, msgspec.Raw(site_json(site)), tuple(sorted(check_references(site))))

    def _save(self, edit: Edit, by: str) -> Shown:
        draft = self._same(edit.version)
        kept = {backdrop.image for backdrop in edit.backdrops}
        missing = [name for name in kept if self._picture(name) is None]
        if missing:
            raise SiteError(f"{missing[0]}: there is no such picture")
        self._keep(
            msgspec.structs.replace(
                draft,
                version=draft.version + 1,
                by=by,
                at=self._publishing.now(),
                installed=edit.installed,
                backdrops=edit.backdrops,
            )
        )
        return self._shown()

    def _keep(self, draft: Draft) -> None:
        self._kept.keep(draft)
        write_private(self._folder / BACKDROPS, msgspec.json.encode(draft.backdrops))

    def _take_map(self, content: bytes, version: int, by: str) -> tuple[Shown, tuple[Finding, ...]]:
        draft = self._same(version)
        site, findings = with_map(self._site(draft), content)
        folder = self._folder / MAP
        shutil.rmtree(folder, ignore_errors=True)
        # Only the map: what is installed is the draft's, and may stand on floors that are gone.
        save_site(msgspec.structs.replace(site, **dict.fromkeys(NOT_OF_A_MAP, ())), folder)
        self._imported = None
        installed = msgspec.structs.replace(draft.installed, connectors=site.connectors)
        changed = {"version": draft.version + 1, "by": by, "at": self._publishing.now(), "imported": True}
        self._keep(msgspec.structs.replace(draft, installed=installed, **changed))
        return self._shown(), tuple(findings)

    def _take_picture(self, content: bytes) -> str:
        kind = next((kind for magic, kind in PICTURE_KINDS.items() if content.startswith(magic)), None)
        if kind is None:
            raise SiteError("expected a PNG or JPEG picture")
        self._folder.mkdir(parents=True, exist_ok=True)
        if len(list(self._folder.glob("backdrop-*"))) >= PICTURES_MAX:
            raise SiteError(f"a draft holds at most {PICTURES_MAX} pictures")
        name = f"backdrop-{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        (self._folder / name).write_bytes(content)
        return name

    def _picture(self, name: str) -> bytes | None:
        for folder in (self._folder, self._versions.current()):
            if (folder / name).is_file():
                return (folder / name).read_bytes()
        return None

    def _archive(self) -> bytes:
        folder = self._laid_out(self._draft())
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted([*folder.glob("*.geojson"), *folder.glob("site.toml")]):
                archive.write(file, file.name)
        return packed.getvalue()

    def _laid_out(self, draft: Draft) -> Path:
        """The draft as a site's folder, with the floor pictures that it uses."""
        folder = self._publishing.lay_out(self._site(draft), self._folder)
        for file in self._folder.glob(PICTURES):
            shutil.copyfile(file, folder / file.name)
        used = {backdrop.image for backdrop in draft.backdrops} | {BACKDROPS}
        for file in folder.glob(PICTURES):
            if file.name not in used:
                file.unlink()
        return folder

    def _forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._imported = None

    # --- checking and publishing ---------------------------------------------------------------------------

    async def check(self) -> Checked:
        async with self._turn:
            draft = await asyncio.to_thread(self._draft)
            folder = await asyncio.to_thread(self._laid_out, draft)
            return await self._publishing.check(self._site(draft), folder)

    async def publish(self, version: int, note: str, by: str) -> Outcome:
        async with self._turn:
            draft = await asyncio.to_thread(self._same, version)
            folder = await asyncio.to_thread(self._laid_out, draft)
            outcome = await self._publishing.publish(folder, note, by)
            if outcome.revision:
                await asyncio.to_thread(self._forget)
            return outcome

    async def versions(self) -> tuple[VersionRow, ...]:
        return await self._publishing.listed()

    async def restore(self, revision: int, by: str) -> Outcome | None:
        return await self._publishing.restore(revision, by)
