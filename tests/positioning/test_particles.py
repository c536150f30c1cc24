import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positioning import particles
from positioning.noise import spread
from positioning.particles import Cloud, Evidence, Offsets
from tests.positioning.builders import hall, levels, world_of

YOUNG, OLD = np.ones(8, bool), np.zeros(8, bool)

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
    return Cloud(grid.x_m[cell], grid.y_m[cell], zero, zero.copy(), zero + np.float32(1 / P), cell)


def evidence(level: np.ndarray, share: float = 1.0) -> Evidence:
    """All gateways heard at ``level`` (n, k)."""
    n, k = level.shape
    return Evidence(
        gateway=np.tile(np.arange(k, dtype=np.int32), (n, 1)),
        rssi_dbm=level.astype(np.float32),
        share=np.full((n, k), share, np.float32),
        variance_db2=np.full((n, k), 20.0, np.float32),
    )


def offsets(n: int, spread_db: float = 1.0) -> Offsets:
    return Offsets(np.zeros(n, np.float32), np.full(n, spread_db, np.float32))


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
    assert cloud.x_m[0][near_wall].max() <= 20.0


def test_floors_change_at_the_lift_only() -> None:
    ground = world_of(2).ground
    away = moved(cloud_at([(0, 5.5, 5.5)], 2), 6, 2)
    assert (ground.floor[away.cell] == 0).all()
    at_lift = moved(cloud_at([(0, 20.5, 20.5)], 2), 6, 2)
    share = (ground.floor[at_lift.cell] == 1).mean()
    assert 0.02 < share < 0.6


@settings(deadline=None, max_examples=25)
@given(st.floats(2, 38), st.floats(14, 28), st.floats(-12, 12))
def test_weights_gather_around_the_true_place_whatever_the_offset(
    x: float, y: float, offset_db: float
) -> None:
    grid = world_of().ground.grid
    cell = grid.cell_at(0, x, y)
    place = (0, float(grid.x_m[cell]), float(grid.y_m[cell]))
    level = levels(hall(), *place, offset_db)[None, :]
    cloud, learnt = particles.weigh(
        spread_over(1), evidence(level), world_of().radio, offsets(1, 10.0), 1.0, OLD[:1]
    )
    mean = (cloud.weight * cloud.x_m).sum(), (cloud.weight * cloud.y_m).sum()
    assert np.hypot(mean[0] - place[1], mean[1] - place[2]) < 6.0
    assert learnt.mean_db[0] == pytest.approx(offset_db, abs=4.0)
    assert cloud.weight.sum() == pytest.approx(1.0, abs=1e-4)


def test_devices_do_not_touch_one_another() -> None:
    level = np.stack(
        [levels(hall(), 0, 9.5, 9.5), levels(hall(), 0, 30.5, 20.5), levels(hall(), 0, 12.5, 25.5)]
    )
    three = spread_over(3)
    together, learnt = particles.weigh(three, evidence(level), world_of().radio, offsets(3), 10.0, OLD[:3])
    order = np.array([2, 0, 1])
    apart, learnt_apart = particles.weigh(
        three.rows(order), evidence(level[order]), world_of().radio, offsets(3), 10.0, OLD[:3]
    )
    assert np.allclose(together.weight[order], apart.weight, rtol=1e-4, atol=1e-9)
    assert np.allclose(learnt.mean_db[order], learnt_apart.mean_db, atol=1e-3)


def test_one_false_reading_does_not_drag_the_weights() -> None:
    place = (0, 9.5, 20.5)
    level = levels(hall(), *place)
    far = int(np.argmin(level))
    wrong = level.copy()
    wrong[far] += 30.0
    cloud, _ = particles.weigh(
        spread_over(1), evidence(wrong[None]), world_of().radio, offsets(1), 10.0, OLD[:1]
    )
    mean = (cloud.weight * cloud.x_m).sum(), (cloud.weight * cloud.y_m).sum()
    assert np.hypot(mean[0] - place[1], mean[1] - place[2]) < 4.0


def test_an_unknown_phone_is_found_out() -> None:
    level = levels(hall(), 0, 9.5, 20.5, offset_db=-17.0)[None]
    known = offsets(1, 1.5)
    for _ in range(5):
        _, known = particles.weigh(spread_over(1), evidence(level), world_of().radio, known, 1.0, YOUNG[:1])
    assert known.mean_db[0] == pytest.approx(-17.0, abs=3.0)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 5), st.integers(0, 100), st.floats(0.01, 0.99))
def test_resampling_copies_in_proportion(devices: int, seed: int, start: float) -> None:
    cloud = spread_over(devices)
    weight = np.random.default_rng(seed).dirichlet(np.full(P, 0.2), devices).astype(np.float32)
    heavy = Cloud(cloud.x_m, cloud.y_m, cloud.vx_mps, cloud.vy_mps, weight, cloud.cell)
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
    assert list(
        particles.thin(Cloud(cloud.x_m, cloud.y_m, cloud.vx_mps, cloud.vy_mps, weight, cloud.cell), 0.5)
    ) == [
        False,
        True,
    ]
