import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.osm_tags import (
    STAIRCASE,
    amenity_category,
    area_category,
    floor_id,
    is_indoor_path,
    levels_of,
    moves,
    name_of,
    path_width_m,
    way_kind,
)
from contracts.sitemap import Name
from contracts.wire import IDENTIFIER


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("0", (0.0,)),
        ("0;1", (0.0, 1.0)),
        ("-1;-2", (-2.0, -1.0)),
        ("0.5;1", (0.5, 1.0)),
        ("0,5", (0.5,)),
        ("0,1", (0.0, 1.0)),
        ("-2--1", (-2.0, -1.0)),
        ("0-3", (0.0, 1.0, 2.0, 3.0)),
        (" 1 ; 2 ", (1.0, 2.0)),
        ("0-9999", ()),
        ("ground", ()),
        ("", ()),
    ],
)
def test_levels_as_people_write_them(text: str, levels: tuple[float, ...]) -> None:
    assert levels_of({"level": text}) == levels


def test_a_missing_level_is_unsaid_and_repeat_on_counts() -> None:
    assert levels_of({}) == ()
    assert levels_of({"level": "1", "repeat_on": "3;4"}) == (1.0, 3.0, 4.0)


@given(st.text(max_size=30))
def test_no_text_upsets_the_reader_of_levels(text: str) -> None:
    levels = levels_of({"level": text})
    assert list(levels) == sorted(set(levels))


@given(st.integers(-20, 40), st.booleans())
def test_floor_ids_fit_in_topics_and_differ(level: int, half: bool) -> None:
    value = level + (0.5 if half else 0.0)
    assert IDENTIFIER.fullmatch(floor_id(value))
    assert floor_id(value) != floor_id(value + 0.5)


@pytest.mark.parametrize(
    ("tags", "category"),
    [
        ({"indoor": "room", "shop": "shoes"}, "retail"),
        ({"indoor": "room", "room": "shop"}, "retail"),
        ({"indoor": "room", "amenity": "cafe", "shop": "coffee"}, "foodservice"),
        ({"indoor": "room", "amenity": "toilets"}, "restroom"),
        ({"indoor": "room", "access": "private"}, "nonpublic"),
        ({"indoor": "room"}, "room"),
        ({"indoor": "corridor"}, "walkway"),
        ({"indoor": "area"}, "walkway"),
        ({"indoor": "yes", "building:part": "elevator"}, "elevator"),
        ({"indoor": "yes", "stairwell": "flight_of_stairs"}, "stairs"),
        ({"indoor": "corridor", "stairwell": "yes"}, STAIRCASE),
        ({"indoor": "wall"}, "wall"),
        ({"room": "office", "building:part": "yes"}, "office"),
        ({"highway": "pedestrian", "area": "yes", "covered": "yes", "level": "0"}, "walkway"),
        ({"highway": "pedestrian", "area": "yes", "level": "0"}, None),
        ({"amenity": "parking", "level": "0"}, None),
        ({"railway": "platform", "level": "0", "indoor": "yes"}, None),
        ({"indoor": "no", "area": "yes"}, None),
        ({"landuse": "grass"}, None),
        ({"building": "yes"}, None),
    ],
)
def test_what_an_area_is(tags: dict[str, str], category: str | None) -> None:
    assert area_category(tags) == category


def test_paths_are_indoor_or_covered_with_a_level() -> None:
    assert is_indoor_path({"highway": "footway", "indoor": "yes"})
    assert is_indoor_path({"highway": "footway", "covered": "yes", "level": "1"})
    assert not is_indoor_path({"highway": "footway", "level": "0"})
    assert not is_indoor_path({"highway": "service", "indoor": "yes"})


def test_what_joins_levels() -> None:
    assert way_kind({"highway": "elevator"}) == "lift"
    assert way_kind({"highway": "steps"}) == "stairs"
    assert way_kind({"highway": "steps", "conveying": "backward"}) == "escalator"
    assert way_kind({"highway": "steps", "conveying": "no"}) == "stairs"
    assert way_kind({"highway": "footway", "level": "1;2"}) == "ramp"
    assert way_kind({"highway": "footway", "level": "1"}) is None
    assert moves({"conveying": "reversible"})


def test_widths_are_metres_within_reason() -> None:
    assert path_width_m({"width": "1.5"}, 3.0) == 1.5
    assert path_width_m({"width": "2 m"}, 3.0) == 2.0
    assert path_width_m({"width": "wide"}, 3.0) == 3.0
    assert path_width_m({"width": "400"}, 3.0) == 3.0
    assert path_width_m({}, 3.0) == 3.0


def test_names_and_amenities() -> None:
    assert name_of({"name": "Tee", "name:zh": "茶"}) == Name("茶", "Tee")
    assert name_of({}) is None
    assert amenity_category({"amenity": "atm"}) == "atm"
    assert amenity_category({"tourism": "information"}) == "information"
    assert amenity_category({"amenity": "clock"}) is None
