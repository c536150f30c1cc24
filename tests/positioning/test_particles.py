from dataclasses import replace

import numpy as np
import pytest
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
    ones, everyone = np.ones(len(cloud.cell), np.float32), np.arange(len(cloud.cell))
    for turn in range(seconds):
        particles.move(cloud, everyone, ones, 0 * ones, world_of(floors).ground, NOISE, turn, 1.0)
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


def test_a_summary_is_what_its_words_say() -> None:
    cloud = spread_over(2)
    cloud.weight[1] = 0
    cloud.weight[1, 3] = 1
    cloud.vx_mps[:], cloud.vy_mps[:], cloud.offset_db[:] = 3.0, 4.0, -2.0
    found = particles.summary(cloud, np.arange(2))
    assert found.effective == pytest.approx([P, 1.0], rel=1e-4)
    assert found.x_m == pytest.approx([cloud.x_m[0].mean(), cloud.x_m[1, 3]], rel=1e-4)
    assert found.variance_m2 == pytest.approx([(cloud.x_m[0].var() + cloud.y_m[0].var()) / 2, 0.0], rel=1e-3)
    assert found.speed_mps == pytest.approx([5.0, 5.0], rel=1e-4)
    assert found.offset_db == pytest.approx([-2.0, -2.0], rel=1e-4)
    assert found.best_cell[1] == cloud.cell[1, 3]


def test_moments_are_those_of_the_likeliest_floor() -> None:
    ground, cloud = world_of(2).ground, spread_over(1, 2)
    upper = ground.floor[cloud.cell[0]] == 1
    cloud.weight[0] = np.where(upper, 3.0, 1.0) / np.where(upper, 3.0, 1.0).sum()
    seen = particles.moments(cloud, np.arange(1), ground.floor, 2)
    assert seen.floor == [1]
    assert seen.odds.sum() == pytest.approx(1.0, abs=1e-5)
    assert seen.odds[0, 1] > 0.7
    x, y = (axis[0][upper].astype(float) for axis in (cloud.x_m, cloud.y_m))
    assert (seen.x_m[0], seen.y_m[0]) == pytest.approx((x.mean(), y.mean()), rel=1e-5)
    covariance = np.cov(x, y, bias=True)
    assert (seen.xx_m2[0], seen.xy_m2[0], seen.yy_m2[0]) == pytest.approx(
        (covariance[0, 0], covariance[0, 1], covariance[1, 1]), rel=1e-4
    )


def test_only_the_named_rows_change() -> None:
    cloud = spread_over(3)
    before = cloud.rows(np.arange(3))
    one, still = np.ones(1, np.float32), np.zeros(1, np.float32)
    particles.move(cloud, np.array([1]), one, still, world_of().ground, NOISE, 0, 1.0)
    changed = (cloud.x_m != before.x_m).any(axis=1)
    assert list(changed) == [False, True, False]
