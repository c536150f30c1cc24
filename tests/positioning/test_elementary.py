import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from positioning.elementary import LOWEST, exponentials, logarithms


@given(st.lists(st.floats(2.0**-100, 2.0**100, width=32), min_size=1, max_size=40))
def test_logarithms_are_those_of_a_library(values: list[float]) -> None:
    found = np.array(values, np.float32)
    logarithms(found)
    assert found == pytest.approx(np.log(np.array(values)), rel=3e-7, abs=3e-7)


def test_the_ends_of_the_mantissa_are_no_worse_than_its_middle() -> None:
    near = np.float32(np.sqrt(0.5)) * (1 + np.linspace(-1e-6, 1e-6, 101)).astype(np.float32)
    values = np.concatenate([near, 2 * near, 4 * near, np.ones(1, np.float32)]).astype(np.float32)
    expected = np.log(values.astype(float))
    logarithms(values)
    assert np.abs(values - expected).max() < 3e-7
    assert values[-1] == 0.0


@given(st.lists(st.floats(-80, 80, width=32), min_size=1, max_size=40))
def test_exponentials_are_those_of_a_library(values: list[float]) -> None:
    found = np.array(values, np.float32)
    exponentials(found)
    assert found == pytest.approx(np.exp(np.array(values)), rel=5e-6)


def test_the_exponential_of_next_to_nothing_is_next_to_nothing() -> None:
    values = np.array([0.0, -1e30, -np.inf, LOWEST, -100.0], np.float32)
    exponentials(values)
    assert values[0] == 1.0
    assert (values[1:] < 2e-38).all()
    assert (values[1:] > 0).all()
