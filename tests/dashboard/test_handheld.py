"""The handheld's view shows what concerns the unit and no more."""

import msgspec

from contracts import messages as m
from dashboard.handheld import mine
from dashboard.view import View
from tests.dashboard.builders import T0, a_call, a_task, a_unit, an_offer
from tests.sites import small_mall


def test_the_calls_of_task_and_offers_are_there() -> None:
    view = View(small_mall())
    view.take_unit(a_unit(call_id="c-1", task_id="t-1", offers=(an_offer("u-01", "c-2"),)))
    for name in ("c-1", "c-2", "c-3"):
        view.take_call(a_call(name), T0)
    whole = mine(view, "u-01")
    assert whole is not None
    assert [call.call_id for call in whole.calls] == ["c-1", "c-2"]


def test_the_planners_thoughts_and_the_askers_name_stay_out() -> None:
    view = View(small_mall())
    thought = m.Candidate(unit_id="u-02", eta_s=1.0, p_on_time=1.0, cost=1.0, reason="declined_before")
    view.take_unit(a_unit(call_id="c-1"))
    view.take_call(a_call(tasks=(a_task(candidates=(thought,)),), by="device/secret"), T0)
    text = msgspec.json.encode(mine(view, "u-01")).decode()
    assert "u-02" not in text
    assert "secret" not in text


def test_what_was_attached_is_counted() -> None:
    view = View(small_mall())
    view.take_unit(a_unit(call_id="c-1"))
    entries = tuple(
        m.TimelineEntry(at=T0, kind=kind, by="unit/u-01") for kind in ("UnitOnScene", "FileAttached")
    )
    view.take_call(a_call("c-1", timeline=entries), T0)
    whole = mine(view, "u-01")
    assert whole is not None
    assert whole.calls[0].files == 1


def test_nothing_before_anything_was_heard() -> None:
    assert mine(View(small_mall()), "u-01") is None


def test_what_i_asked_for_myself_is_there_until_it_is_over() -> None:
    view = View(small_mall())
    view.take_unit(a_unit())
    touched = m.TimelineEntry(at=T0, kind="UnitAssigned", by="operator/lin")
    view.take_call(a_call("c-1", by="unit/u-01", timeline=(touched,)), T0)
    whole = mine(view, "u-01")
    assert whole is not None
    assert [(call.placed_by_me, call.desk_knows) for call in whole.calls] == [(True, True)]
    view.take_call(a_call("c-1", 2, by="unit/u-01", state="cleared"), T0)
    over = mine(view, "u-01")
    assert over is not None
    assert over.calls == ()
