"""What others see."""

from contracts import messages as m
from contracts.messages import Place
from contracts.wire import decode, encode
from dispatcher import views
from tests.dispatcher.builders import EAST, NOON, Control


def test_a_call_shows_its_tasks_offers_and_timeline() -> None:
    control = Control()
    call_id = control.call("medical", EAST, note="fell")
    view = views.call_view(control.ledger, control.ledger.calls[call_id])
    assert (view.state, view.note, view.by, view.version) == (
        "offered",
        "fell",
        "operator/lin",
        control.ledger.seq,
    )
    assert [task.role for task in view.tasks] == ["medic", "security", "service"]
    assert all(len(task.offers) == 1 and task.candidates for task in view.tasks)
    assert view.timeline[0].kind == "CallReceived"
    assert view.deadline_at == view.received_at + 180_000_000
    assert decode(encode(view)) == view


def test_a_unit_is_told_where_to_go_now() -> None:
    control = Control()
    call_id = control.call("wheelchair", EAST)
    control.accept_all()
    unit = control.ledger.units[control.ledger.tasks[control.task(call_id)].unit_id or ""]
    catalogue = control.service.catalogue
    seen = []
    for step in (None, m.ReportItemPickedUp, m.ReportOnScene):
        if step is not None:
            control.report(step, unit.unit_id)
        seen.append(views.unit_view(control.ledger, unit, catalogue))
    assert [view.target for view in seen] == [Place("L1", 30.0, 12.0), EAST, EAST]
    assert [view.carrying for view in seen] == [False, True, True]
    assert [view.status for view in seen] == ["en_route_to_item", "en_route", "on_scene"]
    control.do(m.CancelCall, call_id=call_id, reason="left")
    back = views.unit_view(control.ledger, unit, catalogue)
    assert (back.status, back.target, back.item) == ("returning_item", Place("L1", 30.0, 12.0), "wheelchair")
    assert decode(encode(back)) == back


def test_an_idle_unit_has_nothing_to_do() -> None:
    control = Control()
    view = views.unit_view(control.ledger, control.ledger.units["u-12"], control.service.catalogue)
    assert (view.status, view.target, view.offers, view.task_id) == ("available", None, (), None)
    assert view.roles == ("cleaner",)


def test_somebody_asked_sees_the_question() -> None:
    control = Control()
    control.call("complaint", EAST)
    view = views.unit_view(control.ledger, control.ledger.units["u-04"], control.service.catalogue)
    assert view.status == "offered"
    (offer,) = view.offers
    assert offer.expires_at == NOON + 25_000_000
    assert offer.eta_s > 0


def test_stock_shows_free_and_reserved() -> None:
    control = Control()
    call_id = control.call("wheelchair", EAST)
    view = views.stock_view(control.ledger, control.ledger.stores["d-L1"])
    assert (view.free["wheelchair"], view.reserved["wheelchair"]) == (2, 1)
    control.accept_all()
    control.finish(control.ledger.tasks[control.task(call_id)].unit_id or "")
    (sent,) = [said for said in control.sent if isinstance(said, m.StockChanged)]
    assert (sent.lent, sent.overdue) == ({"wheelchair": 1}, {})
    control.wait(7201)
    assert views.stock_view(control.ledger, control.ledger.stores["d-L1"]).overdue == {"wheelchair": 1}


def test_a_unit_that_left_the_site_is_still_shown() -> None:
    control = Control()
    from dispatcher.ledger import unit_of

    view = views.unit_view(control.ledger, unit_of(control.ledger, "u-gone"), control.service.catalogue)
    assert (view.device_id, view.roles, view.status) == (None, (), "off_duty")
