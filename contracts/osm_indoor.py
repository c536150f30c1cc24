"""OpenStreetMap extracts in simple indoor tagging (GeoJSON, WGS84) to a site. Pure.

Kept is what is inside: rooms, corridors, areas, indoor footways (made as wide as they are tagged),
walls, columns, doors, lifts, steps. Streets, parking, rails and shelters around are left out. Real
extracts leave much unsaid; what is supplied is counted among the findings:

* a room without a door is opened where its edge lies along public ground,
* an indoor footway through a room's edge is a door,
* a stop of steps or a lift with no ground near gets a landing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
import shapely

from contracts.categories import kind_of
from contracts.findings import Finding, error, warning
from contracts.geometry import LocalFrame, polygon_of, shape
from contracts.osm_doors import Opened, open_rooms
from contracts.osm_tags import (
    STAIRCASE,
    amenity_category,
    area_category,
    floor_id,
    is_indoor_path,
    levels_of,
    name_of,
    path_width_m,
    way_kind,
)
from contracts.osm_ways import Nodes, Way, common_level, connectors_of, levels_at_nodes
from contracts.sitemap import Amenity, Fixture, Floor, Name, Polygon, Site, Space
from contracts.walls import walls_of

FILE: Final = "import"
PATH_WIDTH_M: Final = 3.0
"""Of an indoor footway that does not say."""
LANDING_M: Final = 2.0
"""Half the side of the ground made around a stop that has none."""
GROUND_REACH_M: Final = 2.5
"""A stop nearer to ground than this needs no landing."""
CLOSE_M: Final = 3.0
"""Gaps in a floor narrower than twice this belong to the building."""
HULL_RATIO: Final = 0.4
"""How closely the outline of a level in pieces follows them: 0 as close as can be, 1 the convex hull."""
AREA_MIN_M2: Final = 1.0
CENTIMETRES: Final = 2


class ImportSettings(msgspec.Struct, frozen=True):
    """What the extract does not say."""

    site: str
    name: str
    timezone: str = "UTC"
    level_height_m: float = 5.0


Path = tuple[float, shapely.Geometry, float]
"""Level, line, width in metres."""


@dataclass
class Extract:
    """The features that are inside, sorted by what they are, in local metres."""

    areas: list[tuple[float, str, shapely.Polygon, Name | None]] = field(default_factory=list)
    """Level, category, polygon, name."""
    paths: list[Path] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    points: list[tuple[tuple[float, ...], shapely.Point, Mapping[str, str]]] = field(default_factory=list)
    """Levels (empty = unsaid), point, tags: doors, amenities, names of shops."""
    left_out: int = 0


def import_osm(document: object, settings: ImportSettings) -> tuple[Site | None, list[Finding]]:
    """The site in an extract; None where nothing indoor is in it. Findings say what was supplied."""
    features = _features(document)
    if features is None:
        return None, [error(FILE, "", "expected a GeoJSON FeatureCollection")]
    frame = _frame(features)
    if frame is None:
        return None, [error(FILE, "", "no feature with an indoor, room or level tag: nothing to import")]
    extract = _sort(features, frame)
    if not extract.areas and not extract.paths:
        return None, [error(FILE, "", "no indoor area or footway with a level: nothing to import")]
    return _assemble(extract, frame, settings)


# --- reading ----------------------------------------------------------------------------------------


def _features(document: object) -> list[tuple[Mapping[str, str], shapely.Geometry]] | None:
    """Tags and geometry in degrees of every feature that has both."""
    raw = document.get("features") if isinstance(document, dict) else None
    if not isinstance(raw, list):
        return None
    found: list[tuple[Mapping[str, str], shapely.Geometry]] = []
    for entry in raw:
        if not isinstance(entry, dict) or not isinstance(entry.get("properties"), dict):
            continue
        try:
            geometry = shapely.geometry.shape(entry["geometry"])
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
            continue
        if not geometry.is_empty:
            tags: Mapping[str, str] = {
                key: value for key, value in entry["properties"].items() if isinstance(value, str)
            }
            found.append((tags, geometry))
    return found


def _frame(features: Sequence[tuple[Mapping[str, str], shapely.Geometry]]) -> LocalFrame | None:
    """Anchored at the middle of what is inside, its axes along most of the rooms' walls, north about up."""
    areas = [geometry for tags, geometry in features if area_category(tags) is not None]
    inside = areas + [geometry for tags, geometry in features if is_indoor_path(tags)]
    if not inside:
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(inside))
    upright = LocalFrame(round((south + north) / 2, 6), round((west + east) / 2, 6))
    edges = [np.diff(_local(ring, upright), axis=0) for area in areas for ring in _rings(area)]
    if not edges:
        return upright
    step = np.concatenate(edges)
    # Four times the angle: walls at right angles to one another say the same.
    pull = np.sum(np.hypot(*step.T) * np.exp(4j * np.arctan2(step[:, 1], step[:, 0])))
    turn_deg = float(np.degrees(np.angle(pull))) / 4
    return LocalFrame(upright.latitude_deg, upright.longitude_deg, round(-turn_deg, 2) % 360.0)


def _rings(area: shapely.Geometry) -> list[shapely.Geometry]:
    return [part.exterior for part in shapely.get_parts(area) if part.geom_type == "Polygon"]


def _local(geometry: shapely.Geometry, frame: LocalFrame) -> np.ndarray:
    degrees = shapely.get_coordinates(geometry)
    return np.stack(frame.to_local(degrees[:, 0], degrees[:, 1]), axis=-1)


def _to_metres(geometry: shapely.Geometry, frame: LocalFrame) -> shapely.Geometry:
    def move(degrees: np.ndarray) -> np.ndarray:
        x_m, y_m = frame.to_local(degrees[:, 0], degrees[:, 1])
        return np.round(np.stack([x_m, y_m], axis=-1), CENTIMETRES) + 0.0

    return shapely.transform(geometry, move)


def _sort(features: Sequence[tuple[Mapping[str, str], shapely.Geometry]], frame: LocalFrame) -> Extract:
    extract = Extract()
    stray: list[Path] = []
    nodes = levels_at_nodes(features)
    for tags, degrees in features:
        geometry = _to_metres(degrees, frame)
        levels = levels_of(tags)
        if geometry.geom_type == "Point" and way_kind(tags) is None:
            extract.points.append((levels, geometry, tags))
        elif way_kind(tags) is not None and geometry.geom_type in ("Point", "LineString"):
            _add_way(extract, tags, levels, geometry, degrees, nodes)
        elif geometry.geom_type in ("Polygon", "MultiPolygon"):
            _add_area(extract, tags, levels, geometry)
        elif geometry.geom_type == "LineString" and is_indoor_path(tags):
            ends = [(float(x), float(y)) for x, y in shapely.get_coordinates(degrees)]
            level = levels[0] if levels else common_level(nodes, ends) or 0.0
            path = (level, geometry, path_width_m(tags, PATH_WIDTH_M))
            (extract.paths if "indoor" in tags else stray).append(path)
        else:
            extract.left_out += 1
    extract.left_out += _drop_stray(extract, stray)
    return extract


def _drop_stray(extract: Extract, doubtful: Sequence[Path]) -> int:
    """Keeps covered footways only where they lead on from something indoor; how many were dropped."""
    sure = [(level, polygon) for level, _, polygon, _ in extract.areas]
    sure += [(level, line) for level, line, _ in extract.paths]
    sure += [(level, way.geometry) for way in extract.ways for level in way.levels]
    left = list(doubtful)
    while left:
        near = [
            path
            for path in left
            if any(path[0] == level and path[1].distance(g) <= CLOSE_M for level, g in sure)
        ]
        if not near:
            break
        extract.paths += near
        sure = [(level, line) for level, line, _ in near]
        left = [path for path in left if path not in near]
    return len(left)


def _add_way(
    extract: Extract,
    tags: Mapping[str, str],
    levels: tuple[float, ...],
    geometry: shapely.Geometry,
    degrees: shapely.Geometry,
    nodes: Nodes,
) -> None:
    kind = way_kind(tags)
    assert kind is not None
    ends = shapely.get_coordinates(degrees)[[0, -1]]
    at_ends = tuple(nodes.get((float(x), float(y)), frozenset()) for x, y in ends)
    inside = tags.get("indoor") not in (None, "no") or tags.get("covered") == "yes" or len(levels) > 1
    if inside:
        extract.ways.append(Way(kind, tags, levels, geometry, at_ends))
    else:
        extract.left_out += 1


def _add_area(
    extract: Extract, tags: Mapping[str, str], levels: tuple[float, ...], geometry: shapely.Geometry
) -> None:
    category = area_category(tags)
    if category is None:
        extract.left_out += 1
        return
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon" and part.area >= AREA_MIN_M2 / 4:
            extract.areas += [(level, category, part, name_of(tags)) for level in levels or (0.0,)]


# --- assembling -------------------------------------------------------------------------------------


@dataclass
class Ground:
    """One level being assembled."""

    level: float
    rooms: list[Space] = field(default_factory=list)
    public: list[Space] = field(default_factory=list)
    fixtures: list[Fixture] = field(default_factory=list)

    def spaces(self) -> list[Space]:
        return [*self.rooms, *self.public]

    def walkable(self) -> shapely.Geometry:
        solid = [shape(space.polygon) for space in self.rooms if not space.walkable]
        open_ = [shape(space.polygon) for space in self.spaces() if space.walkable]
        return shapely.union_all(open_).difference(shapely.union_all(solid))


def _assemble(
    extract: Extract, frame: LocalFrame, settings: ImportSettings
) -> tuple[Site | None, list[Finding]]:
    levels = sorted({level for level, *_ in extract.areas} | {level for level, *_ in extract.paths})
    levels = _with_halves(levels, extract.ways)
    grounds = {level: _ground(extract, level) for level in levels}
    connectors, findings = connectors_of(extract.ways, levels)
    landings = _landings(grounds, connectors)
    grounds = {level: ground for level, ground in grounds.items() if ground.spaces()}
    if not grounds:
        return None, [error(FILE, "", "no indoor area is large enough to stand in: nothing to import")]
    outlines = {level: _outline(ground) for level, ground in grounds.items()}
    opened = [
        open_rooms(
            floor_id(level),
            ground.rooms,
            ground.public,
            outlines[level],
            [line for at, line, _ in extract.paths if at == level],
            [(point, tags) for at, point, tags in extract.points if not at or level in at],
        )
        for level, ground in grounds.items()
    ]
    for ground, result in zip(grounds.values(), opened, strict=True):
        ground.public += result.thresholds
    floors = _floors(list(grounds), outlines, settings)
    spaces = tuple(space for ground in grounds.values() for space in ground.spaces())
    fixtures = tuple(fixture for ground in grounds.values() for fixture in ground.fixtures)
    site = Site(
        site=settings.site,
        name=Name(settings.name, settings.name),
        timezone=settings.timezone,
        latitude_deg=frame.latitude_deg,
        longitude_deg=frame.longitude_deg,
        bearing_deg=frame.bearing_deg,
        floors=floors,
        spaces=spaces,
        walls=walls_of(floors, spaces, fixtures),
        doors=tuple(door for result in opened for door in result.doors),
        fixtures=fixtures,
        connectors=connectors,
        amenities=_amenities(extract, outlines),
    )
    return site, [*findings, *_supplied(extract, opened, landings)]


def _with_halves(levels: list[float], ways: Iterable[Way]) -> list[float]:
    """Half levels that only steps know are floors too: their landings."""
    known = set(levels)
    halves = {level for way in ways for level in way.levels if level != int(level)}
    return sorted(known | {half for half in halves if min(levels) < half < max(levels)})


def _ground(extract: Extract, level: float) -> Ground:
    """Rooms as drawn; public ground is what is left of corridors, areas and paths around them."""
    ground = Ground(level)
    floor = floor_id(level)
    areas = [area for area in extract.areas if area[0] == level]
    names = [(point, name_of(tags)) for levels, point, tags in extract.points if level in levels]
    for _, category, polygon, name in areas:
        if category in ("wall", "column"):
            kind = "wall" if category == "wall" else "obstruction"
            ground.fixtures.append(Fixture(floor, kind, polygon_of(polygon)))
        elif category != "walkway" and polygon.area >= AREA_MIN_M2:
            found = name or next((n for point, n in names if n and polygon.contains(point)), None)
            space_id = f"{floor}-{len(ground.rooms) + 1:03d}"
            walkable = kind_of(category).walkable or category == STAIRCASE
            ground.rooms.append(Space(space_id, floor, _unit(category), polygon_of(polygon), found, walkable))
    taken = shapely.union_all([shape(room.polygon) for room in ground.rooms])
    corridors = [(polygon, name) for _, category, polygon, name in areas if category == "walkway"]
    corridors.sort(key=lambda entry: entry[0].area)  # the whole level's area comes last, as the rest
    paths = [
        line.buffer(width_m / 2, cap_style="square") for at, line, width_m in extract.paths if at == level
    ]
    for area, name in [*corridors, *((path, None) for path in _merged(paths))]:
        _add_public(ground, area.difference(taken), name)
        taken = taken.union(area)
    return ground


def _unit(category: str) -> str:
    return "stairs" if category == STAIRCASE else category


def _merged(areas: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    return list(shapely.get_parts(shapely.union_all(areas))) if areas else []


def _add_public(ground: Ground, area: shapely.Geometry, name: Name | None) -> None:
    floor = floor_id(ground.level)
    for part in shapely.get_parts(shapely.set_precision(area, 0.01)):
        if part.geom_type == "Polygon" and part.area >= AREA_MIN_M2:
            space_id = f"{floor}-way-{len(ground.public) + 1:03d}"
            ground.public.append(Space(space_id, floor, "walkway", polygon_of(part), name))


def _landings(grounds: Mapping[float, Ground], connectors: Iterable[Any]) -> int:
    """Ground for stops that have none near; how many were made."""
    made = 0
    of_floor = {floor_id(level): ground for level, ground in grounds.items()}
    for connector in connectors:
        for stop in connector.stops:
            ground = of_floor[stop.floor]
            at = shapely.Point(stop.at)
            if not ground.walkable().distance(at) <= GROUND_REACH_M:  # NaN where there is no ground yet
                patch = at.buffer(LANDING_M, cap_style="square")
                _add_public(ground, patch, None)
                made += 1
    return made


def _outline(ground: Ground) -> Polygon:
    """What is drawn on a level, closed over its gaps and filled; a hull where it is in pieces."""
    drawn = shapely.union_all([shape(space.polygon) for space in ground.spaces()])
    whole = drawn.buffer(CLOSE_M, join_style="mitre").buffer(0.3 - CLOSE_M, join_style="mitre")
    if whole.geom_type != "Polygon" or not whole.covers(drawn):
        whole = shapely.union(shapely.concave_hull(drawn, ratio=HULL_RATIO), drawn).buffer(0.3)
    if whole.geom_type != "Polygon":
        whole = shapely.convex_hull(drawn)
    outer = shapely.Polygon(whole.exterior).simplify(0.2)
    return polygon_of(shapely.set_precision(outer, 0.01))


def _floors(
    levels: Sequence[float], outlines: Mapping[float, Polygon], settings: ImportSettings
) -> tuple[Floor, ...]:
    """IMDF's ordinals are whole numbers: ranks from the level nearest to the ground."""
    ground = min(range(len(levels)), key=lambda index: (abs(levels[index]), index))
    floors = []
    for index, level in enumerate(levels):
        above = levels[index + 1] if index + 1 < len(levels) else level + 1.0
        height_m = min(settings.level_height_m, (above - level) * settings.level_height_m)
        name = Name(f"{level:g} 层", f"Level {level:g}")
        elevation_m = level * settings.level_height_m
        floor = Floor(floor_id(level), index - ground, name, elevation_m, height_m, 18.0, outlines[level])
        floors.append(floor)
    return tuple(floors)


def _amenities(extract: Extract, outlines: Mapping[float, Polygon]) -> tuple[Amenity, ...]:
    amenities = []
    for at, point, tags in extract.points:
        category = amenity_category(tags)
        for level in at:
            if category and level in outlines and shape(outlines[level]).contains(point):
                name = name_of(tags)
                amenities.append(Amenity(floor_id(level), category, (point.x, point.y), name))
    return tuple(amenities)


def _supplied(extract: Extract, opened: Sequence[Opened], landings: int) -> list[Finding]:
    """What the extract did not say and the import supplied or left out."""
    crossed = sum(result.crossed for result in opened)
    guessed = sum(result.guessed for result in opened)
    shut = [room for result in opened for room in result.shut]
    texts = [
        (extract.left_out, "features around the building were left out"),
        (crossed, "doors were supplied where an indoor footway crosses a room's edge"),
        (guessed, "rooms had no door; each was opened where it lies along public ground"),
        (len(shut), f"rooms have no door and touch no public ground: {', '.join(shut[:8])}"),
        (landings, "stops of steps or lifts had no ground near; a landing was supplied"),
    ]
    return [warning(FILE, "", f"{count} {text}") for count, text in texts if count]
