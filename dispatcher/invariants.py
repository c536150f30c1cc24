"""What must always hold of a ledger. Asked after every event in simulations and tests, so it is cheap."""

from collections import Counter

from contracts.quantities import SECOND, Duration, Instant
from dispatcher import deadlines, states
from dispatcher.ledger import Ledger, Task, all_done, live_offers, offer_of, open_tasks, task_state
from dispatcher.settings import DispatcherSettings

TICK: Duration = SECOND
"""Time may be noticed this late: a wake that was due is not a breach of the law yet."""
OFFERS_MAX = DispatcherSettings().offers_per_task_max


def violations(ledger: Ledger, now: Instant) -> list[str]:
    """The laws that are broken now, in words; empty when all is well."""
    tasks = open_tasks(ledger)
    return [
        *_holders(ledger, tasks),
        *_tasks(ledger, tasks, now),
        *_calls(ledger, now),
        *_stock(ledger, tasks),
    ]


def _holders(ledger: Ledger, tasks: list[Task]) -> list[str]:
    """One live offer or assignment a unit, and the indices agree with what they index."""
    broken = []
    holds: Counter[str] = Counter()
    for task in tasks:
        offers = live_offers(task)
        holds.update(offer.unit_id for offer in offers)
        if task.unit_id is not None:
            holds[task.unit_id] += 1
            if ledger.units[task.unit_id].task_id != task.need.task_id:
                broken.append(f"{task.unit_id} does not know of its task {task.need.task_id}")
        if len(offers) > OFFERS_MAX:
            broken.append(f"{task.need.task_id} has {len(offers)} live offers")
    broken += [f"{unit} holds {count} offers and tasks" for unit, count in holds.items() if count > 1]
    for unit in ledger.units.values():
        if (unit.task_id is not None) + (unit.offer_id is not None) != holds.get(unit.unit_id, 0):
            broken.append(f"{unit.unit_id} believes in {unit.task_id} and {unit.offer_id}")
        if unit.offer_id is None:
            continue
        offer = offer_of(ledger, unit.offer_id)
        if offer is None or offer.ended or offer.unit_id != unit.unit_id:
            broken.append(f"{unit.unit_id} waits for the dead offer {unit.offer_id}")
        if unit.duty != "on":
            broken.append(f"{unit.unit_id} is offered a task off duty")
    return broken


def _tasks(ledger: Ledger, tasks: list[Task], now: Instant) -> list[str]:
    broken = []
    for task in tasks:
        name, state = task.need.task_id, task_state(task)
        if task.breached_at is not None and task.breached_at <= task.need.deadline_at:
            broken.append(f"{name} was breached early")
        late = now - task.need.deadline_at > TICK
        held = ledger.calls[task.call_id].held_at is not None
        if late and task.breached_at is None and task.reached_at is None and not held:
            broken.append(f"{name} is overdue and nobody noticed")
        step = deadlines.escalates_at(task)
        if step is not None and now - step > TICK and not held:
            broken.append(f"{name} is past its ladder's step and nobody was told")
        dead = [offer.offer_id for offer in live_offers(task) if now - offer.expires_at > TICK]
        broken += [f"{offer_id} should have expired" for offer_id in dead]
        if task.unit_id is None and (task.depot or task.picked_up_at or task.on_scene_at):
            broken.append(f"{name} has stamps of somebody who left")
        if state not in states.OPEN_TASK_STATES:
            broken.append(f"{name} is {state} and counted as open")
    return broken


def _calls(ledger: Ledger, now: Instant) -> list[str]:
    broken = []
    for call in ledger.calls.values():
        if call.merged_into and (call.closed_at is None or call.call_id in ledger.open_calls):
            broken.append(f"{call.call_id} is merged and still open")
        into = ledger.calls.get(call.merged_into)
        if into is not None and call.call_id not in into.duplicates:
            broken.append(f"{into.call_id} does not know of its duplicate {call.call_id}")
    for call_id in ledger.open_calls:
        call = ledger.calls[call_id]
        if all_done(ledger, call) or call.closed_at is not None or call.merged_into:
            broken.append(f"{call_id} is finished and still open")
        if call.held_until is not None and now - call.held_until > TICK:
            broken.append(f"{call_id} should go on by now")
        if call.held_at is not None and any(live_offers(ledger.tasks[task]) for task in call.tasks):
            broken.append(f"{call_id} stands still and somebody is asked")
    if len(set(ledger.open_calls)) != len(ledger.open_calls):
        broken.append("a call is open twice")
    return broken


def _stock(ledger: Ledger, tasks: list[Task]) -> list[str]:
    """Nothing negative, and each reservation belongs to somebody."""
    wanted: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        item = task.need.item
        if item is not None:
            wanted.update((offer.depot, item) for offer in live_offers(task) if offer.depot is not None)
            if task.unit_id is not None and task.depot is not None and task.picked_up_at is None:
                wanted[task.depot, item] += 1
    broken = []
    for store in ledger.stores.values():
        for item, n in store.free.items():
            if n < 0:
                broken.append(f"{store.depot} has {n} {item}")
        for item, n in store.reserved.items():
            if n != wanted.get((store.depot, item), 0):
                broken.append(f"{store.depot} reserves {n} {item} for {wanted[store.depot, item]}")
    return broken


def item_totals(ledger: Ledger) -> dict[str, int]:
    """Item → how many there are in all: free, reserved, carried, lent, handed over. Constant for ever."""
    totals: Counter[str] = Counter(ledger.used)
    for store in ledger.stores.values():
        totals.update(store.free)
        totals.update(store.reserved)
    totals.update(unit.carried.item for unit in ledger.units.values() if unit.carried is not None)
    totals.update(spare.item for unit in ledger.units.values() for spare in unit.pouch)
    totals.update(loan.item for loan in ledger.loans.values())
    return {item: count for item, count in sorted(totals.items()) if count}
