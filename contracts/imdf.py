"""IMDF feature collections to the geometry of a site (OGC 20-094, version 1.0).

Files: ``venue level unit opening fixture amenity relationship`` and, if present, ``occupant anchor
detail``; IMDF's other files are let pass. Ways between floors are IMDF relationships of category
elevator, escalator, stairs or ramp from an origin by way of intermediaries to a destination. Each is
an opening or a unit; or a level, and then the relationship's own geometry is a MultiPoint with the
place of each stop. Properties of ours, all optional:

* amenity: ``level_id``, for those in no unit
* level: ``elevation_m``, ``height_m``, ``slab_loss_db``
* unit: ``walkable`` where it differs from its category's
* relationship: ``wait_s``, ``seconds_per_floor``, ``wheels``, ``fire_safe``
* detail: ``loss_db`` makes its lines walls; a floor with such lines gets no others
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, TypeVar

import msgspec
import numpy as np
import shapely

from contracts.categories import kind_of
from contracts.findings import Finding, error, warning
from contracts.geometry import LocalFrame, polygon_of
from contracts.sitemap import (
    Amenity,
    Connector,
    Door,
    Fixture,
    Floor,
    Name,
    Point,
    Polygon,
    Space,
    Stop,
    Wall,
)
from contracts.walls import walls_of
from contracts.wire import IDENTIFIER

FEATURE_TYPES: Final = [
    "address",
    "amenity",
    "anchor",
    "building",
    "detail",
    "fixture",
    "footprint",
    "geofence",
    "kiosk",
    "level",
    "occupant",
    "opening",
    "relationship",
    "section",
    "unit",
    "venue",
]
CONNECTOR_KINDS: Final[dict[str, Literal["stairs", "escalator", "lift", "ramp"]]] = {
    "elevator": "lift",
    "escalator": "escalator",
    "stairs": "stairs",
    "ramp": "ramp",
    "movingwalkway": "ramp",
}
SECONDS_PER_FLOOR: Final = {"lift": 8.0, "escalator": 25.0, "stairs": 30.0, "ramp": 40.0}
LIFT_WAIT_S: Final = 35.0
"""30 s until it comes and a few for its doors, as measured plans of malls assume."""
FLOOR_HEIGHT_M: Final = 5.0
SLAB_LOSS_DB: Final = 18.0
"""A reinforced slab at 2.4 GHz (ITU-R P.1238: 15 to 19 dB for one floor of offices and shops)."""
CENTIMETRES: Final = 2
"""Decimals of a metre kept, so that edges drawn twice coincide."""

_T = TypeVar("_T")
Collections = Mapping[str, Sequence[object]]
"""Feature type → features as parsed JSON."""


class Geometry(msgspec.Struct, frozen=True):
    """What the map files say about a site."""

    name: Name | None
    floors: tuple[Floor, ...]
    spaces: tuple[Space, ...]
    walls: tuple[Wall, ...]
    doors: tuple[Door, ...]
    fixtures: tuple[Fixture, ...]
    connectors: tuple[Connector, ...]
    amenities: tuple[Amenity, ...]


class _Reference(msgspec.Struct, frozen=True):
    id: str
    feature_type: str


class _VenueProperties(msgspec.Struct, frozen=True):
    name: dict[str, str] | None = None


class _LevelProperties(msgspec.Struct, frozen=True):
    ordinal: int
    name: dict[str, str] | None = None
    short_name: dict[str, str] | None = None
    elevation_m: float | None = None
    height_m: float = FLOOR_HEIGHT_M
    slab_loss_db: float = SLAB_LOSS_DB


class _OnLevel(msgspec.Struct, frozen=True):
    """What units, openings, fixtures and details have in common."""

    level_id: str
    category: str = ""
    name: dict[str, str] | None = None
    walkable: bool | None = None
    loss_db: float | None = None


class _RelationshipProperties(msgspec.Struct, frozen=True):
    category: str
    origin: _Reference | None = None
    intermediary: tuple[_Reference, ...] | None = None
    destination: _Reference | None = None
    direction: Literal["directed", "undirected"] = "undirected"
    name: dict[str, str] | None = None
    wait_s: float | None = None
    seconds_per_floor: float | None = None
    wheels: bool | None = None
    fire_safe: bool | None = None


class _AmenityProperties(msgspec.Struct, frozen=True):
    category: str
    unit_ids: tuple[str, ...] = ()
    level_id: str | None = None
    name: dict[str, str] | None = None


class _OccupantProperties(msgspec.Struct, frozen=True):
    name: dict[str, str] | None = None
    anchor_id: str | None = None


class _AnchorProperties(msgspec.Struct, frozen=True):
    unit_id: str


class _Feature(msgspec.Struct, frozen=True):
    id: str
    properties: dict[str, Any]
    geometry: dict[str, Any] | None = None
    feature_type: str = ""


class _Reader:
    """One reading: the frame, what was found wrong, where things are."""

    def __init__(self, collections: Collections, frame: LocalFrame) -> None:
        self.frame = frame
        self.findings: list[Finding] = []
        self.features = {kind: self._features(kind, list(found)) for kind, found in collections.items()}
        self.floor_of_level: dict[str, str] = {}
        self.places: dict[str, tuple[str, Point]] = {}
        """Feature id → floor and point, for relationships."""

    def error(self, kind: str, feature: str, text: str) -> None:
        self.findings.append(error(f"{kind}.geojson", feature, text))

    def warning(self, kind: str, feature: str, text: str) -> None:
        self.findings.append(warning(f"{kind}.geojson", feature, text))

    def _features(self, kind: str, raw: list[object]) -> list[_Feature]:
        features = []
        for number, entry in enumerate(raw, start=1):
            try:
                feature = msgspec.convert(entry, _Feature)
            except msgspec.ValidationError as cause:
                self.error(kind, f"feature {number}", str(cause))
                continue
            if not IDENTIFIER.fullmatch(feature.id):
                self.error(kind, feature.id, "expected an id of 1 to 64 letters, digits, _ or -")
            if feature.feature_type and feature.feature_type != kind:
                self.error(kind, feature.id, f"is a {feature.feature_type}, expected a {kind}")
            features.append(feature)
        for name, count in sorted(Counter(feature.id for feature in features).items()):
            if count > 1:
                self.error(kind, name, f"{count} features have this id, expected one")
        return features

    def typed(self, kind: str, of: type[_T]) -> Iterator[tuple[_Feature, _T]]:
        """The features of a type with their properties; those that do not fit are reported."""
        for feature in self.features.get(kind, []):
            try:
                yield feature, msgspec.convert(feature.properties, of)
            except msgspec.ValidationError as cause:
                self.error(kind, feature.id, str(cause).replace("`$", "`properties"))

    def floor(self, kind: str, feature: _Feature, level_id: str) -> str | None:
        floor = self.floor_of_level.get(level_id)
        if floor is None:
            self.error(kind, feature.id, f"level_id {level_id!r} is not in level.geojson")
        return floor

    def polygons(self, kind: str, feature: _Feature) -> list[Polygon]:
        """The polygons of a feature in local metres; what is no valid polygon is reported."""
        geometry = self._geometry(kind, feature, ("Polygon", "MultiPolygon"))
        if geometry is None:
            return []
        if not geometry.is_valid:
            self.error(kind, feature.id, f"not a valid polygon: {shapely.is_valid_reason(geometry)}")
            return []
        return [polygon_of(part) for part in shapely.get_parts(geometry) if part.area > 0]

    def line(self, kind: str, feature: _Feature) -> list[Point]:
        """The corners of a line feature (of its first part), empty if it is none."""
        geometry = self._geometry(kind, feature, ("LineString", "MultiLineString"))
        return [] if geometry is None else _points(shapely.get_parts(geometry)[0])

    def points(self, kind: str, feature: _Feature) -> list[Point]:
        """The points of a point feature."""
        geometry = self._geometry(kind, feature, ("Point", "MultiPoint", "LineString"))
        return [] if geometry is None else _points(geometry)

    def _geometry(self, kind: str, feature: _Feature, allowed: tuple[str, ...]) -> shapely.Geometry | None:
        found = feature.geometry.get("type") if feature.geometry else None
        if found not in allowed:
            self.error(kind, feature.id, f"geometry is {found}, expected {' or '.join(allowed)}")
            return None
        try:
            geometry = shapely.geometry.shape(feature.geometry)
        except (TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError) as cause:
            self.error(kind, feature.id, f"geometry cannot be read: {cause}")
            return None
        if geometry.is_empty:
            self.error(kind, feature.id, "geometry is empty")
            return None
        return shapely.transform(geometry, self._to_local)

    def _to_local(self, degrees: np.ndarray) -> np.ndarray:
        x_m, y_m = self.frame.to_local(degrees[:, 0], degrees[:, 1])
        return np.round(np.stack([x_m, y_m], axis=-1), CENTIMETRES) + 0.0  # no minus zero


def _points(geometry: shapely.Geometry) -> list[Point]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(geometry)]


def read_imdf(collections: Collections, frame: LocalFrame) -> tuple[Geometry, list[Finding]]:
    """The geometry in IMDF's feature collections, and what is wrong with them.

    With errors among the findings the geometry lacks the features that are wrong.
    """
    reader = _Reader(collections, frame)
    for kind in ("level", "unit"):
        if not reader.features.get(kind):
            reader.error(kind, "", f"expected at least one {kind}")
    floors = _floors(reader)
    spaces = _spaces(reader)
    doors = _doors(reader)
    fixtures = _fixtures(reader)
    walls = _walls(reader, floors, spaces, fixtures)
    connectors = _connectors(reader)
    name = next((label(p.name) for _, p in reader.typed("venue", _VenueProperties)), None)
    amenities = _amenities(reader)
    geometry = Geometry(name, floors, spaces, walls, doors, fixtures, connectors, amenities)
    return geometry, reader.findings


def label(labels: dict[str, str] | None) -> Name | None:
    """IMDF's labels (language tag → text) in our two languages, either standing in for the other."""
    if not labels:
        return None
    first = next(iter(labels.values()))
    zh = next((text for tag, text in labels.items() if tag.lower().startswith("zh")), None)
    en = next((text for tag, text in labels.items() if tag.lower().startswith("en")), None)
    return Name(zh or en or first, en or zh or first)


def _floors(reader: _Reader) -> tuple[Floor, ...]:
    """Levels, lowest first. A floor is named by its short name if that can stand in a topic."""
    found: list[Floor] = []
    for feature, level in reader.typed("level", _LevelProperties):
        polygons = reader.polygons("level", feature)
        if not polygons:
            continue
        if len(polygons) > 1:
            reader.error("level", feature.id, f"{len(polygons)} separate outlines, expected one")
        short = label(level.short_name)
        floor = short.en if short and IDENTIFIER.fullmatch(short.en) else feature.id
        name = label(level.name) or Name(floor, floor)
        elevation_m = level.ordinal * FLOOR_HEIGHT_M if level.elevation_m is None else level.elevation_m
        if floor in {known.floor for known in found}:
            reader.error("level", feature.id, f"a second floor {floor!r}; short names must differ")
        reader.floor_of_level[feature.id] = floor
        found.append(
            Floor(floor, level.ordinal, name, elevation_m, level.height_m, level.slab_loss_db, polygons[0])
        )
    return tuple(sorted(found, key=lambda floor: (floor.ordinal, floor.elevation_m)))


def _spaces(reader: _Reader) -> tuple[Space, ...]:
    names = _occupant_names(reader)
    spaces = []
    for feature, unit in reader.typed("unit", _OnLevel):
        floor = reader.floor("unit", feature, unit.level_id)
        polygons = reader.polygons("unit", feature)
        if floor is None or not polygons:
            continue
        walkable = kind_of(unit.category).walkable if unit.walkable is None else unit.walkable
        for number, polygon in enumerate(polygons, start=1):
            space_id = feature.id if number == 1 else f"{feature.id}-{number}"
            name = label(unit.name) or names.get(feature.id)
            spaces.append(Space(space_id, floor, unit.category, polygon, name, walkable))
        middle = shapely.Polygon(polygons[0].outer).representative_point()
        reader.places[feature.id] = (floor, (round(middle.x, CENTIMETRES), round(middle.y, CENTIMETRES)))
    return tuple(spaces)


def _occupant_names(reader: _Reader) -> dict[str, Name]:
    """Unit id → name of the shop in it, by way of IMDF's anchors."""
    unit_of = {feature.id: anchor.unit_id for feature, anchor in reader.typed("anchor", _AnchorProperties)}
    names: dict[str, Name] = {}
    for _, occupant in reader.typed("occupant", _OccupantProperties):
        name = label(occupant.name)
        if name and occupant.anchor_id in unit_of:
            names[unit_of[occupant.anchor_id]] = name
    return names


def _doors(reader: _Reader) -> tuple[Door, ...]:
    doors = []
    for feature, opening in reader.typed("opening", _OnLevel):
        floor = reader.floor("opening", feature, opening.level_id)
        corners = reader.line("opening", feature)
        if floor is None or len(corners) < 2:
            continue
        (ax, ay), (bx, by) = corners[0], corners[-1]
        middle = (round((ax + bx) / 2, CENTIMETRES), round((ay + by) / 2, CENTIMETRES))
        reader.places[feature.id] = (floor, middle)
        if opening.category not in ("automobile", "bicycle"):
            leads_out = opening.category in ("pedestrian.principal", "emergencyexit")
            doors.append(Door(floor, (ax, ay), (bx, by), leads_out))
    return tuple(doors)


def _fixtures(reader: _Reader) -> tuple[Fixture, ...]:
    return tuple(
        Fixture(floor, fixture.category, polygon)
        for feature, fixture in reader.typed("fixture", _OnLevel)
        if (floor := reader.floor("fixture", feature, fixture.level_id)) is not None
        for polygon in reader.polygons("fixture", feature)
    )


def _walls(
    reader: _Reader, floors: Sequence[Floor], spaces: Sequence[Space], fixtures: Sequence[Fixture]
) -> tuple[Wall, ...]:
    """Drawn walls where a floor has them, else those that follow from its rooms."""
    drawn: dict[str, list[Wall]] = {}
    for feature, detail in reader.typed("detail", _OnLevel):
        if detail.loss_db is None:
            continue
        floor = reader.floor("detail", feature, detail.level_id)
        corners = reader.line("detail", feature)
        if floor is not None:
            drawn.setdefault(floor, []).extend(
                Wall(floor, a, b, detail.loss_db) for a, b in pairwise(corners)
            )
    walls: list[Wall] = []
    for entry in floors:
        walls += drawn.get(entry.floor) or walls_of([entry], spaces, fixtures)
    return tuple(walls)


def _connectors(reader: _Reader) -> tuple[Connector, ...]:
    connectors = []
    for feature, relationship in reader.typed("relationship", _RelationshipProperties):
        kind = CONNECTOR_KINDS.get(relationship.category)
        if kind is None:
            continue
        stops = _stops(reader, feature, relationship)
        if len(stops) < 2:
            reader.error("relationship", feature.id, f"{len(stops)} stops found, expected two or more")
            continue
        lift = kind == "lift"
        seconds = relationship.seconds_per_floor
        wait_s = relationship.wait_s
        connectors.append(
            Connector(
                feature.id,
                kind,
                stops,
                both_ways=relationship.direction == "undirected",
                wait_s=(LIFT_WAIT_S if lift else 0.0) if wait_s is None else wait_s,
                seconds_per_floor=SECONDS_PER_FLOOR[kind] if seconds is None else seconds,
                wheels=kind in ("lift", "ramp") if relationship.wheels is None else relationship.wheels,
                fire_safe=kind == "stairs" if relationship.fire_safe is None else relationship.fire_safe,
                name=label(relationship.name),
            )
        )
    return tuple(connectors)


def _amenities(reader: _Reader) -> tuple[Amenity, ...]:
    amenities = []
    for feature, amenity in reader.typed("amenity", _AmenityProperties):
        floor = reader.floor_of_level.get(amenity.level_id or "")
        if floor is None:
            floor = next((reader.places[unit][0] for unit in amenity.unit_ids if unit in reader.places), None)
        if floor is None:
            reader.error("amenity", feature.id, "expected unit_ids of unit.geojson, or a level_id")
            continue
        name = label(amenity.name)
        amenities += [Amenity(floor, amenity.category, at, name) for at in reader.points("amenity", feature)]
    return tuple(amenities)


def _stops(reader: _Reader, feature: _Feature, relationship: _RelationshipProperties) -> tuple[Stop, ...]:
    references = [relationship.origin, *(relationship.intermediary or ()), relationship.destination]
    given = [reference for reference in references if reference is not None]
    points = reader.points("relationship", feature) if feature.geometry else []
    if points and len(points) != len(given):
        text = f"{len(points)} points for {len(given)} stops, expected as many"
        reader.error("relationship", feature.id, text)
        return ()
    stops = []
    for number, reference in enumerate(given):
        floor, at = reader.places.get(reference.id, (reader.floor_of_level.get(reference.id), None))
        at = points[number] if points else at
        if floor is None or at is None:
            text = f"{reference.feature_type} {reference.id!r} is no opening or unit of these files"
            reader.error("relationship", feature.id, text)
        else:
            stops.append(Stop(floor, at))
    return tuple(stops)
