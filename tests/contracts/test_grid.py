import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.geometry import polygon_of, rectangle
from contracts.grid import WalkableGrid, build_grid
from contracts.sitemap import Door, Fixture, Floor, Name, Polygon, Site, Space, Wall
from tests.sites import small_mall

NAME = Name("一", "one")
AREA = rectangle(0, 0, 12, 8)


def one_floor(
    walls: tuple[Wall, ...] = (),
    doors: tuple[Door, ...] = (),
    fixtures: tuple[Fixture, ...] = (),
    area: Polygon = AREA,
) -> Site:
    floor = Floor("L1", 0, NAME, 0.0, 4.0, 18.0, area)
    return Site(
        site="one",
        name=NAME,
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=(floor,),
        spaces=(Space("hall", "L1", "walkway", area),),
        walls=walls,
        doors=doors,
        fixtures=fixtures,
    )


@pytest.fixture(scope="module")
def grid() -> WalkableGrid:
    return build_grid(small_mall())


def joined(grid: WalkableGrid, a: int, b: int) -> bool:
    reached, border = {a}, [a]
    while border:
        here = border.pop()
        for step in np.flatnonzero(grid.step_from == here):
            there = int(grid.step_to[step])
            if there not in reached:
                reached.add(there)
                border.append(there)
    return b in reached


def test_no_step_crosses_a_wall_but_through_a_door(grid: WalkableGrid) -> None:
    site = small_mall()
    ends = np.stack([grid.x_m, grid.y_m], axis=-1).astype(float)
    lines = shapely.linestrings(np.stack([ends[grid.step_from], ends[grid.step_to]], axis=1))
    for index, floor in enumerate(site.floors):
        doors = [shapely.LineString([d.a, d.b]).buffer(0.4) for d in site.doors if d.floor == floor.floor]
        openings = shapely.union_all(doors)
        here = lines[grid.floor[grid.step_from] == index]
        for wall in site.walls:
            if wall.floor == floor.floor:
                crossing = here[shapely.crosses(here, shapely.LineString([wall.a, wall.b]))]
                at = shapely.intersection(crossing, shapely.LineString([wall.a, wall.b]))
                assert shapely.within(at, openings).all()


def test_steps_go_both_ways_and_stay_on_their_floor(grid: WalkableGrid) -> None:
    pairs = set(zip(grid.step_from.tolist(), grid.step_to.tolist(), strict=True))
    assert all((b, a) in pairs for a, b in pairs)
    assert len(pairs) == len(grid.step_from)
    assert (grid.floor[grid.step_from] == grid.floor[grid.step_to]).all()


def test_step_lengths_are_the_distances_of_the_centres(grid: WalkableGrid) -> None:
    dx = grid.x_m[grid.step_from] - grid.x_m[grid.step_to]
    dy = grid.y_m[grid.step_from] - grid.y_m[grid.step_to]
    np.testing.assert_allclose(grid.step_m, np.hypot(dx, dy), atol=1e-4)


def test_nobody_stands_in_the_void_a_shaft_or_a_kiosk(grid: WalkableGrid) -> None:
    at = np.array([(1, 30.0, 20.0), (1, 7.0, 20.0), (0, 29.5, 27.0), (0, 30.0, 20.0)])
    assert grid.walkable(at[:, 0].astype(int), at[:, 1], at[:, 2]).tolist() == [False, False, False, True]


def test_outside_and_on_unknown_floors_nobody_stands(grid: WalkableGrid) -> None:
    floors = np.array([0, 0, -1, 2])
    x, y = np.array([-5.0, 500.0, 30.0, 30.0]), np.array([20.0, 20.0, 20.0, 20.0])
    assert not grid.walkable(floors, x, y).any()
    assert grid.cells_at(floors, x, y)[2:].tolist() == [-1, -1]
    with pytest.raises(KeyError):
        grid.cell_at(7, 1.0, 1.0)


@given(st.integers(0, 1), st.floats(-10, 70), st.floats(-10, 50))
def test_one_cell_or_many_gives_the_same_near_cell(floor: int, x: float, y: float) -> None:
    grid = build_once()
    cell = grid.cell_at(floor, x, y)
    assert grid.cells_at(np.array([floor]), np.array([x]), np.array([y]))[0] == cell
    assert grid.floor[cell] == floor
    here = grid.floor == floor
    nearest_m = float(np.hypot(grid.x_m[here] - x, grid.y_m[here] - y).min())
    away_m = float(np.hypot(grid.x_m[cell] - x, grid.y_m[cell] - y))
    outside_m = max(0.0, -x, x - 60, -y, y - 40)
    assert away_m <= nearest_m + 1.5 * grid.cell_m + outside_m


def build_once(cache: list[WalkableGrid] = []) -> WalkableGrid:  # noqa: B006 - a cache is meant
    if not cache:
        cache.append(build_grid(small_mall()))
    return cache[0]


def test_each_cell_knows_the_space_it_lies_in(grid: WalkableGrid) -> None:
    site = small_mall()
    for cell in range(0, grid.n_cells, 97):
        space = site.spaces[int(grid.space[cell])]
        assert space.walkable
        assert site.floor_index(space.floor) == grid.floor[cell]
        assert shapely.intersects_xy(shapely.Polygon(space.polygon.outer), grid.x_m[cell], grid.y_m[cell])


@pytest.mark.parametrize("at", [5.0, 5.5, 6.25])
def test_a_wall_parts_a_room_wherever_it_is_drawn(at: float) -> None:
    wall = Wall("L1", (at, 0), (at, 8), 4.0)
    shut = build_grid(one_floor(walls=(wall,)))
    assert not joined(shut, shut.cell_at(0, 1, 4), shut.cell_at(0, 11, 4))
    open_ = build_grid(one_floor(walls=(wall,), doors=(Door("L1", (at, 3), (at, 4)),)))
    assert joined(open_, open_.cell_at(0, 1, 4), open_.cell_at(0, 11, 4))


@given(st.floats(1.0, 7.0), st.floats(0.7, 3.0), st.floats(0, 180))
@settings(max_examples=40)
def test_any_door_lets_people_through_at_any_angle(at: float, width: float, turn_deg: float) -> None:
    def turned(x: float, y: float) -> tuple[float, float]:
        point = shapely.affinity.rotate(shapely.Point(x, y), turn_deg, origin=(6, 4))
        return (point.x, point.y)

    area = polygon_of(shapely.affinity.rotate(shapely.box(0, 0, 12, 8), turn_deg, origin=(6, 4)))
    wall = Wall("L1", turned(6, -1), turned(6, 9), 4.0)
    door = Door("L1", turned(6, at - width / 2), turned(6, at + width / 2))
    open_ = build_grid(one_floor((wall,), (door,), area=area))
    shut = build_grid(one_floor((wall,), area=area))
    a, b = turned(2, 4), turned(10, 4)
    assert joined(open_, open_.cell_at(0, *a), open_.cell_at(0, *b))
    assert not joined(shut, shut.cell_at(0, *a), shut.cell_at(0, *b))


def test_a_door_opens_its_own_wall_and_not_the_one_at_its_corner() -> None:
    walls = (Wall("L1", (6, 0), (6, 8), 4.0), Wall("L1", (6, 4), (12, 4), 4.0))
    door = Door("L1", (6, 2.7), (6, 3.9))
    grid = build_grid(one_floor(walls, (door,)))
    assert joined(grid, grid.cell_at(0, 1, 1), grid.cell_at(0, 11, 1))
    assert not joined(grid, grid.cell_at(0, 1, 1), grid.cell_at(0, 11, 7))


def test_nobody_squeezes_diagonally_between_two_blocked_cells() -> None:
    a = Fixture("L1", "wall", rectangle(0, 4, 6, 8))
    b = Fixture("L1", "wall", rectangle(6, 0, 12, 4))
    grid = build_grid(one_floor(fixtures=(a, b)))
    assert not joined(grid, grid.cell_at(0, 1, 1), grid.cell_at(0, 11, 7))


def test_finer_cells_cover_the_same_ground(grid: WalkableGrid) -> None:
    fine = build_grid(small_mall(), 0.5)
    assert fine.n_cells * 0.25 == pytest.approx(grid.n_cells, rel=0.02)


def test_equal_sites_give_equal_grids(grid: WalkableGrid) -> None:
    again = build_grid(msgspec.json.decode(msgspec.json.encode(small_mall()), type=Site))
    for name in ("floor", "x_m", "y_m", "space", "step_from", "step_to", "step_m", "lattice", "nearest"):
        np.testing.assert_array_equal(getattr(grid, name), getattr(again, name))


def test_arrays_cannot_be_written(grid: WalkableGrid) -> None:
    with pytest.raises(ValueError, match="read-only"):
        grid.x_m[0] = 1.0


def test_a_floor_without_ground_has_no_cells() -> None:
    site = msgspec.structs.replace(one_floor(), spaces=())
    grid = build_grid(site)
    assert grid.n_cells == 0
    with pytest.raises(KeyError):
        grid.cell_at(0, 1.0, 1.0)
    assert grid.cells_at(np.array([0]), np.array([1.0]), np.array([1.0])).tolist() == [-1]
