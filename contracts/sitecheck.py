"""Whether a site makes sense: references and ids, then the ground. Pure; reports everything it finds."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from contracts.categories import known
from contracts.findings import Finding, error, warning
from contracts.geometry import shape
from contracts.grid import WalkableGrid
from contracts.sitemap import Connector, RoleNeed, ServiceKind, Site, Space, StaffMember
from contracts.walking import STOP_REACH_M, Closures, hops_of
from contracts.wire import IDENTIFIER

TOML: Final = "site.toml"
SPARES_MAX: Final = 5
"""More in a pouch are a depot of their own."""
OVERLAP_MAX_M2: Final = 1.0
"""Rooms may overlap by this much before it is reported: hand-drawn edges never quite meet."""
OFF_GROUND_MAX_M: Final = 2.0
"""A person's or item's place may be this far from walkable ground: behind a counter, on a wall."""


def check_references(site: Site) -> list[Finding]:
    """Ids, references and numbers: what can be told without the grid."""
    return [
        *_numbers(site),
        *_numbers_of_rules(site),
        *_ids(site),
        *_floors_named(site),
        *_names(site),
        *_catalogue(site),
        *_people(site),
        *_device_ids(site),
        *_rooms(site),
    ]


# --- references -------------------------------------------------------------------------------------


def _numbers(site: Site) -> Iterator[Finding]:
    if not -90 <= site.latitude_deg <= 90 or not -180 <= site.longitude_deg <= 180:
        yield error(TOML, "site", "latitude_deg and longitude_deg are not on the globe")
    if not site.floors:
        yield error("level.geojson", "", "expected at least one floor")
    for connector in site.connectors:
        if not (connector.seconds_per_floor > 0 and connector.wait_s >= 0):
            text = "expected seconds_per_floor above 0 and wait_s of 0 or more"
            yield error("relationship.geojson", connector.connector_id, text)
    for member in site.staff:
        if not 0.3 <= member.walk_mps <= 3.0:
            yield error(TOML, f"staff ({member.unit_id})", "expected walk_mps of 0.3 to 3.0")
        if any(not (0 <= s.start_h <= 24 and 0 <= s.end_h <= 24) for s in member.shifts):
            yield error(TOML, f"staff ({member.unit_id})", "expected shift hours of 0 to 24")


def _numbers_of_rules(site: Site) -> Iterator[Finding]:
    for service in site.services:
        for need in service.needs:
            if not (need.target_s > 0 and need.on_scene_s >= 0):
                yield error(TOML, f"services ({service.service})", "expected target_s above 0")
        if not 1 <= service.priority <= 4:
            yield error(TOML, f"services ({service.service})", "expected a priority of 1 to 4")
        if not service.needs:
            yield error(TOML, f"services ({service.service})", "needs nobody: expected one role or more")
        if not service.offer_timeout_s > 0:
            yield error(TOML, f"services ({service.service})", "expected offer_timeout_s above 0")
    for item in site.items:
        if item.loan_s is not None and not item.loan_s > 0:
            yield error(TOML, f"items ({item.item})", "expected loan_s above 0, or none")
        if not 0 <= item.spares <= SPARES_MAX or (item.wheels and item.spares):
            yield error(
                TOML, f"items ({item.item})", "expected spares of 0 to 5, and none of what has wheels"
            )


def _ids(site: Site) -> Iterator[Finding]:
    kinds: list[tuple[str, str, list[str]]] = [
        ("level.geojson", "", [floor.floor for floor in site.floors]),
        ("unit.geojson", "", [space.space_id for space in site.spaces]),
        ("relationship.geojson", "", [connector.connector_id for connector in site.connectors]),
        (TOML, "site", [site.site]),
        (TOML, "gateways", [gateway.gateway for gateway in site.gateways]),
        (TOML, "depots", [depot.depot for depot in site.depots]),
        (TOML, "items", [item.item for item in site.items]),
        (TOML, "roles", [role.role for role in site.roles]),
        (TOML, "services", [service.service for service in site.services]),
        (TOML, "staff", [member.unit_id for member in site.staff]),
        (TOML, "spots", [spot.spot for spot in site.spots]),
        (TOML, "anchors", [anchor.device_id for anchor in site.anchors]),
        (TOML, "zones", [zone.zone for zone in site.zones]),
    ]
    for file, table, ids in kinds:
        for name, count in sorted(Counter(ids).items()):
            place = f"{table} ({name})" if table else name
            if count > 1:
                yield error(file, place, f"{count} have this id, expected one")
            if not IDENTIFIER.fullmatch(name):
                yield error(file, place, "expected an id of 1 to 64 letters, digits, _ or -")
    closable = Counter([c.connector_id for c in site.connectors] + [s.space_id for s in site.spaces])
    for name in sorted(name for name, count in closable.items() if count > 1):
        yield error("relationship.geojson", name, "is the id of a unit as well; expected another")


def _names(site: Site) -> Iterator[Finding]:
    """What people choose by must be readable in both languages."""
    named = [
        *((f"services ({kind.service})", kind.name) for kind in site.services),
        *((f"items ({item.item})", item.name) for item in site.items),
        *((f"roles ({role.role})", role.name) for role in site.roles),
    ]
    for place, name in named:
        if not (name.zh.strip() and name.en.strip()):
            yield error(TOML, place, "expected a name in both languages")


def _floors_named(site: Site) -> Iterator[Finding]:
    floors = [floor.floor for floor in site.floors]
    places = [
        *(("gateways", gateway.gateway, gateway.floor) for gateway in site.gateways),
        *(("depots", depot.depot, depot.floor) for depot in site.depots),
        *(("staff", member.unit_id, member.home_floor) for member in site.staff),
        *(("spots", spot.spot, spot.floor) for spot in site.spots),
        *(("anchors", anchor.device_id, anchor.floor) for anchor in site.anchors),
        *(("zones", zone.zone, zone.floor) for zone in site.zones),
    ]
    for table, name, floor in places:
        if floor not in floors:
            text = f"floor {floor!r} is not drawn, expected one of {', '.join(floors)}"
            yield error(TOML, f"{table} ({name})", text)


def _catalogue(site: Site) -> Iterator[Finding]:
    items = {item.item for item in site.items}
    roles = {role.role for role in site.roles}
    for depot in site.depots:
        for item, number in depot.stock.items():
            if item not in items:
                yield error(TOML, f"depots ({depot.depot})", f"unknown item {item!r} in stock")
            if number < 0:
                yield error(TOML, f"depots ({depot.depot})", f"stock of {item!r} is below 0")
    for service in site.services:
        place = f"services ({service.service})"
        if not _ascends([step.after_share for step in service.ladder]):
            yield error(TOML, place, "ladder: expected steps with ascending after_share above 0")
        for need in service.needs:
            shares = [promise.share for promise in need.promises]
            rising = _ascends(shares) and _ascends([promise.within_s for promise in need.promises])
            if not rising or max(shares, default=0.0) > 1:
                yield error(TOML, place, "promises: expected ascending shares up to 1 and ascending within_s")
            if need.role not in roles:
                yield error(TOML, place, f"unknown role {need.role!r}")
            if need.item is not None and need.item not in items:
                yield error(TOML, place, f"unknown item {need.item!r}")
            yield from _nobody(site, service, need)


def _ascends(values: list[float]) -> bool:
    return all(low < high for low, high in itertools.pairwise([0.0, *values]))


def _nobody(site: Site, service: ServiceKind, need: RoleNeed) -> Iterator[Finding]:
    """A service that can never be given is an error in the site, not a surprise at night."""
    place = f"services ({service.service})"
    able = [m for m in site.staff if need.role in m.roles and set(need.skills) <= set(m.skills)]
    if not able:
        skills = f" with {', '.join(need.skills)}" if need.skills else ""
        yield error(TOML, place, f"nobody has the role {need.role!r}{skills}")
    if need.item is not None and not _obtainable(site, need.item, able):
        yield error(TOML, place, f"no depot stocks {need.item!r} and nobody of the role carries it")


def _obtainable(site: Site, item: str, able: Iterable[StaffMember]) -> bool:
    stocked = any(depot.stock.get(item, 0) > 0 for depot in site.depots)
    return stocked or any(item in member.carries for member in able)


def _people(site: Site) -> Iterator[Finding]:
    roles = [role.role for role in site.roles]
    items = {item.item for item in site.items}
    for member in site.staff:
        place = f"staff ({member.unit_id})"
        for role in member.roles:
            if role not in roles:
                yield error(TOML, place, f"unknown role {role!r}, expected one of {', '.join(roles)}")
        if not member.roles:
            yield error(TOML, place, "has no role: expected one or more")
        for item in member.carries:
            if item not in items:
                yield error(TOML, place, f"carries unknown item {item!r}")
        if not member.shifts:
            yield warning(TOML, place, "has no shift and so never works")


def _device_ids(site: Site) -> Iterator[Finding]:
    holders: dict[str, list[str]] = {}
    for member in site.staff:
        holders.setdefault(member.device_id, []).append(f"staff ({member.unit_id})")
    for device in site.devices:
        holders.setdefault(device.device_id, []).append(f"devices ({device.subject})")
    for device_id, names in holders.items():
        if len(names) > 1:
            yield error(TOML, names[0], f"device {device_id} belongs to {names[1]} as well")
    names_of = Counter(gateway.address for gateway in site.gateways if gateway.address)
    for address, count in sorted(names_of.items()):
        if count > 1:
            yield error(TOML, "gateways", f"{count} gateways have the address {address}, expected one")


def _rooms(site: Site) -> Iterator[Finding]:
    """Polygons that cannot be, or that contradict one another."""
    for space in site.spaces:
        if not known(space.category):
            text = f"category {space.category!r} is not IMDF's; taken for a room"
            yield warning("unit.geojson", space.space_id, text)
    for floor in site.floors:
        here = [space for space in site.spaces if space.floor == floor.floor]
        shapes = [shape(space.polygon) for space in here]
        invalid = [i for i, geometry in enumerate(shapes) if not geometry.is_valid]
        for index in invalid:
            reason = shapely.is_valid_reason(shapes[index])
            yield error("unit.geojson", here[index].space_id, f"not a valid polygon: {reason}")
        if here and not invalid:
            yield from _overlaps(here, shapes)
            yield from _outside(here, shapes, shape(floor.outline).buffer(0.2))


def _overlaps(here: list[Space], shapes: list[shapely.Polygon]) -> Iterator[Finding]:
    """Rooms that lie partly in one another; one wholly inside the other is a kiosk, or a void."""
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    for a, b in sorted((int(a), int(b)) for a, b in pairs if a < b):
        common_m2 = shapes[a].intersection(shapes[b]).area
        smaller_m2 = min(shapes[a].area, shapes[b].area)
        if OVERLAP_MAX_M2 < common_m2 < 0.98 * smaller_m2:
            text = f"overlaps {here[b].space_id} by {common_m2:.0f} m²"
            yield warning("unit.geojson", here[a].space_id, text)


def _outside(here: list[Space], shapes: list[shapely.Polygon], outline: shapely.Polygon) -> Iterator[Finding]:
    for space, geometry in zip(here, shapes, strict=True):
        outside_m2 = geometry.difference(outline).area
        if outside_m2 > OVERLAP_MAX_M2:
            text = f"{outside_m2:.0f} m² of it lie outside the outline of {space.floor}"
            yield warning("unit.geojson", space.space_id, text)


# --- ground -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """Which cells belong to the main part of the building, where one gets to and back again."""

    walking: NDArray[np.bool_]
    """(n_cells,)."""
    wheels: NDArray[np.bool_]

    def share(self) -> float:
        return float(self.walking.mean()) if len(self.walking) else 0.0


def reach_of(site: Site, grid: WalkableGrid) -> Reach:
    """The largest part of the grid whose cells can all reach one another, on foot and by wheels."""
    return Reach(_main_part(site, grid, wheels=False), _main_part(site, grid, wheels=True))


def _main_part(site: Site, grid: WalkableGrid, wheels: bool) -> NDArray[np.bool_]:
    if not grid.n_cells:
        return np.zeros(0, bool)
    pairs = np.array(list(hops_of(site, grid, Closures(), wheels)), np.int32).reshape(-1, 2)
    rows = np.concatenate([grid.step_from, pairs[:, 0]])
    columns = np.concatenate([grid.step_to, pairs[:, 1]])
    graph = csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(grid.n_cells,) * 2)
    _, part = connected_components(graph, directed=True, connection="strong")
    main: NDArray[np.bool_] = part == np.bincount(part).argmax()
    return main


def check_ground(site: Site, grid: WalkableGrid, reach: Reach) -> list[Finding]:
    """Whether everything that matters stands on ground that can be reached."""
    floors = {floor.floor: index for index, floor in enumerate(site.floors)}
    occupied = {int(index) for index in np.unique(grid.floor)}
    findings = [
        error("unit.geojson", floor.floor, "nobody can stand anywhere on this floor")
        for index, floor in enumerate(site.floors)
        if index not in occupied
    ]
    grounded = {name for name, index in floors.items() if index in occupied}
    findings += _stops_grounded(site, grid, floors, grounded)
    findings += _places_reached(site, grid, reach, floors, grounded)
    findings += _spaces_reached(site, grid, reach)
    findings += _gateways_inside(site)
    return findings


def _distance_m(grid: WalkableGrid, floor: int, x_m: float, y_m: float) -> tuple[int, float]:
    cell = grid.cell_at(floor, x_m, y_m)
    return cell, math.hypot(float(grid.x_m[cell]) - x_m, float(grid.y_m[cell]) - y_m)


def _stops_grounded(
    site: Site, grid: WalkableGrid, floors: dict[str, int], grounded: set[str]
) -> Iterator[Finding]:
    for connector in site.connectors:
        for stop in connector.stops:
            if stop.floor not in grounded:
                continue
            _, away_m = _distance_m(grid, floors[stop.floor], *stop.at)
            if away_m > STOP_REACH_M:
                text = f"its stop on {stop.floor} is {away_m:.1f} m from walkable ground"
                yield error("relationship.geojson", connector.connector_id, text)
        yield from _one_floor(connector)


def _one_floor(connector: Connector) -> Iterator[Finding]:
    if connector.kind != "ramp" and len({stop.floor for stop in connector.stops}) < 2:
        yield error("relationship.geojson", connector.connector_id, "joins no two floors")


def _places_reached(
    site: Site, grid: WalkableGrid, reach: Reach, floors: dict[str, int], grounded: set[str]
) -> Iterator[Finding]:
    wheeled = {item.item for item in site.items if item.wheels}
    places: list[tuple[str, str, tuple[float, float], Callable[..., Finding] | None]] = [
        *((f"staff ({m.unit_id})", m.home_floor, m.home, None) for m in site.staff),
        *((f"spots ({s.spot})", s.floor, (s.x_m, s.y_m), warning) for s in site.spots),
        *(
            (f"depots ({d.depot})", d.floor, (d.x_m, d.y_m), error if wheeled & set(d.stock) else None)
            for d in site.depots
        ),
    ]
    for place, floor, at, by_wheels in places:
        if floor not in grounded:
            continue
        cell, away_m = _distance_m(grid, floors[floor], *at)
        if away_m > OFF_GROUND_MAX_M:
            text = f"is {away_m:.1f} m from where anybody can stand"
            yield error(TOML, place, text)
        elif not reach.walking[cell]:
            yield error(TOML, place, "cannot be reached on foot from the rest of the building")
        elif by_wheels is not None and not reach.wheels[cell]:
            yield by_wheels(TOML, place, "cannot be reached with a wheelchair")


def _spaces_reached(site: Site, grid: WalkableGrid, reach: Reach) -> Iterator[Finding]:
    count = len(site.spaces)
    cells = np.bincount(grid.space, minlength=count)
    walking = np.bincount(grid.space[reach.walking], minlength=count)
    wheels = np.bincount(grid.space[reach.wheels], minlength=count)
    for index, space in enumerate(site.spaces):
        if not space.walkable:
            continue
        if not cells[index]:
            yield warning("unit.geojson", space.space_id, "is too small or too blocked to stand in")
        elif not walking[index]:
            text = "cannot be reached on foot: expected an opening in its wall"
            yield warning("unit.geojson", space.space_id, text)
        elif not wheels[index]:
            yield warning("unit.geojson", space.space_id, "cannot be reached with a wheelchair")


def _gateways_inside(site: Site) -> Iterator[Finding]:
    outlines = {floor.floor: shape(floor.outline).buffer(1.0) for floor in site.floors}
    heights = {floor.floor: floor.height_m for floor in site.floors}
    for gateway in site.gateways:
        place = f"gateways ({gateway.gateway})"
        outline = outlines.get(gateway.floor)
        if outline is None:
            continue
        if not shapely.contains_xy(outline, gateway.x_m, gateway.y_m):
            yield warning(TOML, place, f"hangs outside the outline of {gateway.floor}")
        if not 0 <= gateway.height_m <= heights[gateway.floor]:
            text = f"hangs at {gateway.height_m} m, expected 0 to {heights[gateway.floor]} m"
            yield warning(TOML, place, text)
