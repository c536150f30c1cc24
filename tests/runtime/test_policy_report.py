"""The comparison's sums, by hand, and its shape, word for word."""

import pytest

from contracts import messages as m
from contracts.quantities import HOUR
from runtime.policies import Tally
from runtime.policy_report import figures, summary, table
from tests.runtime.test_simulate import AT, a_call, a_task

END = AT + HOUR


def a_tally(*calls: m.CallChanged) -> Tally:
    tally = Tally(END)
    for number, call in enumerate(calls):
        tally.calls[f"c{number}"] = call
    tally.offers, tally.walked_m = 6, 300.0
    tally.spent.update({"available": HOUR, "on_scene": HOUR})
    return tally


def test_the_shape_is_the_promised_one() -> None:
    late = a_task("medic", 200.0, 180.0, miss_cause="walking")
    medical = a_call(late, a_task("security", 90.0, 180.0), service="medical")
    never = a_call(a_task(miss_cause="queue"))
    waiting = a_call(a_task(target_s=7200.0))  # may still be in time when the run ends
    of = summary("full", [(1, a_tally(a_call(a_task(on_scene_s=100.0)), never, waiting, medical))])
    keys = {"calls", "on_time", "on_time_se", "p50_s", "p90_s", "p99_s"}
    assert set(of) == {
        *("policy", "services", "roles", "unserved", "offers_per_task", "walked_m_per_staff_hour"),
        *("busy_share", "misses_by_cause"),
    }
    assert set(of["services"]["wheelchair"]) == keys == set(of["roles"]["medical"]["medic"])
    assert of["services"]["wheelchair"] | {"on_time_se": 0} == {
        **{"calls": 2, "on_time": 0.5, "on_time_se": 0},
        **{"p50_s": 100.0, "p90_s": 100.0, "p99_s": 100.0},
    }
    assert of["services"]["medical"]["p50_s"] == 200.0, "served when the last of its people is there"
    assert of["services"]["medical"]["on_time"] == 0.0
    assert of["roles"]["medical"]["security"]["on_time"] == 1.0
    assert (of["unserved"], of["offers_per_task"]) == (1, 1.5)
    assert (of["walked_m_per_staff_hour"], of["busy_share"]) == (150.0, 0.5)
    assert of["misses_by_cause"] == {"queue": 1, "walking": 1}


def test_standard_errors_come_from_days() -> None:
    rows = [(1, 10.0, True), (1, 10.0, True), (2, 10.0, False), (2, None, False)]
    assert figures(rows)["on_time_se"] == pytest.approx(0.5)
    assert figures(rows[:2])["on_time_se"] is None


def test_people_get_a_table() -> None:
    of = [summary(policy, [(1, a_tally(a_call(a_task(on_scene_s=100.0))))]) for policy in ("eta", "full")]
    text = table({"scenario": "s", "seeds": 1, "policies": of})
    assert "wheelchair" in text
    assert "100.0  (100 / 100 / 100)" in text
    assert "misses of full: none" in text
