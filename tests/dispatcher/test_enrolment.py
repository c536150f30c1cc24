"""Who may be located, and nobody else."""

from contracts import messages as m
from contracts.messages import EnrolledDevice
from dispatcher import enrolment
from tests.dispatcher.builders import EAST, Control, a_catalogue


def ids(control: Control, kind: str) -> list[str]:
    devices = enrolment.enrolled(control.ledger, a_catalogue())
    return [device.subject for device in devices if device.kind == kind]


def test_staff_on_duty_only() -> None:
    control = Control()
    assert len(ids(control, "staff")) == 12
    control.do(m.SetDuty, unit_id="u-02", duty="break")
    control.do(m.SetDuty, unit_id="u-03", duty="off")
    assert set(ids(control, "staff")) == {f"u-{n:02d}" for n in range(1, 13)} - {"u-02", "u-03"}


def test_assets_and_loaned_tags_of_the_site_always() -> None:
    control = Control()
    assert ids(control, "asset") == ["wheelchair-1", "wheelchair-2", "wheelchair-3"]
    assert len(ids(control, "loan")) == 10


def test_nobody_gets_a_staff_device_located_by_the_back_door() -> None:
    control = Control()
    control.do(m.SetDuty, unit_id="u-01", duty="off")
    tag = "C3:00:00:25:00:01"
    control.do(m.EnrolDevices, devices=(EnrolledDevice(tag, "asset", "x"),))
    control.do(m.PlaceCall, service="luggage", place=EAST, device_id=tag)
    assert tag not in {device.device_id for device in enrolment.enrolled(control.ledger, a_catalogue())}


def test_who_comes_first_keeps_a_shared_device() -> None:
    control = Control()
    loan = "C3:00:00:10:00:01"
    control.do(m.PlaceCall, service="luggage", place=EAST, device_id=loan)
    found = [d for d in enrolment.enrolled(control.ledger, a_catalogue()) if d.device_id == loan]
    assert [device.kind for device in found] == ["loan"]
