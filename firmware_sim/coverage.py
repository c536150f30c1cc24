"""The mean level of every gateway over the whole building, worked out once before the simulation."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from contracts.geometry import segments, shape
from contracts.sitemap import Floor, Site
from firmware_sim.scenario import Radio

Array = NDArray[np.float32]

RASTER_M: Final = 1.0
"""Of the level tables: the residual changes by little over a metre."""
WALL_STEP: Final = 3
"""Walls are looked at for each third metre: shadows have no sharper edges."""
REACH_M: Final = 75.0
"""Nothing is heard from further away, in an open hall with exponent 2: -97 dBm."""
DEVICE_HEIGHT_M: Final = 1.2
GATEWAYS_MAX: Final = 20
"""Per place: the loudest ones; the rest is too weak to matter."""
FLOOR_DBM: Final = -106.0
"""Means below this are left out: the chance of a packet is under 5 %."""
WALLS_DB_MAX: Final = 18.0
"""Through many walls the signal finds another way (doors, ceilings): the sum of their losses saturates."""
NO_GATEWAY: Final = -1
SILENT_DBM: Final = -200.0
"""Stands in the tables where no gateway is: never heard, and within the range of exp."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """The loudest gateways at each place; p places = floors times rows times columns, k columns."""

    origin: tuple[float, float]
    rows: int
    columns: int
    gateway: NDArray[np.int16]
    """(p, k) index into ``Site.gateways``, loudest first, ``NO_GATEWAY`` where fewer are heard."""
    level_dbm: Array
    """(p, k) mean RSSI of a free-hanging tag."""
    loss: Array
    """(p, k) share of packets lost whatever the level."""
    gateway_x_m: Array
    gateway_y_m: Array

    def place(
        self, floor: NDArray[np.integer], x_m: NDArray[np.floating], y_m: NDArray[np.floating]
    ) -> NDArray[np.intp]:
        """Rows of the tables for k points, (k,); points outside count as at the edge."""
        row = np.clip((y_m - self.origin[1]) / RASTER_M, 0, self.rows - 1).astype(np.intp)
        column = np.clip((x_m - self.origin[0]) / RASTER_M, 0, self.columns - 1).astype(np.intp)
        places: NDArray[np.intp] = (floor.astype(np.intp) * self.rows + row) * self.columns + column
        return places


@dataclass(frozen=True)
class _Raster:
    """Where the centres of the table's places are."""

    origin: tuple[float, float]
    x_m: NDArray[np.floating]
    y_m: NDArray[np.floating]


def build_coverage(site: Site, radio: Radio) -> Coverage:
    """The tables of a site: the same ``building_seed`` gives the same building."""
    raster = _raster_of(site)
    streams = np.random.default_rng(radio.building_seed).spawn(len(site.gateways) + 1)
    spread = streams[-1]
    n = len(site.gateways)
    exponent = np.clip(spread.normal(radio.exponent_mean, radio.exponent_sd, n), 1.8, 2.5)
    power = radio.measured_power_dbm + spread.normal(0.0, radio.gateway_sd_db, n)
    voids = [_voids(site, floor, raster) for floor in site.floors]
    tables = []
    for index in range(len(site.floors)):
        shape_ = (n, len(raster.y_m), len(raster.x_m))
        level, obstacle = np.full(shape_, -np.inf, np.float32), np.zeros(shape_, np.float32)
        for g in range(n):
            _one_gateway(
                site, radio, raster, voids, g, index, (power[g], exponent[g]), streams[g], level, obstacle
            )
        tables.append(_loudest(level, obstacle, radio))
    return Coverage(
        raster.origin,
        len(raster.y_m),
        len(raster.x_m),
        np.concatenate([t[0] for t in tables]),
        np.concatenate([t[1] for t in tables]),
        np.concatenate([t[2] for t in tables]),
        np.array([g.x_m for g in site.gateways], np.float32),
        np.array([g.y_m for g in site.gateways], np.float32),
    )


def _raster_of(site: Site) -> _Raster:
    bounds = shapely.total_bounds([shape(floor.outline) for floor in site.floors])
    left, bottom, right, top = (float(value) for value in bounds)
    columns, rows = math.ceil((right - left) / RASTER_M), math.ceil((top - bottom) / RASTER_M)
    x_m = left + (np.arange(columns) + 0.5) * RASTER_M
    y_m = bottom + (np.arange(rows) + 0.5) * RASTER_M
    return _Raster((left, bottom), x_m, y_m)


def _voids(site: Site, floor: Floor, raster: _Raster) -> NDArray[np.bool_]:
    """(rows, columns): where the slab below a floor is missing."""
    result = np.zeros((len(raster.y_m), len(raster.x_m)), bool)
    xs, ys = np.meshgrid(raster.x_m, raster.y_m)
    for space in site.spaces:
        if space.floor == floor.floor and space.category == "opentobelow":
            result |= shapely.contains_xy(shape(space.polygon), xs, ys)
    return result


def _one_gateway(
    site: Site,
    radio: Radio,
    raster: _Raster,
    voids: list[NDArray[np.bool_]],
    g: int,
    floor: int,
    model: tuple[float, float],
    rng: np.random.Generator,
    level: Array,
    obstacle: Array,
) -> None:
    """Fill in what gateway ``g`` hears of one floor, within its reach."""
    gateway = site.gateways[g]
    home = site.floor_index(gateway.floor)
    rows = slice(*np.searchsorted(raster.y_m, [gateway.y_m - REACH_M, gateway.y_m + REACH_M]).tolist())
    columns = slice(*np.searchsorted(raster.x_m, [gateway.x_m - REACH_M, gateway.x_m + REACH_M]).tolist())
    x_m, y_m = raster.x_m[columns], raster.y_m[rows]
    drop_m = (
        site.floors[home].elevation_m + gateway.height_m - site.floors[floor].elevation_m - DEVICE_HEIGHT_M
    )
    dx, dy = x_m[None, :] - gateway.x_m, y_m[:, None] - gateway.y_m
    distance_m = np.sqrt(dx**2 + dy**2 + drop_m**2)
    power_dbm, exponent = model
    mean = power_dbm - 10.0 * exponent * np.log10(np.maximum(distance_m, 0.5))
    if floor == home:
        lost = _wall_loss(site, g, x_m, y_m)
    else:
        lost = _slab_loss(site, raster, voids, g, floor, dx, dy)
    mean -= lost
    mean += _residual((len(y_m), len(x_m)), radio, rng)
    level[g, rows, columns] = np.where(mean >= FLOOR_DBM, mean, -np.inf)
    obstacle[g, rows, columns] = lost


def _wall_loss(
    site: Site, g: int, x_m: NDArray[np.floating], y_m: NDArray[np.floating]
) -> NDArray[np.float64]:
    """(rows, columns) dB of the walls between the gateway and each place of its own floor."""
    gateway = site.gateways[g]
    near = [
        wall
        for wall in site.walls
        if wall.floor == gateway.floor
        and min(wall.a[0], wall.b[0]) < x_m[-1] and max(wall.a[0], wall.b[0]) > x_m[0]
        and min(wall.a[1], wall.b[1]) < y_m[-1] and max(wall.a[1], wall.b[1]) > y_m[0]
    ]  # fmt: skip
    a, b, loss_db = segments(near)
    xs, ys = np.meshgrid(x_m[::WALL_STEP], y_m[::WALL_STEP])
    rx, ry = (xs - gateway.x_m).ravel()[:, None], (ys - gateway.y_m).ravel()[:, None]
    ax, ay = a[:, 0] - gateway.x_m, a[:, 1] - gateway.y_m
    bx, by = b[:, 0] - gateway.x_m, b[:, 1] - gateway.y_m
    ex, ey = bx - ax, by - ay
    base = ex * -ay - ey * -ax
    crossed = (rx * ay - ry * ax) * (rx * by - ry * bx) < 0
    crossed &= base * (ex * (ry - ay) - ey * (rx - ax)) < 0
    coarse = (WALLS_DB_MAX * (1.0 - np.exp(-(crossed @ loss_db) / WALLS_DB_MAX))).reshape(xs.shape)
    fine = np.repeat(np.repeat(coarse, WALL_STEP, axis=0), WALL_STEP, axis=1)
    result: NDArray[np.float64] = fine[: len(y_m), : len(x_m)]
    return result


def _slab_loss(
    site: Site,
    raster: _Raster,
    voids: list[NDArray[np.bool_]],
    g: int,
    floor: int,
    dx: NDArray[np.floating],
    dy: NDArray[np.floating],
) -> NDArray[np.float64]:
    """(rows, columns) dB of the slabs between the gateway and another floor; none through voids."""
    gateway = site.gateways[g]
    home = site.floor_index(gateway.floor)
    top_m = site.floors[home].elevation_m + gateway.height_m
    end_m = site.floors[floor].elevation_m + DEVICE_HEIGHT_M
    total = np.zeros((dy.shape[0], dx.shape[1]))
    for slab in range(min(home, floor) + 1, max(home, floor) + 1):
        share = float(np.clip((site.floors[slab].elevation_m - top_m) / (end_m - top_m), 0.0, 1.0))
        column = np.clip(
            ((gateway.x_m + share * dx - raster.origin[0]) / RASTER_M).astype(int), 0, len(raster.x_m) - 1
        )
        row = np.clip(
            ((gateway.y_m + share * dy - raster.origin[1]) / RASTER_M).astype(int), 0, len(raster.y_m) - 1
        )
        total += np.where(voids[slab][row, column], 0.0, site.floors[slab].slab_loss_db)
    return total


def _residual(size: tuple[int, int], radio: Radio, rng: np.random.Generator) -> NDArray[np.float32]:
    """A smooth random field of the wanted spread.

    White noise through a Gaussian filter of width s has the correlation exp(-d²/4s²), which falls to 1/e
    at d = 2s.
    """
    width = radio.residual_scale_m / 2.0 / RASTER_M
    white = rng.standard_normal(size, dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, width, mode="wrap", truncate=3.0)
    gain = 2.0 * math.sqrt(math.pi) * width
    field: NDArray[np.float32] = smooth * np.float32(gain * radio.residual_sd_db)
    return field


def _loudest(level: Array, obstacle: Array, radio: Radio) -> tuple[NDArray[np.int16], Array, Array]:
    """The loudest gateways of each place: index, level, packet loss; each (places, k)."""
    n = len(level)
    flat, lost = level.reshape(n, -1), obstacle.reshape(n, -1)
    k = min(GATEWAYS_MAX, n)
    order = np.argsort(-flat, axis=0, kind="stable")[:k]
    best = np.take_along_axis(flat, order, axis=0)
    share = radio.near_loss + radio.wall_loss_share * np.take_along_axis(lost, order, axis=0)
    heard = np.isfinite(best)
    gateway = np.where(heard, order, NO_GATEWAY).astype(np.int16).T
    table = np.where(heard, best, SILENT_DBM).astype(np.float32).T
    loss = np.minimum(share, 0.3).astype(np.float32).T
    return np.ascontiguousarray(gateway), np.ascontiguousarray(table), np.ascontiguousarray(loss)
