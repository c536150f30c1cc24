"""What the technician's map editor changes, and what it asks of the process around the screens."""

import re
from typing import Final, Protocol

import msgspec

from contracts.findings import Finding
from contracts.messages import InstalledGateway
from contracts.quantities import Instant
from contracts.sitediff import Change
from contracts.sitemap import Connector, Depot, Point, Site, Spot, Zone

BACKDROP: Final = re.compile(r"backdrop-[0-9a-f]{16}\.(png|jpg)")
"""Names of floor pictures: by their content."""
OBJECTS_MAX: Final = 5_000
"""Of one kind in a draft: ten times what the biggest malls have."""


class Home(msgspec.Struct, frozen=True):
    """Where somebody of the staff stands by."""

    unit_id: str
    home_floor: str
    home: Point


class Installed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the editor moves, adds, renames and deletes."""

    gateways: tuple[InstalledGateway, ...]
    depots: tuple[Depot, ...]
    spots: tuple[Spot, ...]
    zones: tuple[Zone, ...]
    connectors: tuple[Connector, ...]
    homes: tuple[Home, ...]


class Backdrop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A floor picture under the map: scan or drawing, to place things by."""

    floor: str
    image: str
    x_m: float
    y_m: float
    """Of its lower left corner."""
    width_m: float
    height_m: float
    rotation_deg: float = 0.0
    """About that corner, counter-clockwise."""
    opacity: float = 0.6


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole draft as a page has it. ``version`` is that of the draft it was made from."""

    version: int
    installed: Installed
    backdrops: tuple[Backdrop, ...] = ()


class Draft(msgspec.Struct, frozen=True):
    """A site being changed. ``version`` 0: nobody has changed anything yet."""

    base: int
    """Revision it was begun from."""
    version: int
    by: str
    at: Instant
    imported: bool
    """Floors and rooms are not those of the base."""
    installed: Installed
    backdrops: tuple[Backdrop, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """A draft with the site it would make and what a first look finds wrong."""

    draft: Draft
    site: msgspec.Raw
    """As ``GET /api/site``."""
    findings: tuple[Finding, ...]


class Checked(msgspec.Struct, frozen=True):
    """Everything that is wrong, the services tried on it, and what differs from what is in use."""

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


class Outcome(msgspec.Struct, frozen=True):
    """``revision`` 0: it was not published, for the errors in ``findings``."""

    revision: int
    findings: tuple[Finding, ...]


class VersionRow(msgspec.Struct, frozen=True):
    """One published version."""

    revision: int
    at: Instant
    by: str
    note: str
    changes: int
    current: bool


def installed_of(site: Site) -> Installed:
    """The part of a site that the editor changes."""
    return Installed(
        gateways=site.gateways,
        depots=site.depots,
        spots=site.spots,
        zones=site.zones,
        connectors=site.connectors,
        homes=tuple(Home(member.unit_id, member.home_floor, member.home) for member in site.staff),
    )


def with_installed(site: Site, installed: Installed) -> Site:
    """The site with what the editor made of it; homes of people who are not on it are left out."""
    homes = {home.unit_id: home for home in installed.homes}
    staff = tuple(
        msgspec.structs.replace(
            member, home_floor=homes[member.unit_id].home_floor, home=homes[member.unit_id].home
        )
        if member.unit_id in homes
        else member
        for member in site.staff
    )
    return msgspec.structs.replace(
        site,
        gateways=installed.gateways,
        depots=installed.depots,
        spots=installed.spots,
        zones=installed.zones,
        connectors=installed.connectors,
        staff=staff,
    )


class DraftMoved(Exception):  # noqa: N818 -- an answer to a page, not an error of ours
    """Somebody else has changed the draft since the page read it."""


class Workshop(Protocol):
    """The process's side of the editor. What blocks is done in threads or in other processes."""

    async def shown(self) -> Shown: ...

    async def save(self, edit: Edit, by: str) -> Shown:
        """Raises ``DraftMoved``, ``SiteError``."""
        ...

    async def take_map(self, content: bytes, version: int, by: str) -> tuple[Shown, tuple[Finding, ...]]:
        """Floors, rooms and ways of an IMDF zip or an OpenStreetMap extract. Raises as ``save``."""
        ...

    async def take_picture(self, content: bytes) -> str:
        """Keeps a PNG or JPEG; its name. Raises ``SiteError``."""
        ...

    async def picture(self, name: str) -> bytes | None: ...

    async def archive(self) -> bytes:
        """The draft's site as a zip."""
        ...

    async def check(self) -> Checked: ...

    async def publish(self, version: int, note: str, by: str) -> Outcome:
        """Raises ``DraftMoved``."""
        ...

    async def discard(self, version: int) -> None:
        """Raises ``DraftMoved``."""
        ...

    async def versions(self) -> tuple[VersionRow, ...]:
        """Newest first; empty while nothing was published."""
        ...

    async def restore(self, revision: int, by: str) -> Outcome | None:
        """Publish an old version again, as a new one. None: there is no such version."""
        ...
