import numpy as np
import pytest

from positioning.noise import ROWS, spread


def test_the_numbers_are_normal_and_uniform_and_always_the_same() -> None:
    noise, again = spread(128), spread(128)
    for column in np.moveaxis(noise.normal, 1, 0):
        assert column.shape == (ROWS, 128)
        assert column.mean() == pytest.approx(0.0, abs=0.01)
        assert column.std() == pytest.approx(1.0, abs=0.02)
    for column in np.moveaxis(noise.uniform, 1, 0):
        assert 0 < column.min() < 0.01
        assert 0.99 < column.max() < 1
    assert np.array_equal(noise.normal, again.normal)


def test_columns_and_neighbours_are_independent() -> None:
    noise = spread(64)
    flat = np.stack([column.ravel() for column in np.moveaxis(noise.normal, 1, 0)])
    assert np.abs(np.corrcoef(flat) - np.eye(4)).max() < 0.02
    for column in np.moveaxis(noise.normal, 1, 0):
        assert abs(np.corrcoef(column[:-1].ravel(), column[1:].ravel())[0, 1]) < 0.5
