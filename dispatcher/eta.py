"""How long everybody needs to everywhere that matters: over the grid, by way of the depot, with a spread.

Times come from a few fields over the grid (``contracts.walking``, kept while they are used): to each depot,
to each call on foot, to each call in the mode of its item. An arrival time is a lookup for each point of an
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
places are planned all the same, only slower: 6 ms for each field that must be made again."""


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
    """Times of n people to k places, each (k, n); to one place (n,)."""

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
        before: "Ways | None" = None,
    ) -> None:
        """``waits_s``: lift → mean wait, where more is known than the site says. ``before``: what was
        reckoned with till now."""
        site = _with_waits(catalogue.site, waits_s or {})
        self.catalogue = catalogue
        self.settings = settings
        self.waits_s = {c.connector_id: c.wait_s for c in site.connectors if c.kind == "lift"}
        self.travel: Travel = Travel(site, catalogue.grid, closures, before=before.travel if before else None)
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


def straight(ways: Ways, crowd: Crowd, cells: Sequence[int], wheels: bool = False) -> Arrival:
    """Everybody's times to some cells."""
    mean_s, sd_s = look_up([ways.field(cell, wheels) for cell in cells], crowd)
    return Arrival(mean_s, sd_s, np.full(mean_s.shape, -1, np.int16))


def by_depot(ways: Ways, crowd: Crowd, cells: Sequence[int], depots: Sequence[str], wheels: bool) -> Arrival:
    """Everybody's times to some cells by way of whichever depot is best for them; ties to the first."""
    n = len(crowd.slowness)
    if not depots:
        nobody = np.full((len(cells), n), np.inf)
        return Arrival(nobody, np.zeros_like(nobody), np.full(nobody.shape, -1, np.int16))
    stops = np.array([ways.depot_cells[depot] for depot in depots], np.intp)
    there_s, there_sd_s = look_up([ways.field(int(stop)) for stop in stops], crowd)
    there_s += ways.settings.pick_up_s
    # onward in the item's mode: the way from all depots to a call is in one field
    onward_s = np.stack([ways.field(cell, wheels)[stops] for cell in cells]).astype(np.float64)
    total_s = there_s + onward_s[:, :, None] * crowd.slowness  # (cells, depots, n)
    best = total_s.argmin(axis=1)
    mean_s = np.take_along_axis(total_s, best[:, None, :], 1)[:, 0, :]
    chosen = np.where(np.isfinite(mean_s), best, -1).astype(np.int16)
    return Arrival(mean_s, there_sd_s[best, np.arange(n)], chosen)


def arrival_at(
    ways: Ways, crowd: Crowd, cell: int, depots: Sequence[str] | None = None, wheels: bool = False
) -> Arrival:
    """Everybody's time to one place, each (n,): straight, or by way of a depot."""
    if depots is None:
        found = straight(ways, crowd, [cell], wheels)
    else:
        found = by_depot(ways, crowd, [cell], depots, wheels)
    return Arrival(found.mean_s[0], found.sd_s[0], found.depot[0])


def look_up(fields_s: Sequence[NDArray[np.float32]], crowd: Crowd) -> tuple[Floats, Floats]:
    """Mean and standard deviation of k time fields over each person's points, (k, n) each.

    Points without a way carry no weight; nobody without any point with a way arrives.
    """
    times_s = np.empty((len(fields_s), *crowd.cells.shape))
    for i, field_s in enumerate(fields_s):
        times_s[i] = field_s[crowd.cells]
    weights = np.where(crowd.cells >= 0, crowd.weights, 0.0)
    ways = np.isfinite(times_s)
    if not ways.all():
        times_s[~ways] = 0.0
        weights = weights * ways
    times_s *= crowd.slowness[:, None]
    total = weights.sum(axis=-1)
    safe = np.where(total > 0, total, 1.0)
    mean_s = np.einsum("...s,...s", weights, times_s) / safe
    times_s -= mean_s[:, :, None]
    np.square(times_s, out=times_s)
    variance = np.einsum("...s,...s", weights, times_s) / safe
    return np.where(total > 0, mean_s, np.inf), np.sqrt(variance)


def p_on_time(margin_s: Floats, sd_s: Floats) -> Floats:
    """Probability of arriving with ``margin_s`` to spare on average: a logistic curve of the same spread.

    1 / (1 + exp(-m / s)) with s = sqrt(3) / pi * sd has the variance of the normal distribution.
    """
    scaled = margin_s / (np.maximum(sd_s, 1e-3) * (np.sqrt(3) / np.pi))
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(scaled, -60.0, 60.0)))
    return result
