"""``nearhand calibrate SURVEY``: fits the radio model to a commissioning walk and says what it is worth."""

import argparse
from pathlib import Path

import msgspec
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
from positioning.radio import install, slab_loss_db, storeys_of, vertical_m
from positioning.radiomap import model_levels
from positioning.settings import PositioningSettings
from positioning.survey import Survey, Walk
from runtime.recordings import TAG_HEIGHT_M, Recording, Truth

GAP_S = 15.0
"""Places are interpolated between truth rows at most so far apart."""
EDGE_S = 2.0
"""A reading so shortly before the first or after the last row of a path belongs to it."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def walk_of(recording: Recording) -> Walk:
    """The readings of a survey with the places where the device was."""
    site = recording.site
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
    if not parts:
        raise ConfigError(f"{recording.path}: a survey needs truth rows with x, y and readings near them")
    index, floor, x, y = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return Walk(
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
    joined = (gap_s <= GAP_S) & (floor[after] == floor[before])
    share = np.where(gap_s > 0, (at - when[before]) / SECOND / np.maximum(gap_s, 1e-9), 0.0)
    near_before = (at - when[before]) / SECOND <= EDGE_S
    near_after = (when[after] - at) / SECOND <= EDGE_S
    share = np.where(joined, np.clip(share, 0.0, 1.0), np.where(near_after, 1.0, 0.0))
    keep = joined | near_before | near_after
    x, y = truth.x_m[rows], truth.y_m[rows]
    place_x = x[before] + share * (x[after] - x[before])
    place_y = y[before] + share * (y[after] - y[before])
    place_floor = np.where(share > 0.5, floor[after], floor[before])
    return own[keep], place_floor[keep], place_x[keep], place_y[keep]


def calibrate(
    recording: Recording, site: Site, grid: WalkableGrid, settings: PositioningSettings | None = None
) -> tuple[Calibration, Survey]:
    """The calibration of ``site`` by a survey recorded in it."""
    settings = settings or PositioningSettings()
    gateways, _ = install(site, (), settings)
    survey = surveys.gather(walk_of(recording), len(gateways))
    heights = recording.truth.z_m[np.isfinite(recording.truth.z_m)]
    height_m = float(np.median(heights)) if len(heights) else TAG_HEIGHT_M
    storeys = storeys_of(site)
    everyone = np.arange(len(gateways))[None, :]
    floor = survey.floor[:, None]
    rise = vertical_m(gateways, storeys, everyone, floor, height_m)
    flat = np.hypot(survey.x_m[:, None] - gateways.x_m, survey.y_m[:, None] - gateways.y_m)
    distance_m = np.hypot(flat, rise)
    ground = lay(site, grid, Closures())
    cells = grid.cells_at(survey.floor, survey.x_m, survey.y_m)
    model = model_levels(site, ground, gateways, storeys, height_m)[cells]
    cell_flat = np.hypot(grid.x_m[cells][:, None] - gateways.x_m, grid.y_m[cells][:, None] - gateways.y_m)
    clear = gateways.power_dbm - 10 * gateways.exponent * np.log10(np.maximum(np.hypot(cell_flat, rise), 0.5))
    structure_db = np.maximum(clear - model, 0.0)
    assert (structure_db + 1e-6 >= slab_loss_db(gateways, storeys, everyone, floor) - 1e-6).all()
    names = tuple(gateways.index)
    floors = tuple(f.floor for f in site.floors)
    about = (f"survey {recording.name}", recording.device_class, height_m)
    return calibrations.fit(survey, names, floors, distance_m, structure_db, about), survey


def save(calibration: Calibration, path: Path) -> None:
    """As indented JSON: readable, and lines that can be compared."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(calibration), indent=1) + b"\n")


def load(path: Path) -> Calibration:
    """A calibration from its file.

    Raises:
        ConfigError: not there, not one, or of another schema.
    """
    try:
        calibration = msgspec.json.decode(path.read_bytes(), type=Calibration)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    if calibration.schema != calibrations.SCHEMA:
        raise ConfigError(f"{path}: schema {calibration.schema}, expected {calibrations.SCHEMA}")
    return calibration


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb's arguments."""
    parser = subparsers.add_parser("calibrate", help="fit the radio model to a commissioning walk")
    parser.add_argument("survey", type=Path, metavar="SURVEY")
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Fit and print."""
    raise NotImplementedError
