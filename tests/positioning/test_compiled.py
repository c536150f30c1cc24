import numpy as np
import pytest

from positioning import compiled as module
from positioning.compiled import compiled


def total(values: np.ndarray) -> float:
    result = 0.0
    for value in values:
        result += value
    return result


def test_a_compiled_loop_does_what_the_plain_one_does() -> None:
    values = np.arange(100.0)
    assert compiled(total)(values) == total(values) == 4950.0


def test_infinities_and_division_by_zero_keep_their_meaning() -> None:
    def shares(values: np.ndarray) -> np.ndarray:
        result = np.empty_like(values)
        for i in range(len(values)):
            result[i] = 1 / values[i]
        return result

    assert list(compiled(shares)(np.array([0.0, np.inf, 2.0]))) == [np.inf, 0.0, 0.5]


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, asked = module.numba.njit, []

    def nowhere_to_write(**options: object) -> object:
        asked.append(options["cache"])
        if options["cache"]:
            raise RuntimeError("cannot cache function: no locator available")
        return plain(**options)

    monkeypatch.setattr(module.numba, "njit", nowhere_to_write)
    assert compiled(total)(np.ones(3)) == 3.0
    assert asked == [True, False]
