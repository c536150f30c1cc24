"""The clock: the present, in whole microseconds."""

import time

from contracts.quantities import SECOND
from runtime.clock import now


def test_it_is_now_in_whole_microseconds() -> None:
    before = time.time_ns()
    instants = [now() for _ in range(1000)]
    after = time.time_ns()
    assert all(type(instant) is int for instant in instants)
    assert before // 1000 <= min(instants) <= max(instants) <= after // 1000


def test_it_counts_from_1970() -> None:
    assert abs(now() / SECOND - time.time()) < 60
