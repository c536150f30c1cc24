"""Doors of an OpenStreetMap extract: those drawn, those that footways show, those that must be there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from contracts.categories import kind_of
from contracts.geometry import polygon_of, shape
from contracts.osm_tags import Tags, path_width_m
from contracts.sitemap import Door, Point, Polygon, Space

DOOR_WIDTH_M: Final = 1.6
MAIN_WIDTH_M: Final = 3.0
"""Of entrances tagged ``main``."""
EDGE_REACH_M: Final = 1.5
"""A door node lies at most this far from the edge it opens."""
GAP_MAX_M: Final = 1.5
"""Public ground this near to a room's edge counts as lying along it: plans are drawn with gaps."""
NEAR_M: Final = 0.3
NEAR_GROUND_M: Final = 0.1
THRESHOLD_M: Final = 1.6
"""How far a threshold reaches to both sides of a door, so that a cell of the grid lies on it."""


@dataclass
class Opened:
    """Doors of one level and how they came about."""

    doors: list[Door] = field(default_factory=list)
    thresholds: list[Space] = field(default_factory=list)
    """Strips of ground in doors where room and corridor are drawn apart."""
    crossed: int = 0
    guessed: int = 0
    shut: list[str] = field(default_factory=list)


def open_rooms(
    floor: str,
    rooms: Sequence[Space],
    public: Sequence[Space],
    outline: Polygon,
    paths: Sequence[shapely.Geometry],
    points: Sequence[tuple[shapely.Point, Tags]],
) -> Opened:
    """Doors for a level: drawn nodes, then footways through edges, then rooms still shut."""
    result = Opened()
    closed = [room for room in rooms if room.walkable and kind_of(room.category).enclosed]
    edges = {room.space_id: shape(room.polygon).exterior for room in closed}
    ground = shapely.union_all([shape(space.polygon) for space in public])
    has_door: set[str] = set()
    for point, tags in points:
        if "entrance" in tags or tags.get("door", "no") != "no" or tags.get("barrier") == "door":
            _drawn(floor, result, point, tags, edges, shape(outline).exterior, ground, has_door)
    for room in closed:
        edge = edges[room.space_id]
        for path in paths:
            for crossing in shapely.get_parts(path.intersection(edge)):
                if crossing.geom_type == "Point":
                    _add(floor, result, edge, crossing, DOOR_WIDTH_M, False, ground)
                    has_door.add(room.space_id)
                    result.crossed += 1
    for room in closed:
        if room.space_id not in has_door:
            _guess(floor, result, room, edges[room.space_id], ground, edges, has_door)
    return result


def _drawn(
    floor: str,
    result: Opened,
    point: shapely.Point,
    tags: Tags,
    edges: dict[str, shapely.LineString],
    outer: shapely.LineString,
    ground: shapely.Geometry,
    has_door: set[str],
) -> None:
    """A door node opens the room edges it stands on, and the outside wall if that is near.

    A room that is opened to the outside alone is still shut for those inside.
    """
    width_m = path_width_m(tags, MAIN_WIDTH_M if tags.get("entrance") == "main" else DOOR_WIDTH_M)
    near = [room for room, edge in edges.items() if edge.distance(point) <= EDGE_REACH_M]
    leads_out = "entrance" in tags and outer.distance(point) <= EDGE_REACH_M
    for room in near[:2]:
        _add(floor, result, edges[room], point, width_m, leads_out, ground)
        if len(near) > 1 or ground.distance(point) <= GAP_MAX_M:
            has_door.add(room)
    if leads_out and not near:
        _add(floor, result, outer, point, width_m, True, ground)


def _guess(
    floor: str,
    result: Opened,
    room: Space,
    edge: shapely.LineString,
    ground: shapely.Geometry,
    edges: dict[str, shapely.LineString],
    has_door: set[str],
) -> None:
    """Opens a room at the middle of its longest edge along public ground, else into an open neighbour."""
    for gap_m in (NEAR_M, GAP_MAX_M):
        shared = _longest(edge.intersection(ground.buffer(gap_m)))
        if shared is not None and shared.length >= 0.8:
            width_m = min(4.0, max(DOOR_WIDTH_M, shared.length / 3))
            _add(floor, result, edge, shared.interpolate(0.5, normalized=True), width_m, False, ground)
            has_door.add(room.space_id)
            result.guessed += 1
            return
    for other, other_edge in edges.items():
        shared = _longest(edge.intersection(other_edge.buffer(NEAR_M)))
        if other != room.space_id and other in has_door and shared is not None and shared.length >= 1.5:
            _add(floor, result, edge, shared.interpolate(0.5, normalized=True), DOOR_WIDTH_M, False, ground)
            has_door.add(room.space_id)
            result.guessed += 1
            return
    result.shut.append(room.space_id)


def _longest(geometry: shapely.Geometry) -> shapely.LineString | None:
    """The longest straight piece of a line."""
    pieces = []
    for line in shapely.get_parts(geometry):
        corners = shapely.get_coordinates(line)
        pieces += [shapely.LineString(pair) for pair in pairwise(corners)]
    return max(pieces, key=lambda piece: piece.length, default=None)


def _add(
    floor: str,
    result: Opened,
    edge: shapely.LineString,
    at: shapely.Point,
    width_m: float,
    exit_: bool,
    ground: shapely.Geometry,
) -> None:
    """A door on an edge at the place nearest to a point; a threshold across it where ground is apart."""
    along = edge.project(at)
    on_edge = edge.interpolate(along)
    middle = shapely.get_coordinates(on_edge)[0]
    direction = _direction(edge, along)
    a, b = middle - direction * width_m / 2, middle + direction * width_m / 2
    result.doors.append(Door(floor, _point(a), _point(b), exit_))
    if NEAR_GROUND_M < ground.distance(on_edge) <= GAP_MAX_M:
        strip = shapely.LineString([a, b]).buffer(THRESHOLD_M, cap_style="flat")
        space_id = f"{floor}-door-{len(result.thresholds) + 1:03d}"
        polygon = polygon_of(shapely.set_precision(strip, 0.01))
        result.thresholds.append(Space(space_id, floor, "walkway", polygon))


def _direction(edge: shapely.LineString, along: float) -> np.ndarray:
    """Unit vector of the edge at a distance along it."""
    corners = shapely.get_coordinates(edge)
    reached = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    index = int(np.clip(np.searchsorted(reached, along, "right") - 1, 0, len(corners) - 2))
    step = corners[index + 1] - corners[index]
    length = float(np.hypot(*step))
    return step / length if length else np.array([1.0, 0.0])


def _point(at: np.ndarray) -> Point:
    return (round(float(at[0]), 2), round(float(at[1]), 2))
