"""Customers with a call: they ask, wait, sometimes move on or cancel, and rate what they got."""

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from contracts import messages as m
from contracts.messages import Command, Place
from contracts.quantities import Instant, from_seconds
from contracts.sitemap import Site, Spot
from firmware_sim import shoppers as strolling
from firmware_sim.agenda import Agenda
from firmware_sim.beacons import Beacons
from firmware_sim.calls import KnownCalls
from firmware_sim.demand import Wishes, floor_weights, open_doors, wanted
from firmware_sim.outbox import Outbox, post
from firmware_sim.scenario import Scenario
from firmware_sim.shoppers import Shoppers
from firmware_sim.walkers import near_point, seconds_later

PATIENCE_S: Final = 3600.0
"""Without any end to the call the customer leaves."""
MOVE_MEAN_S: Final = 60.0
MOVE_TRIES: Final = 8
MOVE_REACH_M: Final = 60.0
RATE_MEAN_S: Final = 15.0
ENDED: Final = m.CLOSED_CALL_STATES

Deed = Literal["place", "cancel", "move", "rate", "leave"]


@dataclass(eq=False)
class Customer:
    """One call of one customer, from the wish to the rating."""

    walker: int
    service: str
    by: str
    spot: Spot | None
    device: int | None
    """Row of the beacon that opts in."""
    app: bool
    command_id: str = ""
    call_id: str = ""
    placed_at: Instant = 0
    moving: bool = False
    ended: str = ""


@dataclass(eq=False)
class Clientele:
    """All customers with a call, by walker; one walker has at most one."""

    site: Site
    scenario: Scenario
    shoppers: Shoppers
    beacons: Beacons
    device_of: dict[int, int]
    """Walker → row of the loaned tag or app beacon."""
    wishes: Wishes
    calls: KnownCalls
    outbox: Outbox
    rng: np.random.Generator
    button_rng: np.random.Generator
    presses: Agenda[None] = field(default_factory=Agenda)
    pressed: dict[str, int] = field(default_factory=dict)
    """Tag → wearer, from the press of the button until the call has ended."""
    open: dict[int, Customer] = field(default_factory=dict)
    by_call: dict[str, Customer] = field(default_factory=dict)
    agenda: Agenda[tuple[Deed, Customer]] = field(default_factory=Agenda)
    asked: int = 0
    nobody_there: int = 0
    refused: int = 0


def open_mall(clientele: Clientele, now: Instant) -> None:
    open_doors(clientele.wishes, now + from_seconds(clientele.scenario.start_delay_s))


def live(clientele: Clientele, now: Instant) -> list[Command]:
    """Everything that customers do by ``now``."""
    for service in wanted(clientele.wishes, now):
        _wish(clientele, service, now)
    commands: list[Command] = []
    while (entry := clientele.agenda.due(now)) is not None:
        _, (deed, customer) = entry
        commands += _do(clientele, customer, deed, now)
    return commands


def arrive(clientele: Clientele, walker: int, now: Instant) -> bool:
    """A shopper is where they went; True when it was for a call."""
    customer = clientele.open.get(walker)
    if customer is None:
        return False
    if not customer.command_id:
        clientele.agenda.add(now, ("place", customer))
    elif customer.moving:
        clientele.agenda.add(now, ("move", customer))
    return True


def heard_answer(clientele: Clientele, command: Command, answer: m.CommandAnswered, now: Instant) -> None:
    """The call was taken or refused; the rest of what customers send needs no reaction."""
    if not isinstance(command, m.PlaceCall):
        return
    customer = next((c for c in clientele.open.values() if c.command_id == command.command_id), None)
    if customer is None:
        return
    if not answer.accepted:
        clientele.refused += 1
        _leave(clientele, customer, now)
        return
    customer.call_id = answer.subject
    clientele.by_call[answer.subject] = customer
    _make_plans(clientele, customer, now)
    known = clientele.calls.by_id.get(answer.subject)
    if known is not None:
        told(clientele, known, now)


def told(clientele: Clientele, call: m.CallChanged, now: Instant) -> None:
    """The customer's page shows how far the call is."""
    customer = clientele.by_call.get(call.call_id)
    if customer is None or customer.ended or call.state not in ENDED:
        return
    customer.ended = call.state
    if call.state == "cleared" and clientele.rng.random() < clientele.scenario.demand.rate_share:
        wait_s = clientele.rng.exponential(RATE_MEAN_S)
        clientele.agenda.add(seconds_later(now, wait_s), ("rate", customer))
    else:
        clientele.agenda.add(now, ("leave", customer))


# --- what one customer does -------------------------------------------------------------------------------


def _wish(clientele: Clientele, service: str, now: Instant) -> None:
    """Somebody wants something: who, and by which way they ask."""
    rng, demand = clientele.rng, clientele.scenario.demand
    floor = int(rng.choice(len(clientele.site.floors), p=floor_weights(clientele.site, demand, now)))
    way = rng.random()
    crowd = clientele.scenario.crowd
    if way < demand.app_share and crowd.app_customers:
        customer = _somebody(clientele, app_users(clientele), floor, service, app=True)
    elif way < demand.app_share + demand.tag_share or not clientele.site.spots:
        customer = _somebody(clientele, wearers(clientele), floor, service, app=False)
    else:
        customer = _at_a_spot(clientele, floor, service)
    if customer is None:
        clientele.nobody_there += 1
        return
    clientele.asked += 1
    clientele.open[customer.walker] = customer
    clientele.shoppers.busy.add(customer.walker)
    clientele.agenda.add(seconds_later(now, PATIENCE_S), ("leave", customer))
    if customer.spot is None or not _go_to(clientele, customer.walker, customer.spot, now):
        clientele.agenda.add(now, ("place", customer))


def wearers(clientele: Clientele) -> range:
    """Walkers with a loaned tag."""
    start = clientele.shoppers.who.start
    return range(start, start + clientele.scenario.crowd.visitors)


def app_users(clientele: Clientele) -> range:
    """Walkers with the mall's app."""
    start = wearers(clientele).stop
    return range(start, start + clientele.scenario.crowd.app_customers)


def idle(clientele: Clientele, who: range) -> list[int]:
    """Those who stand somewhere and have no call."""
    moving = clientele.shoppers.walkers.moving
    return [walker for walker in who if walker not in clientele.shoppers.busy and not moving[walker]]


def _somebody(clientele: Clientele, who: range, floor: int, service: str, app: bool) -> Customer | None:
    """A wearer of a tag or an app, on the wanted floor if there is one."""
    waiting = idle(clientele, who)
    here = [walker for walker in waiting if clientele.shoppers.walkers.floor[walker] == floor] or waiting
    if not here:
        return None
    walker = here[int(clientele.rng.integers(0, len(here)))]
    device = clientele.device_of.get(walker)
    name = clientele.beacons.ids[device] if device is not None else f"guest-{walker}"
    return Customer(walker, service, f"device/{name}", None, device, app)


def _at_a_spot(clientele: Clientele, floor: int, service: str) -> Customer | None:
    """Whoever stands nearest to one of the floor's QR codes goes there."""
    floor_id = clientele.site.floors[floor].floor
    spots = [spot for spot in clientele.site.spots if spot.floor == floor_id] or list(clientele.site.spots)
    spot = spots[int(clientele.rng.integers(0, len(spots)))]
    waiting = idle(clientele, range(wearers(clientele).start, app_users(clientele).stop))
    if not waiting:
        return None
    walkers = clientele.shoppers.walkers
    floor = clientele.site.floor_index(spot.floor)

    def away(walker: int) -> float:
        other = 1000.0 * abs(int(walkers.floor[walker]) - floor)
        return other + float(np.hypot(walkers.x_m[walker] - spot.x_m, walkers.y_m[walker] - spot.y_m))

    return Customer(min(waiting, key=away), service, f"spot/{spot.spot}", spot, None, False)


def _go_to(clientele: Clientele, walker: int, spot: Spot, now: Instant) -> bool:
    walkers = clientele.shoppers.walkers
    cell = walkers.grid.cell_at(clientele.site.floor_index(spot.floor), spot.x_m, spot.y_m)
    return walkers.go(walker, cell, near_point(walkers.grid, cell, clientele.rng), now)


def _do(clientele: Clientele, customer: Customer, deed: Deed, now: Instant) -> list[Command]:
    if clientele.open.get(customer.walker) is not customer:
        return []
    match deed:
        case "place":
            return _place(clientele, customer, now)
        case "cancel" if not customer.ended:
            fields = {"call_id": customer.call_id, "reason": "no_longer_needed"}
            return [post(clientele.outbox, m.CancelCall, customer.by, now, **fields)]
        case "move" if not customer.ended:
            return _move(clientele, customer, now)
        case "rate":
            _leave(clientele, customer, now)
            return [_rate(clientele, customer, now)]
        case "leave":
            _leave(clientele, customer, now)
    return []


def _here(clientele: Clientele, customer: Customer) -> Place:
    """Where the customer really stands; a QR code tells its own place."""
    if customer.spot is not None and not customer.call_id:
        spot = customer.spot
        return Place(spot.floor, spot.x_m, spot.y_m, spot.spot)
    walkers, walker = clientele.shoppers.walkers, customer.walker
    floor = clientele.site.floors[int(walkers.floor[walker])].floor
    return Place(floor, round(float(walkers.x_m[walker]), 2), round(float(walkers.y_m[walker]), 2))


def _place(clientele: Clientele, customer: Customer, now: Instant) -> list[Command]:
    device_id = None
    if customer.device is not None:
        device_id = clientele.beacons.ids[customer.device]
        if customer.app:
            clientele.beacons.start(customer.device, now, clientele.scenario.advertising_interval_s)
    fields = {"service": customer.service, "place": _here(clientele, customer), "device_id": device_id}
    command = post(clientele.outbox, m.PlaceCall, customer.by, now, **fields)
    customer.command_id = command.command_id
    customer.placed_at = now
    return [command]


def _make_plans(clientele: Clientele, customer: Customer, now: Instant) -> None:
    """Some will not wait, some walk on."""
    rng, demand = clientele.rng, clientele.scenario.demand
    choice, wait_s = rng.random(), rng.exponential(1.0)
    if choice < demand.cancel_share:
        clientele.agenda.add(seconds_later(now, wait_s * demand.cancel_mean_s), ("cancel", customer))
    elif choice < demand.cancel_share + demand.move_share:
        clientele.agenda.add(seconds_later(now, wait_s * MOVE_MEAN_S), ("move", customer))


def _move(clientele: Clientele, customer: Customer, now: Instant) -> list[Command]:
    """First walk, then say so."""
    if customer.moving:
        customer.moving = False
        fields = {"call_id": customer.call_id, "place": _here(clientele, customer)}
        return [post(clientele.outbox, m.MoveCall, customer.by, now, **fields)]
    walkers, walker = clientele.shoppers.walkers, customer.walker
    here = clientele.shoppers.by_floor[int(walkers.floor[walker])]
    for _ in range(MOVE_TRIES if len(here) else 0):
        goal = int(here[clientele.rng.integers(0, len(here))])
        point = near_point(walkers.grid, goal, clientele.rng)
        if np.hypot(point[0] - walkers.x_m[walker], point[1] - walkers.y_m[walker]) < MOVE_REACH_M:
            customer.moving = walkers.go(walker, goal, point, now)
            break
    return []


def _rate(clientele: Clientele, customer: Customer, now: Instant) -> Command:
    """Content when somebody came in time."""
    call = clientele.calls.by_id.get(customer.call_id)
    late = call is not None and any(task.breached_at for task in call.tasks)
    chances = (0.4, 0.4, 0.2) if late else (0.03, 0.17, 0.8)
    stars = int(clientele.rng.choice((1, 2, 3), p=chances))
    return post(clientele.outbox, m.RateCall, customer.by, now, call_id=customer.call_id, stars=stars)


def _leave(clientele: Clientele, customer: Customer, now: Instant) -> None:
    """The call is over for the customer: the app falls silent, the stroll goes on."""
    del clientele.open[customer.walker]
    clientele.by_call.pop(customer.call_id, None)
    if customer.device is not None:
        clientele.pressed.pop(clientele.beacons.ids[customer.device], None)
    if customer.app and customer.device is not None:
        clientele.beacons.silence(customer.device)
    strolling.release(clientele.shoppers, customer.walker, now)
