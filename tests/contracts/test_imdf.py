import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.findings import Finding, errors
from contracts.geometry import LocalFrame, frame_of
from contracts.imdf import Geometry, label, read_imdf
from contracts.imdf_write import write_imdf
from contracts.sitemap import Name
from tests.sites import small_mall

FRAME = frame_of(small_mall())


@pytest.fixture
def files() -> dict[str, list[Any]]:
    return copy.deepcopy(write_imdf(small_mall()))


def read(files: dict[str, list[Any]], frame: LocalFrame = FRAME) -> tuple[Geometry, list[Finding]]:
    return read_imdf(files, frame)


def only_error(files: dict[str, list[Any]]) -> Finding:
    found = errors(read(files)[1])
    assert len(found) == 1, found
    return found[0]


def test_a_unit_on_an_undrawn_level_is_named(files: dict[str, list[Any]]) -> None:
    files["unit"][3]["properties"]["level_id"] = "L9"
    finding = only_error(files)
    assert (finding.file, finding.feature) == ("unit.geojson", files["unit"][3]["id"])
    assert "'L9' is not in level.geojson" in finding.text


def test_a_bow_tie_is_no_polygon(files: dict[str, list[Any]]) -> None:
    ring = files["unit"][1]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    finding = only_error(files)
    assert finding.feature == files["unit"][1]["id"]
    assert "Self-intersection" in finding.text


@pytest.mark.parametrize(
    ("kind", "geometry", "says"),
    [
        ("unit", {"type": "Point", "coordinates": [1, 2]}, "geometry is Point, expected Polygon"),
        ("unit", None, "geometry is None, expected Polygon"),
        ("unit", {"type": "Polygon", "coordinates": [[1, 2]]}, "geometry cannot be read"),
        ("unit", {"type": "Polygon", "coordinates": []}, "geometry is empty"),
        ("opening", {"type": "Polygon", "coordinates": []}, "expected LineString"),
    ],
)
def test_a_wrong_geometry_is_named(files: dict[str, list[Any]], kind: str, geometry: Any, says: str) -> None:
    files[kind][0]["geometry"] = geometry
    assert says in only_error(files).text


def test_wrong_properties_say_what_was_expected(files: dict[str, list[Any]]) -> None:
    files["level"][0]["properties"]["ordinal"] = "ground"
    found = errors(read(files)[1])
    assert found[0].line().startswith("error: level.geojson: L1: Expected `int`, got `str`")
    assert "properties.ordinal" in found[0].text


def test_a_feature_of_another_type_is_reported(files: dict[str, list[Any]]) -> None:
    files["unit"][0]["feature_type"] = "level"
    assert "is a level, expected a unit" in only_error(files).text


def test_what_is_no_feature_is_reported_by_its_number(files: dict[str, list[Any]]) -> None:
    files["fixture"].append({"id": 7})
    assert only_error(files).feature == "feature 2"


def test_two_features_with_one_id_are_reported(files: dict[str, list[Any]]) -> None:
    files["unit"].append(files["unit"][0])
    assert "2 features have this id" in only_error(files).text


def test_ids_must_fit_in_a_topic(files: dict[str, list[Any]]) -> None:
    files["unit"][0]["id"] = "shop/1"
    assert "letters, digits" in only_error(files).text


def test_a_site_needs_levels_and_units() -> None:
    texts = [finding.line() for finding in errors(read({})[1])]
    assert texts == [
        "error: level.geojson: expected at least one level",
        "error: unit.geojson: expected at least one unit",
    ]


def test_floors_are_named_by_short_names_and_sorted_by_ordinal(files: dict[str, list[Any]]) -> None:
    files["level"].reverse()
    for level in files["level"]:
        level["id"] = f"uuid-{level['id']}"
        level["properties"]["short_name"] = {"en": level["id"].removeprefix("uuid-")}
    for kind in ("unit", "opening", "fixture", "detail"):
        for feature in files[kind]:
            feature["properties"]["level_id"] = f"uuid-{feature['properties']['level_id']}"
    files.pop("relationship")
    geometry, findings = read(files)
    assert not errors(findings)
    assert [floor.floor for floor in geometry.floors] == ["L1", "L2"]


def test_a_shop_without_a_name_takes_its_occupants(files: dict[str, list[Any]]) -> None:
    files["unit"][1]["properties"]["name"] = None
    unit = files["unit"][1]["id"]
    files["anchor"] = [{"id": "an", "properties": {"unit_id": unit}, "geometry": None}]
    files["occupant"] = [
        {"id": "oc", "properties": {"anchor_id": "an", "name": {"zh-Hans": "茶"}}, "geometry": None}
    ]
    geometry, _ = read(files)
    assert next(space.name for space in geometry.spaces if space.space_id == unit) == Name("茶", "茶")


def test_a_unit_of_several_parts_becomes_several_spaces(files: dict[str, list[Any]]) -> None:
    one, two = files["unit"][1], files["unit"][2]
    both = [one["geometry"]["coordinates"], two["geometry"]["coordinates"]]
    one["geometry"] = {"type": "MultiPolygon", "coordinates": both}
    files["unit"].remove(two)
    geometry, findings = read(files)
    assert not errors(findings)
    assert f"{one['id']}-2" in {space.space_id for space in geometry.spaces}


def test_a_connector_between_units_stops_inside_them(files: dict[str, list[Any]]) -> None:
    lift = next(feature for feature in files["relationship"] if feature["id"] == "lift-1")
    lift["geometry"] = None
    lift["properties"]["origin"] = {"id": "L1-lift", "feature_type": "unit"}
    lift["properties"]["destination"] = {"id": "L2-lift", "feature_type": "unit"}
    geometry, findings = read(files)
    assert not errors(findings)
    stops = next(c.stops for c in geometry.connectors if c.connector_id == "lift-1")
    assert [(stop.floor, stop.at) for stop in stops] == [("L1", (7.0, 20.0)), ("L2", (7.0, 20.0))]


def test_a_connector_from_nowhere_is_reported(files: dict[str, list[Any]]) -> None:
    lift = next(feature for feature in files["relationship"] if feature["id"] == "lift-1")
    lift["geometry"] = None
    lift["properties"]["origin"] = {"id": "no-such", "feature_type": "opening"}
    texts = [finding.text for finding in errors(read(files)[1])]
    assert "opening 'no-such' is no opening or unit of these files" in texts
    assert "1 stops found, expected two or more" in texts[-1] or "0 stops" in texts[-1]


def test_as_many_points_as_stops_are_expected(files: dict[str, list[Any]]) -> None:
    files["relationship"][0]["geometry"]["coordinates"].pop()
    assert "1 points for 2 stops" in errors(read(files)[1])[0].text


def test_without_our_properties_a_connector_has_sensible_times(files: dict[str, list[Any]]) -> None:
    for feature in files["relationship"]:
        for key in ("wait_s", "seconds_per_floor", "wheels", "fire_safe"):
            del feature["properties"][key]
    geometry, _ = read(files)
    lift, up, _, stair = geometry.connectors
    assert (lift.wheels, up.wheels, stair.fire_safe, lift.fire_safe) == (True, False, True, False)
    assert lift.wait_s > 0
    assert min(c.seconds_per_floor for c in geometry.connectors) > 0


def test_without_drawn_walls_they_follow_from_the_rooms(files: dict[str, list[Any]]) -> None:
    drawn = read(files)[0].walls
    files.pop("detail")
    derived = read(files)[0].walls
    assert drawn == small_mall().walls
    assert derived != drawn
    assert {wall.floor for wall in derived} == {"L1", "L2"}


def test_labels_stand_in_for_one_another() -> None:
    assert label({"en": "Tea", "zh": "茶"}) == Name("茶", "Tea")
    assert label({"de": "Tee"}) == Name("Tee", "Tee")
    assert label({"zh-CN": "茶"}) == Name("茶", "茶")
    assert label(None) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def spoil(data: st.DataObject, value: Any) -> None:
    """Replaces something somewhere in a JSON value."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            value[key] = data.draw(json_values)
            return
        value = inner


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_spoilt_map_upsets_the_reader(data: st.DataObject) -> None:
    files = {kind: copy.deepcopy(features[:3]) for kind, features in write_imdf(small_mall()).items()}
    for _ in range(data.draw(st.integers(1, 3))):
        kind = data.draw(st.sampled_from(sorted(files)))
        spoil(data, files[kind])
    _, findings = read(files)
    assert all(finding.text for finding in findings)
