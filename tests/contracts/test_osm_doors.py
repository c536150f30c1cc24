import shapely

from contracts.geometry import rectangle
from contracts.osm_doors import Opened, open_rooms
from contracts.osm_tags import Tags
from contracts.sitemap import Space

HALL = Space("hall", "L0", "walkway", rectangle(0, 0, 30, 5))
SHOP = Space("shop", "L0", "retail", rectangle(0, 5, 10, 15))
BACK = Space("back", "L0", "nonpublic", rectangle(0, 15, 10, 20))
OUTLINE = rectangle(0, 0, 30, 20)


def opened(
    rooms: tuple[Space, ...] = (SHOP,),
    public: tuple[Space, ...] = (HALL,),
    paths: tuple[shapely.Geometry, ...] = (),
    points: tuple[tuple[shapely.Point, Tags], ...] = (),
) -> Opened:
    return open_rooms("L0", rooms, public, OUTLINE, paths, points)


def test_a_shut_room_is_opened_at_the_middle_of_its_front() -> None:
    result = opened()
    (door,) = result.doors
    assert sorted((door.a, door.b)) == [(3.33, 5.0), (6.67, 5.0)]
    assert (result.guessed, result.crossed, result.shut) == (1, 0, [])
    assert not door.exit


def test_a_drawn_door_is_taken_and_nothing_supplied() -> None:
    result = opened(points=((shapely.Point(2, 5.2), {"door": "yes", "width": "1"}),))
    (door,) = result.doors
    assert sorted((door.a, door.b)) == [(1.5, 5.0), (2.5, 5.0)]
    assert result.guessed == 0


def test_a_footway_through_the_edge_is_a_door() -> None:
    result = opened(paths=(shapely.LineString([(5, 2), (5, 10)]),))
    assert (result.crossed, result.guessed, len(result.doors)) == (1, 0, 1)


def test_a_room_opened_to_the_street_alone_is_opened_to_the_hall_too() -> None:
    result = opened(points=((shapely.Point(0, 10), {"entrance": "emergency"}),))
    assert [door.exit for door in result.doors] == [True, False]
    assert result.guessed == 1


def test_an_entrance_in_the_outside_wall_is_an_exit() -> None:
    result = opened(rooms=(), points=((shapely.Point(30, 2), {"entrance": "main"}),))
    (door,) = result.doors
    assert door.exit
    assert sorted((door.a, door.b)) == [(30.0, 0.5), (30.0, 3.5)]


def test_a_back_room_opens_into_its_neighbour() -> None:
    result = opened(rooms=(SHOP, BACK))
    assert result.guessed == 2
    assert {door.a[1] for door in result.doors} == {5.0, 15.0}


def test_a_gap_in_the_drawing_gets_a_threshold() -> None:
    apart = Space("shop", "L0", "retail", rectangle(0, 6, 10, 15))
    result = opened(rooms=(apart,))
    (threshold,) = result.thresholds
    assert shapely.Polygon(threshold.polygon.outer).intersects(shapely.box(0, 0, 30, 5))
    assert opened().thresholds == []


def test_a_room_far_from_everything_stays_shut_and_is_named() -> None:
    far = Space("far", "L0", "retail", rectangle(20, 12, 25, 18))
    result = opened(rooms=(far,))
    assert result.shut == ["far"]
    assert result.doors == []


def test_flights_of_stairs_and_shafts_get_no_doors() -> None:
    shaft = Space("shaft", "L0", "elevator", rectangle(12, 5, 14, 7), walkable=False)
    assert opened(rooms=(shaft,)).doors == []
