"""How long everybody needs to everywhere that matters: over the grid, by way of the depot, with a spread.

Times come from a few fields over the grid (one Dijkstra each, cached by ``Travel``): to each call, to each
depot, from each depot in the item's mode. An arrival time is a lookup for each point of an uncertain
position, so that a doubt about the floor becomes a doubt about the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.walking import Closures, Travel
from dispatcher.catalogue import Catalogue
from dispatcher.settings import DispatcherSettings

Floats = NDArray[np.float64]


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
    depot: NDArray[np.int16]
    """Index into the depots asked about, -1 = straight."""


class Ways:
    """Walking times for one state of the building."""

    def __init__(self, catalogue: Catalogue, settings: DispatcherSettings, closures: Closures) -> None:
        self.catalogue = catalogue
        self.settings = settings
        self.travel = Travel(catalogue.site, catalogue.grid, closures)
        self.depot_cells = {
            depot.depot: catalogue.grid.cell_at(catalogue.floors[depot.floor], depot.x_m, depot.y_m)
            for depot in catalogue.depots.values()
        }

    def straight(self, crowd: Crowd, cell: int, wheels: bool = False) -> Arrival:
        """Everybody's time to a cell."""
        mean_s, sd_s = look_up(self.travel.times_to(cell, wheels), crowd)
        return Arrival(mean_s, self._spread(mean_s, sd_s), np.full(len(mean_s), -1, np.int16))

    def by_depot(self, crowd: Crowd, cell: int, depots: Sequence[str], wheels: bool) -> Arrival:
        """Everybody's time to a cell by way of whichever depot is best for them; ties to the first."""
        n = len(crowd.slowness)
        mean_s, sd_s = np.full(n, np.inf), np.zeros(n)
        chosen = np.full(n, -1, np.int16)
        for index, depot in enumerate(depots):
            there_s, there_sd_s = look_up(self.travel.times_to(self.depot_cells[depot]), crowd)
            onward_s = float(self.travel.times_from(self.depot_cells[depot], wheels)[cell])
            total_s = there_s + self.settings.pick_up_s + onward_s * crowd.slowness
            better = total_s < mean_s
            mean_s[better], sd_s[better], chosen[better] = total_s[better], there_sd_s[better], index
        return Arrival(mean_s, self._spread(mean_s, sd_s), chosen)

    def _spread(self, mean_s: Floats, sd_s: Floats) -> Floats:
        """The doubt about the position and the ways of people and lifts, (n,)."""
        walking_s = self.settings.walk_cv * np.where(np.isfinite(mean_s), mean_s, 0.0)
        spread: Floats = np.sqrt(sd_s**2 + walking_s**2 + self.settings.travel_sd_s**2)
        return spread


def look_up(field_s: NDArray[np.float32], crowd: Crowd) -> tuple[Floats, Floats]:
    """Mean and standard deviation of a time field over each person's points, (n,) each.

    Points without a way carry no weight; nobody without any point with a way arrives.
    """
    times_s = field_s[crowd.cells].astype(np.float64) * crowd.slowness[:, None]
    usable = np.isfinite(times_s) & (crowd.cells >= 0)
    weights = np.where(usable, crowd.weights, 0.0)
    times_s = np.where(usable, times_s, 0.0)
    total = weights.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    mean_s = (weights * times_s).sum(axis=1) / safe
    variance = (weights * (times_s - mean_s[:, None]) ** 2).sum(axis=1) / safe
    return np.where(total > 0, mean_s, np.inf), np.sqrt(variance)


def p_on_time(margin_s: Floats, sd_s: Floats) -> Floats:
    """Probability of arriving with ``margin_s`` to spare on average: a logistic curve of the same spread.

    1 / (1 + exp(-m / s)) with s = sqrt(3) / pi * sd has the variance of the normal distribution.
    """
    scaled = margin_s / (np.maximum(sd_s, 1e-3) * (np.sqrt(3) / np.pi))
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(scaled, -60.0, 60.0)))
    return result
