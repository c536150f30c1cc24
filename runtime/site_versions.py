"""Versions of the site: what was published, what is being drafted, and which of them the services use.

All in ``<data>/site``: ``published.json`` (the list, and which one counts), ``versions/<revision>/`` (a
site's files, with its calibration and floor pictures), ``draft/``. The folder given on the command line is
never written to. It is the first version; when its files are changed by hand later, they count again.
"""

import asyncio
import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from contracts.errors import ConfigError, StorageError
from contracts.quantities import Instant
from contracts.sitemap import Site
from runtime.broker import write_private
from runtime.site_files import load_site, save_site

if TYPE_CHECKING:
    from positioning.calibration import Calibration

LIST: Final = "published.json"
CALIBRATIONS: Final = "calibration*.json"
PICTURES: Final = "backdrop*"
"""What goes along from one version to the next: learnt or drawn on the site, not part of its files."""
LOOK_S: Final = 0.5
"""How soon a process learns that there is another site."""
VERSIONS_MAX: Final = 50
"""Kept; the oldest go first, never the one in use."""


class Version(msgspec.Struct, frozen=True):
    """One published state of the site."""

    revision: int
    at: Instant
    by: str
    note: str
    changes: int
    """How many entries differ from the version before."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """``published.json``."""

    schema: int = 1
    source: str
    """Fingerprint of the given folder when it was taken over."""
    current: int
    calibrated: int = 0
    """Counts up whenever the calibration of the current version is changed."""
    versions: tuple[Version, ...]


def fingerprint(given: Path) -> str:
    """Of a site's files, folder or zip."""
    digest = hashlib.sha256()
    files = [given] if given.is_file() else sorted([*given.glob("*.geojson"), *given.glob("site.toml")])
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


class SiteVersions:
    """The published versions of one installation. Only the dashboard's process writes."""

    def __init__(self, data: Path, given: Path) -> None:
        self.given = given
        self.root = data / "site"

    def listed(self) -> Published | None:
        """None while nothing was published, or when the given folder was changed by hand since.

        Raises:
            ConfigError: ``published.json`` cannot be read.
        """
        file = self.root / LIST
        if not file.exists():
            return None
        try:
            published = msgspec.json.decode(file.read_bytes(), type=Published)
        except (OSError, msgspec.DecodeError) as cause:
            raise ConfigError(f"{file}: {cause}; move it away to use {self.given}") from cause
        if published.source != fingerprint(self.given):
            return None
        return published

    def current(self) -> Path:
        """The folder that counts now."""
        published = self.listed()
        return self.given if published is None else self.folder(published.current)

    def counting(self, calibration_too: bool) -> tuple[int, int]:
        """Revision and calibration that count, (0, 0) for the given folder; take it before reading the site.

        A list that cannot be read counts as none here: whoever starts says what is wrong with it.
        """
        try:
            published = self.listed()
        except ConfigError:
            published = None
        if published is None:
            return 0, 0
        return published.current, published.calibrated if calibration_too else 0

    def folder(self, revision: int) -> Path:
        return self.root / "versions" / str(revision)

    @property
    def drafts(self) -> Path:
        return self.root / "draft"

    def taken_over(self, now: Instant) -> Published:
        """The list, begun with the given folder as its first version where there is none yet.

        Raises:
            StorageError: the disk refused.
        """
        published = self.listed()
        if published is not None:
            return published
        before = self._older()
        site = load_site(self.given)
        revision = max([site.revision, *(1 + version.revision for version in before)])
        first = Version(revision, now, "", f"{self.given.name}", 0)
        self._write(msgspec.structs.replace(site, revision=revision), self.given)
        return self._list(
            Published(source=fingerprint(self.given), current=revision, versions=(*before, first))
        )

    def publish(
        self, site: Site, by: str, note: str, changes: int, now: Instant, pictures: Path | None = None
    ) -> Published:
        """Make a site the current one, as the next revision.

        The calibration goes along; the floor pictures come from a folder, or go along as well.

        Raises:
            StorageError: the disk refused; what counted before still counts.
        """
        published = self.taken_over(now)
        revision = published.versions[-1].revision + 1
        before = self.folder(published.current)
        self._write(msgspec.structs.replace(site, revision=revision), before, pictures)
        version = Version(revision, now, by, note, changes)
        versions = (*published.versions, version)
        dropped, kept = versions[:-VERSIONS_MAX], versions[-VERSIONS_MAX:]
        listed = self._list(msgspec.structs.replace(published, current=revision, versions=kept))
        for old in dropped:
            shutil.rmtree(self.folder(old.revision), ignore_errors=True)
        return listed

    def calibration_changed(self, now: Instant) -> Published:
        """Tell those who use the calibration of the current version to read it again."""
        published = self.taken_over(now)
        return self._list(msgspec.structs.replace(published, calibrated=published.calibrated + 1))

    def _older(self) -> tuple[Version, ...]:
        """Versions of before the given folder was changed by hand: still there to go back to."""
        file = self.root / LIST
        if not file.exists():
            return ()
        return msgspec.json.decode(file.read_bytes(), type=Published).versions

    def _write(self, site: Site, before: Path, pictures: Path | None = None) -> None:
        """A version's folder, whole or not at all: it is made under another name first."""
        folder = self.folder(site.revision)
        making = folder.with_name(f"{site.revision}.part")
        try:
            shutil.rmtree(making, ignore_errors=True)
            save_site(site, making)
            for beside, pattern in ((before, CALIBRATIONS), (pictures or before, PICTURES)):
                for file in beside.glob(pattern) if beside.is_dir() else ():
                    shutil.copyfile(file, making / file.name)
            shutil.rmtree(folder, ignore_errors=True)
            making.rename(folder)
        except OSError as cause:
            raise StorageError(f"{folder}: {cause.strerror}") from cause

    def _list(self, published: Published) -> Published:
        try:
            text = msgspec.json.format(msgspec.json.encode(published), indent=1)
            write_private(self.root / LIST, text)
        except OSError as cause:
            raise StorageError(f"{self.root / LIST}: {cause.strerror}") from cause
        return published


async def await_another(versions: SiteVersions, began: tuple[int, int], calibration_too: bool) -> str:
    """Return when another site counts than when ``began`` was taken by ``counting``: which, in words."""
    stamp = -1
    while True:
        file = versions.root / LIST
        seen = file.stat().st_mtime_ns if file.exists() else -1
        if seen != stamp:
            stamp = seen
            counts = versions.counting(calibration_too)
            if counts != began:
                return f"site revision {counts[0]}, calibration {counts[1]}"
        await asyncio.sleep(LOOK_S)


def calibration_of(site: Path) -> "Calibration | None":
    """The calibration that ``nearhand calibrate --apply`` left in the site's folder."""
    file = site / "calibration.json"
    if not file.exists():
        return None
    from runtime.calibrate import load  # brings scipy's optimisers, which nobody else needs

    return load(file)
