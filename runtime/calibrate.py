"""``nearhand calibrate SURVEY``: fits the radio model to a commissioning walk and says what it is worth."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.errors import ConfigError
from contracts.geometry import shape
from positioning import calibration as calibrations
from positioning.calibration import Calibration
from positioning.residuals import Places
from positioning.residuals import doubt_db as residual_doubt_db
from runtime import plots
from runtime.held_out import Prospect, judge_left_out, prospect, with_scale
from runtime.recordings import grid_of, read_recording
from runtime.site_files import load_site
from runtime.surveyed import Floats, Surveyed, survey_of

MOVED_DB = 6.0
"""Beyond twice what gateways change in nine months."""
FILE_NAME = "calibration.json"
SCALE = 0.2
"""Dots are drawn a fifth of the error wide: a mall's do not cover each other, a room's are still seen."""


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
    fitted = surveyed.fit()
    judged = judge_left_out(surveyed, fitted, tell)
    calibration, expected = with_scale(fitted, judged), prospect(surveyed, judged, tell)
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
        f"ellipses: {c.ellipse_scale:.2f} times as wide as the model alone says, by spots left out",
        f"{'gateway':24} {'at 1 m':>7} {'exponent':>8} {'misfit':>7} {'spots':>6}",
    ]
    lines += [
        f"{g.gateway:24} {g.power_dbm:7.1f} {g.path_loss_exponent:8.2f} {g.misfit_db:7.1f} {g.spots:6d}"
        for g in c.gateways
    ]
    return "\n".join(lines)


def expectation(surveyed: Surveyed, p: Prospect) -> str:
    """Expected error before and after, per floor."""
    lines = ["expected error of the engine at spots left out, at first sight: mean / p90 m, floor right"]
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
