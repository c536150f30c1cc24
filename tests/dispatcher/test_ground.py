"""The building: closures, fire mode, devices, guests."""

from contracts import messages as m
from contracts.messages import EnrolledDevice, InstalledGateway
from contracts.quantities import SECOND
from tests.dispatcher.builders import Control


def test_closures_and_fire_mode_are_told_once() -> None:
    control = Control()
    assert control.do(m.CloseConnector, connector="lift-1").accepted
    assert control.sent[-1] == m.ClosuresChanged(
        version=control.ledger.seq, connectors=("lift-1",), fire_mode=False
    )
    assert control.do(m.CloseConnector, connector="lift-1").reason == "no_change"
    assert control.do(m.CloseConnector, connector="lift-9").reason == "unknown_connector"
    assert control.do(m.CloseConnector, connector="L1-N1").accepted, "a space can be closed as well"
    assert control.do(m.OpenConnector, connector="lift-1").accepted
    assert control.do(m.OpenConnector, connector="lift-1").reason == "no_change"
    assert control.do(m.SetFireMode, on=True).accepted
    assert control.do(m.SetFireMode, on=True).reason == "no_change"


def test_devices_and_guests_come_and_go() -> None:
    control = Control()
    device = EnrolledDevice("tag-1", "asset", "trolley", until=control.now + 5 * SECOND)
    assert control.do(m.EnrolDevices, devices=(device,)).accepted
    assert any(one.device_id == "tag-1" for one in control.sent[-1].devices)  # type: ignore[attr-defined]
    control.wait(6)
    assert control.of(m.DevicesReleased)[0].device_ids == ("tag-1",)
    assert control.do(m.EnrolDevices, devices=(device,)).reason == "expired"
    assert control.do(m.EnrolDevices, devices=()).reason == "no_change"
    assert control.do(m.ReleaseDevices, device_ids=("tag-1",)).reason == "unknown_device"
    many = tuple(EnrolledDevice(f"t{n}", "asset", "x") for n in range(5001))
    assert control.do(m.EnrolDevices, devices=many).reason == "too_many"
    gateway = InstalledGateway("gw-new", "L1", 5.0, 5.0)
    assert control.do(m.InstallGateways, gateways=(gateway,)).accepted
    assert control.sent[-1] == m.GuestGatewaysChanged(version=control.ledger.seq, gateways=(gateway,))
    nowhere = InstalledGateway("gw-2", "L7", 5.0, 5.0)
    assert control.do(m.InstallGateways, gateways=(nowhere,)).reason == "unknown_floor"
    crowd = tuple(InstalledGateway(f"g{n}", "L1", 5.0, 5.0) for n in range(501))
    assert control.do(m.InstallGateways, gateways=crowd).reason == "too_many"
    assert control.do(m.RemoveGateways, gateways=("gw-new",)).accepted
    assert control.do(m.RemoveGateways, gateways=("gw-new",)).reason == "unknown_gateway"
