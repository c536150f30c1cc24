"""Rows, columns and reasons."""

import msgspec
import numpy as np
import pytest

from contracts import messages as m
from dispatcher import situation
from dispatcher.situation import ASK_AGAIN_S, HEDGE_WORTH, Situation
from tests.dispatcher.builders import EAST, HALL, SETTINGS, Control


def survey(control: Control, policy: str = "full") -> Situation:
    service = control.service
    settings = msgspec.structs.replace(SETTINGS, policy=policy)
    columns = situation.columns_of(control.ledger, service.ways, settings, control.now)
    return situation.survey(control.ledger, service.ways, service.whereabouts, settings, control.now, columns)


def test_a_quiet_mall_has_people_and_no_columns() -> None:
    seen = survey(Control())
    assert seen.columns == []
    assert seen.part == ["free"] * 12
    assert seen.problem.arrive_s.shape == (12, 0)


def test_rows_tell_free_under_way_finishing_and_out() -> None:
    control = Control()
    control.call("luggage", EAST)
    control.accept_all()
    control.call("cleaning", HALL)
    control.accept_all()
    holders = [unit.unit_id for unit in control.ledger.units.values() if unit.task_id]
    control.wait(9)
    seen = survey(control)
    parts = dict(zip(seen.unit_ids, seen.part, strict=True))
    assert [parts[unit] for unit in holders] == ["under_way"] * 2
    assert [column.kind for column in seen.columns] == ["held", "held"]
    control.report(m.ReportOnScene, holders[0])
    assert dict(zip(seen.unit_ids, survey(control).part, strict=True))[holders[0]] == "out"
    control.wait(250)
    late = survey(control)
    row = late.unit_ids.index(holders[0])
    assert late.part[row] == "finishing"
    control.do(m.SetDuty, unit_id="u-01" if "u-01" not in holders else "u-02", duty="break")
    assert "out" in survey(control).part


def test_plain_policies_move_nobody() -> None:
    control = Control()
    control.call("luggage", EAST)
    control.accept_all()
    control.wait(9)
    for policy in ("nearest", "eta"):
        seen = survey(control, policy)
        assert seen.columns == []
        assert "under_way" not in seen.part


def test_whoever_was_sent_by_an_operator_stays() -> None:
    control = Control()
    task_id = control.task(control.call("luggage", EAST))
    control.do(m.AssignUnit, task_id=task_id, unit_id="u-01")
    control.wait(20)
    seen = survey(control)
    assert seen.columns == []
    assert seen.part[0] == "out"


def test_reasons_name_the_first_that_counts() -> None:
    control = Control()
    control.call("complaint", EAST)
    control.decline("u-04")
    seen = survey(control)
    why = [situation.REASONS[code] for code in seen.why[:, 0]]
    assert why[3] == "declined_before"
    assert {reason for i, reason in enumerate(why) if i != 3} == {"no_skill"}
    assert not seen.problem.allowed.any()


def test_second_offers_go_to_free_people_only() -> None:
    control = Control()
    control.call("luggage", EAST)
    control.accept_all()
    control.do(m.PlaceCall, service="luggage", place=HALL)
    control.wait(9.99)
    control.service.settings = msgspec.structs.replace(SETTINGS, offers_per_task_max=1)
    control.now += 100_000
    seen = survey(control)
    kinds = [column.kind for column in seen.columns]
    assert kinds == ["held", "hedge"]
    (holder,) = [unit.unit_id for unit in control.ledger.units.values() if unit.task_id]
    row = seen.unit_ids.index(holder)
    assert not seen.problem.allowed[row, 1]
    assert seen.problem.allowed[row, 0]
    assert np.isfinite(seen.problem.arrive_s[row, 0])


def test_only_what_waits_can_be_past_all_patience() -> None:
    control = Control()
    holder = control.task(control.call("luggage", EAST))
    control.accept_all()
    for unit_id in sorted({"u-01", "u-02", "u-03", "u-04", "u-05", "u-06"} - {_holder(control, holder)}):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    control.call("luggage", HALL)
    control.wait(300 * SETTINGS.patience_targets + 1)
    seen = survey(control)
    assert [column.kind for column in seen.columns] == ["held", "open"]
    assert seen.problem.past_patience.tolist() == [False, True]


def test_what_is_late_already_is_not_made_later_for_what_is_not() -> None:
    control = Control()
    task_id = control.task(control.call("luggage", EAST))
    control.accept_all()
    control.wait(9)
    row = list(control.service.catalogue.staff).index(_holder(control, task_id))
    before = survey(control).problem
    slower = before.arrive_s[:, 0] + SETTINGS.switch_gain_min_s > before.arrive_s[row, 0]
    slower[row] = False
    assert before.allowed[slower, 0].any(), "in time, anybody may take it over"
    control.wait(300)
    after = survey(control).problem
    assert not after.allowed[slower, 0].any()
    assert after.allowed[row, 0]


def _holder(control: Control, task_id: str) -> str:
    return control.ledger.tasks[task_id].unit_id or ""


def test_who_stayed_silent_is_asked_again_only_where_there_is_nobody_else() -> None:
    control = Control()
    for unit_id in ("u-02", "u-03", "u-04", "u-06"):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    first = control.task(control.call("luggage", HALL))
    (silent,) = control.offered(first)
    control.wait(26)
    (other,) = control.offered(first)
    assert {silent, other} == {"u-01", "u-05"}
    second = control.task(control.call("luggage", EAST))
    control.wait(ASK_AGAIN_S)
    assert control.offered(second) == [silent], "one question for each of the two"
    assert control.accept(other).accepted


def test_a_second_offer_is_worth_less_than_a_first() -> None:
    control = Control()
    control.do(m.SetDuty, unit_id="u-04", duty="break")
    control.call("luggage", EAST)
    control.call("luggage", HALL)
    control.wait(9.5)
    for unit_id in ("u-01", "u-02", "u-03", "u-05", "u-06"):
        if control.ledger.units[unit_id].offer_id is None:
            control.do(m.SetDuty, unit_id=unit_id, duty="break")
    control.wait(1)
    seen = survey(control)
    assert [column.kind for column in seen.columns] == ["hedge", "hedge"]
    assert seen.problem.weight.tolist() == [SETTINGS.priority_weights[2] * HEDGE_WORTH] * 2


def test_what_is_left_on_scene_falls_to_two_fifths_and_stays() -> None:
    """Against the integral of the survival function of a gamma distribution of shape 4."""
    times = np.linspace(0, 12, 120_001)
    survival = np.exp(-4 * times) * (1 + 4 * times + 8 * times**2 + 32 / 3 * times**3)
    for gone in (0.0, 0.5, 1.0, 2.0):
        after = times >= gone
        mean_left = np.trapezoid(survival[after], times[after]) / survival[after][0]
        assert situation._left_share(gone) == pytest.approx(mean_left, rel=1e-3)


def with_one_on_scene(free: tuple[str, ...]) -> Control:
    """Upstairs u-05 has just begun to serve somebody; of the others only ``free`` are there."""
    control = Control()
    for unit_id in {"u-01", "u-02", "u-03", "u-04", "u-06"} - set(free):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    task_id = control.task(control.call("reading_glasses", EAST))
    assert control.do(m.AssignUnit, task_id=task_id, unit_id="u-05").accepted
    assert control.report(m.ReportItemPickedUp, "u-05").accepted
    assert control.report(m.ReportOnScene, "u-05").accepted
    control.wait(30)
    return control


def test_nobody_waits_for_the_busy_while_the_free_suffice() -> None:
    control = with_one_on_scene(free=("u-01",))
    task_id = control.task(control.call("luggage", EAST))
    assert control.offered(task_id) == ["u-01"]


def test_where_all_are_busy_the_next_to_be_free_is_planned_with() -> None:
    control = with_one_on_scene(free=())
    task_id = control.task(control.call("luggage", EAST))
    assert control.offered(task_id) == []
    assert control.ledger.tasks[task_id].waiting_for["finishing"] == 1


def answers_s(seen: Situation) -> dict[str, float]:
    """Unit → expected time to an answer, of those who could go anywhere."""
    rows, columns = np.nonzero(np.isfinite(seen.eta_s))
    waits_s = (seen.problem.arrive_s[rows, columns] - seen.eta_s[rows, columns]).round(6).tolist()
    return {seen.unit_ids[row]: wait_s for row, wait_s in zip(rows.tolist(), waits_s, strict=True)}


def test_who_answers_late_is_expected_to_do_so_again() -> None:
    control = Control()
    control.call("complaint", EAST)
    control.wait(26)  # u-04 stays silent for 25 s
    assert (control.ledger.units["u-04"].asked, control.ledger.units["u-04"].waited) == (1, 25_000_000)
    control.call("luggage", HALL)
    answers = answers_s(survey(control))
    assert answers["u-04"] > SETTINGS.answer_delay_s
    assert set(answers_s(survey(control, "optimal")).values()) == {9.0}


def test_old_habits_are_forgotten() -> None:
    control = Control()
    for _ in range(60):
        call_id = control.call("complaint", EAST)
        control.wait(2)
        assert control.accept("u-04").accepted
        control.do(m.CancelCall, call_id=call_id, reason="left")
    unit = control.ledger.units["u-04"]
    assert unit.asked < 40
    assert 1.9 < unit.waited / unit.asked / 1e6 < 2.3
