"""The laws notice when they are broken: each breakage is made by hand."""

from collections.abc import Callable

import pytest

from contracts.quantities import HOUR
from dispatcher import invariants
from dispatcher.ledger import Carried, Ledger
from tests.dispatcher.builders import EAST, HALL, Control


def a_control() -> Control:
    control = Control()
    control.call("wheelchair", EAST)
    control.accept_all()
    control.call("luggage", HALL)
    return control


def holder(ledger: Ledger) -> str:
    return next(unit.unit_id for unit in ledger.units.values() if unit.task_id)


def asked(ledger: Ledger) -> str:
    return next(unit.unit_id for unit in ledger.units.values() if unit.offer_id)


def free_one(ledger: Ledger) -> str:
    return next(unit.unit_id for unit in ledger.units.values() if not unit.task_id and not unit.offer_id)


def breakages() -> list[tuple[str, Callable[[Ledger], object]]]:
    def forget_task(ledger: Ledger) -> None:
        ledger.units[holder(ledger)].task_id = None

    def forget_offer(ledger: Ledger) -> None:
        ledger.units[asked(ledger)].offer_id = None

    def two_holders(ledger: Ledger) -> None:
        task = next(task for task in ledger.tasks.values() if task.unit_id is None)
        task.unit_id = holder(ledger)

    def dead_offer(ledger: Ledger) -> None:
        ledger.units[free_one(ledger)].offer_id = "o0"

    def off_duty(ledger: Ledger) -> None:
        ledger.units[asked(ledger)].duty = "off"

    def early(ledger: Ledger) -> None:
        task = next(iter(ledger.tasks.values()))
        task.breached_at = task.need.deadline_at

    def stamp(ledger: Ledger) -> None:
        next(task for task in ledger.tasks.values() if task.unit_id is None).on_scene_at = 1

    def finished(ledger: Ledger) -> None:
        next(task for task in ledger.tasks.values()).cleared_at = 1

    def negative(ledger: Ledger) -> None:
        ledger.stores["d-L1"].free["umbrella"] = -1

    def stray(ledger: Ledger) -> None:
        ledger.stores["d-L1"].reserved["umbrella"] = 1

    def twice(ledger: Ledger) -> None:
        ledger.open_calls.append(ledger.open_calls[0])

    return [
        ("does not know", forget_task),
        ("believes", forget_offer),
        ("holds 2", two_holders),
        ("dead offer", dead_offer),
        ("off duty", off_duty),
        ("early", early),
        ("stamps", stamp),
        ("still open", finished),
        ("has -1", negative),
        ("reserves 1", stray),
        ("open twice", twice),
    ]


@pytest.mark.parametrize(("words", "damage"), breakages(), ids=lambda value: str(value)[:20])
def test_each_breakage_is_noticed(words: str, damage: Callable[[Ledger], object]) -> None:
    control = a_control()
    assert invariants.violations(control.ledger, control.now) == []
    damage(control.ledger)
    assert any(words in said for said in invariants.violations(control.ledger, control.now))


def test_time_that_nobody_noticed_is_noticed() -> None:
    control = a_control()
    said = invariants.violations(control.ledger, control.now + HOUR)
    assert any("nobody noticed" in one for one in said)
    assert any("should have expired" in one for one in said)
    assert any("past its ladder" in one for one in said)


def test_totals_count_things_wherever_they_are() -> None:
    control = a_control()
    before = invariants.item_totals(control.ledger)
    assert before["wheelchair"] == 3
    control.ledger.units["u-12"].carried = Carried("wheelchair", "d-L1", "", 0)
    assert invariants.item_totals(control.ledger)["wheelchair"] == 4
