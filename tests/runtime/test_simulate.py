"""The simulator's command: its sums, its words, its repeat line, and a short run from end to end."""

import argparse
import json
import math
import shlex
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import messages as m
from contracts.quantities import SECOND
from runtime.cli import main
from runtime.settings import CLONE
from runtime.simulate import Outcome, _command, describe, response_times
from runtime.simulate import add_parsers as add_simulate

SMALL = CLONE / "config" / "scenarios" / "small.toml"
AT = 1_773_453_600 * SECOND
PLACE = m.Place("L1", 30.0, 12.0)


def a_task(
    role: str = "service", on_scene_s: float | None = None, target_s: float = 300.0, **changes: object
) -> m.TaskView:
    made = m.TaskView(
        task_id="t",
        role=role,
        item=None,
        state="pending" if on_scene_s is None else "on_scene",
        deadline_at=AT + round(target_s * SECOND),
        on_scene_at=None if on_scene_s is None else AT + round(on_scene_s * SECOND),
        reached_at=None if on_scene_s is None else AT + round(on_scene_s * SECOND),
        asked_at=AT,
    )
    return msgspec.structs.replace(made, **changes)


def a_call(*tasks: m.TaskView, service: str = "wheelchair", state: m.CallState = "pending") -> m.CallChanged:
    return m.CallChanged(
        call_id=f"c{id(tasks)}",
        version=1,
        service=service,
        priority=3,
        state=state,
        place=PLACE,
        device_id=None,
        note="",
        by="operator/o",
        received_at=AT,
        deadline_at=AT + 300 * SECOND,
        tasks=tasks,
    )


# --- response times ----------------------------------------------------------------------------------


def test_times_are_counted_by_service_and_role() -> None:
    calls = [
        a_call(a_task(on_scene_s=60)),
        a_call(a_task(on_scene_s=120)),
        a_call(a_task(on_scene_s=301)),
        a_call(
            a_task("medic", on_scene_s=90, target_s=180),
            a_task("security", on_scene_s=200, target_s=180),
            service="medical",
        ),
    ]
    assert response_times(calls, AT + 1) == {
        "medical/medic": {"calls": 1, "on_time": 1.0, "p50_s": 90.0, "p90_s": 90.0},
        "medical/security": {"calls": 1, "on_time": 0.0, "p50_s": 200.0, "p90_s": 200.0},
        "wheelchair/service": {
            "calls": 3,
            "on_time": pytest.approx(2 / 3, abs=1e-4),
            "p50_s": 120.0,
            "p90_s": 301.0,
        },
    }


@pytest.mark.parametrize(("on_scene_s", "on_time"), [(300.0, 1.0), (300.000001, 0.0)])
def test_on_time_is_up_to_the_deadline_and_no_later(on_scene_s: float, on_time: float) -> None:
    (row,) = response_times([a_call(a_task(on_scene_s=on_scene_s))], AT + 1).values()
    assert row["on_time"] == on_time


def test_a_breach_counts_as_late_though_nobody_came_yet() -> None:
    late = a_task(breached_at=AT + 300 * SECOND)
    (row,) = response_times([a_call(late), a_call(a_task(on_scene_s=60))], AT + 1).values()
    assert (row["calls"], row["on_time"], row["p50_s"]) == (2, 0.5, 60.0)
    (alone,) = response_times([a_call(late)], AT + 1).values()
    assert (alone["calls"], alone["on_time"]) == (1, 0.0)
    assert math.isnan(alone["p50_s"])


def test_what_is_open_or_cancelled_counts_not() -> None:
    calls = [
        a_call(a_task()),
        a_call(a_task(on_scene_s=60, state="cancelled")),
        a_call(a_task(on_scene_s=60, state="merged")),
    ]
    assert response_times(calls, AT + 1) == {}


@settings(deadline=None)
@given(st.lists(st.floats(0, 3600), min_size=1, max_size=20))
def test_shares_and_percentiles_stay_in_their_bounds(seconds: list[float]) -> None:
    (row,) = response_times([a_call(a_task(on_scene_s=s)) for s in seconds], AT + 1).values()
    assert row["calls"] == len(seconds)
    assert row["on_time"] == pytest.approx(sum(s <= 300 + 5e-7 for s in seconds) / len(seconds), abs=1e-4)
    assert min(seconds) - 1e-6 <= row["p50_s"] <= row["p90_s"] <= max(seconds) + 1e-6


# --- words -------------------------------------------------------------------------------------------


def an_outcome(**changes: object) -> Outcome:
    fields = {
        "seed": 7,
        "minutes": 10.0,
        "cpu_s": 12.34,
        "digest": "0123456789abcdef" + "f" * 48,
        "calls": 12,
        "services": {"wheelchair/service": {"calls": 5.0, "on_time": 0.8, "p50_s": 71.2, "p90_s": 240.0}},
        "accuracy": {
            "judged": 100.0,
            "mean_m": 1.234,
            "p90_m": 2.5,
            "floor_hit": 0.987,
            "inside_95_ellipse": 0.93,
            "without_estimate": 0.01,
        },
        "counters": {"delivered": 5},
    }
    return Outcome(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_outcome_is_said_with_its_figures() -> None:
    told = describe(an_outcome())
    for part in (
        "seed 7: 10 min simulated in 12.3 s of CPU, 12 calls, journal 0123456789abcdef\n",
        "wheelchair/service",
        "5 calls   80.0% on time  median   71 s  p90  240 s",
        "mean 1.23 m, p90 2.50 m, floor 98.7%, inside the 95 % ellipse 93.0%, without estimate 1.0%",
        "invariants held; no crashes",
    ):
        assert part in told
    assert max(map(len, told.splitlines())) <= 150


def test_crashes_and_failures_are_said() -> None:
    told = describe(an_outcome(counters={"crashes_dispatcher": 2, "delivered": 9}, failure="at 3 s: lost"))
    assert "BROKEN: at 3 s: lost" in told
    assert "'crashes_dispatcher': 2" in told
    assert "delivered" not in told


def test_an_outcome_without_calls_and_positions_is_said_too() -> None:
    told = describe(an_outcome(services={}, accuracy={}))
    assert len(told.splitlines()) == 2


# --- the line that repeats a failure -----------------------------------------------------------------


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_simulate(parser.add_subparsers())
    return parser.parse_args(["simulate", *words])


@pytest.mark.parametrize(
    "given_words",
    [
        [],
        ["--seed", "3", "--seeds", "5"],
        ["--minutes", "2.5", "--no-faults"],
        ["--scenario", "my malls/busy.toml"],
        ["--site", "config/sites/small"],
        ["--config", "mine.toml"],
        ["--minutes", "1.2345678"],
    ],
    ids=" ".join,
)
def test_the_repeat_line_repeats_what_decides_the_outcome(given_words: list[str]) -> None:
    given_arguments = parsed(*given_words)
    words = shlex.split(_command(given_arguments, 42))
    assert words[:2] == ["nearhand", "simulate"]
    again = vars(parsed(*words[2:]))
    wanted = {**vars(given_arguments), "seed": 42, "seeds": 1}
    assert again == wanted


# --- from end to end ---------------------------------------------------------------------------------


def test_two_half_minutes_of_the_small_mall_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = tmp_path / "journal"
    words = [
        "simulate",
        "--scenario",
        str(SMALL),
        "--seed",
        "7",
        "--seeds",
        "2",
        "--minutes",
        "0.5",
        "--json",
    ]
    assert main([*words, "--journal", str(journal)]) == 0
    said = capsys.readouterr()
    told = [json.loads(line) for line in said.out.splitlines()]
    assert [outcome["seed"] for outcome in told] == [7, 8]
    for outcome in told:
        assert outcome.keys() == Outcome.__dataclass_fields__.keys()
        assert (outcome["minutes"], outcome["failure"], outcome["last"]) == (0.5, "", [])
        assert outcome["counters"]["delivered"] > 0
        assert 0 < outcome["accuracy"]["mean_m"] < 20
        assert outcome["cpu_s"] > 0
        assert len(bytes.fromhex(outcome["digest"])) == 32
    assert told[0]["accuracy"] != told[1]["accuracy"]
    assert journal.stat().st_size > 100
    assert said.err == "", "no progress where nobody watches"


def test_an_unknown_scenario_is_the_operators_readable_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "no/such.toml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("nearhand: ")
    assert "no/such.toml" in said
