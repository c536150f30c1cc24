"""From a drafted site to the one that everybody uses: tried in another process, compared, made a version.

Shared by all who draft: one trial and one publishing at a time for the whole installation.
"""

import asyncio
import shutil
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from contracts.errors import StorageError
from contracts.findings import Finding, error, errors
from contracts.quantities import Instant
from contracts.sitediff import site_changes
from contracts.sitemap import Site
from dashboard.workshop import Checked, Outcome, VersionRow
from runtime.broker import write_private
from runtime.site_files import load_site, read_site, save_site
from runtime.site_trial import Trial, tried
from runtime.site_versions import CALIBRATIONS, PICTURES, SiteVersions

DraftT = TypeVar("DraftT", bound=msgspec.Struct)
FOLDER: Final = "site"
"""Where a draft is laid out as it would be published."""


class DraftFile(Generic[DraftT]):
    """A draft on the disk."""

    def __init__(self, file: Path, of: type[DraftT]) -> None:
        self.file = file
        self._of = of

    def read(self) -> DraftT | None:
        """None where nothing was drafted yet.

        Raises:
            StorageError: the file cannot be read.
        """
        if not self.file.exists():
            return None
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=self._of)
        except (OSError, msgspec.DecodeError) as cause:
            raise StorageError(f"{self.file}: {cause}") from cause

    def keep(self, draft: DraftT) -> None:
        """Raises ``StorageError``."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_private(self.file, msgspec.json.encode(draft))
        except OSError as cause:
            raise StorageError(f"{self.file.parent}: {cause.strerror}") from cause


class Publishing:
    """Tries, compares and publishes what somebody laid out as a site's folder."""

    def __init__(
        self, versions: SiteVersions, now: Callable[[], Instant], store: str = "", config: str = ""
    ) -> None:
        self.versions = versions
        self.now = now
        self._store = store
        self._config = config
        self._turn = asyncio.Lock()

    @cached_property
    def base(self) -> Site:
        """The site in use: this process is started anew when it changes."""
        return load_site(self.versions.current())

    def lay_out(self, site: Site, folder: Path) -> Path:
        """A site in a folder of its own as it would be published, with what goes along with it."""
        laid_out = folder / FOLDER
        shutil.rmtree(laid_out, ignore_errors=True)
        save_site(site, laid_out)
        current = self.versions.current()
        for pattern in (CALIBRATIONS, PICTURES):
            for file in current.glob(pattern) if current.is_dir() else ():
                shutil.copyfile(file, laid_out / file.name)
        return laid_out

    async def check(self, site: Site, folder: Path) -> Checked:
        """What is wrong with a laid-out site, and what differs from what is in use."""
        findings = await self._tried(folder)
        return Checked(tuple(findings), tuple(await asyncio.to_thread(site_changes, self.base, site)))

    async def _tried(self, folder: Path) -> list[Finding]:
        async with self._turn:
            return await tried(Trial(str(folder), self._store, self._config))

    async def publish(self, folder: Path, note: str, by: str) -> Outcome:
        """Make a laid-out site the current one, unless it has errors."""
        findings = await self._tried(folder)
        if errors(findings):
            return Outcome(0, tuple(findings))
        async with self._turn:
            site, _ = await asyncio.to_thread(read_site, folder)
            if site is None:  # it was readable a moment ago, in the other process
                return Outcome(0, (error(folder.name, "", "cannot be read"),))
            changes = len(site_changes(self.base, site))
            published = await asyncio.to_thread(
                self.versions.publish, site, by, note, changes, self.now(), folder
            )
            self.__dict__.pop("base", None)
            return Outcome(published.current, tuple(findings))

    async def listed(self) -> tuple[VersionRow, ...]:
        """Newest first; empty while nothing was published."""
        published = await asyncio.to_thread(self.versions.listed)
        if published is None:
            return ()
        return tuple(
            VersionRow(v.revision, v.at, v.by, v.note, v.changes, v.revision == published.current)
            for v in reversed(published.versions)
        )

    async def restore(self, revision: int, by: str) -> Outcome | None:
        """Publish an old version again, as a new one. None: there is no such version."""
        listed = await asyncio.to_thread(self.versions.listed)
        if listed is None or revision not in {version.revision for version in listed.versions}:
            return None
        return await self.publish(self.versions.folder(revision), f"= {revision}", by)
