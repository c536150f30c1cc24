"""``nearhand calibrate SURVEY``: fits the radio model to a commissioning walk and says what it is worth."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.errors import ConfigError
from contracts.geometry import shape
from contracts.grid import WalkableGrid
from contracts.quantities import SECOND
from contracts.sitemap import Site
from contracts.walking import Closures
from positioning import calibration as calibrations
from positioning import survey as surveys
from positioning.calibration import Calibration
from positioning.ground import lay
from positioning.prospect import snapshot_errors_m
from positioning.radio import install, storeys_of, vertical_m
from positioning.radiomap import model_levels
from positioning.residuals import Kernel, Places
from positioning.residuals import doubt_db as residual_doubt_db
from positioning.settings import PositioningSettings
from positioning.survey import Survey, Walk
from positioning.tracks import World
from positioning.world import assemble
from runtime import plots
from runtime.recordings import TAG_HEIGHT_M, Recording, Truth, grid_of, read_recording
from runtime.site_files import load_site

GAP_S = 15.0
"""Places are interpolated between truth rows at most so far apart."""
FOLDS = 5
"""Shares of the spots left out in turn: enough to learn from the rest, and five fits take seconds."""
MOVED_DB = 6.0
"""Beyond twice what gateways change in nine months."""
FILE_NAME = "calibration.json"
SCALE = 0.2
"""Dots are drawn a fifth of the error wide: a mall's do not cover each other, a room's are still seen."""
WALK_MPS_MAX = 2.0
"""Truth rows farther apart than one walks are different spots, not a path."""
EDGE_S = 2.0
"""A reading so shortly before the first or after the last row of a path belongs to it."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def walk_of(recording: Recording, site: Site) -> Walk:
    """The readings of a survey with the places where the device was."""
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
    x, y = truth.x_m[rows], truth.y_m[rows]
    apart_m = np.hypot(x[after] - x[before], y[after] - y[before])
    joined = (gap_s <= GAP_S) & (floor[after] == floor[before]) & (apart_m <= WALK_MPS_MAX * gap_s)
    share = np.where(gap_s > 0, (at - when[before]) / SECOND / np.maximum(gap_s, 1e-9), 0.0)
    near_before = (at - when[before]) / SECOND <= EDGE_S
    near_after = (when[after] - at) / SECOND <= EDGE_S
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
    survey: Survey
    distance_m: Floats
    structure_db: Floats
    title: str
    device_class: str
    height_m: float

    def fit(self, spots: Ints | None = None, kernel: Kernel | None = None) -> Calibration:
        """The calibration by all spots, or by some."""
        chosen = np.arange(len(self.survey.x_m)) if spots is None else spots
        survey = Survey(*(getattr(self.survey, f.name)[chosen] for f in fields(Survey)))
        names = tuple(gateway.gateway for gateway in self.site.gateways)
        floors = tuple(floor.floor for floor in self.site.floors)
        about = (self.title, self.device_class, self.height_m)
        distance_m, structure_db = self.distance_m[chosen], self.structure_db[chosen]
        return calibrations.fit(survey, names, floors, distance_m, structure_db, about, kernel)


def survey_of(recording: Recording, site: Site, grid: WalkableGrid) -> Surveyed:
    """A survey that was recorded in ``site``."""
    settings = PositioningSettings()
    gateways, _ = install(site, (), settings)
    survey = surveys.gather(walk_of(recording, site), len(gateways))
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
        survey=survey,
        distance_m=away_m(survey.x_m, survey.y_m),
        structure_db=np.maximum(clear - model, 0.0),
        title=f"survey {recording.name}",
        device_class=recording.device_class,
        height_m=height_m,
    )


@dataclass(frozen=True)
class Prospect:
    """Errors at each spot, judged by models that were fitted without it, (s,)."""

    before_m: Floats
    after_m: Floats
    floor_before: NDArray[np.bool_]
    floor_after: NDArray[np.bool_]


def prospect(surveyed: Surveyed, calibration: Calibration, tell: Callable[[str], None]) -> Prospect:
    """Expected accuracy without and with the calibration: a share of the spots is left out in turn."""
    s, settings = surveyed, PositioningSettings()
    count = len(s.survey.x_m)
    spread_db = settings.offset_priors.get(s.device_class, settings.offset_priors["phone"]).spread_db

    def judged(spots: Ints, world: World, offset_db: float) -> tuple[Floats, NDArray[np.bool_]]:
        hang = (world.gateways.x_m, world.gateways.y_m)
        return snapshot_errors_m(
            s.survey, spots, s.grid, _table(world), world.gateways.noise_db, offset_db, hang
        )

    tell(f"judging {count} spots without a calibration")
    plain = assemble(s.site, s.grid, (), Closures(), settings)
    before = judged(np.arange(count), plain, spread_db)
    after = (np.full(count, np.nan), np.zeros(count, bool))
    folds = min(FOLDS, count)
    for fold in range(folds):
        tell(f"judging with a calibration, share {fold + 1} of {folds} left out")
        held = np.arange(fold, count, FOLDS)
        kept = np.setdiff1d(np.arange(count), held)
        world = assemble(s.site, s.grid, (), Closures(), settings, s.fit(kept, calibration.kernel))
        after[0][held], after[1][held] = judged(held, world, min(spread_db, 3.0))
    return Prospect(before[0], after[0], before[1], after[1])


def _table(world: World) -> Floats:
    """Expected levels, (cells, gateways)."""
    cells = np.arange(world.ground.grid.n_cells, dtype=np.int32)[:, None]
    return world.radio.expected_dbm(cells, np.arange(len(world.gateways), dtype=np.int32)).astype(float)


def save(calibration: Calibration, path: Path) -> None:
    """As JSON with a line for each gateway and each spot: readable, and lines that can be compared."""
    rows = []
    for key in Calibration.__struct_fields__:
        value = getattr(calibration, key)
        if isinstance(value, tuple):
            entries = ",\n".join("  " + msgspec.json.encode(entry).decode() for entry in value)
            rows.append(f' "{key}": [\n{entries}\n ]')
        else:
            rows.append(f' "{key}": {msgspec.json.encode(value).decode()}')
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


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


def apply(calibration: Calibration, site_folder: Path) -> Path:
    """Make it the calibration of a site; the former one stays beside it under its revision."""
    current = site_folder / FILE_NAME
    revision = 1
    if current.exists():
        old = load(current)
        current.rename(site_folder / f"calibration.{old.revision}.json")
        revision = old.revision + 1
    save(msgspec.structs.replace(calibration, revision=revision), current)
    return current


def roll_back(site_folder: Path) -> Calibration | None:
    """Put the former calibration back; None when there was none and the site is uncalibrated again."""
    current = site_folder / FILE_NAME
    revision = load(current).revision
    former = site_folder / f"calibration.{revision - 1}.json"
    current.rename(site_folder / f"calibration.{revision}.withdrawn.json")
    if not former.exists():
        return None
    former.rename(current)
    return load(current)


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb's arguments."""
    parser = subparsers.add_parser("calibrate", help="fit the radio model to a commissioning walk")
    parser.add_argument("survey", nargs="?", type=Path, metavar="SURVEY", help="folder of the recorded walk")
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="site of the walk (default: the recording's own)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the calibration here")
    parser.add_argument("--apply", action="store_true", help="make it the calibration of --site")
    parser.add_argument("--rollback", action="store_true", help="put the former calibration of --site back")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="say what differs from this calibration")
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="DIR",
        help="draw expected errors, and where the map knows little, on each floor",
    )
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Fit, say what it is worth, and keep it where it was asked to be kept."""
    if (args.apply or args.rollback) and args.site is None:
        raise ConfigError("--apply and --rollback need --site")
    if args.rollback:
        former = roll_back(args.site)
        print(
            "uncalibrated again" if former is None else f"back to revision {former.revision}: {former.title}"
        )
        return 0
    if args.survey is None:
        raise ConfigError("which SURVEY?")
    tell = _teller()
    tell(f"reading {args.survey}")
    recording = read_recording(args.survey)
    site = load_site(args.site) if args.site else recording.site
    surveyed = survey_of(recording, site, grid_of(site))
    tell(f"fitting {len(site.gateways)} gateways to {len(surveyed.survey.x_m)} spots")
    calibration = surveyed.fit()
    expected = prospect(surveyed, calibration, tell)
    tell("done")
    print(summary(calibration))
    print(expectation(surveyed, expected))
    if args.compare:
        print(comparison(load(args.compare), calibration))
    if args.plot:
        draw(args.plot, surveyed, expected, calibration)
    if args.out:
        save(calibration, args.out)
    if args.apply:
        print(f"applied: {apply(calibration, args.site)}")
    return 0


def _teller() -> Callable[[str], None]:
    """Says on standard error what is being done, and since when."""
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)

    return tell


def summary(c: Calibration) -> str:
    """What was found, one line a gateway."""
    lines = [
        f"{c.title}: {len(c.spots)} spots, {len(c.gateways)} gateways, device at {c.tag_height_m:.2f} m",
        f"site: {c.power_dbm:.1f} dBm at 1 m, exponent {c.path_loss_exponent:.2f}; residuals "
        f"{c.spread_db:.1f} dB over {c.length_m:.1f} m, {c.nugget_db:.1f} dB at a spot",
        f"{'gateway':24} {'at 1 m':>7} {'exponent':>8} {'misfit':>7} {'spots':>6}",
    ]
    lines += [
        f"{g.gateway:24} {g.power_dbm:7.1f} {g.path_loss_exponent:8.2f} {g.misfit_db:7.1f} {g.spots:6d}"
        for g in c.gateways
    ]
    return "\n".join(lines)


def expectation(surveyed: Surveyed, p: Prospect) -> str:
    """Expected error before and after, per floor."""
    lines = ["expected error of a snapshot, judged by spots left out: mean / p90 m, floor right"]
    for index, floor in enumerate(surveyed.site.floors):
        here = np.flatnonzero(surveyed.survey.floor == index)
        if len(here):
            before, after = (
                _figures(e[here], f[here])
                for e, f in ((p.before_m, p.floor_before), (p.after_m, p.floor_after))
            )
            lines.append(f"floor {floor.floor}: {len(here)} spots, before {before}, after {after}")
    return "\n".join(lines)


def _figures(errors_m: Floats, right: NDArray[np.bool_]) -> str:
    known = errors_m[np.isfinite(errors_m)]
    if not len(known):
        return "-"
    return f"{known.mean():.2f} / {np.percentile(known, 90):.2f}, {right.mean():.0%}"


def comparison(old: Calibration, new: Calibration) -> str:
    """Gateways whose level or exponent changed; one that changed much more than others was moved."""
    changes = calibrations.differences(old, new)
    usual = float(np.median([power for _, power, _ in changes])) if changes else 0.0
    lines = [f"against {old.title} (revision {old.revision}): all gateways {usual:+.1f} dB"]
    for gateway, power, exponent in changes:
        note = "  moved, turned or broken?" if abs(power - usual) > MOVED_DB else ""
        lines.append(f"{gateway:24} {power:+6.1f} dB, exponent {exponent:+.2f}{note}")
    return "\n".join(lines)


def draw(folder: Path, surveyed: Surveyed, p: Prospect, calibration: Calibration) -> None:
    """Of each floor: the errors before and after, and where the map knows least: where to walk next."""
    site, survey, grid = surveyed.site, surveyed.survey, surveyed.grid
    doubt_db = map_doubt_db(surveyed, calibration)
    for index, floor in enumerate(site.floors):
        here = np.flatnonzero(survey.floor == index)
        west, _, east, _ = shape(floor.outline).bounds
        radius_m = max(0.3, (east - west) / 200)
        for name, errors_m in (("before", p.before_m), ("after", p.after_m)):
            dots = [
                plots.dot(plots.graded(float(errors_m[i])), survey.x_m[i], survey.y_m[i], errors_m[i] * SCALE)
                for i in here
                if np.isfinite(errors_m[i])
            ]
            plots.write_floor(folder / f"{floor.floor}-{name}.svg", site, floor.floor, dots)
        step_m = 5 * radius_m
        lattice = {
            (int(grid.x_m[cell] // step_m), int(grid.y_m[cell] // step_m)): cell
            for cell in np.flatnonzero(grid.floor == index)
        }
        squares = [
            plots.shade(
                doubt_db[cell] / calibration.spread_db, (column + 0.5) * step_m, (row + 0.5) * step_m, step_m
            )
            for (column, row), cell in lattice.items()
        ]
        spots = [plots.dot("good", survey.x_m[i], survey.y_m[i], radius_m / 2) for i in here]
        plots.write_floor(folder / f"{floor.floor}-doubt.svg", site, floor.floor, [*squares, *spots])


def map_doubt_db(surveyed: Surveyed, calibration: Calibration) -> Floats:
    """How uncertain the map of residuals is at each cell, (cells,), were all spots heard by all."""
    survey, grid = surveyed.survey, surveyed.grid
    spots = Places(survey.floor, survey.x_m, survey.y_m)
    cells = Places(grid.floor.astype(np.int64), grid.x_m.astype(float), grid.y_m.astype(float))
    return residual_doubt_db(calibration.kernel, spots, cells)
