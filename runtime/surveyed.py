"""A commissioning walk held against a site: which readings were taken where, and the fit to them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ConfigError
from contracts.grid import WalkableGrid
from contracts.quantities import SECOND
from contracts.sitemap import Site
from contracts.walking import Closures
from positioning import calibration as calibrations
from positioning import survey as surveys
from positioning.calibration import Calibration
from positioning.ground import lay
from positioning.radio import install, storeys_of, vertical_m
from positioning.radiomap import model_levels
from positioning.residuals import Kernel, Places
from positioning.settings import PositioningSettings
from positioning.survey import Survey, Walk
from runtime.recordings import TAG_HEIGHT_M, Recording, Truth

GAP_S = 15.0
"""Places are interpolated between truth rows at most so far apart."""
WALK_MPS_MAX = 2.0
"""Truth rows farther apart than one walks are different spots, not a path."""
EDGE_S = 2.0
"""A reading so shortly before the first or after the last row of a path belongs to it."""
PLACES = 500
"""Cells that stand for where people walk."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def walk_of(recording: Recording, site: Site) -> Walk:
    """The readings of a survey with the places where the device was."""
    return placed(recording, site)[1]


def placed(recording: Recording, site: Site) -> tuple[Ints, Walk]:
    """The readings whose place is known: which of the recording they are, (n,), and the walk.

    Raises:
        ConfigError: there are none.
    """
    floors = {floor.floor: index for index, floor in enumerate(site.floors)}
    installed = {gateway.gateway: index for index, gateway in enumerate(site.gateways)}
    column = np.array([installed.get(name, -1) for name in recording.gateway_names], np.int64)
    parts: list[tuple[Ints, Ints, Floats, Floats]] = []
    for number, device in enumerate(recording.device_names):
        rows = [
            row
            for row, name in enumerate(recording.truth.device)
            if name == device and np.isfinite(recording.truth.x_m[row])
        ]
        own = np.flatnonzero((recording.device == number) & (column[recording.gateway] >= 0))
        if rows and len(own):
            parts.append(_placed(recording.truth, rows, recording.at[own], own, floors))
    if not sum(len(part[0]) for part in parts):
        raise ConfigError(f"{recording.path}: a survey needs truth rows with x, y and readings near them")
    index, floor, x, y = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return index, Walk(
        floor=floor.astype(np.int64),
        x_m=x,
        y_m=y,
        gateway=column[recording.gateway[index]],
        rssi_dbm=recording.rssi_dbm[index].astype(float),
    )


def _placed(
    truth: Truth, rows: list[int], at: Ints, own: Ints, floors: dict[str, int]
) -> tuple[Ints, Ints, Floats, Floats]:
    """Readings whose place is known: index, floor, x, y."""
    when = truth.at[rows]
    floor = np.array([floors[truth.floor[row]] for row in rows])
    after = np.searchsorted(when, at)
    before = np.clip(after - 1, 0, len(rows) - 1)
    after = np.clip(after, 0, len(rows) - 1)
    gap_s = (when[after] - when[before]) / SECOND
    x, y = truth.x_m[rows], truth.y_m[rows]
    apart_m = np.hypot(x[after] - x[before], y[after] - y[before])
    between = (when[before] <= at) & (at <= when[after])
    joined = between & (gap_s <= GAP_S) & (floor[after] == floor[before]) & (apart_m <= WALK_MPS_MAX * gap_s)
    share = np.where(gap_s > 0, (at - when[before]) / SECOND / np.maximum(gap_s, 1e-9), 0.0)
    near_before = np.abs(at - when[before]) / SECOND <= EDGE_S
    near_after = np.abs(when[after] - at) / SECOND <= EDGE_S
    share = np.where(joined, np.clip(share, 0.0, 1.0), np.where(near_after, 1.0, 0.0))
    keep = joined | near_before | near_after
    place_x = x[before] + share * (x[after] - x[before])
    place_y = y[before] + share * (y[after] - y[before])
    place_floor = np.where(share > 0.5, floor[after], floor[before])
    return own[keep], place_floor[keep], place_x[keep], place_y[keep]


@dataclass(frozen=True)
class Surveyed:
    """A survey held against a site, all that a fit needs."""

    site: Site
    grid: WalkableGrid
    recording: Recording
    reading: Ints
    """(n,) which of the recording's each reading of ``walk`` is."""
    walk: Walk
    survey: Survey
    distance_m: Floats
    structure_db: Floats
    height_m: float

    def fit(
        self, spots: Ints | None = None, kernel: Kernel | None = None, places: Places | None = None
    ) -> Calibration:
        """The calibration by all spots, or by some; noise as it is where people walk, or at ``places``."""
        chosen = np.arange(len(self.survey.x_m)) if spots is None else spots
        survey = Survey(*(getattr(self.survey, f.name)[chosen] for f in fields(Survey)))
        names = tuple(gateway.gateway for gateway in self.site.gateways)
        floors = tuple(floor.floor for floor in self.site.floors)
        about = (f"survey {self.recording.name}", self.recording.device_class, self.height_m)
        distance_m, structure_db = self.distance_m[chosen], self.structure_db[chosen]
        walked = places or _lattice(self.grid)
        return calibrations.fit(survey, names, floors, distance_m, structure_db, about, walked, kernel)


def _lattice(grid: WalkableGrid) -> Places:
    """Cells evenly out of all."""
    some = np.arange(0, grid.n_cells, max(1, grid.n_cells // PLACES))
    x_m, y_m = grid.x_m[some].astype(float), grid.y_m[some].astype(float)
    return Places(grid.floor[some].astype(np.int64), x_m, y_m)


def survey_of(recording: Recording, site: Site, grid: WalkableGrid) -> Surveyed:
    """A survey that was recorded in ``site``."""
    settings = PositioningSettings()
    gateways, _ = install(site, (), settings)
    reading, walk = placed(recording, site)
    survey = surveys.gather(walk, len(gateways))
    heights = recording.truth.z_m[np.isfinite(recording.truth.z_m)]
    height_m = float(np.median(heights)) if len(heights) else TAG_HEIGHT_M
    storeys, ground = storeys_of(site), lay(site, grid, Closures())
    everyone = np.arange(len(gateways))[None, :]
    rise = vertical_m(gateways, storeys, everyone, survey.floor[:, None], height_m)

    def away_m(x_m: Floats, y_m: Floats) -> Floats:
        flat = np.hypot(x_m[:, None] - gateways.x_m, y_m[:, None] - gateways.y_m)
        return np.asarray(np.maximum(np.hypot(flat, rise), 0.5))

    cells = grid.cells_at(survey.floor, survey.x_m, survey.y_m)
    model = model_levels(site, ground, gateways, storeys, height_m)[cells]
    at_cells = away_m(grid.x_m[cells].astype(float), grid.y_m[cells].astype(float))
    clear = gateways.power_dbm - 10 * gateways.exponent * np.log10(at_cells)
    return Surveyed(
        site=site,
        grid=grid,
        recording=recording,
        reading=reading,
        walk=walk,
        survey=survey,
        distance_m=away_m(survey.x_m, survey.y_m),
        structure_db=np.maximum(clear - model, 0.0),
        height_m=height_m,
    )
