"""The Bayes filter: a cloud of weighted particles per device on walkable ground, all devices at once.

A particle is a place (cell and point), a velocity, and an opinion of the device's offset. It knows standing
and walking (a velocity that fades and is renewed, Ornstein-Uhlenbeck), does not cross walls or voids, and
changes floors only by connectors. Shapes are (n, p): devices, particles. What changes clouds changes them
in place, in the rows that ``index`` (m,) names.

Sources: Gordon, Salmond, Smith, IEE Proc. F 140 (1993); Doucet et al. (2000) for the offsets (weighing.py);
Thrun, Burgard, Fox, Probabilistic Robotics 8.3 for the few particles that start anew.
"""

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from positioning.compiled import compiled
from positioning.ground import REACH, SIDE, Ground, Terrain
from positioning.noise import ROWS, Noise

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
Rows = NDArray[np.int64]

VELOCITY_FADES_S: Final = 8.0
"""People keep their velocity for about so long indoors: ten metres straight on."""
FASTEST: Final = 2.0
"""Times the mean speed; spells in which one could get farther than REACH are walked in steps, so that
nobody jumps a wall or is held back."""
STEPS_MAX: Final = 8
CENTRE: Final = REACH * SIDE + REACH
"""Where a cell itself is among those that it reaches."""
NEVER: Final = 62
"""A bit that no cell has set: a move beyond REACH."""
JITTER_M2_PER_S: Final = 0.03
"""People who stand still shift by so much: keeps the particles of a device at rest apart."""


@dataclass(frozen=True)
class Cloud:
    """Particles of n devices, (n, p) each."""

    x_m: Singles
    y_m: Singles
    vx_mps: Singles
    vy_mps: Singles
    weight: Singles
    """Rows sum to one."""
    offset_db: Singles
    """The device's level against the reference, as this particle's history has it."""
    cell: Ints

    def rows(self, index: NDArray[np.intp]) -> "Cloud":
        """Copies of the clouds of some devices."""
        return Cloud(*(getattr(self, field.name)[index] for field in fields(self)))

    def put(self, index: NDArray[np.intp], other: "Cloud") -> None:
        """Overwrite the clouds of some devices."""
        for field in fields(self):
            getattr(self, field.name)[index] = getattr(other, field.name)

    def grown(self, rows: int) -> "Cloud":
        """Room for ``rows`` devices."""
        more, size = max(0, rows - len(self.cell)), self.cell.shape[1]
        extra = nothing(size, more)
        pairs = [(getattr(self, f.name), getattr(extra, f.name)) for f in fields(self)]
        return Cloud(*(np.concatenate(pair) for pair in pairs))


def nothing(particles: int, devices: int = 0) -> Cloud:
    """Clouds of devices that were not heard yet."""
    x, y, vx, vy, weight, offset = (np.zeros((devices, particles), np.float32) for _ in range(6))
    return Cloud(x, y, vx, vy, weight, offset, np.zeros((devices, particles), np.int32))


# --- motion ---


def move(
    cloud: Cloud,
    index: Rows,
    elapsed_s: Singles,
    rough_m: Singles,
    ground: Ground,
    noise: Noise,
    turn: int,
    walk_mps: float,
) -> None:
    """Let ``elapsed_s`` (m,) pass. ``rough_m`` (m,) parts the copies that resampling made."""
    reach_m = REACH / float(ground.terrain.per_m)
    steps = np.ceil(elapsed_s * np.float32(walk_mps * FASTEST / reach_m)).clip(1, STEPS_MAX).astype(np.int64)
    place = (cloud.x_m, cloud.y_m, cloud.vx_mps, cloud.vy_mps, cloud.cell)
    _walk(place, index, steps, elapsed_s, rough_m, ground.terrain, noise.normal, turn, np.float32(walk_mps))
    _change_floor(place, index, elapsed_s, ground.terrain, noise.uniform, turn)


_Places = tuple[Singles, Singles, Singles, Singles, Ints]


@compiled
def _walk(
    place: _Places,
    index: Rows,
    steps: Rows,
    elapsed_s: Singles,
    rough_m: Singles,
    terrain: Terrain,
    normal: Singles,
    turn: int,
    walk_mps: np.float32,
) -> None:
    """Each device in as many steps as its spell is long."""
    x, y, vx, vy, cell = place
    size = x.shape[1]
    new = (
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
    )
    bit, ahead = np.empty(size, np.int32), np.empty(size, np.int32)
    for i in range(len(index)):
        row = index[i]
        part_s = elapsed_s[i] / np.float32(steps[i])
        keep = np.exp(-part_s / np.float32(VELOCITY_FADES_S))
        renew = walk_mps * np.sqrt((np.float32(1) - keep * keep) / np.float32(2))
        for step in range(steps[i]):
            rough = rough_m[i] if step == 0 else np.float32(0)
            jitter = np.sqrt(np.float32(JITTER_M2_PER_S) * part_s + rough * rough)
            numbers = normal[(turn + 101 * step) % ROWS]
            _advance(
                (x[row], y[row], vx[row], vy[row]),
                new,
                (keep, renew, part_s * np.float32(0.5), jitter),
                numbers,
            )
            _settle((x[row], y[row], vx[row], vy[row], cell[row]), new, terrain, bit, ahead)


_Four = tuple[Singles, Singles, Singles, Singles]
_Terms = tuple[np.float32, np.float32, np.float32, np.float32]


@compiled
def _advance(
    old: _Four, new: _Four, terms: tuple[np.float32, np.float32, np.float32, np.float32], numbers: Singles
) -> None:
    """One device's particles as they would go on open ground."""
    x, y, vx, vy = old
    new_x, new_y, new_vx, new_vy = new
    keep, renew, half_s, jitter = terms
    for p in range(len(x)):
        new_vx[p] = keep * vx[p] + renew * numbers[0, p]
        new_vy[p] = keep * vy[p] + renew * numbers[1, p]
        new_x[p] = x[p] + half_s * (vx[p] + new_vx[p]) + jitter * numbers[2, p]
        new_y[p] = y[p] + half_s * (vy[p] + new_vy[p]) + jitter * numbers[3, p]


@compiled
def _settle(place: _Places, new: _Four, terrain: Terrain, bit: Ints, ahead: Ints) -> None:
    """Where one can walk there directly they go; at a wall they stay and turn back.

    Without a branch by particle: whether a wall is in the way cannot be guessed ahead. ``bit`` and ``ahead``
    are room for as many numbers: which bit of ``reach`` says so, and how far on in the lattice that is.
    """
    x, y, vx, vy, cell = place
    new_x, new_y, new_vx, new_vy = new
    x0, y0, per_m, columns = terrain.x0_m, terrain.y0_m, terrain.per_m, np.int32(terrain.columns)
    for p in range(len(x)):
        right = np.int32((new_x[p] - x0) * per_m) - np.int32((x[p] - x0) * per_m)
        down = np.int32((new_y[p] - y0) * per_m) - np.int32((y[p] - y0) * per_m)
        near = (abs(right) <= REACH) & (abs(down) <= REACH)
        bit[p] = down * SIDE + right + CENTRE if near else NEVER
        ahead[p] = down * columns + right
    for p in range(len(x)):
        here = cell[p]
        goes = np.int32((terrain.reach[here] >> bit[p]) & 1)
        cell[p] = terrain.lattice[terrain.place[here] + goes * ahead[p]]
        bit[p] = goes
    for p in range(len(x)):
        goes_on = bit[p] == 1
        x[p] = new_x[p] if goes_on else x[p]
        y[p] = new_y[p] if goes_on else y[p]
        vx[p] = new_vx[p] if goes_on else new_vx[p] * np.float32(-0.5)
        vy[p] = new_vy[p] if goes_on else new_vy[p] * np.float32(-0.5)


@compiled
def _change_floor(
    place: _Places, index: Rows, elapsed_s: Singles, terrain: Terrain, uniform: Singles, turn: int
) -> None:
    """Particles at a connector's stop leave by it at its rate."""
    x, y, _, _, cell = place
    numbers = uniform[turn % ROWS]
    for i in range(len(index)):
        row = index[i]
        for p in range(x.shape[1]):
            here = cell[row, p]
            if terrain.hop_rate[here] * elapsed_s[i] <= numbers[0, p]:
                continue
            ways = 0
            for end in terrain.hop_to[here]:
                ways += end >= 0
            end = terrain.hop_to[here, int(numbers[1, p] * np.float32(ways))]
            cell[row, p] = end
            x[row, p], y[row, p] = terrain.x_m[end], terrain.y_m[end]


def put_anew(
    cloud: Cloud, index: Rows, slots: Rows, cells: Ints, terrain: Terrain, offset_db: Singles, weight: Singles
) -> None:
    """Particles at rest in ``cells`` (m, s) instead of those in ``slots`` (s,), of ``weight`` (m,) each."""
    _put_anew(_arrays(cloud), index, slots, cells, terrain, offset_db, weight)


# --- what a cloud says ---


class Summary(NamedTuple):
    """Of m clouds, (m,) each: what the filter goes on with."""

    x_m: Floats
    y_m: Floats
    variance_m2: Floats
    """Mean of the variances in x and y."""
    speed_mps: Floats
    offset_db: Floats
    best_cell: Ints
    """Of the heaviest particle."""
    effective: Floats
    """Number of effective particles."""


class Moments(NamedTuple):
    """Of m clouds, (m,) each: means and covariance on the most likely floor."""

    odds: Floats
    """(m, floors)"""
    floor: Rows
    x_m: Floats
    y_m: Floats
    vx_mps: Floats
    vy_mps: Floats
    xx_m2: Floats
    xy_m2: Floats
    yy_m2: Floats


def summary(cloud: Cloud, index: Rows) -> Summary:
    """Over all floors."""
    means, best = np.zeros((6, len(index))), np.zeros(len(index), np.int32)
    _summarise(_arrays(cloud), index, means, best)
    x, y, variance, speed, offset, effective = means
    return Summary(x, y, variance, speed, offset, best, effective)


def moments(cloud: Cloud, index: Rows, floor_of: NDArray[np.int8], floors: int) -> Moments:
    """``floor_of`` (cells,) is the floor of each cell."""
    odds, means = np.zeros((len(index), floors)), np.zeros((7, len(index)))
    floor = np.zeros(len(index), np.int64)
    _measure(_arrays(cloud), index, floor_of, odds, floor, means)
    return Moments(odds, floor, *means)


_Arrays = tuple[Singles, Singles, Singles, Singles, Singles, Singles, Ints]


def _arrays(cloud: Cloud) -> _Arrays:
    return cloud.x_m, cloud.y_m, cloud.vx_mps, cloud.vy_mps, cloud.weight, cloud.offset_db, cloud.cell


@compiled
def _put_anew(
    cloud: _Arrays,
    index: Rows,
    slots: Rows,
    cells: Ints,
    terrain: Terrain,
    offset_db: Singles,
    weight: Singles,
) -> None:
    for i in range(len(index)):
        for s in range(len(slots)):
            at, cell = (index[i], slots[s]), cells[i, s]
            cloud[0][at], cloud[1][at] = terrain.x_m[cell], terrain.y_m[cell]
            cloud[2][at] = cloud[3][at] = np.float32(0)
            cloud[4][at], cloud[5][at], cloud[6][at] = weight[i], offset_db[i], cell


@compiled
def _summarise(arrays: _Arrays, index: Rows, means: Floats, best: Ints) -> None:
    xs, ys, vxs, vys, weights, offsets, cells = arrays
    for i in range(len(index)):
        row = index[i]
        w, top = weights[row], 0
        x = y = variance = speed = offset = square = np.float32(0)
        for p in range(len(w)):
            x += w[p] * xs[row, p]
            y += w[p] * ys[row, p]
            offset += w[p] * offsets[row, p]
            square += w[p] * w[p]
            speed += w[p] * np.sqrt(vxs[row, p] ** 2 + vys[row, p] ** 2)
        for p in range(len(w)):
            variance += w[p] * ((xs[row, p] - x) ** 2 + (ys[row, p] - y) ** 2)
            if w[p] > w[top]:
                top = p
        means[0, i], means[1, i], means[2, i] = x, y, variance / 2
        means[3, i], means[4, i], means[5, i] = speed, offset, 1 / square
        best[i] = cells[row, top]


@compiled
def _measure(
    arrays: _Arrays, index: Rows, floor_of: NDArray[np.int8], odds: Floats, floor: Rows, means: Floats
) -> None:
    xs, ys, vxs, vys, weights, _, cells = arrays
    size = weights.shape[1]
    level, share = np.empty(size, np.int8), np.empty(size, np.float64)
    for i in range(len(index)):
        row = index[i]
        for p in range(size):
            level[p] = floor_of[cells[row, p]]
        for floor_here in range(odds.shape[1]):
            for p in range(size):
                odds[i, floor_here] += weights[row, p] if level[p] == floor_here else np.float32(0)
        here = odds[i].argmax()
        floor[i] = here
        for p in range(size):
            share[p] = np.float64(weights[row, p]) if level[p] == here else 0.0
        x = y = vx = vy = xx = xy = yy = 0.0
        for p in range(size):
            x += share[p] * xs[row, p]
            y += share[p] * ys[row, p]
            vx += share[p] * vxs[row, p]
            vy += share[p] * vys[row, p]
        total = odds[i, here]
        x, y, vx, vy = x / total, y / total, vx / total, vy / total
        for p in range(size):
            dx, dy = xs[row, p] - x, ys[row, p] - y
            xx += share[p] * dx * dx
            xy += share[p] * dx * dy
            yy += share[p] * dy * dy
        means[0, i], means[1, i], means[2, i], means[3, i] = x, y, vx, vy
        means[4, i], means[5, i], means[6, i] = xx / total, xy / total, yy / total


# --- resampling ---


def resample(cloud: Cloud, size: int, start: float) -> Cloud:
    """``size`` particles of equal weight each, systematically (Kitagawa, 1996); ``start`` in (0, 1)."""
    made = nothing(size, len(cloud.weight))
    index = np.arange(len(cloud.weight))
    _copy(_arrays(cloud), _arrays(made), index, index, start)
    return made


def refresh(cloud: Cloud, index: Rows, start: float) -> None:
    """The same in place, for the rows ``index``."""
    _again(_arrays(cloud), index, start)


@compiled
def _copy(old: _Arrays, new: _Arrays, rows: Rows, to: Rows, start: float) -> None:
    """From ``rows`` of old clouds to those of new ones, in proportion to the weights."""
    chosen = np.empty(new[4].shape[1], np.int32)
    for i in range(len(rows)):
        row, out = rows[i], to[i]
        _choose(old[4][row], chosen, start)
        for c in range(len(chosen)):
            p = chosen[c]
            new[0][out, c], new[1][out, c] = old[0][row, p], old[1][row, p]
            new[2][out, c], new[3][out, c] = old[2][row, p], old[3][row, p]
            new[5][out, c], new[6][out, c] = old[5][row, p], old[6][row, p]
        new[4][out, :] = 1.0 / len(chosen)


@compiled
def _again(cloud: _Arrays, rows: Rows, start: float) -> None:
    """A cloud into itself, one array after the other."""
    size = cloud[4].shape[1]
    chosen, spare, spare_cell = np.empty(size, np.int32), np.empty(size, np.float32), np.empty(size, np.int32)
    for row in rows:
        _choose(cloud[4][row], chosen, start)
        for old in (cloud[0], cloud[1], cloud[2], cloud[3], cloud[5]):
            spare[:] = old[row]
            for c in range(size):
                old[row, c] = spare[chosen[c]]
        spare_cell[:] = cloud[6][row]
        for c in range(size):
            cloud[6][row, c] = spare_cell[chosen[c]]
        cloud[4][row, :] = 1.0 / size


@compiled
def _choose(weight: Singles, chosen: Ints, start: float) -> None:
    """Which particle each of the new ones copies: as many as have had their last copy before it."""
    size, total, upto = len(chosen), 0.0, 0.0
    ends = np.zeros(size + 1, np.int32)
    for p in range(len(weight)):
        total += weight[p]
    for p in range(len(weight) - 1):
        upto += weight[p]
        ends[min(size, max(0, int(upto / total * size + start)))] += 1
    ended = np.int32(0)
    for c in range(size):
        ended += ends[c]
        chosen[c] = ended
