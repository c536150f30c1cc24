import msgspec
import numpy as np

from firmware_sim.population import populate
from firmware_sim.scenario import Crowd, Scenario, Staff
from tests.firmware_sim.builders import coarse_grid, rng
from tests.sites import small_mall

SCENARIO = Scenario(crowd=Crowd(visitors=14, app_customers=3, assets=5, strangers=2, destinations=20))


def test_sixty_located_devices_and_who_wears_them() -> None:
    site = small_mall()
    people = populate(site, coarse_grid(), SCENARIO, rng())
    beacons = people.beacons
    assert [beacons.kind.count(kind) for kind in ("staff", "loan", "app", "stranger", "asset")] == [
        12, 14, 3, 2, 5,
    ]  # fmt: skip
    worn = beacons.walker[beacons.walker >= 0]
    assert sorted(worn.tolist()) == list(range(12 + 14 + 3 + 2)), "everybody wears one"
    assert people.customers == range(12, 29)
    assert people.shoppers == range(12, 31)
    assert len(people.walkers) == 31


def test_staff_start_at_home_and_wear_their_own_tag() -> None:
    site = small_mall()
    people = populate(site, coarse_grid(), SCENARIO, rng())
    for number, person in enumerate(people.staff):
        x_m, y_m = people.walkers.x_m[number], people.walkers.y_m[number]
        assert np.hypot(x_m - person.home[0], y_m - person.home[1]) < 2.0
        assert site.floors[people.walkers.floor[number]].floor == person.home_floor
        assert people.beacons.ids[number] == person.device_id


def test_only_a_share_of_the_staff_may_be_at_work() -> None:
    half = msgspec.structs.replace(SCENARIO, staff=Staff(share=0.5))
    people = populate(small_mall(), coarse_grid(), half, rng())
    assert [person.unit_id for person in people.staff] == [f"u-{n:02d}" for n in range(1, 12, 2)]


def test_things_stand_near_depots_on_walkable_ground() -> None:
    people = populate(small_mall(), coarse_grid(), SCENARIO, rng())
    beacons = people.beacons
    for row, kind in enumerate(beacons.kind):
        if kind == "asset":
            places = [(30.0, 12.0)] if beacons.floor[row] == 0 else [(12.0, 27.0)]
            away = min(np.hypot(beacons.x_m[row] - x, beacons.y_m[row] - y) for x, y in places)
            assert away < 15.0


def test_phones_are_weaker_than_tags() -> None:
    crowd = Crowd(visitors=60, app_customers=60)
    people = populate(small_mall(), coarse_grid(), Scenario(crowd=crowd), rng())
    phones, tags = (people.beacons.offset_db[people.beacons.phone == flag] for flag in (True, False))
    assert phones.min() >= -18.0
    assert phones.max() <= 0.0
    assert abs(float(tags.mean())) < 1.0
    assert float(phones.mean()) < -5.0
