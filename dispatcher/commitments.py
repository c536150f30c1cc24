"""Ending what people were asked or promised, and where they fetch an item: used by all rules.

Nothing here changes the ledger: facts are drafted.
"""

import math
from collections.abc import Callable
from typing import Final

import msgspec

from contracts import messages as m
from contracts.messages import Command
from dispatcher import states
from dispatcher.catalogue import Catalogue
from dispatcher.drafting import Draft
from dispatcher.ledger import Ledger, Task, Unit, in_pouch, live_offers, offer_of, task_state
from dispatcher.settings import DispatcherSettings

SPARES_LEAVE: Final = 1 / 3
"""Spares are taken from a depot only above this share of what belongs there."""


class Answer(msgspec.Struct, frozen=True):
    """``reason`` empty = accepted; ``subject`` names what was made or touched."""

    reason: str = ""
    subject: str = ""


class Rulebook(msgspec.Struct, frozen=True):
    """What rules look up besides the ledger."""

    catalogue: Catalogue
    settings: DispatcherSettings
    nearest_depot: Callable[[str, Task, tuple[str, ...]], str]
    """(unit, task, stocked depots) → the depot of the quickest way."""


def speaks_for(command: Command, unit_id: str) -> bool:
    """A handheld speaks for its own unit only; operators for all."""
    return not command.by.startswith("unit/") or command.by == f"unit/{unit_id}"


def withdraw(task: Task, draft: Draft, reason: str, keep: str | None = None) -> None:
    """Take back all live offers of a task but ``keep``."""
    for offer in live_offers(task):
        if offer.offer_id != keep:
            draft.add(
                m.OfferWithdrawn,
                offer_id=offer.offer_id,
                task_id=offer.task_id,
                unit_id=offer.unit_id,
                reason=reason,
            )


def withdraw_from(ledger: Ledger, unit: Unit, draft: Draft, reason: str) -> None:
    """Take back the live offer of a unit, if any."""
    offer = None if unit.offer_id is None else offer_of(ledger, unit.offer_id)
    if offer is not None:
        draft.add(
            m.OfferWithdrawn,
            offer_id=offer.offer_id,
            task_id=offer.task_id,
            unit_id=offer.unit_id,
            reason=reason,
        )


def release(task: Task, draft: Draft, reason: str) -> None:
    """End the assignment of whoever is under way to the task, if anybody is."""
    if task.unit_id is not None and task_state(task) in states.UNDER_WAY_STATES:
        draft.add(m.UnitReleased, task_id=task.need.task_id, unit_id=task.unit_id, reason=reason)


def stocked(ledger: Ledger, item: str) -> tuple[str, ...]:
    """Depots with a free one, in the order of their ids."""
    return tuple(sorted(depot for depot, store in ledger.stores.items() if store.free.get(item, 0) > 0))


def spares_to_take(ledger: Ledger, unit: Unit, task: Task, catalogue: Catalogue) -> int:
    """How many more of a task's item its holder puts into the pouch at the depot: as many as fit, and
    leave the depot a third of what belongs there for those who come without a call before them."""
    item, depot = task.need.item, task.depot
    if item is None or depot is None or item not in catalogue.items or depot not in catalogue.depots:
        return 0
    room = catalogue.items[item].spares - sum(spare.item == item for spare in unit.pouch)
    kept = math.ceil(SPARES_LEAVE * catalogue.depots[depot].stock.get(item, 0))
    return max(0, min(room, ledger.stores[depot].free.get(item, 0) - kept))


def choose_depot(ledger: Ledger, unit: Unit, task: Task, book: Rulebook) -> tuple[str | None, str]:
    """Where this unit fetches the task's item, and why it cannot be (empty = it can).

    No depot where no item is needed, where it is carried already, and where life is at risk and there is
    none: then somebody without the kit is better than nobody.
    """
    item = task.need.item
    carries = book.catalogue.staff[unit.unit_id].carries if unit.unit_id in book.catalogue.staff else ()
    in_hands = unit.carried is not None and unit.carried.item == item
    if item is None or item in carries or in_hands or in_pouch(unit, item):
        return None, ""
    depots = stocked(ledger, item)
    if depots:
        return book.nearest_depot(unit.unit_id, task, depots), ""
    return None, "" if ledger.calls[task.call_id].priority == 1 else "no_stock"
