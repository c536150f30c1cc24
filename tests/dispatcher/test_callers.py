"""Presses and walking callers, as functions."""

from contracts import messages as m
from contracts.messages import Place
from dispatcher import callers
from tests.dispatcher.builders import EAST, SETTINGS, Control


def press(
    control: Control, device_id: str = "C3:00:00:10:00:01", counter: int | None = 1
) -> m.PlaceCall | None:
    service = control.service
    pressed = m.ButtonPressed(
        device_id=device_id, mode="long", counter=counter, gateway="gw-L1-02", heard_at=control.now
    )
    return callers.sos(control.ledger, service.catalogue, service.whereabouts, SETTINGS, pressed, control.now)


def test_a_press_is_a_call_for_help_where_the_wearer_is() -> None:
    control = Control()
    control.locate({"u-06": (1, 12.0, 27.0)})
    command = press(control, "C3:00:00:25:00:06")
    assert command is not None
    assert command.service == "medical"
    assert command.place == Place("L2", 12.0, 27.0)
    assert command.device_id == "C3:00:00:25:00:06"


def test_presses_have_ids_that_repeat_with_the_press_and_not_with_the_battery() -> None:
    control = Control()
    first, again = press(control), press(control)
    assert first is not None
    assert again is not None
    assert first.command_id == again.command_id
    control.wait(3600)
    later = press(control)
    assert later is not None
    assert later.command_id != first.command_id


def test_one_call_at_a_time() -> None:
    control = Control()
    control.receive(
        m.ButtonPressed(
            device_id="C3:00:00:10:00:01", mode="long", counter=1, gateway="gw-L1-02", heard_at=control.now
        )
    )
    assert press(control, counter=2) is None
    assert press(control, "C3:00:00:10:00:02") is not None


def test_only_callers_who_wait_are_followed() -> None:
    control = Control()
    call_id = control.call("luggage", EAST, device_id="app-1")
    control.accept_all()
    control.report(m.ReportOnScene, control.ledger.tasks[control.task(call_id)].unit_id or "")
    control.wait(6)
    control.locate({"app-1": (0, 5.0, 20.0)})
    assert callers.moved(control.ledger, control.service.whereabouts, SETTINGS, control.now) == []
