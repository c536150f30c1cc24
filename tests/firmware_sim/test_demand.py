import numpy as np
import pytest

from contracts.errors import ConfigError
from firmware_sim.demand import Wishes, factor, floor_weights, new_wishes, open_doors, wanted
from firmware_sim.scenario import Demand
from tests.firmware_sim.builders import SECOND, START, rng
from tests.sites import small_mall

HOUR = 3600 * SECOND


def _hours(demand: Demand, hours: int, seed: int = 1) -> list[list[str]]:
    """What is asked for in each minute."""
    wishes = new_wishes(small_mall(), demand, rng(seed))
    open_doors(wishes, START)
    return [wanted(wishes, START + minute * 60 * SECOND) for minute in range(hours * 60)]


def test_the_rates_are_kept_and_the_gaps_are_exponential() -> None:
    minutes = _hours(Demand(calls_per_h={"wheelchair": 30.0, "medical": 6.0}), 100)
    every = [service for minute in minutes for service in minute]
    assert every.count("wheelchair") == pytest.approx(3000, rel=0.06)
    assert every.count("medical") == pytest.approx(600, rel=0.13)
    counts = np.array([minute.count("wheelchair") for minute in minutes])
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.1), "Poisson"


def test_changing_one_service_does_not_move_the_others() -> None:
    one = _hours(Demand(calls_per_h={"wheelchair": 30.0, "medical": 6.0}), 10)
    two = _hours(Demand(calls_per_h={"wheelchair": 3.0, "medical": 6.0}), 10)
    pick = [[[s for s in minute if s == "medical"] for minute in run] for run in (one, two)]
    assert pick[0] == pick[1]


def test_by_hour_follows_the_local_clock() -> None:
    by_hour = tuple(2.0 if 12 <= hour < 14 else 0.0 for hour in range(24))
    demand = Demand(calls_per_h={"wheelchair": 60.0}, by_hour=by_hour, utc_offset_h=8.0)
    # the start is 10:00 in Shanghai
    minutes = _hours(demand, 24)
    busy = [minute for minute, services in enumerate(minutes) if services]
    assert min(busy) >= 120
    assert max(busy) <= 240
    assert sum(len(services) for services in minutes) == pytest.approx(240, rel=0.2)
    assert factor(demand, START + 2 * HOUR) == 2.0
    assert factor(demand, START) == 0.0
    assert factor(Demand(), START) == 1.0


def test_a_burst_comes_at_once_and_demand_can_stop() -> None:
    demand = Demand(calls_per_h={"wheelchair": 60.0}, stop_after_s=600.0, burst_after_s=120.0, burst_calls=4)
    minutes = _hours(demand, 2)
    assert minutes[2].count("medical") == 4
    assert sum(minute.count("medical") for minute in minutes) == 4
    assert any(minutes[:10])
    assert not any(minutes[11:])


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        (Demand(calls_per_h={"massage": 1.0}), "massage"),
        (Demand(burst_calls=1, burst_service="fire"), "fire"),
        (Demand(by_floor={"L9": 1.0}), "L9"),
        (Demand(by_hour=(1.0, 2.0)), "24"),
    ],
)
def test_what_the_site_does_not_have_is_refused_by_name(demand: Demand, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        new_wishes(small_mall(), demand, rng())


def test_floor_weights_add_up_to_one() -> None:
    assert floor_weights(small_mall(), Demand(), START) == [0.5, 0.5]
    assert floor_weights(small_mall(), Demand(by_floor={"L1": 3.0}), START) == [0.75, 0.25]
    assert floor_weights(small_mall(), Demand(by_floor={"L1": 0.0, "L2": 0.0}), START) == [0.5, 0.5]


def test_nothing_is_asked_for_before_the_doors_open() -> None:
    wishes: Wishes = new_wishes(small_mall(), Demand(calls_per_h={"medical": 99.0}), rng())
    assert wanted(wishes, START + HOUR) == []
