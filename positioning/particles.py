"""The Bayes filter: a cloud of weighted particles per device on walkable ground, all devices at once.

A particle is a place (cell and point), a velocity, and an opinion of the device's offset. It knows standing
and walking (a velocity that fades and is renewed, Ornstein-Uhlenbeck), does not cross walls or voids, and
changes floors only by connectors. Shapes are (n, p): devices, particles.

Sources: Gordon, Salmond, Smith, IEE Proc. F 140 (1993); Doucet et al. (2000) for the offsets (weighing.py);
Thrun, Burgard, Fox, Probabilistic Robotics 8.3 for the few particles that start anew.
"""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from positioning.ground import REACH, SIDE, Ground
from positioning.noise import ROWS, Noise

Singles = NDArray[np.float32]
Ints = NDArray[np.int32]

VELOCITY_FADES_S: Final = 4.0
"""People keep their velocity for about so long indoors."""
FASTEST: Final = 2.0
"""Times the mean speed; spells in which one could get farther than REACH are walked in steps, so that
nobody jumps a wall or is held back."""
STEPS_MAX: Final = 8
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
        """The clouds of some devices."""
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
    elapsed_s: Singles,
    rough_m: Singles,
    ground: Ground,
    noise: Noise,
    turn: int,
    walk_mps: float,
) -> Cloud:
    """Let ``elapsed_s`` (n,) pass. ``rough_m`` (n,) parts the copies that resampling made."""
    reach_m = REACH / float(ground.per_m)
    longest_m = float(elapsed_s.max(initial=0.0)) * walk_mps * FASTEST
    steps = min(STEPS_MAX, max(1, int(np.ceil(longest_m / reach_m))))
    for step in range(steps):
        part = elapsed_s / np.float32(steps)
        rough = rough_m if step == 0 else np.zeros_like(rough_m)
        cloud = _walk(cloud, part, rough, ground, noise, (turn + 101 * step) % ROWS, walk_mps)
    return _change_floor(cloud, elapsed_s, ground, noise, turn % ROWS)


def _walk(
    cloud: Cloud,
    elapsed_s: Singles,
    rough_m: Singles,
    ground: Ground,
    noise: Noise,
    turn: int,
    walk_mps: float,
) -> Cloud:
    keep = np.exp(-elapsed_s / np.float32(VELOCITY_FADES_S))[:, None]
    renew = np.float32(walk_mps / np.sqrt(2)) * np.sqrt(1 - keep * keep)
    half = (elapsed_s * np.float32(0.5))[:, None]
    jitter = np.sqrt(np.float32(JITTER_M2_PER_S) * elapsed_s + rough_m * rough_m)[:, None]
    x, vx = _axis(
        cloud.x_m,
        cloud.vx_mps,
        keep,
        renew,
        half,
        jitter,
        noise.normal[0][turn],
        noise.normal[2][turn],
    )
    y, vy = _axis(
        cloud.y_m,
        cloud.vy_mps,
        keep,
        renew,
        half,
        jitter,
        noise.normal[1][turn],
        noise.normal[3][turn],
    )
    column, row = _lattice(ground, x, y)
    old_column, old_row = _lattice(ground, cloud.x_m, cloud.y_m)
    right, down = column - old_column, row - old_row
    flat = ground.place.take(cloud.cell, mode="clip") + down * np.int32(ground.columns) + right
    right += REACH
    down += REACH
    near = (right.view(np.uint32) < SIDE) & (down.view(np.uint32) < SIDE)
    down *= SIDE
    down += right
    free = (ground.reach.take(cloud.cell, mode="clip") >> (down & 63)) & 1 > 0
    free &= near
    stay = ~free
    cell = ground.lattice.take(flat, mode="clip")
    np.copyto(cell, cloud.cell, where=stay)
    np.copyto(x, cloud.x_m, where=stay)
    np.copyto(y, cloud.y_m, where=stay)
    np.multiply(vx, np.float32(-0.5), out=vx, where=stay)
    np.multiply(vy, np.float32(-0.5), out=vy, where=stay)
    return replace(cloud, x_m=x, y_m=y, vx_mps=vx, vy_mps=vy, cell=cell)


def _axis(
    at_m: Singles,
    velocity_mps: Singles,
    keep: Singles,
    renew: Singles,
    half_s: Singles,
    jitter_m: Singles,
    turns: Singles,
    steps: Singles,
) -> tuple[Singles, Singles]:
    """New coordinate and velocity along one axis."""
    velocity = keep * velocity_mps
    velocity += renew * turns
    at = velocity + velocity_mps
    at *= half_s
    at += jitter_m * steps
    at += at_m
    return at, velocity


def _lattice(ground: Ground, x_m: Singles, y_m: Singles) -> tuple[Ints, Ints]:
    column = ((x_m - ground.x0_m) * ground.per_m).astype(np.int32)
    row = ((y_m - ground.y0_m) * ground.per_m).astype(np.int32)
    return column, row


def _change_floor(cloud: Cloud, elapsed_s: Singles, ground: Ground, noise: Noise, turn: int) -> Cloud:
    """Particles at a connector's stop leave by it at its rate."""
    chance = ground.hop_rate[cloud.cell] * elapsed_s[:, None]
    draw = noise.uniform[0][turn]
    device, particle = np.nonzero(chance > draw)
    if not len(device):
        return cloud
    ways = ground.hop_to[cloud.cell[device, particle]]
    pick = (noise.uniform[1][turn][particle] * (ways >= 0).sum(axis=1)).astype(np.int64)
    end = ways[np.arange(len(ways)), pick]
    cell, x, y = cloud.cell.copy(), cloud.x_m.copy(), cloud.y_m.copy()
    cell[device, particle] = end
    x[device, particle], y[device, particle] = ground.grid.x_m[end], ground.grid.y_m[end]
    return replace(cloud, x_m=x, y_m=y, cell=cell)


# --- resampling ---


def thin(cloud: Cloud, fraction: float) -> NDArray[np.bool_]:
    """Which devices have fewer effective particles than ``fraction`` of all."""
    effective = 1 / np.einsum("np,np->n", cloud.weight, cloud.weight)
    few: NDArray[np.bool_] = effective < fraction * cloud.weight.shape[1]
    return few


def resample(cloud: Cloud, size: int, start: float) -> Cloud:
    """``size`` particles of equal weight each, systematically (Kitagawa, 1996); ``start`` in (0, 1)."""
    n, before = cloud.weight.shape
    total = np.cumsum(cloud.weight, axis=1, dtype=np.float64)
    upto = np.floor(total / total[:, -1:] * size + start).astype(np.int64)
    upto[:, -1] = size
    copies = np.diff(np.minimum(upto, size), axis=1, prepend=0)
    index = np.repeat(np.arange(n * before), copies.ravel()).reshape(n, size)

    equal = np.full((n, size), 1 / size, np.float32)
    copied = {f.name: getattr(cloud, f.name).ravel()[index] for f in fields(Cloud) if f.name != "weight"}
    return Cloud(weight=equal, **copied)
