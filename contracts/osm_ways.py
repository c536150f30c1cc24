"""Lifts, steps, escalators and moving walks of an OpenStreetMap extract to connectors."""

from collections.abc import Mapping, Sequence, Set
from typing import Final, TypeAlias

import msgspec
import shapely

from contracts.findings import Finding, warning
from contracts.imdf import LIFT_WAIT_S, SECONDS_PER_FLOOR
from contracts.osm_tags import Kind, Tags, area_category, floor_id, is_indoor_path, levels_of, moves, name_of
from contracts.sitemap import Connector, Point, Stop

MOVING_WALK_MPS: Final = 1.5
"""Walking on a belt of 0.6 m/s at an easy pace."""
RAMP_MPS: Final = 1.0
ROUNDS_MAX: Final = 20
"""Rounds in which levels are passed on from node to node."""
FILE: Final = "import"

Node: TypeAlias = tuple[float, float]
Nodes: TypeAlias = dict[Node, frozenset[float]]


class Way(msgspec.Struct, frozen=True):
    """A feature that joins levels."""

    kind: Kind
    tags: Tags
    levels: tuple[float, ...]
    """As tagged; empty = unsaid."""
    geometry: shapely.Geometry
    """Point or line string, local metres."""
    at_ends: tuple[frozenset[float], ...]
    """Levels of what is drawn to the first and the last node."""


def levels_at_nodes(features: Sequence[tuple[Tags, shapely.Geometry]]) -> Nodes:
    """Node (in degrees, shared nodes are equal) → levels of what is drawn there.

    Areas and paths of one level say it at once. A way between two levels with one end known gives
    the other end; a path that does not say its level takes it from its ends; and so on, a few rounds.
    """
    found: dict[Node, set[float]] = {}
    between, unsaid = [], []
    for tags, geometry in features:
        levels = levels_of(tags)
        part_of_inside = is_indoor_path(tags) or area_category(tags) is not None
        if len(levels) == 1 and part_of_inside:
            for node in _nodes(geometry):
                found.setdefault(node, set()).add(levels[0])
        elif geometry.geom_type == "LineString" and len(levels) == 2:
            between.append((levels[0], levels[1], _nodes(geometry)))
        elif geometry.geom_type == "LineString" and not levels and is_indoor_path(tags):
            unsaid.append(_nodes(geometry))
    for _ in range(ROUNDS_MAX):
        before = sum(len(levels) for levels in found.values())
        for low, high, nodes in between:
            _carry_over(found, low, high, nodes)
        for nodes in unsaid:
            level = common_level(found, nodes)
            if level is not None:
                for node in nodes:
                    found.setdefault(node, set()).add(level)
        if sum(len(levels) for levels in found.values()) == before:
            break
    return {node: frozenset(levels) for node, levels in found.items()}


def _nodes(geometry: shapely.Geometry) -> list[Node]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(geometry)]


def _carry_over(found: dict[Node, set[float]], low: float, high: float, nodes: list[Node]) -> None:
    """One end of a way on one of its two levels puts the other end on the other."""
    for here, there in ((nodes[0], nodes[-1]), (nodes[-1], nodes[0])):
        at_here = found.get(here, set()) & {low, high}
        if len(at_here) == 1 and not found.get(there):
            found[there] = {low, high} - at_here


def common_level(levels_at: Mapping[Node, Set[float]], nodes: Sequence[Node]) -> float | None:
    """The level most often known at some nodes, the lowest of equals; None where none is known."""
    seen = [level for node in nodes for level in sorted(levels_at.get(node, ()))]
    return max(sorted(set(seen)), key=seen.count, default=None)


def connectors_of(
    ways: Sequence[Way], levels: Sequence[float]
) -> tuple[tuple[Connector, ...], list[Finding]]:
    """Connectors between the levels that exist; ways that lead nowhere are reported."""
    connectors: list[Connector] = []
    findings = []
    counts: dict[Kind, int] = {}
    for way in ways:
        stops = _lift_stops(way, levels) if way.kind == "lift" else _line_stops(way, levels)
        place = f"{way.kind} at {way.geometry.centroid.x:.0f}, {way.geometry.centroid.y:.0f} m"
        if len(stops) < 2:
            said = way.tags.get("level", "no level")
            findings.append(warning(FILE, place, f"joins no two floors of this site ({said}): left out"))
            continue
        counts[way.kind] = counts.get(way.kind, 0) + 1
        connectors.append(_connector(way, f"{way.kind}-{counts[way.kind]}", stops))
        if way.kind == "escalator" and way.tags.get("conveying") not in ("forward", "backward"):
            text = f"conveying={way.tags['conveying']} gives no direction: taken as both ways"
            findings.append(warning(FILE, place, text))
    return tuple(connectors), findings


def _connector(way: Way, connector_id: str, stops: tuple[Stop, ...]) -> Connector:
    conveying = way.tags.get("conveying")
    length_m = float(way.geometry.length)
    seconds = SECONDS_PER_FLOOR[way.kind]
    if way.kind == "ramp":
        seconds = max(5.0, length_m / (MOVING_WALK_MPS if moves(way.tags) else RAMP_MPS))
    return Connector(
        connector_id,
        way.kind,
        stops[::-1] if conveying == "backward" else stops,
        both_ways=conveying not in ("forward", "backward"),
        wait_s=LIFT_WAIT_S if way.kind == "lift" else 0.0,
        seconds_per_floor=round(seconds, 1),
        wheels=way.kind == "lift" or (way.kind == "ramp" and way.tags.get("wheelchair") != "no"),
        fire_safe=way.kind in ("stairs", "ramp") and not moves(way.tags),
        name=name_of(way.tags),
    )


def _lift_stops(way: Way, levels: Sequence[float]) -> tuple[Stop, ...]:
    """A stop on each tagged level that exists; unsaid, on each level drawn to its node."""
    served = way.levels or tuple(sorted(way.at_ends[0]))
    at = (float(way.geometry.centroid.x), float(way.geometry.centroid.y))
    return tuple(Stop(floor_id(level), at) for level in served if level in levels)


def _line_stops(way: Way, levels: Sequence[float]) -> tuple[Stop, ...]:
    """First and last node, in the direction they are drawn."""
    corners = shapely.get_coordinates(way.geometry)
    if len(corners) < 2:
        return ()
    ends = end_levels(way)
    points: list[Point] = [(float(x), float(y)) for x, y in corners[[0, -1]]]
    if ends is None or ends[0] not in levels or ends[1] not in levels:
        return ()
    return tuple(Stop(floor_id(level), at) for level, at in zip(ends, points, strict=True))


def end_levels(way: Way) -> tuple[float, float] | None:
    """The levels of the first and the last node.

    What is drawn to the nodes decides; else ``incline`` says which end is up; else, as the levels
    are listed. None where fewer than two levels are known.
    """
    levels = way.levels or tuple(sorted(way.at_ends[0] | way.at_ends[1]))
    if len(levels) < 2:
        return None
    low, high = levels[0], levels[-1]
    first, last = (set(at) & {low, high} for at in way.at_ends)
    if (first == {low} and last != {low}) or (last == {high} and first != {high}):
        return low, high
    if (first == {high} and last != {high}) or (last == {low} and first != {low}):
        return high, low
    if way.tags.get("incline") == "down":
        return high, low
    if way.tags.get("incline") == "up" or way.tags.get("level", "").split(";")[0].strip() == f"{low:g}":
        return low, high
    return high, low
