"""Shifts in local time, over midnight, and words that outlast them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts.quantities import DAY, HOUR, MINUTE
from contracts.sitemap import Shift
from dispatcher import shifts
from dispatcher.evolve import evolve
from dispatcher.ledger import new_ledger
from tests.dispatcher.builders import NOON, a_catalogue, ground

SHANGHAI_S = 28_800
hours = st.integers(0, 96).map(lambda quarter: quarter / 4)


@pytest.mark.parametrize(
    ("shift", "on"),
    [
        ((9.0, 17.0), True),
        ((12.0, 13.0), True),
        ((8.0, 12.0), False),
        ((22.0, 13.0), True),
        ((22.0, 6.0), False),
    ],
)
def test_noon_in_local_time(shift: tuple[float, float], on: bool) -> None:
    assert shifts.scheduled((Shift(*shift),), NOON, SHANGHAI_S) is on


def test_without_a_shift_always() -> None:
    assert shifts.scheduled((), NOON, SHANGHAI_S)
    assert shifts.boundary_before((), NOON, SHANGHAI_S) == 0
    assert shifts.boundary_after((), NOON, SHANGHAI_S) is None


@given(st.lists(st.tuples(hours, hours), min_size=1, max_size=3), st.integers(0, 2 * DAY))
def test_nothing_changes_between_two_boundaries(spans: list[tuple[float, float]], now: int) -> None:
    own = tuple(Shift(*span) for span in spans)
    before = shifts.boundary_before(own, now, SHANGHAI_S)
    after = shifts.boundary_after(own, now, SHANGHAI_S)
    assert after is not None
    assert before <= now < after
    assert after - before <= DAY
    on = shifts.scheduled(own, now, SHANGHAI_S)
    assert shifts.scheduled(own, before, SHANGHAI_S) is on
    assert shifts.scheduled(own, after - 1, SHANGHAI_S) is on


def test_a_word_stands_until_the_next_boundary() -> None:
    ledger, catalogue = new_ledger(ground()[0]), a_catalogue()
    assert len(shifts.due_changes(ledger, catalogue, NOON, SHANGHAI_S)) == 12
    for seq, unit_id in enumerate(catalogue.staff, start=1):
        evolve(ledger, m.DutyChanged(seq=seq, at=NOON, unit_id=unit_id, duty="on"))
    evolve(ledger, m.DutyChanged(seq=13, at=NOON + MINUTE, unit_id="u-03", duty="off"))
    assert shifts.due_changes(ledger, catalogue, NOON + HOUR, SHANGHAI_S) == []
    midnight = NOON + 12 * HOUR
    assert shifts.next_change(catalogue, NOON, SHANGHAI_S) == midnight
    assert shifts.due_changes(ledger, catalogue, midnight, SHANGHAI_S) == [("u-03", "on")]
