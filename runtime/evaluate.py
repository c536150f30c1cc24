"""``nearhand evaluate RECORDING…``: how far the running engine is from the truth, in metres.

Drives the very same ``PositioningService`` as a live system, with the observations of a recording.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from positioning.calibration import Calibration
from runtime import baselines, held_out, plots
from runtime.calibrate import load
from runtime.engine_run import run_engine
from runtime.judging import Estimates, Metrics, judge, pair
from runtime.recordings import Recording, grid_of, read_recording
from runtime.surveyed import survey_of

ENGINE = "engine"
METHODS = (ENGINE, *baselines.METHODS)


def commission(recording: Recording) -> Calibration | None:
    """The calibration by the survey that the recording names, where it lies beside it."""
    if recording.survey is None or not (recording.path.parent / recording.survey).is_dir():
        return None
    survey = read_recording(recording.path.parent / recording.survey)
    return held_out.commission(survey_of(survey, recording.site, grid_of(recording.site)))


def evaluate(
    recording: Recording, method: str, calibration: Calibration | None = None, plot: Path | None = None
) -> Metrics:
    """All metrics of one method on one recording; ``plot`` is a folder for a picture of each floor."""
    if method == ENGINE:
        estimates = run_engine(recording, calibration=calibration)
    else:
        estimates = baselines.run(recording, method)
    if plot is not None:
        _draw(plot, recording, method, estimates)
    return judge(recording.truth, estimates, tuple(floor.floor for floor in recording.site.floors))


def _draw(folder: Path, recording: Recording, method: str, estimates: Estimates) -> None:
    """Truth, what was said of it, its ellipse, and the miss as a line; one picture a floor."""
    paired, truth = pair(recording.truth, estimates), recording.truth
    known = [(row, int(i)) for row, i in enumerate(paired.index) if i >= 0 and np.isfinite(truth.x_m[row])]
    for floor in recording.site.floors:
        shapes: list[str] = []
        for row, i in known:
            if truth.floor[row] == floor.floor:
                said, true = (estimates.x_m[i], estimates.y_m[i]), (truth.x_m[row], truth.y_m[row])
                if np.isfinite(estimates.semi_major_m[i]):
                    axes = (estimates.semi_major_m[i], estimates.semi_minor_m[i], estimates.heading_deg[i])
                    shapes.append(plots.ellipse(*said, *axes))
                shapes += [
                    plots.line("miss", (true, said)),
                    plots.dot("good", *true),
                    plots.dot("staff", *said),
                ]
        plots.write_floor(
            folder / f"{recording.name}-{method}-{floor.floor}.svg", recording.site, floor.floor, shapes
        )


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verb's arguments."""
    parser = subparsers.add_parser("evaluate", help="accuracy of the engine on recordings with known truth")
    parser.add_argument("recordings", nargs="+", type=Path, metavar="RECORDING")
    parser.add_argument("--json", action="store_true", help="print the metrics as JSON")
    parser.add_argument(
        "--plot", type=Path, metavar="DIR", help="draw track, truth and ellipses on each floor"
    )
    parser.add_argument("--calibration", type=Path, metavar="FILE", help="instead of the recording's survey")
    parser.add_argument("--no-survey", action="store_true", help="gateway positions only")
    parser.add_argument(
        "--method",
        action="append",
        choices=METHODS,
        help=f"what to judge, may be given several times (default {ENGINE})",
    )
    parser.set_defaults(run=main)


def main(args: argparse.Namespace) -> int:
    """Judge and print; exit status 0."""
    given = load(args.calibration) if args.calibration else None
    rows: list[dict[str, object]] = []
    methods = args.method or (ENGINE,)
    for path in args.recordings:
        recording = read_recording(path)
        calibration = given
        if given is None and not args.no_survey and ENGINE in methods:
            calibration = commission(recording)
        rows += [
            {"name": recording.name, "method": m, **evaluate(recording, m, calibration, args.plot)}
            for m in methods
        ]
    print(json.dumps({"recordings": rows}, indent=1) if args.json else table(rows))
    return 0


COLUMNS = (
    ("recording", "name"),
    ("method", "method"),
    ("n", "n"),
    ("cover", "coverage"),
    ("mean", "mean_m"),
    ("median", "median_m"),
    ("p75", "p75_m"),
    ("p90", "p90_m"),
    ("p95", "p95_m"),
    ("floor", "floor_hit"),
    ("+floor", "mean_with_floor_penalty_m"),
    ("in 95 %", "inside_95_ellipse"),
    ("zone", "zone_accuracy"),
    ("changes", "zone_changes"),
    ("true", "zone_changes_true"),
    ("delay s", "zone_delay_median_s"),
)


def table(rows: Sequence[dict[str, object]]) -> str:
    """The metrics as a Markdown table."""
    lines = ["| " + " | ".join(title for title, _ in COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(_cell(row[key]) for _, key in COLUMNS) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)
