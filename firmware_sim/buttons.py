"""Wearers of loaned tags who press the button: no screen, no answer, they just wait where they are."""

from typing import Final

from contracts.messages import CallChanged
from contracts.quantities import HOUR, Instant
from firmware_sim.customers import ENDED, Clientele, Customer, idle, wearers
from firmware_sim.walkers import seconds_later

WAIT_S: Final = 900.0
"""Whoever nobody comes to walks on."""


def schedule(clientele: Clientele, now: Instant) -> None:
    """When somebody presses next: exponential waiting."""
    rate = clientele.scenario.demand.button_presses_per_h
    if rate > 0:
        clientele.presses.add(now + round(clientele.button_rng.exponential(HOUR / rate)), None)


def press_due(clientele: Clientele, now: Instant) -> None:
    """The presses whose time has come."""
    while (entry := clientele.presses.due(now)) is not None:
        _press(clientele, now)
        schedule(clientele, entry[0])


def told(clientele: Clientele, call: CallChanged, now: Instant) -> None:
    """A call for the wearer's tag: when it has ended the wearer walks on."""
    walker = clientele.pressed.get(call.device_id or "")
    if walker is None or call.state not in ENDED:
        return
    customer = clientele.open.get(walker)
    if customer is not None:
        clientele.agenda.add(now, ("leave", customer))
    del clientele.pressed[call.device_id or ""]


def _press(clientele: Clientele, now: Instant) -> None:
    waiting = idle(clientele, wearers(clientele))
    if not waiting:
        clientele.nobody_there += 1
        return
    walker = waiting[int(clientele.button_rng.integers(0, len(waiting)))]
    device = clientele.device_of[walker]
    clientele.beacons.press(device, now)
    clientele.pressed[clientele.beacons.ids[device]] = walker
    customer = Customer(walker, "", "", None, device, False, command_id="button")
    clientele.open[walker] = customer
    clientele.shoppers.busy.add(walker)
    clientele.agenda.add(seconds_later(now, WAIT_S), ("leave", customer))
