"""The shared real recordings over several sets of the filter's random numbers: accuracy, and luck.

Another set is another start of the service (``run_engine(early_s=…)``). The five tracks of the lab are one
row: all their truths together.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

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
