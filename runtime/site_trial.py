"""Would everything start on this site? Tried in a process of its own: nobody waits, nothing breaks.

Reads the files, builds the grid, checks the ground, and starts every service on it, the dispatcher with all
that the journal holds: a site on which it could not resume is found out before it is published.

    python -m runtime.site_trial < {"folder": …, "store": …, "config": …}
"""

import sys
from pathlib import Path
from typing import Final

import msgspec

from contracts.errors import NearhandError, StorageError
from contracts.findings import Finding, error, errors
from contracts.grid import WalkableGrid, build_grid
from contracts.sitecheck import check_ground, reach_of
from contracts.sitemap import Site
from runtime import compose
from runtime.clock import now
from runtime.elsewhere import in_another_process
from runtime.journal import StoredJournal
from runtime.settings import load_settings
from runtime.site_commands import check_formats
from runtime.site_files import read_site
from runtime.site_versions import calibration_of
from runtime.store import open_store

TIMEOUT_S: Final = 120.0
JOURNAL: Final = "journal"
"""Stands for the file where the journal is what does not fit."""


class Trial(msgspec.Struct, frozen=True):
    """What is to be tried. ``store`` empty: without the journal."""

    folder: str
    store: str = ""
    config: str = ""


def try_site(trial: Trial) -> list[Finding]:
    """Everything that is wrong, errors first."""
    folder = Path(trial.folder)
    site, findings = read_site(folder)
    if site is None or errors(findings) or not site.floors:
        return sorted(findings)
    grid = build_grid(site)
    findings += check_ground(site, grid, reach_of(site, grid)) + check_formats(site)
    if not errors(findings):
        findings += _started(site, grid, folder, trial)
    return sorted(findings)


def _started(site: Site, grid: WalkableGrid, folder: Path, trial: Trial) -> list[Finding]:
    """What keeps a service from starting on a site whose files are right."""
    settings = load_settings(Path(trial.config) if trial.config else None)
    ground = compose.Ground(site, grid, settings, calibration_of(folder))
    found = []
    try:
        for service in [*compose.positioning_services(ground), compose.dashboard_service(ground)]:
            service.wake(now())
    except Exception as cause:  # whatever it is, it would be the same after publishing
        found.append(error("site.toml", "", f"positioning or dashboard would not start: {cause!r}"))
    try:
        facts = tuple(StoredJournal(open_store(trial.store)).read()) if trial.store else ()
    except StorageError as cause:
        return [*found, error(JOURNAL, "", f"cannot be read now: {cause}")]
    try:
        dispatcher = compose.dispatcher_service(ground, facts)
        dispatcher.resumed(now())
        dispatcher.wake(now())
    except Exception as cause:  # as above
        found.append(error(JOURNAL, "", f"calls of now do not fit this site: {cause!r}"))
    return found


async def tried(trial: Trial) -> list[Finding]:
    """As ``try_site``, in another process.

    Raises:
        StorageError: it did not end in time or died.
    """
    answer = await in_another_process("runtime.site_trial", msgspec.json.encode(trial), TIMEOUT_S)
    return msgspec.json.decode(answer, type=list[Finding])


def main() -> int:
    trial = msgspec.json.decode(sys.stdin.buffer.read(), type=Trial)
    try:
        findings = try_site(trial)
    except NearhandError as cause:
        findings = [error(Path(trial.folder).name, "", str(cause))]
    sys.stdout.buffer.write(msgspec.json.encode(findings))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
