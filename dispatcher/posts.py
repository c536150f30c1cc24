"""Places to stand by at, and the times between them: a table that is made a little at a time.

A time field is a search over a floor of the grid; a site has a hundred posts and depots. Made at once they
would stop the dispatcher for seconds, so each call of ``prepare`` makes a few; until all are there nobody
is told to stand by anywhere.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.messages import Place
from contracts.sitemap import Site
from dispatcher.eta import Ways

Floats = NDArray[np.float64]

POSTS_PER_FLOOR: Final = 13
"""Service desks first, then QR spots, then homes: enough to be near everybody, few enough to weigh up."""
FIELDS_AT_ONCE: Final = 3
"""Fields made in one turn: a tenth of a second on a large mall."""


class Posts:
    """Posts p and depots s for one state of the building. Times are inf where there is no way."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.places = posts_of(ways.catalogue.site)
        self.cells = np.array([ways.catalogue.cell_of(place) for place in self.places], np.int32)
        self.floor = ways.catalogue.grid.floor[self.cells]
        self.depots = tuple(ways.depot_cells)
        self._depot_cells = np.array([ways.depot_cells[depot] for depot in self.depots], np.int32)
        n, s = len(self.cells), len(self.depots)
        self.walk_s: Floats = np.full((n, n), np.inf)
        """(from post, to post)."""
        self.to_depot_s: Floats = np.full((n, s), np.inf)
        self.from_depot_s: Floats = np.full((2, s, n), np.inf)
        """(on foot or with wheels, depot, post)."""
        makers = ((self._from_depot_with_wheels, s), (self._to_depot, s), (self._to_post, n))
        self._todo = [(make, i) for make, count in makers for i in range(count)]

    @property
    def ready(self) -> bool:
        return not self._todo

    def prepare(self) -> bool:
        """Make some more of the table; whether it is complete."""
        for _ in range(min(FIELDS_AT_ONCE, len(self._todo))):
            make, i = self._todo.pop()
            make(i)
        return self.ready

    def _to_post(self, i: int) -> None:
        times_s = self.ways.travel.times_to(int(self.cells[i]))
        self.walk_s[:, i] = times_s[self.cells]
        self.from_depot_s[0, :, i] = times_s[self._depot_cells]

    def _to_depot(self, i: int) -> None:
        self.to_depot_s[:, i] = self.ways.travel.times_to(int(self._depot_cells[i]))[self.cells]

    def _from_depot_with_wheels(self, i: int) -> None:
        """One field for a depot, not one for each post: with wheels nobody sets out but from depots."""
        times_s = self.ways.travel.times_from(int(self._depot_cells[i]), wheels=True)
        self.from_depot_s[1, i] = times_s[self.cells]

    def nearest(self, cells: NDArray[np.int32]) -> tuple[NDArray[np.intp], Floats]:
        """For each cell the post of its floor that is nearest as the crow flies, and how far in metres."""
        grid = self.ways.catalogue.grid
        away_m = np.hypot(
            grid.x_m[cells][:, None] - grid.x_m[self.cells][None, :],
            grid.y_m[cells][:, None] - grid.y_m[self.cells][None, :],
        )
        away_m = np.where(grid.floor[cells][:, None] == self.floor[None, :], away_m, 1e6)
        post = away_m.argmin(axis=1)
        return post, away_m[np.arange(len(cells)), post]

    def arrive_s(self, item: str | None, depots: tuple[str, ...], wheels: bool) -> Floats:
        """(from post, to post) straight, or by way of the best of ``depots``."""
        if item is None:
            return self.walk_s
        rows = [self.depots.index(depot) for depot in depots if depot in self.depots]
        if not rows:
            return np.full_like(self.walk_s, np.inf)
        there = self.to_depot_s[:, rows] + self.ways.settings.pick_up_s
        onward = self.from_depot_s[int(wheels)][rows]
        best: Floats = (there[:, :, None] + onward[None, :, :]).min(axis=1)
        return best


def posts_of(site: Site) -> list[Place]:
    """At most ``POSTS_PER_FLOOR`` a floor, in the order of the site's file."""
    places = [Place(d.floor, d.x_m, d.y_m) for d in site.depots if d.kind == "depot"]
    places += [Place(spot.floor, spot.x_m, spot.y_m) for spot in site.spots]
    places += [Place(person.home_floor, *person.home) for person in site.staff]
    chosen: list[Place] = []
    for floor in site.floors:
        here = dict.fromkeys(place for place in places if place.floor == floor.floor)
        chosen += list(here)[:POSTS_PER_FLOOR]
    return chosen
