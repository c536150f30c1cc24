import numpy as np
import pytest

from contracts.grid import WalkableGrid
from positioning.radio import install, storeys_of
from positioning.radiomap import FLOOR_DBM, model_levels, tabulate
from tests.positioning.builders import SETTINGS, hall, levels, world_of


def centre(grid: WalkableGrid, cell: int) -> tuple[float, float]:
    return float(grid.x_m[cell]), float(grid.y_m[cell])


def test_levels_follow_distance_and_slabs() -> None:
    site, world = hall(2), world_of(2)
    for place in ((0, 7.5, 20.5), (1, 33.5, 8.5)):
        cell = world.ground.grid.cell_at(*place)
        expected = levels(site, place[0], *centre(world.ground.grid, cell))
        known = world.radio.expected_dbm(np.int32(cell), np.arange(len(expected), dtype=np.int32))
        clear = np.array(
            [g.y_m > 12 or (g.x_m < 20) == (place[1] < 20) or place[0] == 1 for g in site.gateways]
        )
        assert known[clear] == pytest.approx(expected[clear], abs=0.3)


def test_a_wall_takes_its_loss_from_those_behind_it_and_nobody_else() -> None:
    site = hall()
    world = world_of()
    gateway = next(i for i, g in enumerate(site.gateways) if (g.x_m, g.y_m) == (15.0, 5.0))
    gateways, _ = install(site, (), SETTINGS)
    level = model_levels(site, world.ground, gateways, storeys_of(site), SETTINGS.tag_height_m)[:, gateway]
    grid = world.ground.grid
    for (x, y), taken in (((24.5, 5.5), 8.0), ((5.5, 5.5), 0.0), ((15.5, 25.5), 0.0)):
        cell = grid.cell_at(0, x, y)
        free = levels(site, 0, *centre(grid, cell))[gateway]
        assert level[cell] == pytest.approx(free - taken, abs=0.01)


def test_the_table_keeps_half_decibels_and_clips() -> None:
    table = tabulate(np.array([[-59.3, -200.0], [-70.0, 20.0]]))
    cells, gateways = np.array([[0], [1]], np.int32), np.array([0, 1], np.int32)
    known = table.expected_dbm(cells, gateways)
    assert known[:, 0] == pytest.approx([-59.5, -70.0])
    assert known[0, 1] == FLOOR_DBM
    assert known[1, 1] == pytest.approx(0.5)
