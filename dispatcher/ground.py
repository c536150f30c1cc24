"""Commands about the building: closures, fire mode, enrolled devices, guest gateways."""

from typing import Final

from contracts import messages as m
from contracts.messages import Command
from contracts.quantities import Instant
from dispatcher.commitments import Answer, Rulebook
from dispatcher.drafting import Draft
from dispatcher.ledger import Ledger

GUESTS_MAX: Final = 500
"""Gateways installed beyond the site's file."""


def change_site(ledger: Ledger, command: Command, now: Instant, draft: Draft, book: Rulebook) -> Answer:
    match command:
        case m.CloseConnector():
            if command.connector not in book.catalogue.connectors:
                return Answer("unknown_connector")
            if command.connector in ledger.closures:
                return Answer("no_change")
            draft.add(m.ConnectorClosed, connector=command.connector, reason=command.reason)
        case m.OpenConnector():
            if command.connector not in ledger.closures:
                return Answer("no_change")
            draft.add(m.ConnectorOpened, connector=command.connector)
        case m.SetFireMode():
            if command.on == ledger.fire_mode:
                return Answer("no_change")
            draft.add(m.FireModeSet, on=command.on)
        case m.EnrolDevices() | m.ReleaseDevices():
            return _change_enrolment(ledger, command, now, draft, book)
        case m.InstallGateways() | m.RemoveGateways():
            return _change_guests(ledger, command, draft, book)
        case _:
            raise AssertionError(f"a command that no rule knows: {type(command).__name__}")
    return Answer()


def _change_enrolment(
    ledger: Ledger, command: m.EnrolDevices | m.ReleaseDevices, now: Instant, draft: Draft, book: Rulebook
) -> Answer:
    if isinstance(command, m.ReleaseDevices):
        known = tuple(device for device in command.device_ids if device in ledger.enrolled)
        if not known:
            return Answer("unknown_device")
        draft.add(m.DevicesReleased, device_ids=known)
        return Answer()
    fresh = [device for device in command.devices if device.device_id not in ledger.enrolled]
    if len(ledger.enrolled) + len(fresh) > book.settings.enrolled_max:
        return Answer("too_many")
    if not command.devices or any(
        device.until is not None and device.until <= now for device in command.devices
    ):
        return Answer("expired" if command.devices else "no_change")
    draft.add(m.DevicesEnrolled, devices=command.devices)
    return Answer()


def _change_guests(
    ledger: Ledger, command: m.InstallGateways | m.RemoveGateways, draft: Draft, book: Rulebook
) -> Answer:
    if isinstance(command, m.RemoveGateways):
        known = tuple(gateway for gateway in command.gateways if gateway in ledger.guests)
        if not known:
            return Answer("unknown_gateway")
        draft.add(m.GatewaysRemoved, gateways=known)
        return Answer()
    fresh = [gateway for gateway in command.gateways if gateway.gateway not in ledger.guests]
    if len(ledger.guests) + len(fresh) > GUESTS_MAX:
        return Answer("too_many")
    if any(gateway.floor not in book.catalogue.floors for gateway in command.gateways):
        return Answer("unknown_floor")
    draft.add(m.GatewaysInstalled, gateways=command.gateways)
    return Answer()
