"""Walking times over single floors, and across the building by the few cells where connectors stop.

A quickest way is a walk over one floor, or a walk to a stop, the quickest way from stop to stop and a walk
from a stop. So one search over one floor and one pass over the stops' own fields give the times over the
whole building, for a fifth of what a search over all its cells costs; and what is known of the floors stays
when a connector closes or a lift keeps people waiting.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]


class Floors:
    """n cells, f floors, s stops of connectors. The stops' fields are made when first needed."""

    def __init__(self, steps: csr_array, floor: NDArray[np.int8], stops: NDArray[np.intp]) -> None:
        """``steps``: (n, n) seconds from row to column, none from floor to floor; ``floor``: (n,), in
        ascending order; ``stops``: (s,) cells, ascending."""
        assert (np.diff(floor) >= 0).all(), "cells are numbered floor by floor"
        cuts = np.flatnonzero(np.diff(floor, prepend=-1, append=-1))
        self._cells = [slice(int(a), int(b)) for a, b in pairwise(cuts)]
        cuts = np.searchsorted(stops, cuts)
        self._stops = [slice(int(a), int(b)) for a, b in pairwise(cuts)]
        self._n = len(floor)
        self.stops = stops
        onward = [steps[cells, cells] for cells in self._cells]
        back = [over.T.tocsr() for over in onward]
        self._symmetric = all(map(_equal, onward, back))
        self._steps = {False: onward, True: back}
        self._fields: dict[bool, list[Floats]] = {}

    def between(self, pairs: NDArray[np.intp], seconds: Floats) -> Floats:
        """(s, s) quickest times from stop to stop, on foot and by hops: ``pairs`` (h, 2) of cells."""
        quickest = np.full((len(self.stops), len(self.stops)), np.inf)
        for cells, here, fields in zip(self._cells, self._stops, self._stop_fields(False), strict=True):
            quickest[here, here] = fields[:, self.stops[here] - cells.start]
        start, end = np.searchsorted(self.stops, pairs).T
        np.minimum.at(quickest, (start, end), seconds)
        for stop in range(len(self.stops)):  # Floyd and Warshall
            np.minimum(quickest, quickest[:, stop, None] + quickest[stop], out=quickest)
        return quickest

    def field(self, cell: int, between: Floats, backwards: bool) -> NDArray[np.float32]:
        """(n,) seconds from ``cell`` to every cell, or ``backwards`` to it; inf where there is no way."""
        own = next(index for index, cells in enumerate(self._cells) if cell < cells.stop)
        first, here = self._cells[own].start, self._stops[own]
        walk_s = dijkstra(self._steps[backwards][own], directed=True, indices=[cell - first])[0]
        to_stops_s = walk_s[self.stops[here] - first]
        legs_s = between[:, here] if backwards else between[here].T
        away_s = (legs_s + to_stops_s).min(axis=1, initial=np.inf)
        field = np.empty(self._n, np.float32)
        for cells, at, fields in zip(self._cells, self._stops, self._stop_fields(backwards), strict=True):
            field[cells] = (fields + away_s[at, None]).min(axis=0, initial=np.inf)
        np.minimum(field[self._cells[own]], walk_s, out=field[self._cells[own]], casting="same_kind")
        return field

    def _stop_fields(self, backwards: bool) -> list[Floats]:
        """By floor: (stops, cells) seconds on foot from each stop, or ``backwards`` to it."""
        way = backwards and not self._symmetric
        if way not in self._fields:
            self._fields[way] = [
                dijkstra(steps, directed=True, indices=self.stops[at] - cells.start)
                if at.start < at.stop
                else np.empty((0, cells.stop - cells.start))
                for steps, cells, at in zip(self._steps[way], self._cells, self._stops, strict=True)
            ]
        return self._fields[way]


def _equal(one: csr_array, other: csr_array) -> bool:
    pairs = ((one.indptr, other.indptr), (one.indices, other.indices), (one.data, other.data))
    return all(np.array_equal(a, b) for a, b in pairs)
