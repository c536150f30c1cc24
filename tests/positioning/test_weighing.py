from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positioning.particles import Cloud
from positioning.radiomap import RadioMap
from positioning.weighing import OFFSET_SPREAD_MIN_DB, Evidence
from positioning.weighing import weigh as weigh_rows
from tests.positioning.builders import hall, levels, world_of
from tests.positioning.test_particles import spread_over


def evidence(level: np.ndarray, share: float = 1.0) -> Evidence:
    """All gateways heard at ``level`` (n, k)."""
    n, k = level.shape
    return Evidence(
        gateway=np.tile(np.arange(k, dtype=np.int32), (n, 1)),
        rssi_dbm=level.astype(np.float32),
        share=np.full((n, k), share, np.float32),
        variance_db2=np.full((n, k), 20.0, np.float32),
    )


def weigh(
    cloud: Cloud, said: Evidence, radio: RadioMap, spread_db: np.ndarray, slowness: float
) -> tuple[Cloud, np.ndarray]:
    """Copies of all clouds, weighed, and what is left of the offsets' spread."""
    everyone = np.arange(len(cloud.cell))
    weighed = cloud.rows(everyone)
    return weighed, weigh_rows(weighed, everyone, said, radio, spread_db, slowness)


def unsure(n: int, spread_db: float = 1.0) -> np.ndarray:
    return np.full((n, 1), spread_db, np.float32)


def mean_of(cloud: Cloud) -> tuple[float, float]:
    return float((cloud.weight * cloud.x_m).sum()), float((cloud.weight * cloud.y_m).sum())


def offset_of(cloud: Cloud) -> np.ndarray:
    return (cloud.weight * cloud.offset_db).sum(axis=1)


@settings(deadline=None, max_examples=25)
@given(st.floats(2, 38), st.floats(14, 28), st.floats(-12, 12))
def test_weights_gather_around_the_true_place_whatever_the_offset(
    x: float, y: float, offset_db: float
) -> None:
    grid = world_of().ground.grid
    cell = grid.cell_at(0, x, y)
    place = (0, float(grid.x_m[cell]), float(grid.y_m[cell]))
    level = levels(hall(), *place, offset_db)[None, :]
    cloud, _ = weigh(spread_over(1), evidence(level), world_of().radio, unsure(1, 10.0), 1.0)
    mean = mean_of(cloud)
    assert np.hypot(mean[0] - place[1], mean[1] - place[2]) < 6.0
    assert offset_of(cloud)[0] == pytest.approx(offset_db, abs=4.0)
    assert cloud.weight.sum() == pytest.approx(1.0, abs=1e-4)


def test_devices_do_not_touch_one_another() -> None:
    places = [(0, 9.5, 9.5), (0, 30.5, 20.5), (0, 12.5, 25.5)]
    level = np.stack([levels(hall(), *place) for place in places])
    three, radio = spread_over(3), world_of().radio
    together, _ = weigh(three, evidence(level), radio, unsure(3), 10.0)
    order = np.array([2, 0, 1])
    apart, _ = weigh(three.rows(order), evidence(level[order]), radio, unsure(3), 10.0)
    assert np.allclose(together.weight[order], apart.weight, rtol=1e-4, atol=1e-9)
    assert np.allclose(together.offset_db[order], apart.offset_db, atol=1e-3)


def test_one_false_reading_does_not_drag_the_weights() -> None:
    place = (0, 9.5, 20.5)
    wrong = levels(hall(), *place)
    wrong[int(np.argmin(wrong))] += 30.0
    cloud, _ = weigh(spread_over(1), evidence(wrong[None]), world_of().radio, unsure(1), 10.0)
    mean = mean_of(cloud)
    assert np.hypot(mean[0] - place[1], mean[1] - place[2]) < 4.0


def test_of_two_opinions_of_the_offset_the_better_one_wins() -> None:
    one = spread_over(1)
    two = Cloud(*(np.concatenate([getattr(one, n)] * 2, axis=1) for n in one.__dataclass_fields__))
    half = one.cell.shape[1]
    said = np.repeat(np.float32([0.0, -10.0]), half)[None]
    known = np.repeat(np.float32([1.5, 6.0]), half)[None]
    weight = np.repeat(np.float32([0.95, 0.05]), half)[None] / half
    cloud = replace(two, offset_db=said, weight=weight)
    for offset_db, alien in ((0.0, False), (-17.0, True)):
        level = levels(hall(), 0, 9.5, 20.5, offset_db)[None]
        weighed, _ = weigh(cloud, evidence(level), world_of().radio, known, 1.0)
        assert (weighed.weight[:, half:].sum() > 0.9) == alien
        assert offset_of(weighed)[0] == pytest.approx(offset_db, abs=3.0)


def test_an_offset_is_learnt_slowly_and_never_for_certain() -> None:
    level = levels(hall(), 0, 9.5, 20.5, -6.0)[None]
    spread_db, cloud, sure = unsure(1, 6.0), spread_over(1), []
    for _ in range(40):
        cloud, spread_db = weigh(cloud, evidence(level), world_of().radio, spread_db, 10.0)
        sure.append(float(spread_db[0, 0]))
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > 2.0
    assert sure[-1] == OFFSET_SPREAD_MIN_DB
