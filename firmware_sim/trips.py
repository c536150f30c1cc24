"""One person's way through the building with the chances of the way in it, worked out when it begins.

Legs take a tenth more or less, lifts come when they come. A trip says where somebody is at any time, so
that nobody needs to be moved step by step.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np

from contracts.grid import WalkableGrid
from contracts.quantities import SECOND, Instant
from contracts.sitemap import Site
from contracts.walking import Closures, Hop, hops_of
from firmware_sim.scenario import Staff
from firmware_sim.ways import NO_WAY, Ways

ROWS_MAX: Final = 500
"""Tables of ways kept: 500 of 26 000 cells are 52 MB."""
STEPS_MAX: Final = 20_000
"""Cells of one way; more means a loop in the table."""
NOBODY: Final = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Trip:
    """Cells and when each is reached; at least one."""

    cells: list[int]
    times: list[Instant]
    walked_m: float
    """On foot; rides do not count."""

    @property
    def arrives_at(self) -> Instant:
        return self.times[-1]

    def index(self, now: Instant) -> int:
        """The last cell reached by ``now``."""
        return max(0, bisect_right(self.times, now) - 1)


class Routes:
    """Ways for one state of the building, shared by all runs on it."""

    def __init__(self, site: Site, grid: WalkableGrid, closures: Closures) -> None:
        self.grid = grid
        self.ways = Ways(site, grid, ROWS_MAX)
        self.ways.close(closures)
        self._hops: dict[bool, dict[tuple[int, int], Hop]] = {
            wheels: hops_of(site, grid, closures, wheels) for wheels in (False, True)
        }
        self._rows: dict[tuple[int, bool], list[int]] = {}

    def cells(self, start: int, goal: int, wheels: bool) -> list[int] | None:
        """A quickest way, both ends included; None where there is none."""
        row = self.ways.row_to(goal, wheels, NOBODY)
        if not self.ways.reaches(row, start, goal):
            return None
        onward = self.ways.next_cell[row]
        cells = [start]
        while cells[-1] != goal:
            following = int(onward[cells[-1]])
            assert following != NO_WAY, "a way must not end before its goal"
            assert len(cells) < STEPS_MAX, "a way must not go round"
            cells.append(following)
        return cells

    def hop(self, start: int, end: int, wheels: bool) -> Hop | None:
        return self._hops[wheels].get((start, end))


def set_out(
    routes: Routes,
    staff: Staff,
    start: int,
    goal: int,
    speed_mps: float,
    wheels: bool,
    now: Instant,
    rng: np.random.Generator,
) -> Trip | None:
    """A way begun now; None where there is none."""
    cells = routes.cells(start, goal, wheels)
    if cells is None:
        return None
    grid, here = routes.grid, np.array(cells)
    step_m = np.hypot(np.diff(grid.x_m[here]), np.diff(grid.y_m[here]))
    haste = max(0.5, float(rng.normal(1.0, staff.leg_cv))) if staff.leg_cv else 1.0
    seconds = step_m * haste / speed_mps
    far = np.flatnonzero((step_m > 1.5 * grid.cell_m) | (np.diff(grid.floor[here]) != 0))
    for step in far.tolist():
        hop = routes.hop(cells[step], cells[step + 1], wheels)
        if hop is not None:
            seconds[step] = ride_s(hop, staff, rng)
            step_m[step] = 0.0
    times = now + np.concatenate([[0], np.cumsum(np.rint(seconds * SECOND))]).astype(np.int64)
    return Trip(cells, times.tolist(), float(step_m.sum()))


def ride_s(hop: Hop, staff: Staff, rng: np.random.Generator) -> float:
    """A lift is waited for: gamma distributed about the mean, which may be longer than the site says."""
    wait_s = hop.connector.wait_s
    if wait_s <= 0:
        return hop.seconds
    mean_s, sd_s = wait_s * staff.lift_wait_factor, staff.lift_wait_sd_s
    true_s = float(rng.gamma((mean_s / sd_s) ** 2, sd_s**2 / mean_s)) if sd_s > 0 else mean_s
    return hop.seconds - wait_s + true_s
