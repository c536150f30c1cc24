"""Cycles made after ``keep_for_good`` are still collected; what was there before is not walked."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from runtime.memory import YOUNG, keep_for_good


class _Ring:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_exists_is_kept_and_what_comes_is_collected() -> None:
    old = _Ring()
    keep_for_good()
    assert gc.get_freeze_count() > 0
    assert not any(one is old for one in gc.get_objects())
    ring = _Ring()
    gone = weakref.ref(ring)
    del ring
    crowd = [[] for _ in range(2 * YOUNG)]  # enough for a look at the youngest
    assert gone() is None, len(crowd)
