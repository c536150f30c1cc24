"""``nearhand evaluate RECORDING…``: how far the running engine is from the truth, in metres.

Drives the very same ``PositioningService`` as a live system, with the observations of a recording.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from contracts.columns import unpack_positions
from contracts.messages import EnrolmentChanged, Message, PositionsEstimated
from contracts.quantities import Instant
from positioning.calibration import Calibration
from positioning.service import PositioningService
from positioning.settings import PositioningSettings
from runtime import baselines, plots
from runtime.calibrate import load, survey_of
from runtime.judging import Estimates, Metrics, judge, pair
from runtime.recordings import Recording, enrolled, grid_of, read_recording, reports

ENGINE = "engine"
METHODS = (ENGINE, *baselines.METHODS)


def run_engine(
    recording: Recording,
    settings: PositioningSettings | None = None,
    calibration: Calibration | None = None,
) -> Estimates:
    """Every estimate that the service makes while it hears the recording."""
    grid = grid_of(recording.site)
    service = PositioningService(recording.site, grid, settings or PositioningSettings(), calibration)
    estimates = Estimates.empty()
    if not len(recording.at):
        return estimates
    start = int(min(recording.at[0], *recording.truth.at[:1])) - 1
    service.receive(EnrolmentChanged(version=1, devices=enrolled(recording)), start)
    arrivals = list(reports(recording, edges=recording.truth.at))
    moments = sorted({*(int(at) for at in recording.truth.at), *(r.received_at for r in arrivals)})
    judged = {int(at) for at in recording.truth.at}
    position = 0
    for moment in moments:
        _wake_until(service, moment, estimates, recording)
        while position < len(arrivals) and arrivals[position].received_at <= moment:
            service.receive(arrivals[position], moment)
            position += 1
        if moment in judged:
            _keep(estimates, service.wake(moment), recording)
    return estimates


def _wake_until(
    service: PositioningService, moment: Instant, estimates: Estimates, recording: Recording
) -> None:
    at = service.wake_at()
    while at is not None and at <= moment:
        _keep(estimates, service.wake(at), recording)
        at = service.wake_at()


def _keep(estimates: Estimates, messages: Sequence[Message], recording: Recording) -> None:
    floors = [floor.floor for floor in recording.site.floors]
    for message in messages:
        if not isinstance(message, PositionsEstimated):
            continue
        positions = unpack_positions(message)
        for row, device in enumerate(positions.device_ids):
            if positions.age_s[row] > 5.0:
                continue
            estimates.at.append(message.estimated_at)
            estimates.device.append(device)
            estimates.floor.append(floors[positions.floor[row]])
            estimates.x_m.append(float(positions.x_m[row]))
            estimates.y_m.append(float(positions.y_m[row]))
            estimates.semi_major_m.append(float(positions.semi_major_m[row]))
            estimates.semi_minor_m.append(float(positions.semi_minor_m[row]))
            estimates.heading_deg.append(float(positions.heading_deg[row]))
            estimates.zone.append(positions.zone[row] or "")


def commission(recording: Recording) -> Calibration | None:
    """The calibration by the survey that the recording names, where it lies beside it."""
    if recording.survey is None or not (recording.path.parent / recording.survey).is_dir():
        return None
    survey = read_recording(recording.path.parent / recording.survey)
    return survey_of(survey, recording.site, grid_of(recording.site)).fit()


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
