"""The tables, cell by cell."""

import re
from pathlib import Path
from typing import get_args

import pytest

from contracts import messages as m
from contracts.messages import CallState, TaskState, UnitStatus
from contracts.wire import FACT_TYPES
from dispatcher import rules, situation, states

TASK_STATES: tuple[TaskState, ...] = get_args(TaskState)
UNIT_STATUSES: tuple[UnitStatus, ...] = get_args(UnitStatus)


def test_every_state_has_its_row() -> None:
    assert set(states.TASK_STEPS) == set(TASK_STATES)
    assert set(states.UNIT_STEPS) == set(UNIT_STATUSES)


def test_rows_name_facts_and_states_only() -> None:
    for table, known in ((states.TASK_STEPS, TASK_STATES), (states.UNIT_STEPS, UNIT_STATUSES)):
        for row in table.values():
            for fact, nexts in row.items():
                assert fact in FACT_TYPES
                assert nexts
                assert set(nexts) <= set(known)


@pytest.mark.parametrize("before", TASK_STATES)
@pytest.mark.parametrize("fact", FACT_TYPES)
def test_a_task_takes_exactly_the_steps_of_its_table(before: TaskState, fact: type[m.Fact]) -> None:
    allowed = {after for after in TASK_STATES if states.task_step_allowed(before, fact, after)}
    if fact in states.TASK_STEPS[before]:
        assert allowed == set(states.TASK_STEPS[before][fact])
    else:
        has_row = any(fact in row for row in states.TASK_STEPS.values()) and fact not in states.CLOSING_FACTS
        assert allowed == (set() if has_row else {before})


@pytest.mark.parametrize("before", UNIT_STATUSES)
@pytest.mark.parametrize("fact", FACT_TYPES)
def test_a_unit_takes_exactly_the_steps_of_its_table(before: UnitStatus, fact: type[m.Fact]) -> None:
    allowed = {after for after in UNIT_STATUSES if states.unit_step_allowed(before, fact, after)}
    if fact in states.UNIT_STEPS[before]:
        assert allowed == set(states.UNIT_STEPS[before][fact])
    else:
        assert allowed in (set(), {before})


def test_nothing_leads_out_of_the_end() -> None:
    for end in ("cleared", "cancelled", "abandoned"):
        assert states.TASK_STEPS[end] == {}
    assert set(states.TASK_STEPS["merged"]) == {m.CallUnmerged}, "a merger can be a mistake"


def test_every_open_state_can_reach_an_end() -> None:
    reach: set[TaskState] = {"cleared", "cancelled", "abandoned"}
    for _ in TASK_STATES:
        for before, row in states.TASK_STEPS.items():
            if any(after in reach for nexts in row.values() for after in nexts):
                reach.add(before)
    assert reach == set(TASK_STATES)


def test_every_status_can_become_available_again() -> None:
    reach: set[UnitStatus] = {"available"}
    for _ in UNIT_STATUSES:
        for before, row in states.UNIT_STEPS.items():
            if any(after in reach for nexts in row.values() for after in nexts):
                reach.add(before)
    assert reach == set(UNIT_STATUSES)


@pytest.mark.parametrize(
    ("tasks", "planned", "expected"),
    [
        (("pending",), False, "received"),
        (("pending",), True, "pending"),
        (("pending", "offered"), True, "offered"),
        (("assigned", "offered"), True, "assigned"),
        (("en_route_to_item", "assigned"), True, "en_route"),
        (("en_route", "pending"), True, "en_route"),
        (("on_scene", "pending"), True, "on_scene"),
        (("cleared", "on_scene"), True, "on_scene"),
        (("cleared", "pending"), True, "pending"),
        (("cleared", "cleared"), True, "cleared"),
        (("cleared", "cancelled"), True, "cancelled"),
        (("cleared", "abandoned"), True, "abandoned"),
        (("cleared", "merged"), True, "merged"),
        (("cancelled",), False, "cancelled"),
    ],
)
def test_a_call_is_as_far_as_its_furthest_task(
    tasks: tuple[TaskState, ...], planned: bool, expected: CallState
) -> None:
    assert states.call_state(tasks, planned) == expected


def test_diagrams_show_every_step_that_changes_something() -> None:
    text = states.diagram(states.TASK_STEPS)
    assert "pending --> offered: OfferMade" in text
    assert "cleared --> [*]" in text
    assert "offered --> offered" not in text
    assert states.diagrams().count("```mermaid") == 2


PAGE = (Path(__file__).parents[2] / "docs" / "dispatch.md").read_text(encoding="utf-8")


def test_the_page_shows_the_tables_as_they_are() -> None:
    assert states.diagrams() in PAGE, "put dispatcher.states.diagrams() between the marks of docs/dispatch.md"


def test_the_page_explains_every_code() -> None:
    sources = [file.read_text(encoding="utf-8") for file in Path(rules.__file__).parent.glob("*.py")]
    said = {code for source in sources for code in re.findall(r'Answer\([^)]*?"([a-z_]+)"', source)}
    said |= set(situation.REASONS) - {""}
    assert len(said) > 50
    assert [code for code in sorted(said) if f"`{code}`" not in PAGE] == []
