import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.findings import errors
from contracts.geometry import LocalFrame, shape
from contracts.grid import build_grid
from contracts.imdf_write import write_imdf
from contracts.osm_indoor import ImportSettings, import_osm
from contracts.sitecheck import check_ground, check_references, reach_of
from contracts.sitemap import Site
from contracts.walking import Travel

SETTINGS = ImportSettings("here", "Here")
VENUES = Path(__file__).parents[3] / "shared" / "data" / "venue-maps-osm"
FRAME = LocalFrame(48.0, 8.0)


def position(x: float, y: float) -> list[float]:
    longitude, latitude = FRAME.to_wgs84(np.array(x), np.array(y))
    return [float(longitude), float(latitude)]


def feature(kind: str, points: list[tuple[float, float]], **tags: str) -> dict[str, Any]:
    places = [position(*point) for point in points]
    coordinates: Any = {"Point": places[0], "LineString": places, "Polygon": [[*places, places[0]]]}[kind]
    tags = {key.replace("__", ":"): value for key, value in tags.items()}
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": tags}


def box(x0: float, y0: float, x1: float, y1: float, **tags: str) -> dict[str, Any]:
    return feature("Polygon", [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], **tags)


def two_levels() -> list[dict[str, Any]]:
    return [
        *(box(0, 0, 40, 10, indoor="corridor", level=level) for level in ("0", "1")),
        *(
            box(0, 10, 15, 25, indoor="room", shop="shoes", name="Schuhe", level=level)
            for level in ("0", "1")
        ),
        box(15, 10, 40, 25, indoor="room", level="1", amenity="cafe"),
        feature("LineString", [(20, 3), (30, 3)], highway="steps", incline="up", level="0;1"),
        feature(
            "LineString", [(20, 7), (30, 7)], highway="steps", conveying="forward", incline="up", level="0;1"
        ),
        feature("Point", [(36, 5)], highway="elevator", level="0;1"),
        feature("Point", [(0, 5)], entrance="main", level="0"),
        feature("LineString", [(-50, -20), (90, -20)], highway="residential", name="Straße"),
        box(-60, -60, -10, -30, amenity="parking", level="0"),
    ]


def imported(features: list[dict[str, Any]]) -> Site:
    site, findings = import_osm({"type": "FeatureCollection", "features": features}, SETTINGS)
    assert site is not None
    assert errors(findings) == []
    assert errors(check_references(site)) == []
    return site


def test_two_levels_are_joined_and_all_can_be_reached() -> None:
    site = imported(two_levels())
    assert [floor.floor for floor in site.floors] == ["L0", "L1"]
    assert sorted(c.kind for c in site.connectors) == ["escalator", "lift", "stairs"]
    grid = build_grid(site)
    reach = reach_of(site, grid)
    assert reach.share() == 1.0
    assert reach.wheels.all()
    assert errors(check_ground(site, grid, reach)) == []
    assert [door.exit for door in site.doors].count(True) == 1


def test_the_street_and_the_car_park_are_left_out() -> None:
    site = imported(two_levels())
    areas = [shape(floor.outline).area for floor in site.floors]
    assert areas == [pytest.approx(40 * 10 + 15 * 15, rel=0.1), pytest.approx(40 * 25, rel=0.1)]


def test_the_map_lies_straight_whatever_way_the_building_stands() -> None:
    turned = []
    for entry in two_levels():
        text = json.dumps(entry)
        turned.append(json.loads(text))
    rotate = np.exp(1j * np.radians(25.0))

    def turn(coordinates: Any) -> Any:
        if isinstance(coordinates[0], float):
            x, y = FRAME.to_local(np.array(coordinates[0]), np.array(coordinates[1]))
            moved = complex(float(x), float(y)) * rotate
            return position(moved.real, moved.imag)
        return [turn(part) for part in coordinates]

    for entry in turned:
        entry["geometry"]["coordinates"] = turn(entry["geometry"]["coordinates"])
    site = imported(turned)
    assert site.bearing_deg == pytest.approx(335.0, abs=0.1)
    straight = imported(two_levels())
    assert build_grid(site).n_cells == pytest.approx(build_grid(straight).n_cells, rel=0.05)


def test_half_levels_are_landings() -> None:
    features = [
        box(0, 0, 40, 10, indoor="corridor", level="0"),
        box(0, 0, 40, 10, indoor="corridor", level="1"),
        feature("LineString", [(5, 5), (10, 5)], highway="steps", incline="up", level="0;0.5"),
        feature("LineString", [(10, 5), (15, 5)], highway="steps", incline="up", level="0.5;1"),
    ]
    site = imported(features)
    assert [floor.floor for floor in site.floors] == ["L0", "L0_5", "L1"]
    grid = build_grid(site)
    times = Travel(site, grid).times_to(grid.cell_at(2, 30, 5))
    assert np.isfinite(times[grid.cell_at(0, 30, 5)])


def test_lines_without_areas_become_corridors() -> None:
    features = [
        feature("LineString", [(0, 0), (30, 0)], highway="footway", indoor="yes", level="0", width="4"),
        feature("LineString", [(30, 0), (30, 20)], highway="footway", indoor="yes"),
    ]
    site = imported(features)
    area = sum(shape(space.polygon).area for space in site.spaces)
    assert area == pytest.approx(34 * 4 + 20 * 3, rel=0.1)
    assert reach_of(site, build_grid(site)).share() == 1.0


def test_covered_footways_far_from_everything_are_streets() -> None:
    lonely = feature("LineString", [(200, 0), (230, 0)], highway="footway", covered="yes", level="0")
    near = feature("LineString", [(40, 5), (60, 5)], highway="footway", covered="yes", level="0")
    with_lonely, with_near = imported([*two_levels(), lonely]), imported([*two_levels(), near])
    assert len(with_lonely.spaces) == len(imported(two_levels()).spaces)
    assert len(with_near.spaces) == len(with_lonely.spaces) + 1


def test_walls_and_columns_block_the_way() -> None:
    features = [
        box(0, 0, 20, 10, indoor="corridor", level="0"),
        box(9, 0, 11, 10, indoor="wall", level="0"),
        box(3, 3, 5, 5, indoor="column", level="0"),
    ]
    site = imported(features)
    assert sorted(fixture.category for fixture in site.fixtures) == ["obstruction", "wall"]
    grid = build_grid(site)
    assert reach_of(site, grid).share() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    "document", [None, [], {"features": 3}, {"features": []}, {"features": [{"properties": {}}]}]
)
def test_what_holds_nothing_indoor_is_refused_in_words(document: object) -> None:
    site, findings = import_osm(document, SETTINGS)
    assert site is None
    assert findings[0].severity == "error"


def test_broken_features_are_passed_over() -> None:
    broken = [{"properties": {"indoor": "room"}, "geometry": {"type": "Polygon", "coordinates": [[1]]}}, 7]
    site, _ = import_osm({"features": [*broken, *two_levels()]}, SETTINGS)
    assert site is not None


def venue(name: str) -> Site:
    file = VENUES / f"{name}.geojson"
    if not file.exists():
        pytest.skip(f"the real venue {file} is not here")
    site, findings = import_osm(json.loads(file.read_text()), ImportSettings(name, name))
    assert site is not None
    assert errors(findings) == []
    return site


def test_a_real_mall() -> None:
    """Grand'Place, Grenoble: the shopping floor is whole, its shops have names."""
    site = venue("grand-place")
    assert [floor.floor for floor in site.floors] == ["L0", "L1", "L2"]
    shops = [space for space in site.spaces if space.category in ("retail", "foodservice")]
    assert sum(shop.floor == "L1" and shop.name is not None for shop in shops) >= 90
    grid = build_grid(site)
    reach = reach_of(site, grid)
    assert errors(check_ground(site, grid, reach)) == []
    assert reach.walking[grid.floor == 1].mean() > 0.99
    assert {c.kind for c in site.connectors} == {"lift", "stairs", "escalator", "ramp"}


def test_a_real_station() -> None:
    """Berlin main station: five levels and a landing, 15 lifts, 80 flights of steps and escalators."""
    site = venue("berlin-hbf")
    kinds = [connector.kind for connector in site.connectors]
    assert kinds.count("lift") == 15
    assert kinds.count("stairs") + kinds.count("escalator") == 80
    assert [floor.floor for floor in site.floors] == ["B2", "B1", "L0", "L0_5", "L1", "L2"]
    grid = build_grid(site)
    reach = reach_of(site, grid)
    assert errors(check_ground(site, grid, reach)) == []
    for index in range(1, 6):
        assert reach.walking[grid.floor == index].mean() > 0.98


tag_values = st.sampled_from(
    [
        "0",
        "1",
        "0;1",
        "0.5",
        "-1--3",
        "yes",
        "no",
        "room",
        "corridor",
        "wall",
        "steps",
        "elevator",
        "backward",
    ]
) | st.text(max_size=4)
tags_drawn = st.dictionaries(
    st.sampled_from(
        ["indoor", "level", "highway", "conveying", "room", "door", "entrance", "incline", "width", "area"]
    ),
    tag_values,
    max_size=5,
)
points_drawn = st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=4, max_size=6)
features_drawn = st.builds(
    lambda kind, points, tags: feature(kind, points, **tags),
    st.sampled_from(["Point", "LineString", "Polygon"]),
    points_drawn,
    tags_drawn,
)


def test_specks_are_no_building() -> None:
    speck = feature("Polygon", [(0.0, 0.0), (0.0, 0.0), (0.0, 1e-9), (1e-9, 0.0)], indoor="room", level="0")
    site, findings = import_osm({"features": [speck]}, SETTINGS)
    assert site is None
    assert "nothing to import" in str(findings[-1])


@given(st.lists(features_drawn, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_whatever_people_draw_becomes_a_site_or_a_finding(features: list[dict[str, Any]]) -> None:
    site, findings = import_osm({"features": features}, SETTINGS)
    assert findings or site is not None
    if site is not None:
        grid = build_grid(site)
        check_references(site)
        check_ground(site, grid, reach_of(site, grid))
        write_imdf(site)
