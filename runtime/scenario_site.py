"""``[site]`` of a scenario: what is different in this building from the site's files, for a what-if."""

from collections.abc import Iterable
from itertools import cycle

import msgspec

from contracts.errors import ConfigError
from contracts.sitemap import Name, ServiceKind, Site, StaffMember


class CrewGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some people of one kind. ``[[site.crew]]`` replaces the whole staff."""

    count: int
    roles: tuple[str, ...]
    skills: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    walk_mps: float = 1.2


class ServiceChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[site.services.NAME]``: None = as in the catalogue."""

    target_s: float | None = None
    on_scene_s: float | None = None
    priority: int | None = None
    offer_timeout_s: float | None = None


class SiteChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    without: tuple[str, ...] = ()
    """Connectors and depots that this building does not have."""
    lift_wait_s: float | None = None
    """Mean wait at every lift."""
    crew: tuple[CrewGroup, ...] = ()
    stock: dict[str, dict[str, int]] = {}
    """Depot → item → number, instead of the file's."""
    services: dict[str, ServiceChange] = {}
    spares: dict[str, int] = {}
    """Item → how many more one person takes along in a pouch, instead of the file's."""


def changed(site: Site, changes: SiteChanges) -> Site:
    """
    Raises:
        ConfigError: names what the site does not have.
    """
    connectors = {connector.connector_id for connector in site.connectors}
    depots = {depot.depot for depot in site.depots}
    _known("site.without", changes.without, connectors | depots)
    _known("site.stock", changes.stock, depots)
    _known("site.stock", (i for s in changes.stock.values() for i in s), {item.item for item in site.items})
    _known("site.spares", changes.spares, {item.item for item in site.items})
    _known("site.services", changes.services, {kind.service for kind in site.services})
    replace = msgspec.structs.replace
    lifts = {} if changes.lift_wait_s is None else {"wait_s": changes.lift_wait_s}
    return replace(
        site,
        connectors=tuple(
            replace(connector, **lifts) if connector.kind == "lift" else connector
            for connector in site.connectors
            if connector.connector_id not in changes.without
        ),
        depots=tuple(
            replace(depot, stock=changes.stock.get(depot.depot, depot.stock))
            for depot in site.depots
            if depot.depot not in changes.without
        ),
        items=tuple(replace(item, spares=changes.spares.get(item.item, item.spares)) for item in site.items),
        services=tuple(_service(kind, changes.services.get(kind.service)) for kind in site.services),
        staff=_crew(site, changes.crew) if changes.crew else site.staff,
    )


def without_spares(site: Site) -> Site:
    """The same site, where one fetches one."""
    return msgspec.structs.replace(
        site, items=tuple(msgspec.structs.replace(item, spares=0) for item in site.items)
    )


def thinned(site: Site, share: float) -> Site:
    """The same site with a share of its staff, evenly over the list. Whoever is first of all there for
    emergencies stays.

    Raises:
        ConfigError: no share between 0 and 1.
    """
    if not 0.0 < share <= 1.0:
        raise ConfigError(f"staff share {share}: expected more than 0 and at most 1")
    urgent = {
        need.role
        for kind in site.services
        if kind.priority == 1
        for need in kind.needs
        if need.item is not None
    }
    spared = [person.roles[0] in urgent for person in site.staff]
    others = [person for person, stays in zip(site.staff, spared, strict=True) if not stays]
    wanted = max(0, round(len(site.staff) * share) - sum(spared))
    kept = {others[n * len(others) // wanted].unit_id for n in range(min(wanted, len(others)))}
    staff = tuple(p for p, stays in zip(site.staff, spared, strict=True) if stays or p.unit_id in kept)
    return msgspec.structs.replace(site, staff=staff)


def _service(kind: ServiceKind, change: ServiceChange | None) -> ServiceKind:
    if change is None:
        return kind
    replace = msgspec.structs.replace
    values = {name: getattr(change, name) for name in ("target_s", "on_scene_s")}
    wanted = {name: value for name, value in values.items() if value is not None}
    kind = replace(kind, needs=tuple(replace(need, **wanted) for need in kind.needs))
    values = {name: getattr(change, name) for name in ("priority", "offer_timeout_s")}
    return replace(kind, **{name: value for name, value in values.items() if value is not None})


def _crew(site: Site, groups: tuple[CrewGroup, ...]) -> tuple[StaffMember, ...]:
    """Groups dealt out one after the other, so that thinning takes of each; homes over all floors' spots."""
    roles = {role.role for role in site.roles}
    _known("site.crew.roles", (role for group in groups for role in group.roles), roles)
    by_floor = [[spot for spot in site.spots if spot.floor == floor.floor] for floor in site.floors]
    homes = cycle([spots for spots in by_floor if spots])
    people: list[StaffMember] = []
    for group in groups:
        for _ in range(group.count):
            number = len(people) + 1
            spots = next(homes)
            spot = spots[number * 7 % len(spots)]
            person = StaffMember(
                unit_id=f"u-{number:02d}",
                name=Name(f"员工{number}", f"Staff {number}"),
                roles=group.roles,
                device_id=f"C3:00:00:25:{number // 256:02X}:{number % 256:02X}",
                home_floor=spot.floor,
                home=(spot.x_m, spot.y_m),
                skills=group.skills,
                carries=group.carries,
                walk_mps=group.walk_mps,
            )
            people.append(person)
    return tuple(people)


def _known(where: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise ConfigError(f"{where}: the site has no {name!r}")
