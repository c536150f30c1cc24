"""Judge estimates against truth: the metrics of IPIN/EvAAL and ISO/IEC 18305, and of zones.

At each truth row counts the newest estimate of that device made at or before it; nothing later.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import SECOND
from runtime.recordings import Truth

Floats = NDArray[np.float64]
FRESH_S = 5.0
"""Coverage counts estimates at most this old."""
FLOOR_PENALTY_M = 15.0
"""Of the mall competition: metres per wrong floor."""


@dataclass
class Estimates:
    """What a method said over time, in order of ``at``: lists of equal length, one entry per estimate."""

    at: list[int]
    device: list[str]
    floor: list[str]
    x_m: list[float]
    y_m: list[float]
    semi_major_m: list[float]
    semi_minor_m: list[float]
    heading_deg: list[float]
    zone: list[str]

    @classmethod
    def empty(cls) -> "Estimates":
        return cls([], [], [], [], [], [], [], [], [])


@dataclass(frozen=True)
class Paired:
    """For each of n truth rows the index of the estimate that counts, -1 = none."""

    index: NDArray[np.int64]
    age_s: Floats


Metrics = dict[str, float | int | None]


def pair(truth: Truth, estimates: Estimates) -> Paired:
    """The newest estimate of the same device at or before each truth row."""
    times: dict[str, list[int]] = {}
    where: dict[str, list[int]] = {}
    for number, device in enumerate(estimates.device):
        times.setdefault(device, []).append(estimates.at[number])
        where.setdefault(device, []).append(number)
    index = np.full(len(truth.at), -1, np.int64)
    age_s = np.full(len(truth.at), np.inf)
    for row, (at, device) in enumerate(zip(truth.at, truth.device, strict=True)):
        known = times.get(device, [])
        last = int(np.searchsorted(known, at, side="right")) - 1
        if last >= 0:
            index[row] = where[device][last]
            age_s[row] = (at - known[last]) / SECOND
    return Paired(index, age_s)


def judge(truth: Truth, estimates: Estimates, floors: tuple[str, ...]) -> Metrics:
    """All metrics; None where one does not apply."""
    paired = pair(truth, estimates)
    counted = paired.age_s <= FRESH_S
    metrics: Metrics = {"n": len(truth.at), "coverage": _mean(counted)}
    metrics |= _places(truth, estimates, paired, floors)
    metrics |= _zones(truth, estimates, paired)
    return metrics


def errors_m(truth: Truth, estimates: Estimates, paired: Paired) -> Floats:
    """Horizontal error of each truth row; NaN without an estimate or without known coordinates."""
    x = np.array([*estimates.x_m, np.nan])[paired.index]
    y = np.array([*estimates.y_m, np.nan])[paired.index]
    return np.hypot(x - truth.x_m, y - truth.y_m)


def _places(truth: Truth, estimates: Estimates, paired: Paired, floors: tuple[str, ...]) -> Metrics:
    error = errors_m(truth, estimates, paired)
    known = np.isfinite(error)
    wrong = _floors_wrong(truth, estimates, paired, floors)
    answered = paired.index >= 0
    floor_known = answered & np.array([bool(floor) for floor in truth.floor], bool)
    inside = stretch(truth, estimates, paired) <= 1.0

    def share(q: float) -> float | None:
        return round(float(np.percentile(error[known], q)), 3) if known.any() else None

    return {
        "mean_m": _mean(error[known]),
        "median_m": share(50),
        "p75_m": share(75),
        "p90_m": share(90),
        "p95_m": share(95),
        "floor_hit": _mean(wrong[floor_known] == 0),
        "mean_with_floor_penalty_m": _mean(error[known] + FLOOR_PENALTY_M * wrong[known]),
        "inside_95_ellipse": _mean(inside[known]),
    }


def _floors_wrong(truth: Truth, estimates: Estimates, paired: Paired, floors: tuple[str, ...]) -> Floats:
    """By how many floors each row is wrong."""
    number = {floor: index for index, floor in enumerate(floors)}
    said = [number.get(floor, -99) for floor in [*estimates.floor, ""]]
    return np.array(
        [abs(said[i] - number.get(f, -99)) for i, f in zip(paired.index, truth.floor, strict=True)], float
    )


def stretch(truth: Truth, estimates: Estimates, paired: Paired) -> Floats:
    """How many times its size each 95 % ellipse must be so that the truth lies on it; NaN without one."""

    def column(values: list[float]) -> Floats:
        return np.array([*values, np.nan])[paired.index]

    dx = truth.x_m - column(estimates.x_m)
    dy = truth.y_m - column(estimates.y_m)
    angle = np.radians(column(estimates.heading_deg))
    along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.hypot(along / column(estimates.semi_major_m), across / column(estimates.semi_minor_m))


def _zones(truth: Truth, estimates: Estimates, paired: Paired) -> Metrics:
    rows = [row for row, zone in enumerate(truth.zone) if zone]
    if not len(rows):
        return dict.fromkeys(("zone_accuracy", "zone_changes", "zone_changes_true", "zone_delay_median_s"))
    said = [*estimates.zone, ""]
    right = [said[paired.index[row]] == truth.zone[row] for row in rows]
    changes, true_changes, delays = 0, 0, []
    for device in dict.fromkeys(truth.device[row] for row in rows):
        own = [row for row in rows if truth.device[row] == device]
        steps = _true_steps(truth, own)
        heard = _said_steps(estimates, device, int(truth.at[own[0]]), int(truth.at[own[-1]]))
        true_changes += len(steps)
        changes += len(heard) - 1 if heard else 0
        delays += _delays(steps, heard, int(truth.at[own[-1]]))
    return {
        "zone_accuracy": _mean(np.array(right, float)),
        "zone_changes": changes,
        "zone_changes_true": true_changes,
        "zone_delay_median_s": round(float(np.median(delays)), 3) if delays else None,
    }


def _true_steps(truth: Truth, rows: list[int]) -> list[tuple[int, str]]:
    """When a device was first seen in another zone than before."""
    pairs = zip(rows[1:], rows, strict=False)
    return [(int(truth.at[b]), truth.zone[b]) for b, a in pairs if truth.zone[b] != truth.zone[a]]


def _said_steps(estimates: Estimates, device: str, begin: int, end: int) -> list[tuple[int, str]]:
    """The zone said at ``begin`` and each change until ``end``."""
    steps: list[tuple[int, str]] = []
    for number, who in enumerate(estimates.device):
        if who != device or estimates.at[number] > end:
            continue
        said = (max(estimates.at[number], begin), estimates.zone[number])
        if estimates.at[number] <= begin:
            steps = [said]
        elif not steps or steps[-1][1] != said[1]:
            steps.append(said)
    return steps


def _delays(steps: list[tuple[int, str]], said: list[tuple[int, str]], end: int) -> list[float]:
    """Seconds from each true change until the new zone was said; until the next change if it never was.

    A zone that was said already at the true change counts as no delay.
    """
    delays = []
    for number, (at, zone) in enumerate(steps):
        until = steps[number + 1][0] if number + 1 < len(steps) else end
        before = [name for when, name in said if when <= at]
        hits = [when for when, name in said if at < when <= until and name == zone]
        if before and before[-1] == zone:
            delays.append(0.0)
        else:
            delays.append(((hits[0] if hits else until) - at) / SECOND)
    return delays


def _mean(values: NDArray[np.bool_] | Floats) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None
