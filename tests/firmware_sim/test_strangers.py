from firmware_sim.formats.base import Tags
from firmware_sim.population import populate
from firmware_sim.scenario import Crowd, Scenario
from firmware_sim.strangers import ROTATION_S, new_strangers, rotate
from tests.firmware_sim.builders import SECOND, START, coarse_grid, rng
from tests.sites import small_mall


def test_strangers_take_new_addresses_and_nobody_else_does() -> None:
    scenario = Scenario(crowd=Crowd(visitors=3, strangers=5))
    beacons = populate(small_mall(), coarse_grid(), scenario, rng()).beacons
    tags = Tags(beacons, frozenset())
    strangers = new_strangers(beacons, rng(2), START)
    first = list(beacons.ids)
    seen = set(first)
    for minute in range(1, 61):
        rotate(strangers, tags, START + minute * 60 * SECOND)
        seen |= set(beacons.ids)
    changed = [row for row, name in enumerate(beacons.ids) if name != first[row]]
    assert changed == [row for row, kind in enumerate(beacons.kind) if kind == "stranger"]
    turns = (len(seen) - len(first)) / 5
    assert 3600 / ROTATION_S[1] - 1 <= turns <= 3600 / ROTATION_S[0] + 1
