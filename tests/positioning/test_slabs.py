"""Slabs: each takes its loss once, voids take nothing, one floor takes nothing."""

import numpy as np
import pytest

from contracts.grid import build_grid
from positioning.radio import install, storeys_of
from positioning.settings import PositioningSettings
from positioning.slabs import Voids, slabs_db
from tests.sites import small_mall

SITE = small_mall()
GRID = build_grid(SITE)
GATEWAYS, _ = install(SITE, (), PositioningSettings())
STOREYS = storeys_of(SITE)
VOIDS = Voids(SITE, GRID)


@pytest.mark.parametrize("number", range(0, len(GATEWAYS), 5))
def test_loss_is_none_or_a_slab_and_none_on_the_own_floor(number: int) -> None:
    loss = slabs_db(GRID, VOIDS, GATEWAYS, STOREYS, number, 1.2)
    own = np.asarray(GRID.floor) == GATEWAYS.floor[number]
    assert (loss[own] == 0).all()
    assert set(loss[~own].tolist()) <= {0.0, SITE.floors[1].slab_loss_db}
    assert (loss[~own] > 0).any()


def test_through_the_atrium_nothing_is_lost() -> None:
    void = next(space for space in SITE.spaces if space.category == "opentobelow")
    xs, ys = zip(*void.polygon.outer, strict=True)
    x, y = np.array([sum(xs) / len(xs)]), np.array([sum(ys) / len(ys)])
    assert VOIDS.at(SITE.floor_index(void.floor), x, y).all()
    assert not VOIDS.at(0, x, y).any()
