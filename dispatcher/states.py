"""The states of tasks, calls and units, and every step between them, as two tables.

Rule 1: no step is taken that is not in these tables; ``ledger.evolve`` asserts it for each fact.
Rule 2: states are never stored. They are read off the ledger (who holds, what happened) by the
functions of ``ledger.py``; the tables say which change a fact may make. Where a fact has several
possible next states, the ledger decides which: with an item still to fetch it is en_route_to_item, with
another live offer left it is offered, with an item in the hands it is returning_item, and so on.
Rule 3: a breach is a fact beside the state; it never changes one.

``diagrams()`` prints them for docs/dispatch.md; a test keeps the page fresh.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from contracts import messages as m
from contracts.messages import CallState, Fact, TaskState, UnitStatus

TaskSteps: TypeAlias = Mapping[TaskState, Mapping[type[Fact], tuple[TaskState, ...]]]
UnitSteps: TypeAlias = Mapping[UnitStatus, Mapping[type[Fact], tuple[UnitStatus, ...]]]

TASK_STEPS: Final[TaskSteps] = {
    "pending": {
        m.OfferMade: ("offered",),
        m.UnitAssigned: ("assigned",),
        m.UnitOnScene: ("on_scene",),  # people turn up without having been sent
        m.CallCancelled: ("cancelled",),
        m.TaskCancelled: ("cancelled",),
        m.CallAbandoned: ("abandoned",),
        m.CallMerged: ("merged",),
    },
    "offered": {
        m.OfferMade: ("offered",),
        m.OfferAccepted: ("en_route_to_item", "en_route"),
        m.OfferDeclined: ("pending", "offered"),
        m.OfferExpired: ("pending", "offered"),
        m.OfferWithdrawn: ("pending", "offered"),
        m.UnitAssigned: ("assigned",),
    },
    "assigned": {
        m.OfferMade: ("assigned",),  # make before break: the holder goes on until another accepts
        m.OfferDeclined: ("assigned",),
        m.OfferExpired: ("assigned",),
        m.OfferWithdrawn: ("assigned",),
        m.UnitReleased: ("pending", "offered"),
        m.ItemPickedUp: ("en_route",),
        m.UnitOnScene: ("on_scene",),
        m.TaskCleared: ("cleared",),  # done, but nobody reported the arrival: none is invented
    },
    "en_route_to_item": {
        m.OfferMade: ("en_route_to_item",),
        m.OfferDeclined: ("en_route_to_item",),
        m.OfferExpired: ("en_route_to_item",),
        m.OfferWithdrawn: ("en_route_to_item",),
        m.UnitReleased: ("pending", "offered"),
        m.ItemPickedUp: ("en_route",),
        m.UnitOnScene: ("on_scene",),
        m.TaskCleared: ("cleared",),
    },
    "en_route": {
        m.OfferMade: ("en_route",),
        m.OfferDeclined: ("en_route",),
        m.OfferExpired: ("en_route",),
        m.OfferWithdrawn: ("en_route",),
        m.UnitReleased: ("pending", "offered"),
        m.UnitOnScene: ("on_scene",),
        m.TaskCleared: ("cleared",),
    },
    "on_scene": {
        m.TaskCleared: ("cleared",),
        m.CallCancelled: ("cancelled",),
        m.CallAbandoned: ("abandoned",),
        m.UnitReleased: ("pending",),  # relieved on the spot: somebody else must come
    },
    "merged": {m.CallUnmerged: ("pending",)},
    "cleared": {},  # a cancelled, abandoned or merged call keeps its cleared tasks
    "cancelled": {},
    "abandoned": {},
}

UNIT_STEPS: Final[UnitSteps] = {
    "off_duty": {
        m.DutyChanged: ("available", "on_break", "returning_item"),
        m.UnitOnScene: ("on_scene",),
    },
    "on_break": {
        m.DutyChanged: ("available", "off_duty", "returning_item"),
        m.UnitOnScene: ("on_scene",),
    },
    "available": {
        m.OfferMade: ("offered",),
        m.UnitAssigned: ("en_route_to_item", "en_route"),
        m.UnitOnScene: ("on_scene",),
        m.DutyChanged: ("on_break", "off_duty"),
    },
    "offered": {
        m.OfferAccepted: ("en_route_to_item", "en_route"),
        m.OfferDeclined: ("available", "returning_item"),
        m.OfferExpired: ("available", "returning_item"),
        m.OfferWithdrawn: ("available", "returning_item"),
    },
    "en_route_to_item": {
        m.ItemPickedUp: ("en_route",),
        m.UnitReleased: ("available", "returning_item"),
        m.UnitOnScene: ("on_scene",),
        m.TaskCleared: ("available", "returning_item"),
    },
    "en_route": {
        m.UnitReleased: ("available", "returning_item"),
        m.UnitOnScene: ("on_scene",),
        m.TaskCleared: ("available", "returning_item"),
    },
    "on_scene": {
        m.TaskCleared: ("available", "returning_item", "on_break", "off_duty"),
        m.CallCancelled: ("available", "returning_item", "on_break", "off_duty"),
        m.CallAbandoned: ("available", "returning_item", "on_break", "off_duty"),
        m.UnitReleased: ("available", "returning_item", "on_break", "off_duty"),
    },
    "returning_item": {
        m.ItemReturned: ("available", "returning_item"),
        m.OfferMade: ("offered",),
        m.UnitAssigned: ("en_route_to_item", "en_route"),
        m.UnitOnScene: ("on_scene",),
        m.DutyChanged: ("on_break", "off_duty"),
    },
}

OPEN_TASK_STATES: Final[frozenset[TaskState]] = frozenset(
    ("pending", "offered", "assigned", "en_route_to_item", "en_route", "on_scene")
)
WAITING_STATES: Final[frozenset[TaskState]] = frozenset(("pending", "offered"))
"""Nobody is committed yet."""
UNDER_WAY_STATES: Final[frozenset[TaskState]] = frozenset(("assigned", "en_route_to_item", "en_route"))
"""Somebody is committed and has not arrived."""

_CALL_ORDER: Final[tuple[tuple[TaskState, CallState], ...]] = (
    ("on_scene", "on_scene"),
    ("en_route", "en_route"),
    ("en_route_to_item", "en_route"),
    ("assigned", "assigned"),
    ("offered", "offered"),
    ("cleared", "pending"),  # a part is done and nobody is on the way to the rest
)


_ENDS: Final[tuple[CallState, ...]] = ("merged", "abandoned", "cancelled", "cleared")
"""How a call ended: the first of these that any of its finished tasks is in."""
_ENDED: Final[frozenset[TaskState]] = frozenset(("merged", "abandoned", "cleared", "cancelled"))


def task_step_allowed(before: TaskState, fact: type[Fact], after: TaskState) -> bool:
    """Whether ``fact`` may take a task from ``before`` to ``after``. Facts beside the state change none."""
    steps = TASK_STEPS[before]
    return after in steps[fact] if fact in steps else before == after and fact not in _TASK_FACTS


def unit_step_allowed(before: UnitStatus, fact: type[Fact], after: UnitStatus) -> bool:
    """Whether ``fact`` may take a unit from ``before`` to ``after``."""
    steps = UNIT_STEPS[before]
    return after in steps[fact] if fact in steps else before == after and fact not in _UNIT_FACTS


CLOSING_FACTS: Final[frozenset[type[Fact]]] = frozenset(
    (m.CallCancelled, m.CallAbandoned, m.CallMerged, m.CallUnmerged)
)
"""Facts about a whole call: they leave its finished tasks as they are."""
_TASK_FACTS: Final[frozenset[type[Fact]]] = (
    frozenset(fact for steps in TASK_STEPS.values() for fact in steps) - CLOSING_FACTS
)
"""Facts that need a row."""
_UNIT_FACTS: Final[frozenset[type[Fact]]] = frozenset(
    (
        m.OfferMade,
        m.OfferAccepted,
        m.OfferDeclined,
        m.OfferExpired,
        m.OfferWithdrawn,
        m.UnitAssigned,
        m.UnitReleased,
        m.UnitOnScene,
        m.TaskCleared,
    )
)
"""Facts that need a row; duty, pick-ups and returns may leave a unit's status as it is."""


def call_state(tasks: tuple[TaskState, ...], planned: bool) -> CallState:
    """The state of a call from those of its tasks: as far as its furthest task that is not finished.

    Without the tasks that were cancelled by themselves: a person not needed after all cancels no call.
    ``planned`` is False until the planner has looked at it once.
    """
    for end in _ENDS:
        if all(state in _ENDED for state in tasks) and end in tasks:
            return end
    for state, result in _CALL_ORDER:
        if state in tasks:
            return result
    return "pending" if planned else "received"


def diagram(steps: TaskSteps | UnitSteps) -> str:
    """A table as a Mermaid state diagram, in the table's order; steps to the same state are left out."""
    lines = ["stateDiagram-v2"]
    for before, row in steps.items():
        if not row:
            lines.append(f"    {before} --> [*]")
        for fact, nexts in row.items():
            lines += [f"    {before} --> {after}: {fact.__name__}" for after in nexts if after != before]
    return "\n".join(lines)


def diagrams() -> str:
    """Both diagrams as Markdown."""
    return (
        f"### Task\n\n```mermaid\n{diagram(TASK_STEPS)}\n```\n\n"
        f"### Unit\n\n```mermaid\n{diagram(UNIT_STEPS)}\n```\n"
    )
