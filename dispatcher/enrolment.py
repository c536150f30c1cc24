"""Which devices may be located now, and on whose behalf. Everybody else's adverts are dropped unseen.

Staff on duty (neither on a break nor off), what the site's file lists (assets, loaned tags), what was
enrolled by command, and a caller's own device for as long as its call is open.
"""

from contracts.messages import EnrolledDevice
from dispatcher.catalogue import Catalogue
from dispatcher.ledger import Ledger


def enrolled(ledger: Ledger, catalogue: Catalogue) -> tuple[EnrolledDevice, ...]:
    """All devices that may be located, sorted by id. Whoever comes first keeps a shared device."""
    staff_devices = {staff.device_id for staff in catalogue.staff.values()}
    devices = [
        EnrolledDevice(staff.device_id, "staff", staff.unit_id)
        for staff in catalogue.staff.values()
        if ledger.units[staff.unit_id].duty == "on" or ledger.units[staff.unit_id].task_id is not None
    ]
    others = [*catalogue.site.devices, *ledger.enrolled.values(), *_callers(ledger)]
    devices += [device for device in others if device.device_id not in staff_devices]
    known: dict[str, EnrolledDevice] = {}
    for device in devices:
        known.setdefault(device.device_id, device)
    return tuple(known[device_id] for device_id in sorted(known))


def _callers(ledger: Ledger) -> list[EnrolledDevice]:
    calls = (ledger.calls[call_id] for call_id in ledger.open_calls)
    return [EnrolledDevice(call.device_id, "app", call.call_id, "phone") for call in calls if call.device_id]
