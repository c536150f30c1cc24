"""Accuracy in simulated places with known truth, the benchmarks of others among them.

    .venv/bin/python -m bench.bench_accuracy [SECTION…] [--seeds 5] [--draw FILE]

companion: ESPresense-companion's two tracks (bench/companion.py), each sample by itself and filtered.
mall: the 80 x 50 m mall of the field notes, without a survey, with one of 60 and of 400 spots.
floors: four floors around a void (bench/scenarios.py), floor right and the delay after a change.
recordings: the shared real recordings with and without a survey, and with levels 17 dB weaker; a seed is
another set of the filter's random numbers. weak: only the latter. choose: which settings
the other recordings would choose for one that is left out (a minute a seed).
Every figure is the mean over the seeds; prints the tables of bench/results/positioning.md.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bench import companion, real_recordings, scenarios
from contracts.quantities import SECOND, to_seconds
from positioning.calibration import Calibration
from runtime import plots
from runtime.engine_run import run_engine
from runtime.held_out import commission
from runtime.judging import Estimates, judge, pair
from runtime.recordings import Recording, Truth, grid_of
from runtime.surveyed import survey_of

Row = tuple[str, ...]
STAYS_S = 10
"""A change of floor counts when the walker stays on the new one so long."""
SURVEY_SPOTS = (60, 400)


def companion_rows(seeds: int) -> Iterator[Row]:
    """Median and 95th percentile of the error, share in the wrong room, for each track and method."""
    yield ("track", "method", "median m", "p95 m", "mean m", "wrong room")
    for track, (median, p95, wrong) in companion.PUBLISHED.items():
        yield (track, "companion, as published", f"{median:.2f}", f"{p95:.2f}", "", f"{wrong:.1%}")
        single, filtered = [], []
        for seed in range(seeds):
            single.append(companion.score(*companion.snapshots(track, seed)))
            recording = companion.recording(track, seed)
            estimates = run_engine(recording, calibration=companion.known_model())
            index = pair(recording.truth, estimates).index
            said = np.stack([np.array(estimates.x_m)[index], np.array(estimates.y_m)[index]], axis=1)
            places = companion.points(track)
            filtered.append(companion.score(places[index >= 0], said[index >= 0]))
        for method, scores in (("each sample by itself", single), ("engine", filtered)):
            mean = [float(np.mean([getattr(s, name) for s in scores])) for name in COMPANION]
            yield (track, method, *(f"{value:.2f}" for value in mean[:3]), f"{mean[3]:.1%}")


COMPANION = ("median_m", "p95_m", "mean_m", "wrong_room")
MALL = ("mean_m", "median_m", "p75_m", "p95_m", "zone_accuracy", "zone_changes", "zone_changes_true")


def mall_rows(seeds: int) -> Iterator[Row]:
    """The metrics of the published table of that mall."""
    yield ("survey", "mean m", "p50 m", "p75 m", "p95 m", "zone right", "changes / true", "in 95 %")
    for spots in (0, *SURVEY_SPOTS):
        found = []
        for seed in range(seeds):
            track, survey = scenarios.mall_trace(seed=7 + seed, spots=spots or 60)
            calibration = commissioned(survey) if spots else None
            found.append(judge(track.truth, run_engine(track, calibration=calibration), ("L1",)))

        def mean(name: str, found: list[dict[str, float | int | None]] = found) -> float:
            return float(np.mean([row[name] or 0.0 for row in found]))

        yield (
            f"{spots} spots" if spots else "none",
            *(f"{mean(name):.2f}" for name in MALL[:4]),
            f"{mean('zone_accuracy'):.1%}",
            f"{mean('zone_changes'):.0f} / {mean('zone_changes_true'):.0f}",
            f"{mean('inside_95_ellipse'):.1%}",
        )


def commissioned(survey: Recording) -> Calibration:
    """What `nearhand calibrate` makes of it."""
    return commission(survey_of(survey, survey.site, grid_of(survey.site)))


def floor_rows(seeds: int) -> Iterator[Row]:
    """Floors over all walkers and seconds, and how long a new floor takes to be said."""
    yield ("walk", "mean m", "floor right", "changes", "delay p50 s", "delay p90 s", "never", "in 95 %")
    for moves, stay in (("each second way to another floor", 0.5), ("each tenth", 0.9)):
        hits, means, inside, delays = [], [], [], []
        for seed in range(seeds):
            track = scenarios.four_floor_trace(seed=11 + seed, stay=stay)
            estimates = run_engine(track)
            row = judge(track.truth, estimates, tuple(f.floor for f in track.site.floors))
            hits.append(row["floor_hit"] or 0.0)
            means.append(row["mean_m"] or 0.0)
            inside.append(row["inside_95_ellipse"] or 0.0)
            delays += floor_delays_s(track.truth, estimates)
        known = np.array([delay for delay in delays if np.isfinite(delay)])
        p50, p90 = np.percentile(known, (50, 90)) if len(known) else (np.nan, np.nan)
        yield (
            moves,
            f"{np.mean(means):.2f}",
            f"{np.mean(hits):.2%}",
            str(len(delays)),
            f"{p50:.1f}",
            f"{p90:.1f}",
            str(len(delays) - len(known)),
            f"{np.mean(inside):.1%}",
        )


def floor_delays_s(truth: Truth, estimates: Estimates) -> list[float]:
    """From each arrival on a floor to the first estimate there; infinite where none came before leaving."""
    said: dict[str, list[tuple[int, str]]] = {}
    for at, device, floor in zip(estimates.at, estimates.device, estimates.floor, strict=True):
        said.setdefault(device, []).append((at, floor))
    delays = []
    for device in dict.fromkeys(truth.device):
        rows = [row for row, name in enumerate(truth.device) if name == device]
        changes = [i for i in range(1, len(rows)) if truth.floor[rows[i]] != truth.floor[rows[i - 1]]]
        for i in changes:
            begin, floor = int(truth.at[rows[i]]), truth.floor[rows[i]]
            end = next(
                (int(truth.at[row]) for row in rows[i:] if truth.floor[row] != floor), int(truth.at[rows[-1]])
            )
            if end - begin < STAYS_S * SECOND:
                continue
            first = next(
                (at for at, name in said.get(device, []) if begin <= at < end and name == floor), None
            )
            delays.append(float("inf") if first is None else to_seconds(first - begin))
    return delays


def draw_walk(file: Path, walker: str = "w-03", begin_s: int = 60, seconds: int = 60) -> None:
    """A minute of one walker of the surveyed mall: truth, estimates, an ellipse each fourth second."""
    track, survey = scenarios.mall_trace()
    estimates, truth = run_engine(track, calibration=commissioned(survey)), track.truth
    index = pair(truth, estimates).index
    start = int(truth.at[0]) + begin_s * SECOND
    rows = [
        row
        for row, device in enumerate(truth.device)
        if device == walker and start <= truth.at[row] < start + seconds * SECOND
    ]
    said = [(estimates.x_m[i], estimates.y_m[i]) for i in index[rows]]
    true = [(float(truth.x_m[row]), float(truth.y_m[row])) for row in rows]
    shapes = [
        plots.ellipse(
            *said[n], estimates.semi_major_m[i], estimates.semi_minor_m[i], estimates.heading_deg[i]
        )
        for n, i in enumerate(index[rows])
        if n % 4 == 0
    ]
    shapes += [plots.line("miss", pair_) for pair_ in zip(true, said, strict=True)]
    shapes += [plots.line("truth", true), plots.line("said", said)]
    plots.write_floor(file, track.site, track.site.floors[0].floor, shapes)


SECTIONS: dict[str, Callable[[int], Iterator[Row]]] = {
    "companion": companion_rows,
    "mall": mall_rows,
    "floors": floor_rows,
    "recordings": real_recordings.rows,
    "weak": real_recordings.weak_rows,
    "choose": real_recordings.choice_rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--draw", type=Path, metavar="FILE", help="a minute of the surveyed mall as SVG")
    arguments = parser.parse_args()
    if arguments.draw:
        draw_walk(arguments.draw)
        return
    for name in arguments.sections or SECTIONS:
        began = time.process_time()
        rows = list(SECTIONS[name](arguments.seeds))
        print(f"\n{name}, {arguments.seeds} seeds, {time.process_time() - began:.0f} s of CPU\n")
        print("| " + " | ".join(rows[0]) + " |\n" + "|---" * len(rows[0]) + "|")
        print("\n".join("| " + " | ".join(row) + " |" for row in rows[1:]), flush=True)


if __name__ == "__main__":
    main()
