"""Walls from the boundaries of rooms, as IMDF means them: a unit's edge is a wall unless it is open.

Where two rooms touch there is one wall, the heavier of the two. What stands between a shop and the
hall is its glass front. A fixture of category ``wall`` gives a wall on each face.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from contracts.categories import OUTER_WALL_DB, SHOP_FRONT_DB, SOLID_WALL_DB, kind_of
from contracts.geometry import shape
from contracts.sitemap import Fixture, Floor, Point, Space, Wall

SIDE_M: Final = 0.1
"""How far to both sides of an edge we look for what lies there."""
SNAP_M: Final = 0.01
"""Drawings are taken to the centimetre, so that neighbours' edges coincide."""


def walls_of(
    floors: Sequence[Floor], spaces: Sequence[Space], fixtures: Sequence[Fixture]
) -> tuple[Wall, ...]:
    """All walls of a building, floor by floor in a fixed order."""
    walls: list[Wall] = []
    for floor in floors:
        here = [space for space in spaces if space.floor == floor.floor]
        walls += _floor_walls(floor, here)
        for fixture in fixtures:
            if fixture.floor == floor.floor and fixture.category == "wall":
                walls += _faces(fixture)
    return tuple(walls)


def _faces(fixture: Fixture) -> list[Wall]:
    ring = fixture.polygon.outer
    following = (*ring[1:], ring[0])
    return [Wall(fixture.floor, a, b, SOLID_WALL_DB / 2) for a, b in zip(ring, following, strict=True)]


def _floor_walls(floor: Floor, spaces: list[Space]) -> list[Wall]:
    """Edges of the floor with the same wall on them, joined where they go straight on."""
    rooms = [space for space in spaces if kind_of(space.category).enclosed]
    shapes = [shape(space.polygon) for space in spaces]
    outline = shape(floor.outline)
    rings = [shape(room.polygon).boundary for room in rooms] + [outline.boundary]
    edges = _edges(rings)
    losses = _losses(edges, spaces, shapes, outline)
    walls = []
    for loss_db in sorted({float(loss) for loss in losses if loss > 0}):
        same = edges[np.flatnonzero(losses == loss_db)]
        merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(same)))
        lines = [_straightened(line) for line in shapely.get_parts(merged)]
        walls += [Wall(floor.floor, a, b, loss_db) for line in lines for a, b in line]
    return sorted(walls, key=lambda wall: (wall.a, wall.b, wall.loss_db))


def _edges(rings: list[shapely.Geometry]) -> np.ndarray:
    """(k, 2, 2) straight pieces between all corners and crossings, each once."""
    noded = shapely.get_parts(shapely.union_all(rings, grid_size=SNAP_M))
    pieces: list[tuple[np.ndarray, np.ndarray]] = []
    for line in noded:
        corners = shapely.get_coordinates(line)
        pieces += pairwise(corners)
    return np.array(pieces, np.float64).reshape(-1, 2, 2)


def _losses(
    edges: np.ndarray, spaces: list[Space], shapes: list[shapely.Polygon], outline: shapely.Polygon
) -> np.ndarray:
    """(k,) what each edge takes from a signal, 0 where there is no wall."""
    along = edges[:, 1] - edges[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    normal = np.stack([-along[:, 1], along[:, 0]], axis=-1) / length[:, None]
    middle = edges.mean(axis=1)
    inner_most = sorted(range(len(spaces)), key=lambda index: (-shapes[index].area, index))
    sides = []
    for sign in (1, -1):
        points = middle + sign * SIDE_M * normal
        found = np.full(len(edges), -1)
        for index in inner_most:  # the smallest space around a point comes last
            found[shapely.contains_xy(shapes[index], points[:, 0], points[:, 1])] = index
        sides.append((found, shapely.contains_xy(outline, points[:, 0], points[:, 1])))
    (left, left_in), (right, right_in) = sides
    return np.array(
        [
            OUTER_WALL_DB if inside_left != inside_right else _loss(_at(spaces, a), _at(spaces, b))
            for a, b, inside_left, inside_right in zip(left, right, left_in, right_in, strict=True)
        ],
        np.float64,
    )


def _at(spaces: list[Space], index: int) -> Space | None:
    return spaces[index] if index >= 0 else None


def _loss(a: Space | None, b: Space | None) -> float:
    """The wall between two spaces; None is ground that belongs to no space."""
    if a is b:
        return 0.0
    first, second = (kind_of(space.category) if space else None for space in (a, b))
    rooms = [kind for kind in (first, second) if kind is not None and kind.enclosed]
    if len(rooms) == 1 and rooms[0].walkable and rooms[0].loss_db <= 4.0:
        return SHOP_FRONT_DB
    return max((room.loss_db for room in rooms), default=0.0)


def _straightened(line: shapely.LineString) -> list[tuple[Point, Point]]:
    """The pieces of a line, with corners that are none left out."""
    corners = shapely.get_coordinates(shapely.simplify(line, SNAP_M / 2))
    points = [(round(float(x), 3), round(float(y), 3)) for x, y in corners]
    return list(pairwise(points))
