from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.grid import SHIFT_CELLS
from positioning import particles
from positioning.noise import spread
from positioning.particles import Cloud
from tests.positioning.builders import world_of

P = 64
NOISE = spread(P)


def cloud_at(places: list[tuple[int, float, float]], floors: int = 1) -> Cloud:
    """All particles of each device on one place, at rest."""
    grid = world_of(floors).ground.grid
    cell = np.array([grid.cell_at(*place) for place in places], np.int32)
    shape = (len(places), P)
    still = np.zeros(shape, np.float32)
    return Cloud(
        x_m=np.repeat(grid.x_m[cell][:, None], P, axis=1),
        y_m=np.repeat(grid.y_m[cell][:, None], P, axis=1),
        vx_mps=still.copy(),
        vy_mps=still.copy(),
        weight=np.full(shape, 1 / P, np.float32),
        offset_db=still.copy(),
        cell=np.repeat(cell[:, None], P, axis=1),
    )


def moved(cloud: Cloud, seconds: int, floors: int = 1) -> Cloud:
    ones = np.ones(len(cloud.cell), np.float32)
    for turn in range(seconds):
        cloud = particles.move(cloud, ones, 0 * ones, world_of(floors).ground, NOISE, turn, 1.0)
    return cloud


def spread_over(n: int, floors: int = 1) -> Cloud:
    """Particles evenly over all cells."""
    grid = world_of(floors).ground.grid
    cell = np.linspace(0, grid.n_cells - 1, n * P).astype(np.int32).reshape(n, P)
    zero = np.zeros((n, P), np.float32)
    return Cloud(
        grid.x_m[cell], grid.y_m[cell], zero, zero.copy(), zero + np.float32(1 / P), zero.copy(), cell
    )


def test_people_spread_as_fast_as_they_walk() -> None:
    cloud = moved(cloud_at([(0, 10.5, 20.5)]), 10)
    apart = np.hypot(cloud.x_m - 10.5, cloud.y_m - 20.5)
    assert 2.0 < apart.mean() < 9.0
    assert apart.max() < 16.0


def test_nobody_leaves_walkable_ground_or_goes_through_the_wall() -> None:
    cloud = moved(cloud_at([(0, 18.5, 3.5), (0, 0.5, 0.5)]), 4)
    grid = world_of().ground.grid
    assert np.array_equal(
        grid.cells_at(np.zeros(2 * P, int), cloud.x_m.ravel(), cloud.y_m.ravel()), cloud.cell.ravel()
    )
    assert cloud.x_m.min() >= 0
    near_wall = cloud.y_m[0] < 11
    assert near_wall.sum() > P // 2
    assert cloud.x_m[0][near_wall].max() <= 20.0 + SHIFT_CELLS[0]  # where the last cell before it ends


def test_floors_change_at_the_lift_only() -> None:
    ground = world_of(2).ground
    away = moved(cloud_at([(0, 5.5, 5.5)], 2), 6, 2)
    assert (ground.floor[away.cell] == 0).all()
    at_lift = moved(cloud_at([(0, 20.5, 20.5)], 2), 6, 2)
    share = (ground.floor[at_lift.cell] == 1).mean()
    assert 0.02 < share < 0.6


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 5), st.integers(0, 100), st.floats(0.01, 0.99))
def test_resampling_copies_in_proportion(devices: int, seed: int, start: float) -> None:
    cloud = spread_over(devices)
    weight = np.random.default_rng(seed).dirichlet(np.full(P, 0.2), devices).astype(np.float32)
    heavy = replace(cloud, weight=weight)
    again = particles.resample(heavy, P, start)
    assert again.cell.shape == (devices, P)
    assert np.allclose(again.weight, 1 / P)
    for device in range(devices):
        for cell, expected in zip(cloud.cell[device], weight[device] * P, strict=True):
            copies = int((again.cell[device] == cell).sum())
            same = weight[device][cloud.cell[device] == cell].sum() * P
            assert abs(copies - same) <= 1.01 * (cloud.cell[device] == cell).sum(), expected


def test_thin_clouds_are_named() -> None:
    cloud = spread_over(2)
    weight = cloud.weight.copy()
    weight[1] = 0
    weight[1, 3] = 1
    assert list(particles.thin(replace(cloud, weight=weight), 0.5)) == [False, True]
