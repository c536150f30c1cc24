"""How long everybody needs to everywhere that matters: over the grid, by way of the depot, with a spread.

Times come from a few fields over the grid (one Dijkstra each, kept while they are used): to each depot, to
each call on foot, to each call in the mode of its item. An arrival time is a lookup for each point of an
uncertain position, so that a doubt about the floor becomes a doubt about the time.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.sitemap import Site
from contracts.walking import Closures, Travel
from dispatcher.catalogue import Catalogue
from dispatcher.settings import DispatcherSettings

Floats = NDArray[np.float64]

FIELDS_MAX: Final = 300
"""Fields kept, oldest use out first: 300 of 100 000 cells are 120 MB. More calls open at once at different
places are planned all the same, only slower: 20 ms for each field that must be made again."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """The people a plan looks at, rows in the order of their ids; n of them."""

    cells: NDArray[np.int32]
    """(n, samples): points of each uncertain position; -1 = none."""
    weights: Floats
    """(n, samples)."""
    slowness: Floats
    """(n,): walking time over that of the field's speed."""


@dataclass(frozen=True, eq=False)
class Arrival:
    """Times of n people to one place, each (n,)."""

    mean_s: Floats
    """inf = no way, or no position."""
    sd_s: Floats
    """From the position alone; ``Ways.spread`` adds the way's own."""
    depot: NDArray[np.int16]
    """Index into the depots asked about, -1 = straight."""


class Ways:
    """Walking times for one state of the building."""

    def __init__(
        self,
        catalogue: Catalogue,
        settings: DispatcherSettings,
        closures: Closures,
        waits_s: Mapping[str, float] | None = None,
    ) -> None:
        """``waits_s``: lift → mean wait, where more is known than the site says."""
        site = _with_waits(catalogue.site, waits_s or {})
        self.catalogue = catalogue
        self.settings = settings
        self.waits_s = {c.connector_id: c.wait_s for c in site.connectors if c.kind == "lift"}
        self.travel = Travel(site, catalogue.grid, closures)
        self.depot_cells = {
            depot.depot: catalogue.grid.cell_at(catalogue.floors[depot.floor], depot.x_m, depot.y_m)
            for depot in catalogue.depots.values()
        }
        self._fields: OrderedDict[tuple[int, bool], NDArray[np.float32]] = OrderedDict()

    def field(self, cell: int, wheels: bool = False) -> NDArray[np.float32]:
        """(cells,) seconds from everywhere to a cell."""
        key = (cell, wheels)
        if key not in self._fields:
            self._fields[key] = self.travel.times_to(cell, wheels)
            if len(self._fields) > FIELDS_MAX:
                self._fields.popitem(last=False)
        self._fields.move_to_end(key)
        return self._fields[key]

    def spread(self, mean_s: Floats, sd_s: Floats) -> Floats:
        """The doubt about the position and the ways of people and lifts, of any shape."""
        walking_s = self.settings.walk_cv * np.where(np.isfinite(mean_s), mean_s, 0.0)
        spread: Floats = np.sqrt(sd_s**2 + walking_s**2 + self.settings.travel_sd_s**2)
        return spread


def _with_waits(site: Site, waits_s: Mapping[str, float]) -> Site:
    connectors = tuple(
        msgspec.structs.replace(c, wait_s=waits_s.get(c.connector_id, c.wait_s)) for c in site.connectors
    )
    return msgspec.structs.replace(site, connectors=connectors)


class Times:
    """Everybody's times to many places, looked up together and once."""

    def __init__(
        self, ways: Ways, crowd: Crowd, cells: Sequence[tuple[int, bool]], depots: Sequence[str]
    ) -> None:
        self.ways = ways
        self.crowd = crowd
        wanted = list(dict.fromkeys([*cells, *((ways.depot_cells[depot], False) for depot in depots)]))
        self._index = {key: i for i, key in enumerate(wanted)}
        self._people = np.arange(len(crowd.slowness))
        self._by_depots: dict[tuple[str, ...], tuple[Floats, Floats, NDArray[np.intp]]] = {}
        self._mean_s, self._sd_s = look_up([ways.field(*key) for key in wanted], crowd)

    def straight(self, cell: int, wheels: bool = False) -> Arrival:
        """Everybody's time to a cell."""
        i = self._index[cell, wheels]
        return Arrival(self._mean_s[i], self._sd_s[i], np.full(self._people.shape, -1, np.int16))

    def by_depot(self, cell: int, depots: Sequence[str], wheels: bool) -> Arrival:
        """Everybody's time to a cell by way of whichever depot is best for them; ties to the first."""
        if not depots:
            nobody = np.full(self._people.shape, np.inf)
            return Arrival(nobody, np.zeros_like(nobody), np.full(nobody.shape, -1, np.int16))
        there_s, there_sd_s, cells = self._depots(tuple(depots))
        field_s = self.ways.field(cell, wheels)  # to the call in the item's mode: all depots in one field
        total_s = there_s + field_s[cells].astype(np.float64)[:, None] * self.crowd.slowness
        best = total_s.argmin(axis=0)
        mean_s = total_s[best, self._people]
        chosen = np.where(np.isfinite(mean_s), best, -1).astype(np.int16)
        return Arrival(mean_s, there_sd_s[best, self._people], chosen)

    def _depots(self, depots: tuple[str, ...]) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """Times to the depots with the pick-up, their spread, each (depots, n), and the depots' cells."""
        if depots not in self._by_depots:  # as many as there are items
            cells = np.array([self.ways.depot_cells[depot] for depot in depots], np.intp)
            rows = [self._index[int(cell), False] for cell in cells]
            there_s = self._mean_s[rows] + self.ways.settings.pick_up_s
            self._by_depots[depots] = (there_s, self._sd_s[rows], cells)
        return self._by_depots[depots]


def times_of(ways: Ways, crowd: Crowd, cell: int, depots: Sequence[str] = (), wheels: bool = False) -> Times:
    """Times to one place, straight or by way of depots."""
    return Times(ways, crowd, [(cell, wheels)], depots)


def look_up(fields_s: Sequence[NDArray[np.float32]], crowd: Crowd) -> tuple[Floats, Floats]:
    """Mean and standard deviation of k time fields over each person's points, (k, n) each.

    Points without a way carry no weight; nobody without any point with a way arrives.
    """
    shape = (len(fields_s), *crowd.cells.shape)
    times_s = np.empty(shape, np.float32)
    for i, field_s in enumerate(fields_s):
        np.take(field_s, crowd.cells, out=times_s[i], mode="wrap")
    usable = np.isfinite(times_s) & (crowd.cells >= 0)
    weights = np.where(usable, crowd.weights, 0.0)
    seconds = np.where(usable, times_s, 0.0) * crowd.slowness[:, None]
    total = weights.sum(axis=2)
    safe = np.where(total > 0, total, 1.0)
    mean_s = (weights * seconds).sum(axis=2) / safe
    variance = (weights * (seconds - mean_s[:, :, None]) ** 2).sum(axis=2) / safe
    return np.where(total > 0, mean_s, np.inf), np.sqrt(variance)


def p_on_time(margin_s: Floats, sd_s: Floats) -> Floats:
    """Probability of arriving with ``margin_s`` to spare on average: a logistic curve of the same spread.

    1 / (1 + exp(-m / s)) with s = sqrt(3) / pi * sd has the variance of the normal distribution.
    """
    scaled = margin_s / (np.maximum(sd_s, 1e-3) * (np.sqrt(3) / np.pi))
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(scaled, -60.0, 60.0)))
    return result
