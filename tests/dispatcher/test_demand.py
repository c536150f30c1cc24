"""Expected demand: counted from calls, by hour and floor, drawn together where little is known."""

import pytest

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import DAY, HOUR
from dispatcher.demand import COUNT_MAX, count, expected
from dispatcher.ledger import Ledger, new_ledger
from tests.dispatcher.builders import NOON, ground

SITE = ground()[0]


def received(service: str, floor: str, at: int) -> m.CallReceived:
    fields = {"service": service, "priority": 3, "place": Place(floor, 10.0, 10.0), "tasks": ()}
    return m.CallReceived(seq=1, at=at, call_id="c", device_id=None, note="", **fields)  # type: ignore[arg-type]


def after(calls: int, service: str = "wheelchair", floor: str = "L2", at: int = NOON) -> Ledger:
    ledger = new_ledger(SITE)
    for _ in range(calls):
        count(ledger, received(service, floor, at))
    return ledger


def test_before_the_first_call_every_floor_and_service_counts_alike() -> None:
    shares = expected(new_ledger(SITE), SITE, NOON)
    assert sum(float(of.sum()) for of in shares.values()) == pytest.approx(1.0)
    assert {round(float(of[0] - of[1]), 9) for of in shares.values()} == {0.0}


def test_what_was_asked_for_is_expected_again_at_that_hour_and_a_little_about_it() -> None:
    ledger = after(40)
    noon = expected(ledger, SITE, NOON + DAY)["wheelchair"]
    later = expected(ledger, SITE, NOON + HOUR)["wheelchair"]
    night = expected(ledger, SITE, NOON + 12 * HOUR)["wheelchair"]
    assert noon[1] > 0.7 > 0.3 > noon[0]
    assert noon.sum() > later.sum() > night.sum()
    other = expected(ledger, SITE, NOON)["power_bank"]
    assert other[1] > other[0], "where people call for one thing they call for others"


def test_old_days_fade() -> None:
    ledger = after(3 * COUNT_MAX)
    assert max(ledger.demand["wheelchair/L2"]) < COUNT_MAX
