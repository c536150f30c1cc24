import pytest
import shapely

from contracts.osm_tags import Tags, levels_of, way_kind
from contracts.osm_ways import Way, common_level, connectors_of, end_levels, levels_at_nodes

UP = shapely.LineString([(0, 0), (10, 0)])


def way(tags: Tags, geometry: shapely.Geometry = UP, at_ends: tuple[frozenset[float], ...] = ()) -> Way:
    kind = way_kind(tags)
    assert kind is not None
    ends = at_ends or (frozenset(), frozenset())
    return Way(kind, tags, levels_of(tags), geometry, ends)


def steps(**tags: str) -> dict[str, str]:
    return {"highway": "steps", **tags}


def test_incline_says_which_end_is_up() -> None:
    assert end_levels(way(steps(level="0;1", incline="up"))) == (0.0, 1.0)
    assert end_levels(way(steps(level="0;1", incline="down"))) == (1.0, 0.0)


def test_what_is_drawn_to_the_ends_decides_against_the_incline() -> None:
    ends = (frozenset([1.0]), frozenset([0.0]))
    assert end_levels(way(steps(level="0;1", incline="up"), at_ends=ends)) == (1.0, 0.0)
    one = (frozenset[float](), frozenset([0.0]))
    assert end_levels(way(steps(level="0;1"), at_ends=one)) == (1.0, 0.0)


def test_without_either_the_order_of_the_levels_counts() -> None:
    assert end_levels(way(steps(level="0;-1"))) == (0.0, -1.0)
    assert end_levels(way(steps(level="-1;0"))) == (-1.0, 0.0)


def test_unsaid_levels_come_from_the_ends() -> None:
    ends = (frozenset([0.0]), frozenset([2.0]))
    assert end_levels(way(steps(), at_ends=ends)) == (0.0, 2.0)
    assert end_levels(way(steps())) is None


@pytest.mark.parametrize(
    ("conveying", "first", "last", "both_ways"),
    [("forward", "L0", "L1", False), ("backward", "L1", "L0", False), ("reversible", "L0", "L1", True)],
)
def test_conveying_gives_the_direction(conveying: str, first: str, last: str, both_ways: bool) -> None:
    tags = steps(level="0;1", incline="up", conveying=conveying)
    (connector,), findings = connectors_of([way(tags)], [0.0, 1.0])
    assert connector.kind == "escalator"
    assert (connector.stops[0].floor, connector.stops[-1].floor) == (first, last)
    assert connector.both_ways == both_ways
    assert bool(findings) == (conveying == "reversible")


def test_a_lift_stops_on_the_levels_that_exist() -> None:
    tags = {"highway": "elevator", "level": "-3;-1;0;1"}
    (lift,), findings = connectors_of([way(tags, shapely.Point(3, 4))], [-1.0, 0.0, 1.0])
    assert [(stop.floor, stop.at) for stop in lift.stops] == [(f, (3.0, 4.0)) for f in ("B1", "L0", "L1")]
    assert lift.wheels
    assert not lift.fire_safe
    assert findings == []


def test_ways_that_lead_nowhere_are_left_out_and_reported() -> None:
    connectors, findings = connectors_of([way(steps(level="7;8")), way(steps())], [0.0, 1.0])
    assert connectors == ()
    assert [finding.severity for finding in findings] == ["warning", "warning"]
    assert "7;8" in findings[0].text


def test_moving_walks_are_for_wheels_and_take_their_length() -> None:
    tags = {"highway": "footway", "indoor": "yes", "level": "1;2", "conveying": "forward", "incline": "up"}
    (ramp,), _ = connectors_of([way(tags, shapely.LineString([(0, 0), (30, 0)]))], [1.0, 2.0])
    assert (ramp.kind, ramp.wheels, ramp.both_ways) == ("ramp", True, False)
    assert ramp.seconds_per_floor == pytest.approx(20.0)


def test_levels_are_passed_on_from_node_to_node() -> None:
    path = {"highway": "footway", "indoor": "yes"}
    features = [
        ({**path, "level": "1"}, shapely.LineString([(0, 0), (1, 0)])),
        ({"highway": "steps", "level": "1;2"}, shapely.LineString([(1, 0), (2, 0)])),
        (path, shapely.LineString([(2, 0), (3, 0)])),
        (path, shapely.LineString([(3, 0), (4, 0)])),
        (path, shapely.LineString([(8, 8), (9, 9)])),
    ]
    nodes = levels_at_nodes(features)
    assert nodes[(1.0, 0.0)] == {1.0}
    assert nodes[(2.0, 0.0)] == {2.0}
    assert nodes[(4.0, 0.0)] == {2.0}
    assert (8.0, 8.0) not in nodes


def test_the_most_common_level_wins_and_the_lowest_of_equals() -> None:
    at = {(0.0, 0.0): {1.0}, (1.0, 0.0): {2.0}, (2.0, 0.0): {2.0}}
    assert common_level(at, [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]) == 2.0
    assert common_level(at, [(0.0, 0.0), (1.0, 0.0)]) == 1.0
    assert common_level(at, [(9.0, 9.0)]) is None
