"""The shared real recordings over several sets of the filter's random numbers: accuracy, and luck.

Another set is another start of the service (``run_engine(early_s=…)``). The five tracks of the lab are one
row: all their truths together.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from positioning.calibration import Calibration
from positioning.settings import PositioningSettings
from runtime.engine_run import run_engine
from runtime.evaluate import commission
from runtime.judging import errors_m, pair, stretch
from runtime.recordings import Recording, read_recording

SHARED: Final = Path(__file__).parent.parent.parent / "shared" / "recordings"
LAB: Final = tuple(
    f"lab-12gw-{name}"
    for name in ("straight-01", "straight-02", "straight-04", "straight-05", "rectangular-without-rotation")
)
OFFICE: Final = "office-22-a5"
SPARSE: Final = "floor-sparse-11"
WEAK_DB: Final = -17
"""A phone that is so much weaker than the device of the survey."""
APART_S: Final = 7.3
"""Between the starts of two sets."""
Floats = NDArray[np.float64]
Row = tuple[str, ...]


class Judged(NamedTuple):
    """Of n truths: error in m, and how many times wider the ellipse must be to hold it; NaN = no answer."""

    error_m: Floats
    stretch: Floats


@cache
def recorded(name: str) -> Recording:
    return read_recording(SHARED / name)


@cache
def _calibrated(survey: str | None, name: str) -> Calibration | None:
    return commission(recorded(name))


def calibrated(name: str) -> Calibration | None:
    """By the survey that the recording names; one for all tracks that name the same."""
    survey = recorded(name).survey
    return _calibrated(survey, next(lab for lab in (*LAB, name) if recorded(lab).survey == survey))


def judged(
    name: str, survey: bool, number: int, weaker_db: int = 0, settings: PositioningSettings | None = None
) -> Judged:
    """One recording with one set of random numbers."""
    recording = recorded(name)
    if weaker_db:
        recording = replace(recording, rssi_dbm=np.maximum(recording.rssi_dbm + weaker_db, -119))
    calibration = calibrated(name) if survey else None
    estimates = run_engine(recording, settings, calibration, early_s=APART_S * number)
    paired = pair(recording.truth, estimates)
    return Judged(errors_m(recording.truth, estimates, paired), stretch(recording.truth, estimates, paired))


def together(many: list[Judged]) -> Judged:
    """The truths of several recordings as one."""
    return Judged(*(np.concatenate(values) for values in zip(*many, strict=True)))


def rows(sets: int) -> Iterator[Row]:
    """Mean and p90 in m and the share inside the ellipse: the committed set, and the mean over all sets."""
    yield _heading(sets)
    for survey in (True, False):
        yield from _of(LAB, survey, 0, sets)
        for name in (*LAB, OFFICE, SPARSE):
            yield from _of((name,), survey, 0, sets)
    yield from weak_rows(sets, heading=False)


def weak_rows(sets: int, heading: bool = True) -> Iterator[Row]:
    """A phone that nobody knows, heard so much weaker, beside the known tag."""
    if heading:
        yield (
            "recordings",
            "survey",
            "dB",
            "mean m",
            "p90 m",
            "in 95 %",
            f"mean of {sets}",
            "p90",
            "in 95 %",
        )
        yield from _of(LAB, True, 0, sets)
    yield from _of(LAB, True, WEAK_DB, sets)


def _heading(sets: int) -> Row:
    return ("recordings", "survey", "dB", "mean m", "p90 m", "in 95 %", f"mean of {sets}", "p90", "in 95 %")


def _of(names: tuple[str, ...], survey: bool, weaker_db: int, sets: int) -> Iterator[Row]:
    found = [
        _figures(together([judged(name, survey, number, weaker_db) for name in names]))
        for number in range(sets)
    ]
    label = names[0] if len(names) == 1 else f"the {len(names)} of the lab"
    both = (found[0], np.mean(found, axis=0))
    cells = [cell for f in both for cell in (f"{f[0]:.2f}", f"{f[1]:.2f}", f"{f[2]:.1%}")]
    yield (label, "yes" if survey else "no", str(weaker_db), *cells)


def _figures(found: Judged) -> tuple[float, float, float]:
    known = np.isfinite(found.error_m)
    error_m = found.error_m[known]
    return (
        float(error_m.mean()),
        float(np.percentile(error_m, 90)),
        float((found.stretch[known] <= 1).mean()),
    )


CANDIDATES: Final[dict[str, dict[str, float]]] = {
    "as they are": {},
    "independent_m 2.0": {"independent_m": 2.0},
    "independent_m 3.0": {"independent_m": 3.0},
    "independent_s 10": {"independent_s": 10.0},
    "independent_s 40": {"independent_s": 40.0},
    "packet_db 3": {"packet_db": 3.0},
    "packet_db 5": {"packet_db": 5.0},
    "walk_mps 1.0": {"walk_mps": 1.0},
    "walk_mps 1.4": {"walk_mps": 1.4},
}
"""Settings of the filter, each one step to either side."""


def choice_rows(sets: int) -> Iterator[Row]:
    """Leave one recording out: which settings the other six would choose, and what it is worth there.

    Chosen is the least mean of error over error as the settings are, over recordings with and without survey.
    """
    yield ("left out", "the others choose", "mean m with that", "as they are", "in 95 %", "as they are")
    everything = {title: _by_recording(change, sets) for title, change in CANDIDATES.items()}
    usual = everything["as they are"]
    for name in (*LAB, OFFICE, SPARSE):
        others = [key for key in usual if key[0] != name]
        cost = {
            title: float(np.mean([found[key][0] / usual[key][0] for key in others]))
            for title, found in everything.items()
        }
        best = min(cost, key=cost.__getitem__)
        for survey in (True, False):
            new, old = everything[best][name, survey], usual[name, survey]
            chosen = f"{best} ({cost[best] - 1:+.1%})"
            label = name if survey else f"{name}, no survey"
            yield (label, chosen, f"{new[0]:.2f}", f"{old[0]:.2f}", f"{new[1]:.1%}", f"{old[1]:.1%}")


def _by_recording(change: dict[str, float], sets: int) -> dict[tuple[str, bool], tuple[float, float]]:
    """Mean error and share inside the ellipse of each recording, with and without its survey."""
    settings = msgspec.structs.replace(PositioningSettings(), **change)
    result = {}
    for name in (*LAB, OFFICE, SPARSE):
        for survey in (True, False):
            found = [_figures(judged(name, survey, number, settings=settings)) for number in range(sets)]
            mean = np.mean(found, axis=0)
            result[name, survey] = (float(mean[0]), float(mean[2]))
    return result
