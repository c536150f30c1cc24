import numpy as np

from firmware_sim.scenario import Crowd
from firmware_sim.shoppers import Shoppers, arrived, begin, new_shoppers, release, stroll
from firmware_sim.walkers import Walkers
from firmware_sim.ways import attractions
from tests.firmware_sim.builders import SECOND, START, coarse_grid, rng, ways
from tests.sites import small_mall

DESTINATIONS = 15


def _shoppers(count: int = 10, same_floor: float = 0.75) -> Shoppers:
    goals = attractions(small_mall(), coarse_grid(), DESTINATIONS, rng())
    walkers = Walkers(coarse_grid(), ways(), rng().choice(goals, count), np.full(count, 1.2))
    crowd = Crowd(dwell_mean_s=20.0, same_floor_share=same_floor)
    return new_shoppers(walkers, range(count), crowd, goals, 2, rng(5))


def _run(shoppers: Shoppers, since_s: int, until_s: int) -> int:
    """Returns how often anybody arrived."""
    total = 0
    for second in range(since_s, until_s):
        now = START + second * SECOND
        stroll(shoppers, now)
        for who in shoppers.walkers.advance(now):
            arrived(shoppers, who, now)
            total += 1
    return total


def test_everybody_walks_and_stays_in_turn_for_ever() -> None:
    shoppers = _shoppers()
    begin(shoppers, START)
    first, later = _run(shoppers, 0, 300), _run(shoppers, 300, 600)
    assert first > 20
    assert later > 20
    standing = int((~shoppers.walkers.moving).sum())
    assert standing <= len(shoppers.agenda), "who stands has an entry"


def test_who_is_busy_stays_until_released() -> None:
    shoppers = _shoppers(3)
    begin(shoppers, START)
    shoppers.busy.add(1)
    where = float(shoppers.walkers.x_m[1]), float(shoppers.walkers.y_m[1])
    _run(shoppers, 0, 200)
    assert (float(shoppers.walkers.x_m[1]), float(shoppers.walkers.y_m[1])) == where
    release(shoppers, 1, START + 200 * SECOND)
    _run(shoppers, 200, 400)
    assert (float(shoppers.walkers.x_m[1]), float(shoppers.walkers.y_m[1])) != where


def test_an_earlier_stay_does_not_cut_a_later_one_short() -> None:
    shoppers = _shoppers(1)
    begin(shoppers, START)
    for _ in range(50):
        release(shoppers, 0, START)
    assert _run(shoppers, 0, 300) < 20


def test_people_who_keep_to_their_floor_do() -> None:
    shoppers = _shoppers(10, same_floor=1.0)
    floors = shoppers.walkers.floor.copy()
    begin(shoppers, START)
    _run(shoppers, 0, 300)
    assert (shoppers.walkers.floor == floors).all()
