"""The life of every device's estimate: begun, confirmed, coasting, lost. Arrays with one row per device."""

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from positioning import geometry, particles
from positioning.batch import WIDTH, Batch
from positioning.ground import Ground
from positioning.multilateration import Heard, solve
from positioning.news import news
from positioning.noise import ROWS, Noise, spread
from positioning.particles import Cloud, Ints, Singles, Summary
from positioning.radio import Gateways, Storeys, slab_loss_db, vertical_m
from positioning.radiomap import RadioMap
from positioning.settings import OffsetPrior, PositioningSettings
from positioning.weighing import Evidence, weigh

_ZERO_AT_FIRST: Final = (
    *("used_s", "begun_s", "solved_s", "offset_db", "rough_m", "speed_mps"),
    *("first_offset_db", "first_spread_db", "early_total", "early_count", "known", "packets"),
)
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
TENTATIVE, CONFIRMED, COASTING, LOST = range(4)
CONFIRM_AFTER_S: Final = 2.0
BEGIN_S: Final = 1.5
"""So long a new track is begun again with all it heard: the first gateways to report are not the best,
and a cloud that gathered in the wrong place does not come back soon."""
FADE_S: Final = 0.5
"""While a track is begun, a gateway's older levels fade against its newer ones: half a second of walking
is less than the error of a fix."""
UNKNOWN: Final = (-10.0, 6.0, 0.05)
"""Mean and spread in dB of the offset of a device that is not what its class says (another phone, a tag
in a bag: weaker), and how probable that is."""
CANDIDATES: Final = 8
"""A new track chooses its particles among so many times as many places."""
BEGIN_AT_ONCE: Final = 64
"""New tracks solved in one go: bounds the memory of their candidates."""
ANEW: Final = 2
"""Particles per update that start anew near the loudest gateway, so that no error is for ever."""
ANEW_PER_S: Final = 0.004
"""Their weight: once in four minutes the filter is assumed to be lost."""
SLOWNESS: Final = 10.0
"""Offsets are learnt so much more slowly than places: in one place all residuals persist."""
THIN: Final = 0.5
"""Resample below this share of effective particles."""
ROUGH: Final = 1.0
"""Copies are parted by this share of the cloud's spread times p ** -1/6 (Gordon et al., 1993)."""
CHI2_95: Final = 5.991


@dataclass(frozen=True)
class World:
    """All that is installed and drawn, in the form that the filter reads."""

    ground: Ground
    radio: RadioMap
    gateways: Gateways
    storeys: Storeys
    near: Ints
    """(gateways, candidates): cells around each gateway."""
    ellipse_scale: float = 1.0
    """What the commissioning walk says of the ellipses: by how much they must be wider."""


@dataclass(frozen=True)
class Estimate:
    """What leaves for a few rows; shapes (n,), ``floor_probability`` (n, floors)."""

    floor: Rows
    x_m: Floats
    y_m: Floats
    vx_mps: Floats
    vy_mps: Floats
    semi_major_m: Floats
    semi_minor_m: Floats
    heading_deg: Floats
    floor_probability: Floats
    quality: NDArray[np.uint8]
    age_s: Floats


class Tracks:
    """State of all devices; a row without readings has ``heard_s`` -inf and quality LOST."""

    def __init__(self, floors: int, gateways: int, settings: PositioningSettings) -> None:
        self._settings = settings
        self._floors = floors
        self._noise: Noise = spread(settings.particles)
        self.cloud: Cloud = particles.nothing(settings.particles)
        self.spread_db: Singles = np.zeros(0, np.float32)
        self.used_s: Floats = np.zeros((0, gateways))
        """When a reading of each gateway was last used."""
        self.packets: Singles = np.zeros((0, gateways), np.float32)
        """Heard by each gateway in the present place: they fade as the device walks on."""
        self.heard_s: Floats = np.zeros(0)
        self.begun_s: Floats = np.zeros(0)
        self.solved_s: Floats = np.zeros(0)
        self.rough_m: Singles = np.zeros(0, np.float32)
        self.speed_mps: Singles = np.zeros(0, np.float32)
        """Mean over the cloud: how fast residuals become new ones."""
        self.known: Floats = np.zeros((0, geometry.SUMS))
        """Information of the gateways heard of late, as one snapshot has it."""
        self.quality: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self.offset_db: Singles = np.zeros(0, np.float32)
        """What is known of a device's offset: the prior, or what was learnt."""
        self.first_offset_db: Singles = np.zeros(0, np.float32)
        self.first_spread_db: Singles = np.zeros(0, np.float32)
        """The same as the track began."""
        self.early_total: Singles = np.zeros((0, gateways), np.float32)
        self.early_count: Singles = np.zeros((0, gateways), np.float32)
        """Sum and number of the levels heard while a track is begun."""

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` devices."""
        missing = max(0, rows - len(self.heard_s))
        self.cloud = self.cloud.grown(rows)
        for name in _ZERO_AT_FIRST:
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((missing, *old.shape[1:]), old.dtype)]))
        self.spread_db = np.concatenate([self.spread_db, np.ones(missing, np.float32)])
        self.heard_s = np.concatenate([self.heard_s, np.full(missing, -np.inf)])
        self.used_s[len(self.used_s) - missing :] = -np.inf
        self.quality = np.concatenate([self.quality, np.full(missing, LOST, np.uint8)])

    def begin(self, row: int, prior: OffsetPrior) -> None:
        """A device was enrolled."""
        self.clear(row)
        self.offset_db[row] = prior.mean_db
        self.spread_db[row] = prior.spread_db

    def clear(self, row: int) -> None:
        """Forget all about a device."""
        for values in (self.cloud.x_m, self.cloud.y_m, self.cloud.weight, self.cloud.cell):
            values[row] = 0
        self.used_s[row] = -np.inf
        self.early_total[row] = self.early_count[row] = self.packets[row] = self.known[row] = 0.0
        self.offset_db[row] = self.rough_m[row] = self.speed_mps[row] = 0.0
        self.spread_db[row] = 1.0
        self.heard_s[row] = -np.inf
        self.quality[row] = LOST

    def rebuild(self, gateways: int, old_to_new: Rows) -> None:
        """Gateways were installed or removed: ``old_to_new[old]`` is the new column, -1 = gone."""
        stay = np.flatnonzero(old_to_new >= 0)
        for name in ("used_s", "early_total", "early_count", "packets"):
            old = getattr(self, name)
            new = np.full((len(old), gateways), -np.inf if name == "used_s" else 0.0, old.dtype)
            new[:, old_to_new[stay]] = old[:, stay]
            setattr(self, name, new)

    def shift(self, seconds: float) -> None:
        """The clock was set: move the past with it."""
        for values in (self.used_s, self.heard_s, self.begun_s, self.solved_s):
            values += seconds

    def followed(self) -> bool:
        """Whether any device may still change by the passing of time."""
        return bool((self.quality != LOST).any())

    # --- an update ---

    def locate(self, batch: Batch, world: World, now_s: float) -> None:
        """Take what devices heard since their last update into their tracks."""
        self._note_new(batch, now_s)
        early = now_s - self.begun_s[batch.row] <= BEGIN_S
        starting = np.flatnonzero(early)
        for begin in range(0, len(starting), BEGIN_AT_ONCE):
            self._begin(
                self._all_heard(_part(batch, starting[begin : begin + BEGIN_AT_ONCE]), now_s), world, now_s
            )
        going = np.flatnonzero(~early)
        if len(going):
            self._continue(_part(batch, going), world, now_s)
        self.heard_s[batch.row] = np.maximum(self.heard_s[batch.row], batch.newest_s)
        self.solved_s[batch.row] = now_s
        old = now_s - self.begun_s[batch.row] >= CONFIRM_AFTER_S
        self.quality[batch.row] = np.where(old, CONFIRMED, TENTATIVE)

    def _note_new(self, batch: Batch, now_s: float) -> None:
        """Devices that were lost, or never heard, begin a track now."""
        rows = batch.row[self.quality[batch.row] == LOST]
        self.begun_s[rows] = now_s
        self.early_total[rows] = self.early_count[rows] = self.packets[rows] = 0.0
        self.first_offset_db[rows], self.first_spread_db[rows] = self.offset_db[rows], self.spread_db[rows]

    def _all_heard(self, batch: Batch, now_s: float) -> Batch:
        """The batch together with what was heard before, since the tracks began."""
        fade = np.exp((self.solved_s[batch.row] - now_s) / FADE_S).astype(np.float32)[:, None]
        self.early_total[batch.row] *= fade
        self.early_count[batch.row] *= fade
        row, column = np.nonzero(batch.count > 0)
        at = (batch.row[row], batch.gateway[row, column])
        self.early_total[at] += batch.rssi_dbm[row, column] * batch.count[row, column]
        self.early_count[at] += batch.count[row, column]
        self.used_s[at] = np.maximum(self.used_s[at], batch.heard_s[row, column])
        self.packets[at] = self.early_count[at]
        count = self.early_count[batch.row]
        level = np.where(count > 0, self.early_total[batch.row] / np.maximum(count, 1e-9), -np.inf)
        width = min(WIDTH, int((count > 0).sum(axis=1).max()))
        loudest = np.argsort(-level, axis=1, kind="stable")[:, :width]
        taken = np.take_along_axis(count, loudest, 1).astype(float)
        return Batch(
            row=batch.row,
            newest_s=batch.newest_s,
            gateway=loudest,
            rssi_dbm=np.where(taken > 0, np.take_along_axis(level, loudest, 1), 0.0).astype(float),
            count=np.where(taken > 0, np.maximum(taken, 1.0), 0.0),
            heard_s=np.take_along_axis(self.used_s[batch.row], loudest, 1),
        )

    def _continue(self, batch: Batch, world: World, now_s: float) -> None:
        rows, cloud, s = batch.row, self.cloud, self._settings
        elapsed_s = np.maximum(now_s - self.solved_s[rows], 0.0).astype(np.float32)
        turn = int(now_s * 1e3 / s.wake_interval_ms) % ROWS
        particles.move(
            cloud, rows, elapsed_s, self.rough_m[rows], world.ground, self._noise, turn, s.walk_mps
        )
        self._start_anew(batch, elapsed_s, world, turn)
        recent = np.exp(-elapsed_s / s.window_s)
        apart_s = np.maximum(
            batch.heard_s - self.used_s[rows[:, None], batch.gateway], 0.0
        )  # 0 where unheard
        share = 1 - np.exp(-apart_s / s.window_s)
        self.known[rows] *= recent[:, None]
        evidence = news(batch, self.used_s, self.packets, world.gateways.noise_db, self.speed_mps, s)
        left_db = weigh(cloud, rows, evidence, world.radio, self.spread_db[rows, None], SLOWNESS)
        self.spread_db[rows] = left_db[:, 0]
        found = particles.summary(cloud, rows)
        self.known[rows] += self._snapshot(batch, found, share, world)
        self._conclude(rows, found, turn)

    def _start_anew(self, batch: Batch, elapsed_s: Singles, world: World, turn: int) -> None:
        """A few particles, of little weight, are put near the loudest gateway."""
        count = self._settings.particles
        slots = (turn * ANEW + np.arange(ANEW)) % count
        chosen = (turn * 31 + np.arange(ANEW) * 7) % world.near.shape[1]
        cell = world.near[batch.gateway[:, :1], chosen]
        weight = (ANEW_PER_S / ANEW * np.minimum(elapsed_s, 5.0)).astype(np.float32, copy=False)
        offset_db = self.offset_db[batch.row]
        particles.put_anew(self.cloud, batch.row, slots, cell, world.ground.terrain, offset_db, weight)

    def _begin(self, batch: Batch, world: World, now_s: float) -> None:
        """Choose the particles of new tracks among many places."""
        rows, count = batch.row, self._settings.particles
        fix = solve(self._problem(batch, world))
        near = world.near[batch.gateway[:, 0]]
        n, half = near.shape[0], near.shape[1] // 2
        axes = np.linalg.cholesky(fix.covariance_m2)
        turns = np.arange(half)
        draw = np.stack([self._noise.normal[:, i].ravel()[turns] for i in (0, 1)])
        spot = np.stack([fix.x_m, fix.y_m], axis=1)[:, :, None] + axes @ draw[None]
        floor = world.gateways.floor[batch.gateway[:, 0]].astype(np.int8)
        around = world.ground.grid.cells_at(np.repeat(floor, half), spot[:, 0].ravel(), spot[:, 1].ravel())
        around = np.where(around >= 0, around, np.repeat(near[:, 0], half)).reshape(n, half)
        cell = np.concatenate(
            [near[:, half:] if near.shape[1] % 2 == 0 else near[:, half + 1 :], around], axis=1
        )
        turn = int(now_s * 1e3 / self._settings.wake_interval_ms) % ROWS
        cloud, spread_db = self._candidates(cell, rows, world)
        noise_db2 = world.gateways.noise_db[batch.gateway] ** 2
        packets_db2 = self._settings.packet_db**2 / np.maximum(batch.count, 1)
        evidence = Evidence(
            gateway=batch.gateway.astype(np.int32),
            rssi_dbm=batch.rssi_dbm.astype(np.float32),
            share=(batch.count > 0).astype(np.float32),
            variance_db2=(noise_db2 + packets_db2).astype(np.float32),
        )
        everyone = np.arange(n)
        left_db = weigh(cloud, everyone, evidence, world.radio, spread_db, 1.0)
        found = particles.summary(cloud, everyone)
        self.known[rows] = self._snapshot(batch, found, np.ones(batch.count.shape), world)
        self.spread_db[rows] = np.sqrt(np.einsum("np,np->n", cloud.weight, left_db**2))
        self.cloud.put(rows, particles.resample(cloud, count, 0.5))
        speed = np.float32(self._settings.walk_mps / 2)
        self.cloud.vx_mps[rows] = speed * self._noise.normal[turn, 2]
        self.cloud.vy_mps[rows] = speed * self._noise.normal[turn, 3]
        self._conclude(rows, particles.summary(self.cloud, rows), turn)

    def _candidates(self, cell: Ints, rows: Rows, world: World) -> tuple[Cloud, Singles]:
        """Particles at rest in ``cell`` (n, c), twice: with the offset that the device's class says, and
        with an unknown one; and the spread of each, (n, 2 c)."""
        half = cell.shape[1]
        cell = np.concatenate([cell, cell], axis=1)
        zero = np.zeros(cell.shape, np.float32)
        weight, offset_db, spread_db = zero.copy(), zero.copy(), zero.copy()
        mean_db, unknown_db, odds = UNKNOWN
        weight[:, :half], weight[:, half:] = (1 - odds) / half, odds / half
        offset_db[:, :half], offset_db[:, half:] = self.first_offset_db[rows, None], mean_db
        spread_db[:, :half], spread_db[:, half:] = self.first_spread_db[rows, None], unknown_db
        grid = world.ground.grid
        cloud = Cloud(grid.x_m[cell], grid.y_m[cell], zero, zero.copy(), weight, offset_db, cell)
        return cloud, spread_db

    def _snapshot(self, batch: Batch, found: Summary, share: Floats, world: World) -> Floats:
        """What this batch adds to ``known``: ``share`` (m, k) of each gateway's information."""
        g, gateways = batch.gateway, world.gateways
        floor = world.ground.floor[found.best_cell].astype(np.int64)[:, None]
        return geometry.information(
            found.x_m[:, None] - gateways.x_m[g],
            found.y_m[:, None] - gateways.y_m[g],
            vertical_m(gateways, world.storeys, g, floor, self._settings.tag_height_m),
            gateways.exponent[g],
            np.where(batch.count > 0, np.clip(share, 0, 1) / gateways.noise_db[g] ** 2, 0.0),
        )

    def _problem(self, batch: Batch, world: World) -> Heard:
        """Multilateration on the floor of the loudest gateway."""
        s, g, gateways = self._settings, batch.gateway, world.gateways
        floor = gateways.floor[g[:, :1]]
        heard = batch.count > 0
        variance = gateways.noise_db[g] ** 2 + s.packet_db**2 / np.maximum(batch.count, 1)
        return Heard(
            x_m=gateways.x_m[g],
            y_m=gateways.y_m[g],
            vertical_m=vertical_m(gateways, world.storeys, g, floor, s.tag_height_m),
            rssi_dbm=np.where(heard, batch.rssi_dbm, -100.0),
            power_dbm=gateways.power_dbm[g] - slab_loss_db(gateways, world.storeys, g, floor),
            exponent=gateways.exponent[g],
            sigma_db=np.where(heard, np.sqrt(variance), np.inf),
            offset_mean_db=self.first_offset_db[batch.row].astype(float),
            offset_spread_db=self.first_spread_db[batch.row].astype(float),
        )

    def _conclude(self, rows: Rows, found: Summary, turn: int) -> None:
        """Remember what the clouds say; particles of equal weight again where few would be left."""
        size = self._settings.particles
        self.offset_db[rows], self.speed_mps[rows] = found.offset_db, found.speed_mps
        poor = found.effective < THIN * size
        again = rows[poor]
        if len(again):
            start = float(self._noise.uniform[turn, 0, 0])
            particles.refresh(self.cloud, again, start)
        rough = ROUGH * np.sqrt(np.minimum(found.variance_m2, 100.0)) * size ** (-1 / 6)
        self.rough_m[rows] = np.where(poor, rough, 0.0)

    # --- time, and what leaves ---

    def age(self, now_s: float) -> Rows:
        """Let time pass; gives the rows whose quality changed by silence."""
        silent_s = now_s - self.heard_s
        alive = self.quality != LOST
        lost = alive & (silent_s > self._settings.lost_after_s)
        coasting = alive & ~lost & (silent_s > self._settings.coast_after_s) & (self.quality != COASTING)
        self.quality[coasting] = COASTING
        self.quality[lost] = LOST
        return np.flatnonzero(lost | coasting)

    def report(self, rows: Rows, world: World, now_s: float) -> Estimate:
        """The state of ``rows`` as it leaves."""
        seen = particles.moments(self.cloud, rows, world.ground.floor, self._floors)
        silence_s = np.maximum(now_s - self.solved_s[rows], 0.0)
        wider = not_heard_m2(silence_s, self._settings) + world.ground.grid.cell_m**2 / 12
        bound = geometry.covariance(self.known[rows], self.spread_db[rows].astype(float))
        xx, xy, yy = (
            world.ellipse_scale**2 * (cloud + snapshot)
            for cloud, snapshot in zip((seen.xx_m2, seen.xy_m2, seen.yy_m2), bound, strict=True)
        )
        major, minor, heading = ellipse(xx + wider, xy, yy + wider)
        return Estimate(
            floor=seen.floor,
            x_m=seen.x_m,
            y_m=seen.y_m,
            vx_mps=seen.vx_mps,
            vy_mps=seen.vy_mps,
            semi_major_m=major,
            semi_minor_m=minor,
            heading_deg=heading,
            floor_probability=seen.odds / seen.odds.sum(axis=1, keepdims=True),
            quality=self.quality[rows],
            age_s=np.maximum(now_s - self.heard_s[rows], 0.0),
        )


def _part(batch: Batch, index: NDArray[np.intp]) -> Batch:
    """Some devices of a batch, as wide as they need."""
    return batch.cut(index, int((batch.count[index] > 0).sum(axis=1).max()))


_Seconds = TypeVar("_Seconds", float, Floats)


def not_heard_m2(silence_s: _Seconds, settings: PositioningSettings) -> _Seconds:
    """Variance along each axis of how far one may have walked since."""
    return settings.walk_mps**2 * silence_s**2 / 2


def ellipse(xx: Floats, xy: Floats, yy: Floats) -> tuple[Floats, Floats, Floats]:
    """Semi-axes in m of the 95 % ellipse of covariances (n,), and the major axis in degrees from east."""
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    heading = np.degrees(np.arctan2(2 * xy, xx - yy)) / 2
    major, minor = np.sqrt((middle + half) * CHI2_95), np.sqrt(np.maximum(middle - half, 0.0) * CHI2_95)
    return major, minor, heading
