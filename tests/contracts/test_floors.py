"""Floors: put together from floors and stops, times are those of one search over the whole building."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from contracts.floors import Floors

CELLS = 12
FLOOR = np.repeat(np.arange(3, dtype=np.int8), 4)
seconds = st.integers(1, 9).map(float)
within = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)).map(
    lambda at: (4 * at[0] + at[1], 4 * at[0] + at[2])
)
anywhere = st.tuples(st.integers(0, CELLS - 1), st.integers(0, CELLS - 1))
Times = dict[tuple[int, int], float]


def matrix(times: Times) -> csr_array:
    dense = np.zeros((CELLS, CELLS))
    for (a, b), each in times.items():
        dense[a, b] = 0.0 if a == b else each
    return csr_array(dense)


@given(
    st.dictionaries(within, seconds, max_size=16),
    st.dictionaries(anywhere, seconds, max_size=6),
    st.booleans(),
    st.booleans(),
)
def test_times_are_those_of_one_search_over_everything(
    walks: Times, hops: Times, symmetric: bool, backwards: bool
) -> None:
    if symmetric:
        walks = walks | {(b, a): each for (a, b), each in walks.items()}
    pairs = np.array(list(hops), np.intp).reshape(-1, 2)
    floors = Floors(matrix(walks), FLOOR, np.unique(pairs))
    between = floors.between(pairs, np.array(list(hops.values())))
    quickest = {pair: min(walks.get(pair, np.inf), hops.get(pair, np.inf)) for pair in {*walks, *hops}}
    whole = matrix(quickest)
    for cell in range(CELLS):
        expected = dijkstra(whole.T if backwards else whole, indices=[cell])[0]
        np.testing.assert_array_equal(floors.field(cell, between, backwards), expected.astype(np.float32))


def test_the_stops_fields_are_made_once_for_both_directions_of_symmetric_steps() -> None:
    hall = matrix({(0, 1): 2.0, (1, 0): 2.0})
    floors = Floors(hall, FLOOR, np.array([0, 5]))
    between = floors.between(np.array([[0, 5]]), np.array([7.0]))
    for backwards in (False, True):
        floors.field(0, between, backwards)
    assert len(floors._fields) == 1
