"""Simulated places with known truth, as recordings: an open mall and a mall of four floors.

The open mall follows the published description (80 x 50 m, 40 ceiling gateways on a 10 m grid, 20
walkers at 1.2 m/s with pauses, 1 Hz; exponent 2.7, gateway offset sd 3 dB, spatial shadowing sd 4 dB
over 6 m, fast fading sd 3 dB, 15 % body hits of -8 dB, 20 % loss; a zone is a shop of 10 x 10 m).
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from contracts.geometry import rectangle, shape
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import InstalledGateway
from contracts.quantities import SECOND
from contracts.sitemap import Connector, Floor, Name, Polygon, Site, Space, Stop, Zone
from contracts.walking import Travel
from runtime.recordings import Recording, Truth

START = 1_700_000_000 * SECOND
SENSITIVITY_DBM = -97.0
Floats = NDArray[np.float64]


def _site(name: str, floors: int, size: tuple[float, float], **parts: object) -> Site:
    names = [f"L{index + 1}" for index in range(floors)]
    return Site(
        site=name,
        name=Name(name, name),
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=tuple(
            Floor(n, i, Name(n, n), 5.0 * i, 5.0, 15.0, rectangle(0, 0, *size)) for i, n in enumerate(names)
        ),
        **parts,  # type: ignore[arg-type]
    )


def open_mall() -> Site:
    """One floor of 80 x 50 m, 40 gateways, 40 zones."""
    return _site(
        "open-mall",
        1,
        (80, 50),
        spaces=(Space("hall", "L1", "walkway", rectangle(0, 0, 80, 50)),),
        gateways=tuple(
            InstalledGateway(gateway=f"gw-{i}{j}", floor="L1", x_m=10 * i + 5.0, y_m=10 * j + 5.0)
            for i in range(8)
            for j in range(5)
        ),
        zones=tuple(
            Zone(f"z-{i}{j}", "L1", rectangle(10 * i, 10 * j, 10 * i + 10, 10 * j + 10), Name("z", "z"))
            for i in range(8)
            for j in range(5)
        ),
    )


def four_floors() -> Site:
    """Four floors of 120 x 80 m around a void, lifts, escalators up and down, stairs; 24 gateways each."""
    names = [f"L{index + 1}" for index in range(4)]
    hole = rectangle(45, 30, 75, 50).outer
    outer = rectangle(0, 0, 120, 80).outer

    def escalator(label: str, lower: str, upper: str, x: float, y: float, up: bool) -> Connector:
        stops = (Stop(lower, (x, y)), Stop(upper, (x + 12, y)))
        return Connector(f"{label}-{lower}", "escalator", stops if up else stops[::-1], False, 0.0, 25.0)

    pairs = list(pairwise(names))
    return _site(
        "four-floors",
        4,
        (120, 80),
        spaces=tuple(
            Space(f"hall-{n}", n, "walkway", Polygon(outer, (hole,) if n != "L1" else ())) for n in names
        )
        + tuple(Space(f"void-{n}", n, "opentobelow", Polygon(hole), walkable=False) for n in names[1:]),
        connectors=(
            Connector("lift", "lift", tuple(Stop(n, (20.0, 40.0)) for n in names), True, 25.0, 6.0),
            Connector("stairs", "stairs", tuple(Stop(n, (105.0, 70.0)) for n in names), True, 0.0, 25.0),
            *(escalator("up", a, b, 50.0, 27.0, True) for a, b in pairs),
            *(escalator("down", a, b, 50.0, 53.0, False) for a, b in pairs),
        ),
        gateways=tuple(
            InstalledGateway(gateway=f"gw-{n}-{i}{j}", floor=n, x_m=20 * i + 10.0, y_m=20 * j + 10.0)
            for n in names
            for i in range(6)
            for j in range(4)
        ),
    )


class Air:
    """The radio of a place: what every gateway hears at every cell, on average, and the noise on top."""

    def __init__(
        self,
        site: Site,
        grid: WalkableGrid,
        rng: np.random.Generator,
        exponent: float = 2.7,
        power_dbm: float = -59.0,
        gateway_sd_db: float = 3.0,
        shadow_sd_db: float = 4.0,
        shadow_m: float = 6.0,
    ) -> None:
        self.grid, self.rng = grid, rng
        floor = np.array([site.floor_index(g.floor) for g in site.gateways])
        x = np.array([g.x_m for g in site.gateways])
        y = np.array([g.y_m for g in site.gateways])
        flat = np.hypot(grid.x_m[:, None] - x, grid.y_m[:, None] - y)
        rise = 5.0 * (floor - grid.floor[:, None]) + 1.8
        level = power_dbm - 10 * exponent * np.log10(np.maximum(np.hypot(flat, rise), 0.5))
        level -= self._slabs_db(site, floor, x, y)
        level += rng.normal(0, gateway_sd_db, len(x))
        self.level = level + self._shadows(len(x), shadow_sd_db, shadow_m)

    def _slabs_db(self, site: Site, floor: NDArray[np.int64], x: Floats, y: Floats) -> Floats:
        """15 dB a slab; 4 dB through the middle of a void, growing to the whole at 6 m from its edge."""
        grid = self.grid
        holes = [shape(s.polygon) for s in site.spaces if s.category == "opentobelow"]
        loss = np.zeros((grid.n_cells, len(x)))
        for slab in range(1, len(site.floors)):
            low = np.minimum(floor, grid.floor[:, None].astype(np.int64))
            high = np.maximum(floor, grid.floor[:, None].astype(np.int64))
            cell, gateway = np.nonzero((low < slab) & (slab <= high))
            if not holes:
                loss[cell, gateway] += 15.0
                continue
            share = (5.0 * slab - 5.0 * floor[gateway] - 3.0) / (
                5.0 * grid.floor[cell] + 1.2 - 5.0 * floor[gateway] - 3.0
            )
            at_x = x[gateway] + share * (grid.x_m[cell] - x[gateway])
            at_y = y[gateway] + share * (grid.y_m[cell] - y[gateway])
            west, south, east, north = holes[0].bounds
            away = np.hypot(
                np.maximum(np.maximum(west - at_x, at_x - east), 0.0),
                np.maximum(np.maximum(south - at_y, at_y - north), 0.0),
            )
            loss[cell, gateway] += 4.0 + 11.0 * np.clip(away / 6.0, 0.0, 1.0)
        return loss

    def _shadows(self, gateways: int, sd_db: float, length_m: float) -> Floats:
        grid = self.grid
        result = np.empty((grid.n_cells, gateways))
        floors, rows, columns = grid.lattice.shape
        place = np.flatnonzero(grid.lattice.ravel() >= 0)
        for number in range(gateways):
            field = self.rng.normal(size=(floors, rows, columns))
            smooth = gaussian_filter(field, (0, length_m / 2 / grid.cell_m, length_m / 2 / grid.cell_m))
            result[:, number] = (smooth * sd_db / smooth.std()).ravel()[place]
        return result

    def heard(
        self, cells: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """One advert of each walker: walker, gateway, level in whole dBm."""
        rng = self.rng
        level = self.level[cells] + rng.normal(0, 3, (len(cells), self.level.shape[1]))
        level -= 8.0 * (rng.random(level.shape) < 0.15)
        chance = 0.8 / (1 + np.exp(-(level - SENSITIVITY_DBM) / 1.5))
        walker, gateway = np.nonzero(rng.random(level.shape) < chance)
        return walker, gateway, np.rint(level[walker, gateway]).astype(np.int64)


def walk(
    site: Site, grid: WalkableGrid, walkers: int, seconds: int, rng: np.random.Generator, stay: float = 0.75
) -> NDArray[np.int32]:
    """Cells of people who walk to a place, pause there, and walk on: (seconds, walkers)."""
    travel = Travel(site, grid)
    result = np.empty((seconds, walkers), np.int32)
    for walker in range(walkers):
        here, second = int(rng.integers(grid.n_cells)), 0
        while second < seconds:
            goal = int(rng.integers(grid.n_cells))
            if rng.random() < stay:
                same = np.flatnonzero(grid.floor == grid.floor[here])
                goal = int(rng.choice(same))
            path = travel.path(here, goal)
            times = travel.times_to(goal)
            arrival = [float(times[here] - times[cell]) for cell in path]
            for passed in range(int(arrival[-1]) + 1 if path else 0):
                if second < seconds:
                    result[second, walker] = path[int(np.searchsorted(arrival, passed, "right")) - 1]
                    second += 1
            for _ in range(int(rng.integers(5, 40))):
                if second < seconds:
                    result[second, walker] = goal if path else here
                    second += 1
            here = goal if path else here
    return result


def recording(
    name: str, site: Site, grid: WalkableGrid, air: Air, cells: NDArray[np.int32], device: str = "w"
) -> Recording:
    """What the gateways heard of the walkers, and where these were, once a second."""
    seconds, walkers = cells.shape
    names = tuple(f"{device}-{number:02d}" for number in range(walkers))
    at, who, gateway, rssi = [], [], [], []
    for second in range(seconds):
        walker, heard_by, level = air.heard(cells[second])
        at.append(START + second * SECOND + walker * 40_000)
        who.append(walker)
        gateway.append(heard_by)
        rssi.append(level)
    order = np.argsort(np.concatenate(at), kind="stable")
    floors = [floor.floor for floor in site.floors]
    flat = cells.ravel()
    zones = _zone_names(site, grid)
    return Recording(
        name=name,
        path=Path(name),
        title=name,
        survey=None,
        device_class="tag",
        site=site,
        device_names=names,
        gateway_names=tuple(g.gateway for g in site.gateways),
        at=np.concatenate(at)[order],
        device=np.concatenate(who)[order],
        gateway=np.concatenate(gateway)[order],
        rssi_dbm=np.concatenate(rssi)[order],
        impossible=0,
        truth=Truth(
            at=np.repeat(START + np.arange(seconds) * SECOND + 900_000, walkers),
            device=names * seconds,
            floor=tuple(floors[f] for f in grid.floor[flat]),
            x_m=grid.x_m[flat].astype(float),
            y_m=grid.y_m[flat].astype(float),
            z_m=np.full(flat.shape, np.nan),
            zone=tuple(zones[cell] for cell in flat),
        ),
    )


def _zone_names(site: Site, grid: WalkableGrid) -> list[str]:
    names = [""] * grid.n_cells
    for zone in site.zones:
        (x0, y0), (x1, y1) = zone.polygon.outer[0], zone.polygon.outer[2]
        for cell in np.flatnonzero((grid.x_m >= x0) & (grid.x_m < x1) & (grid.y_m >= y0) & (grid.y_m < y1)):
            names[cell] = zone.zone
    return names


def mall_trace(seconds: int = 300, seed: int = 7, spots: int = 60) -> tuple[Recording, Recording]:
    """The open mall with 20 walkers, and its survey: 10 s on each of ``spots`` spots."""
    rng = np.random.default_rng(seed)
    site, grid = open_mall(), build_grid(open_mall())
    air = Air(site, grid, rng)
    track = recording("mall-trace", site, grid, air, walk(site, grid, 20, seconds, rng, 1.0))
    columns = int(np.ceil(np.sqrt(spots * 80 / 50)))
    rows = int(np.ceil(spots / columns))
    places = [(80 / columns * (i + 0.5), 50 / rows * (j + 0.5)) for j in range(rows) for i in range(columns)]
    cells = np.array([[grid.cell_at(0, x, y)] for x, y in places[:spots]], np.int32).repeat(10, axis=0)
    return track, recording("mall-survey", site, grid, air, cells, "surveyor")


def four_floor_trace(seconds: int = 300, seed: int = 11, walkers: int = 20, stay: float = 0.5) -> Recording:
    """The mall of four floors; ``stay`` of the ways remain on their floor."""
    rng = np.random.default_rng(seed)
    site = four_floors()
    grid = build_grid(site)
    air = Air(site, grid, rng, exponent=2.4, gateway_sd_db=2.3)
    return recording("four-floors", site, grid, air, walk(site, grid, walkers, seconds, rng, stay))
