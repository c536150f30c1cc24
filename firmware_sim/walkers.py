"""Everybody who moves, as arrays: all walkers take their next step at once."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.grid import WalkableGrid
from contracts.quantities import SECOND, Instant, from_seconds
from firmware_sim.ways import NO_WAY, Ways

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

STEPS_MAX: Final = 200
"""Cells one walker may cross in one call of ``advance``: 400 m; more means a loop in the table."""


class Walkers:
    """Where n people are and where they go. Positions hold for the time of the last ``advance``."""

    def __init__(self, grid: WalkableGrid, ways: Ways, cells: Ints, speed_mps: Floats) -> None:
        n = len(cells)
        self.grid = grid
        self.ways = ways
        self.speed_mps = speed_mps
        self.cell: Ints = cells.astype(np.int32)
        self.floor = grid.floor[cells].astype(np.int8)
        self.x_m: Floats = grid.x_m[cells].astype(np.float64)
        self.y_m: Floats = grid.y_m[cells].astype(np.float64)
        self.heading: Floats = np.tile([1.0, 0.0], (n, 1))
        """(n, 2) unit vectors: where each one looks."""
        self.moving = np.zeros(n, bool)
        self.row: Ints = np.full(n, -1, np.int32)
        """Row of ``ways`` each one follows; -1 = none."""
        self.goal_cell: Ints = self.cell.copy()
        self._goal_xy: Floats = np.stack([self.x_m, self.y_m], axis=1)
        self._from: Floats = self._goal_xy.copy()
        self._to: Floats = self._goal_xy.copy()
        self._to_cell: Ints = self.cell.copy()
        self._last = np.zeros(n, bool)
        """On the last straight piece, from the goal's cell to the very point."""
        self._depart: Floats = np.zeros(n)
        self._arrive: Floats = np.zeros(n)
        """Microseconds as floats: exact to 2**53, and divisible without casts."""

    def __len__(self) -> int:
        return len(self.cell)

    def go(self, who: int, cell: int, xy: tuple[float, float], now: Instant, wheels: bool = False) -> bool:
        """Send one walker to a point of a cell. False when there is no way (the walker stays).

        A step under way is finished first: nobody turns round in the middle of an escalator.
        """
        row = self.ways.row_to(cell, wheels, self.row)
        finishing = bool(self.moving[who]) and not self._last[who]
        if not self.ways.reaches(row, int(self._to_cell[who] if finishing else self.cell[who]), cell):
            return False
        self.row[who] = row
        self.goal_cell[who] = cell
        self._goal_xy[who] = xy
        self._last[who] = False
        if not finishing:
            self.moving[who] = True
            self._from[who] = self._to[who] = self.x_m[who], self.y_m[who]
            self._to_cell[who] = self.cell[who]
            self._depart[who] = self._arrive[who] = now
        return True

    def advance(self, now: Instant) -> list[int]:
        """Move everybody to ``now``; returns who has arrived at the goal since the last call."""
        arrived: list[int] = []
        for _ in range(STEPS_MAX):
            due = np.flatnonzero(self.moving & (self._arrive <= now))
            if not len(due):
                break
            arrived += self._next_step(due)
        self._interpolate(now)
        return arrived

    def stand_still(self, gap: int) -> None:
        """Everybody's steps under way move on by ``gap`` microseconds."""
        self._depart += gap
        self._arrive += gap

    def _next_step(self, due: NDArray[np.intp]) -> list[int]:
        """Those who finished a step begin the next one, or are at their goal."""
        cell = self._to_cell[due]
        self.cell[due] = cell
        self.floor[due] = self.grid.floor[cell]
        self._from[due] = self._to[due]
        done = self._last[due]
        at_goal = ~done & (cell == self.goal_cell[due])
        for who in due[done]:
            self._arrive_at_goal(int(who))
        onward = due[at_goal]
        self._last[onward] = True
        self._to[onward] = self._goal_xy[onward]
        walk = due[~done & ~at_goal]
        target = self.ways.next_cell[self.row[walk], self.cell[walk]]
        assert (target != NO_WAY).all(), "a way must not end before its goal"
        self._to_cell[walk] = target
        self._to[walk, 0] = self.grid.x_m[target]
        self._to[walk, 1] = self.grid.y_m[target]
        self._schedule(due[~done])
        return [int(who) for who in due[done]]

    def _arrive_at_goal(self, who: int) -> None:
        self.x_m[who], self.y_m[who] = self._goal_xy[who]
        self._to[who] = self._goal_xy[who]
        self.moving[who] = False
        self.row[who] = -1

    def _schedule(self, who: NDArray[np.intp]) -> None:
        """Time and direction of the steps just begun."""
        step = self._to[who] - self._from[who]
        length_m = np.hypot(step[:, 0], step[:, 1])
        seconds = length_m / self.speed_mps[who]
        apart = np.flatnonzero((self.cell[who] != self._to_cell[who]) & (length_m > 1.5 * self.grid.cell_m))
        other = np.flatnonzero(self.grid.floor[self._to_cell[who]] != self.floor[who])
        for index in {*apart.tolist(), *other.tolist()}:
            ride = self.ways.hop_seconds(int(self.cell[who[index]]), int(self._to_cell[who[index]]))
            seconds[index] = ride if ride is not None else seconds[index]
        self._depart[who] = self._arrive[who]
        self._arrive[who] += np.maximum(np.rint(seconds * SECOND), 1)
        long = length_m > 0.05
        self.heading[who[long]] = step[long] / length_m[long, None]

    def _interpolate(self, now: Instant) -> None:
        moving = self.moving
        span = np.maximum(self._arrive - self._depart, 1)
        share = np.clip((now - self._depart) / span, 0.0, 1.0)[:, None]
        at = self._from + share * (self._to - self._from)
        np.copyto(self.x_m, at[:, 0], where=moving)
        np.copyto(self.y_m, at[:, 1], where=moving)
        nearer = np.where(share[:, 0] < 0.5, self.cell, self._to_cell)
        np.copyto(self.floor, self.grid.floor[nearer], where=moving)


def near_point(
    grid: WalkableGrid, cell: int, rng: np.random.Generator, spread: float = 0.4
) -> tuple[float, float]:
    """A point of the cell near its middle: nobody stands exactly where the next one stands."""
    dx, dy = rng.uniform(-spread, spread, 2) * grid.cell_m
    return float(grid.x_m[cell] + dx), float(grid.y_m[cell] + dy)


def turn(walkers: Walkers, who: int, rng: np.random.Generator) -> None:
    """Look somewhere else: people at a shelf turn about."""
    angle = rng.uniform(0.0, 2.0 * math.pi)
    walkers.heading[who] = math.cos(angle), math.sin(angle)


def seconds_later(now: Instant, value_s: float) -> Instant:
    return now + from_seconds(max(0.0, value_s))
