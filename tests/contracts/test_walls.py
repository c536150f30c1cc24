import pytest
import shapely

from contracts.categories import OUTER_WALL_DB, SHOP_FRONT_DB
from contracts.geometry import rectangle
from contracts.sitemap import Fixture, Floor, Name, Polygon, Space, Wall
from contracts.walls import walls_of

NAME = Name("一", "one")
FLOOR = Floor("L1", 0, NAME, 0.0, 4.0, 18.0, rectangle(0, 0, 20, 10))


def space(name: str, category: str, polygon: Polygon) -> Space:
    return Space(name, "L1", category, polygon)


def loss_on(walls: tuple[Wall, ...], x: float, y: float) -> list[float]:
    point = shapely.Point(x, y)
    return [w.loss_db for w in walls if shapely.LineString([w.a, w.b]).distance(point) < 1e-6]


SPACES = (
    space("hall", "walkway", rectangle(0, 0, 20, 4)),
    space("a", "retail", rectangle(0, 4, 10, 10)),
    space("b", "restroom", rectangle(10, 4, 20, 10)),
)


def test_each_edge_has_one_wall_of_the_heavier_side() -> None:
    walls = walls_of([FLOOR], SPACES, ())
    assert loss_on(walls, 5, 4) == [SHOP_FRONT_DB]  # shop front
    assert loss_on(walls, 15, 4) == [8.0]  # brick towards the hall
    assert loss_on(walls, 10, 7) == [8.0]  # brick between shop and toilets
    assert loss_on(walls, 0, 7) == [OUTER_WALL_DB]
    assert loss_on(walls, 5, 0) == [OUTER_WALL_DB]


def test_straight_walls_are_one_piece() -> None:
    walls = walls_of([FLOOR], SPACES, ())
    assert len(walls) == len({(w.a, w.b) for w in walls})
    assert sum(w.loss_db == SHOP_FRONT_DB for w in walls) == 1


def test_open_ground_has_no_walls_within() -> None:
    halves = (space("a", "walkway", rectangle(0, 0, 10, 10)), space("b", "walkway", rectangle(10, 0, 20, 10)))
    assert {w.loss_db for w in walls_of([FLOOR], halves, ())} == {OUTER_WALL_DB}


def test_a_kiosk_within_a_hall_has_a_front_all_around() -> None:
    spaces = (space("hall", "walkway", rectangle(0, 0, 20, 10)), space("k", "retail", rectangle(8, 4, 12, 6)))
    walls = walls_of([FLOOR], spaces, ())
    assert sorted(w.loss_db for w in walls if w.loss_db != OUTER_WALL_DB) == [SHOP_FRONT_DB] * len(
        [w for w in walls if w.loss_db != OUTER_WALL_DB]
    )
    assert loss_on(walls, 10, 4) == [SHOP_FRONT_DB]


def test_a_solid_wall_takes_its_loss_on_both_faces_together() -> None:
    walls = walls_of([FLOOR], (), (Fixture("L1", "wall", rectangle(5, 2, 6, 8)),))
    faces = [w for w in walls if w.loss_db != OUTER_WALL_DB]
    assert len(faces) == 4
    ray = shapely.LineString([(0, 5), (20, 5)])
    crossed = [w.loss_db for w in faces if shapely.LineString([w.a, w.b]).crosses(ray)]
    assert sum(crossed) == pytest.approx(8.0)


def test_the_order_of_the_rooms_does_not_matter() -> None:
    assert walls_of([FLOOR], SPACES, ()) == walls_of([FLOOR], SPACES[::-1], ())
