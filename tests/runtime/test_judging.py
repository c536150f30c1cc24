import numpy as np
import pytest

from contracts.quantities import SECOND
from runtime.judging import Estimates, judge, pair
from runtime.recordings import Truth


def truth(seconds: int = 10, zones: str = "wwwwweeeee") -> Truth:
    n = seconds
    return Truth(
        at=np.arange(n) * SECOND,
        device=("tag",) * n,
        floor=("0",) * n,
        x_m=np.arange(n, dtype=float),
        y_m=np.zeros(n),
        z_m=np.full(n, np.nan),
        zone=tuple(zones),
    )


def said(rows: list[tuple[float, float, str]], floor: str = "0", semi_m: float = 2.0) -> Estimates:
    """Estimates at (seconds, x, zone)."""
    estimates = Estimates.empty()
    for at_s, x, zone in rows:
        estimates.at.append(round(at_s * SECOND))
        estimates.device.append("tag")
        estimates.floor.append(floor)
        estimates.x_m.append(x)
        estimates.y_m.append(0.0)
        estimates.semi_major_m.append(semi_m)
        estimates.semi_minor_m.append(semi_m)
        estimates.heading_deg.append(0.0)
        estimates.zone.append(zone)
    return estimates


def test_the_newest_estimate_at_or_before_counts_and_nothing_later() -> None:
    paired = pair(truth(3), said([(0.0, 0, "w"), (1.5, 1, "w"), (2.1, 9, "w")]))
    assert list(paired.index) == [0, 0, 1]
    assert paired.age_s == pytest.approx([0.0, 1.0, 0.5])


def test_errors_coverage_and_ellipse() -> None:
    estimates = said([(float(t), t + 1.0, "w") for t in range(10)])
    metrics = judge(truth(), estimates, ("0",))
    assert metrics["n"] == 10
    assert metrics["coverage"] == 1.0
    assert metrics["mean_m"] == metrics["p95_m"] == 1.0
    assert metrics["inside_95_ellipse"] == 1.0
    assert judge(truth(), said([(0.0, 0, "w")], semi_m=0.5), ("0",))["inside_95_ellipse"] == 0.1
    assert judge(truth(), said([(0.0, 0, "w")]), ("0",))["coverage"] == 0.6
    assert judge(truth(), Estimates.empty(), ("0",))["mean_m"] is None


def test_a_wrong_floor_costs_15_m() -> None:
    wrong = said([(float(t), float(t), "w") for t in range(10)], floor="2")
    metrics = judge(truth(), wrong, ("0", "1", "2"))
    assert metrics["floor_hit"] == 0.0
    assert metrics["mean_with_floor_penalty_m"] == 30.0


def test_zone_changes_and_their_delay() -> None:
    clean = judge(truth(), said([(0.0, 0, "w"), (6.5, 6, "e")]), ("0",))
    assert (clean["zone_changes"], clean["zone_changes_true"]) == (1, 1)
    assert clean["zone_delay_median_s"] == 1.5
    assert clean["zone_accuracy"] == 0.8
    flips = judge(truth(), said([(0.0, 0, "w"), (2.0, 0, "e"), (3.0, 0, "w"), (4.5, 0, "e")]), ("0",))
    assert flips["zone_changes"] == 3
    assert flips["zone_delay_median_s"] == 0.0
    never = judge(truth(), said([(0.0, 0, "w")]), ("0",))
    assert never["zone_delay_median_s"] == 4.0


def test_what_is_not_known_is_not_judged() -> None:
    blank = truth(10, "          ")
    blank = Truth(blank.at, blank.device, blank.floor, np.full(10, np.nan), blank.y_m, blank.z_m, ("",) * 10)
    metrics = judge(blank, said([(0.0, 0, "w")]), ("0",))
    assert metrics["mean_m"] is None
    assert metrics["zone_accuracy"] is None
    assert metrics["floor_hit"] == 1.0
