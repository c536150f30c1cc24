from contracts.messages import TaskView
from firmware_sim.calls import CALLS_MAX, KnownCalls
from tests.firmware_sim.builders import call


def test_only_newer_versions_are_news() -> None:
    calls = KnownCalls()
    assert calls.note(call(version=2, state="offered"))
    assert not calls.note(call(version=2, state="offered"))
    assert not calls.note(call(version=1, state="pending"))
    assert calls.by_id["c1"].state == "offered"
    assert calls.note(call(version=3, state="cleared"))


def test_what_is_unknown_is_an_ordinary_service() -> None:
    calls = KnownCalls()
    assert calls.priority("nowhere") == 3
    assert calls.service(None) == ""
    assert calls.task("nowhere", "t") is None


def test_tasks_are_found_by_id() -> None:
    calls = KnownCalls()
    task = TaskView("c1-1", "medic", None, "assigned", 0)
    calls.note(call(priority=1, service="medical", tasks=(task,)))
    assert calls.task("c1", "c1-1") == task
    assert calls.task("c1", "c1-2") is None
    assert calls.priority("c1") == 1
    assert calls.service("c1") == "medical"


def test_the_oldest_calls_are_forgotten() -> None:
    calls = KnownCalls()
    for number in range(CALLS_MAX + 5):
        calls.note(call(f"c{number}"))
    assert len(calls.by_id) == CALLS_MAX
    assert "c4" not in calls.by_id
    assert "c5" in calls.by_id
