"""Alarms: none is lost, an emergency is never put aside, what comes back is heard again."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts.quantities import MINUTE, SECOND, Instant
from dashboard.alarms import FLOOD, MARKS_LIMIT, Alarm, AlarmMark, Alarms
from dashboard.view import View
from tests.dashboard.builders import T0, a_call, a_task
from tests.sites import small_mall


def a_view(*calls: m.CallChanged) -> View:
    view = View(small_mall())
    for call in calls:
        view.take_call(call, T0)
    return view


def late(call_id: str = "c-1", **fields: object) -> m.CallChanged:
    return a_call(call_id, tasks=(a_task(f"{call_id}-1", breached_at=T0 + 300 * SECOND),), **fields)


def medical(call_id: str = "c-9") -> m.CallChanged:
    return a_call(call_id, service="medical", priority=1)


def shown(alarms: Alarms, view: View, now: Instant = T0) -> list[Alarm]:
    alarms.look(view, now)
    return list(alarms.board.alarms)


def silent(gateway: str, last_heard_at: Instant, state: str = "silent") -> m.GatewayHealth:
    return m.GatewayHealth(
        gateway=gateway,
        state=state,  # type: ignore[arg-type]
        finding="no_message",
        at=last_heard_at + MINUTE,
        last_heard_at=last_heard_at,
    )


def test_the_gravest_stands_first_and_each_names_its_call() -> None:
    view = a_view(late(), medical(), a_call("c-2", tasks=(a_task("c-2-1", waiting_for={"busy": 3}),)))
    view.take_gateway(silent("L1-01", T0))
    found = shown(Alarms(), view)
    assert [(alarm.kind, alarm.level) for alarm in found] == [
        ("medical", 1), ("breach", 2), ("nobody", 2), ("gateway", 3),
    ]  # fmt: skip
    assert [alarm.call_id for alarm in found] == ["c-9", "c-1", "c-2", None]


def test_our_own_call_for_help_is_life_and_limb_whatever_its_service_is() -> None:
    help_me = a_call("c-3", service="security", priority=2, by="unit/u-02", note="SOS u-02 silent")
    joke = a_call("c-4", service="security", priority=2, by="operator/lin", note="SOS u-02")
    [alarm] = shown(Alarms(), a_view(help_me, joke))
    assert (alarm.kind, alarm.level, alarm.detail, alarm.call_id) == ("sos", 1, "SOS u-02 silent", "c-3")


def test_whoever_is_reached_and_whatever_is_over_alarms_nobody() -> None:
    there = a_task("c-1-1", state="on_scene", breached_at=T0, on_scene_at=T0)
    assert shown(Alarms(), a_view(a_call(tasks=(there,)), late("c-2", state="cancelled"))) == []


def test_a_forecast_gives_way_to_the_breach_and_escalation_has_its_own() -> None:
    task = a_task("c-1-1", forecast_at=T0 + 5, escalated_to="control_room")
    assert {alarm.kind for alarm in shown(Alarms(), a_view(a_call(tasks=(task,))))} == {
        "forecast",
        "escalated",
    }
    task = msgspec.structs.replace(task, breached_at=T0 + 9)
    found = shown(Alarms(), a_view(a_call(tasks=(task,))))
    assert {alarm.kind for alarm in found} == {"breach", "escalated"}


def test_an_overdue_loan_names_its_depot() -> None:
    loan = m.LoanView(
        task_id="c-1-1", item="umbrella", item_number="7", unit_id="u-01", lent_at=T0, due_at=T0, overdue=True
    )
    view = a_view()
    view.take_stock(m.StockChanged(depot="d-1", version=1, free={}, reserved={}, loans=(loan,)))
    [alarm] = shown(Alarms(), view)
    assert (alarm.kind, alarm.subject, alarm.detail) == ("overdue", "d-1", "umbrella")


def test_what_was_acknowledged_stays_in_sight_and_comes_back_as_another() -> None:
    alarms, view = Alarms(), a_view()
    view.take_gateway(silent("L1-01", T0))
    [first] = shown(alarms, view)
    alarms.mark([AlarmMark(first.alarm_id, "ack", "operator/lin", T0)])
    assert [alarm.acknowledged_by for alarm in shown(alarms, view)] == ["operator/lin"]
    view.take_gateway(silent("L1-01", T0 + MINUTE, state="ok"))
    assert shown(alarms, view) == []
    view.take_gateway(silent("L1-01", T0 + 5 * MINUTE))
    assert [alarm.acknowledged_by for alarm in shown(alarms, view)] == [""]


def test_what_is_shelved_is_heard_again_at_its_end_or_when_taken_back() -> None:
    alarms, view = Alarms(), a_view(late())
    [alarm] = shown(alarms, view)
    mark = AlarmMark(alarm.alarm_id, "shelve", "operator/lin", T0, T0 + 5 * MINUTE, "known")
    alarms.mark([mark])
    assert [one.shelved_until for one in shown(alarms, view)] == [T0 + 5 * MINUTE]
    assert alarms.look(view, T0 + 5 * MINUTE), "everybody is told"
    assert alarms.board.alarms == (alarm,)
    alarms.mark([mark])
    alarms.mark([], [alarm.alarm_id])
    assert shown(alarms, view) == [alarm]


def test_a_flood_is_shown_by_cause_with_the_first_of_each_until_it_is_over() -> None:
    alarms, view = Alarms(), a_view(medical())
    for n in range(FLOOD + 1):
        view.take_gateway(silent(f"L1-{n:02}", T0 + n * SECOND))
    alarms.look(view, T0 + MINUTE)
    assert alarms.board.flood
    [cause] = alarms.board.causes
    assert (cause.cause, cause.count) == ("gateway no_message", FLOOD + 1)
    assert cause.first.startswith("gateway L1-00")
    assert alarms.board.begun_last_hour == FLOOD + 2
    alarms.look(view, T0 + 12 * MINUTE)
    assert not alarms.board.flood
    assert alarms.board.causes == ()
    assert len(alarms.board.alarms) == FLOOD + 2, "a flood hides none"


acts = st.tuples(st.integers(0, 5), st.sampled_from(["ack", "shelve", "lift"]), st.integers(1, 90))


@given(st.lists(acts, max_size=20))
def test_no_alarm_is_lost_whatever_is_done_about_it(done: list[tuple[int, str, int]]) -> None:
    """All that is wrong stands on the board, marked or not; an emergency is never on the shelf."""
    calls = [late(f"c-{n}") for n in range(4)] + [medical("c-8"), medical("c-9")]
    alarms, view, now = Alarms(), a_view(*calls), T0
    expected = {alarm.alarm_id for alarm in shown(alarms, view)}
    names = sorted(expected)
    for which, act, minutes in done:
        now += minutes * SECOND
        if act == "lift":
            alarms.mark([], [names[which]])
        else:
            until = now + minutes * MINUTE if act == "shelve" else None
            alarms.mark([AlarmMark(names[which], act, "operator/lin", now, until, "known")])  # type: ignore[arg-type]
        found = shown(alarms, view, now)
        assert {alarm.alarm_id for alarm in found} == expected
        assert not any(alarm.shelved_until for alarm in found if alarm.level == 1)
        assert all(alarm.shelved_until is None or alarm.shelved_until > now for alarm in found)


def test_marks_are_bounded() -> None:
    alarms = Alarms()
    alarms.mark([AlarmMark(f"a-{n}", "ack", "operator/lin", T0) for n in range(MARKS_LIMIT + 5)])
    assert len(alarms.marks) == MARKS_LIMIT
    assert "a-0" not in alarms.marks
