"""Policies side by side: the same calls and luck, repeatable, everybody served; the verb from end to end."""

import json
from pathlib import Path

import msgspec
import pytest

from dispatcher.settings import DispatcherSettings
from firmware_sim.scenario import Closure, Demand, Scenario, Staff
from runtime import policies
from runtime.cli import main
from runtime.policies import Stage, Tally, hours_on_duty
from runtime.scenarios import ScenarioFile, load_scenario
from runtime.settings import CLONE
from tests.sites import small_mall

DEMAND = Demand(
    calls_per_h={"wheelchair": 20.0, "power_bank": 25.0, "medical": 6.0},
    stop_after_s=1500.0,
    cancel_share=0.1,
)
STAFF = Staff(loan_mean_s=120.0, lift_wait_sd_s=20.0, one_break=True, break_s=300.0, standby_share=0.5)


def a_stage(**changes: object) -> Stage:
    scenario = Scenario(demand=DEMAND, staff=STAFF, **changes)  # type: ignore[arg-type]
    plan = load_scenario(CLONE / "config/scenarios/small.toml")
    file = ScenarioFile(msgspec.structs.replace(plan.world, minutes=45.0), plan.faults, scenario)
    return policies.stage(file, small_mall(), DispatcherSettings())


def seen(tally: Tally) -> list[tuple[object, ...]]:
    return [
        (call.received_at, call.service, call.place, [task.on_scene_at for task in call.tasks])
        for call in tally.calls.values()
    ]


def test_every_policy_meets_the_same_calls_and_serves_them_all() -> None:
    stage = a_stage()
    days = {policy: tally for policy, _, tally in policies.compare(stage, policies.POLICIES, [3])}
    calls = {policy: [call[:3] for call in seen(tally)] for policy, tally in days.items()}
    assert len(calls["full"]) > 10
    assert all(sorted(map(str, of)) == sorted(map(str, calls["full"])) for of in calls.values())
    for tally in days.values():
        assert tally.offers >= len(tally.calls) * 0.8
        assert tally.walked_m > 100
        assert hours_on_duty(tally) > 1
        for call in tally.calls.values():
            done = {task.state for task in call.tasks}
            assert done <= {"cleared", "cancelled", "on_scene"}, "an hour after the last call all are served"


def test_the_same_seed_gives_the_same_day_and_another_another() -> None:
    stage = a_stage()
    assert seen(policies.run(stage, "full", 5)) == seen(policies.run(stage, "full", 5))
    assert seen(policies.run(stage, "full", 5)) != seen(policies.run(stage, "full", 6))


def test_a_lift_that_fails_is_walked_round_and_fire_empties_the_lifts() -> None:
    lift = next(c.connector_id for c in small_mall().connectors if c.kind == "lift")
    closures = (Closure(connector=lift, after_min=5, for_min=5), Closure(after_min=12, for_min=3))
    tally = policies.run(a_stage(closures=closures), "full", 2)
    assert all(call.state in ("cleared", "cancelled", "on_scene") for call in tally.calls.values())


def test_the_verb_prints_the_promised_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'name = "mine"\n[world]\nsite = "small"\nminutes = 12\n[demand.calls_per_h]\nwheelchair = 40.0\n'
    )
    words = ["simulate", "--scenario", str(file), "--policy", "eta,full", "--seeds", "1", "--json"]
    assert main([*words, "--staff", "0.8"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["scenario"], report["seeds"]) == ("mine", 1)
    assert [policy["policy"] for policy in report["policies"]] == ["eta", "full"]
    assert report["policies"][1]["services"]["wheelchair"]["calls"] > 2
    assert main([*words, "--policy", "magic"]) == 2
    assert "magic" in capsys.readouterr().err
