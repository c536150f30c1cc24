"""Faults: drawn within their limits, equal for equal seeds, over when they are over."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.quantities import MINUTE, SECOND
from runtime.faults import QUIET_LATENCY, FaultLimits, arrivals, draw_faults

WILD = FaultLimits(
    loss=0.3, duplicate=0.3, reorder=0.3, delay_s=0.5, crashes=3, down_s=8, partitions=3, partition_s=30
)
NAMES = ("positioning", "dispatcher", "dashboard")


@given(st.integers(0, 2**32))
def test_drawn_within_limits_and_repeatable(seed: int) -> None:
    faults = draw_faults(WILD, NAMES, 0, 10 * MINUTE, np.random.default_rng(seed))
    assert faults == draw_faults(WILD, NAMES, 0, 10 * MINUTE, np.random.default_rng(seed))
    assert 0 <= faults.loss <= WILD.loss
    assert len(faults.crashes) <= WILD.crashes * len(NAMES)
    assert all(0 <= crash.at < 10 * MINUTE and crash.down <= 8 * SECOND for crash in faults.crashes)
    assert all(len(wall.pair) == 2 and wall.until <= 10 * MINUTE for wall in faults.partitions)


@given(st.integers(0, 2**32), st.booleans(), st.integers(0, 10 * MINUTE - 1))
def test_nothing_arrives_before_it_was_sent_and_reliable_messages_always_do(
    seed: int, reliable: bool, at: int
) -> None:
    rng = np.random.default_rng(seed)
    faults = draw_faults(WILD, NAMES, 0, 10 * MINUTE, rng)
    times = arrivals(faults, "positioning", "dispatcher", reliable, at, rng)
    assert all(time >= at + QUIET_LATENCY for time in times)
    assert len(times) in ((1, 2) if reliable else (0, 1, 2))


def test_after_their_end_links_are_whole() -> None:
    faults = draw_faults(WILD, NAMES, 0, MINUTE, np.random.default_rng(3))
    rng = np.random.default_rng(1)
    for at in range(MINUTE, MINUTE + 1000):
        assert arrivals(faults, "positioning", "dispatcher", False, at, rng) == [at + QUIET_LATENCY]


def test_no_limits_no_faults() -> None:
    faults = draw_faults(FaultLimits(), NAMES, 0, MINUTE, np.random.default_rng(3))
    assert not faults.crashes
    assert not faults.partitions
    assert arrivals(faults, "a", "b", False, 5, np.random.default_rng(1)) == [5 + QUIET_LATENCY]
