"""The ledger as others see it: whole calls, units and depots. Pure reading."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from contracts.messages import (
    CallChanged,
    ClosuresChanged,
    Fact,
    FeedbackChanged,
    GuestGatewaysChanged,
    LoanView,
    Message,
    OfferView,
    Place,
    Snapshot,
    StockChanged,
    TaskView,
    UnitChanged,
)
from contracts.quantities import Instant, to_seconds
from dispatcher import logbook
from dispatcher.catalogue import Catalogue
from dispatcher.causes import miss_cause
from dispatcher.commitments import spares_to_take
from dispatcher.deadlines import escalates_at
from dispatcher.ledger import (
    Call,
    Feedback,
    Ledger,
    Loan,
    Offer,
    Store,
    Task,
    Unit,
    call_state,
    calls_of,
    in_pouch,
    live_offers,
    offer_of,
    task_state,
    to_fetch,
    unit_status,
)


def call_view(ledger: Ledger, call: Call) -> CallChanged:
    tasks = [ledger.tasks[task] for task in call.tasks]
    return CallChanged(
        call_id=call.call_id,
        version=call.version,
        service=call.service,
        priority=call.priority,
        state=call_state(ledger, call),
        place=call.place,
        device_id=call.device_id,
        note=call.note,
        by=call.by,
        received_at=call.received_at,
        deadline_at=min(task.need.deadline_at for task in tasks if task.ended != "not_needed"),
        tasks=tuple(task_view(task, call.held_at is not None) for task in tasks),
        timeline=tuple(call.timeline),
        stars=call.stars,
        similar_to=call.similar_to,
        held_at=call.held_at,
        held_until=call.held_until,
        hold_cause=call.hold_cause,
        paused_s=to_seconds(call.paused),
        merged_into=call.merged_into,
        duplicates=tuple(call.duplicates),
        checked=tuple(call.checked),
    )


def task_view(task: Task, held: bool) -> TaskView:
    return TaskView(
        task_id=task.need.task_id,
        role=task.need.role,
        item=task.need.item,
        state=task_state(task),
        deadline_at=task.need.deadline_at,
        unit_id=task.unit_id,
        depot=task.depot,
        offers=tuple(offer_view(offer) for offer in live_offers(task)),
        candidates=task.candidates,
        eta_at=task.eta_at,
        p_on_time=task.p_on_time,
        assigned_at=task.assigned_at,
        picked_up_at=task.picked_up_at,
        on_scene_at=task.on_scene_at,
        cleared_at=task.cleared_at,
        breached_at=task.breached_at,
        waiting_for=dict(task.waiting_for),
        forecast_at=task.forecast_at,
        cure=task.cure,
        escalated_to=task.escalated_to,
        miss_cause=miss_cause(task),
        escalates_at=None if held else escalates_at(task),
        reached_at=task.reached_at,
        target_s=task.need.target_s,
        asked_at=task.asked_at,
        first_offer_at=task.first_offer_at,
        committed_at=task.committed_at,
        accepted=task.acceptances,
        declined=task.refusals,
        timed_out=task.silences,
    )


def offer_view(offer: Offer) -> OfferView:
    return OfferView(
        offer_id=offer.offer_id,
        call_id=offer.call_id,
        task_id=offer.task_id,
        unit_id=offer.unit_id,
        made_at=offer.made_at,
        expires_at=offer.expires_at,
        eta_s=offer.eta_s,
        p_on_time=offer.p_on_time,
        depot=offer.depot,
        delivered_at=offer.delivered_at,
        seen_at=offer.seen_at,
    )


def unit_view(ledger: Ledger, unit: Unit, catalogue: Catalogue) -> UnitChanged:
    staff = catalogue.staff.get(unit.unit_id)
    task = None if unit.task_id is None else ledger.tasks[unit.task_id]
    offer = None if unit.offer_id is None else offer_of(ledger, unit.offer_id)
    status = unit_status(ledger, unit)
    item = None if task is None else task.need.item
    if task is None and unit.carried is not None:
        item = unit.carried.item
    on_belt = staff is not None and item in staff.carries
    return UnitChanged(
        unit_id=unit.unit_id,
        version=_unit_version(ledger, unit, catalogue),
        status=status,
        device_id=None if staff is None else staff.device_id,
        roles=() if staff is None else staff.roles,
        offers=() if offer is None else (offer_view(offer),),
        task_id=unit.task_id,
        call_id=None if task is None else task.call_id,
        target=_target(ledger, unit, task, catalogue),
        depot=_depot(unit, task),
        item=item,
        carrying=unit.carried is not None or (task is not None and (on_belt or in_pouch(unit, item))),
        deadline_at=None if task is None else task.need.deadline_at,
        eta_at=None if task is None else task.eta_at,
        silent_since=unit.silent_at,
        standby=unit.standby if status == "available" else None,
        pouch=tuple(spare.item for spare in unit.pouch),
        spares=spares_to_take(ledger, unit, task, catalogue) if task and to_fetch(task) else 0,
    )


def _unit_version(ledger: Ledger, unit: Unit, catalogue: Catalogue) -> int:
    """Also the depot's while spares may be taken there: others empty it meanwhile."""
    task = None if unit.task_id is None else ledger.tasks[unit.task_id]
    if task is None or task.depot is None or not to_fetch(task):
        return unit.version
    item = catalogue.items.get(task.need.item or "")
    if item is None or not item.spares or task.depot not in ledger.stores:
        return unit.version
    return max(unit.version, ledger.stores[task.depot].version)


def _depot(unit: Unit, task: Task | None) -> str | None:
    """Where to fetch the item, or where to bring it back."""
    if task is not None:
        return task.depot
    return None if unit.carried is None else unit.carried.depot


def _target(ledger: Ledger, unit: Unit, task: Task | None, catalogue: Catalogue) -> Place | None:
    """Where to go now: depot, then the call, then the depot again with what was brought back."""
    if task is not None and not to_fetch(task):
        return ledger.calls[task.call_id].place
    depot = catalogue.depots.get(_depot(unit, task) or "")
    return None if depot is None else Place(depot.floor, depot.x_m, depot.y_m)


def stock_view(ledger: Ledger, store: Store) -> StockChanged:
    loans = [loan for loan in ledger.loans.values() if loan.depot == store.depot]
    return StockChanged(
        depot=store.depot,
        version=store.version,
        free=dict(sorted(store.free.items())),
        reserved=dict(sorted(store.reserved.items())),
        lent=_count(loan.item for loan in loans),
        overdue=_count(loan.item for loan in loans if loan.overdue),
        loans=tuple(loan_view(loan) for loan in sorted(loans, key=lambda loan: (loan.due_at, loan.task_id))),
    )


def loan_view(loan: Loan) -> LoanView:
    return LoanView(
        task_id=loan.task_id,
        item=loan.item,
        item_number=loan.item_number,
        unit_id=loan.unit_id,
        lent_at=loan.at,
        due_at=loan.due_at,
        overdue=loan.overdue,
    )


def feedback_view(one: Feedback) -> FeedbackChanged:
    return FeedbackChanged(**msgspec.structs.asdict(one))


def _count(items: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))


def snapshot(
    ledger: Ledger, catalogue: Catalogue, calls: list[str], wanted_by: str, now: Instant
) -> Snapshot:
    """Everything at once; ``calls`` says which."""
    return Snapshot(
        for_=wanted_by,
        at=now,
        version=ledger.seq,
        calls=tuple(call_view(ledger, ledger.calls[call]) for call in calls),
        units=tuple(unit_view(ledger, ledger.units[unit], catalogue) for unit in sorted(ledger.units)),
        stock=tuple(stock_view(ledger, ledger.stores[depot]) for depot in sorted(ledger.stores)),
        logbooks=tuple(logbook.views(ledger, 0)),
        feedback=tuple(feedback_view(one) for one in ledger.feedback.values()),
    )


def changed(ledger: Ledger, catalogue: Catalogue, facts: Sequence[Fact], before: int) -> list[Message]:
    """Whatever ``facts`` touched; ``before``: the ledger's number before them."""
    calls = dict.fromkeys(call for fact in facts for call in calls_of(ledger, fact))
    out: list[Message] = [call_view(ledger, ledger.calls[call]) for call in calls]
    units = sorted(
        name for name, unit in ledger.units.items() if _unit_version(ledger, unit, catalogue) > before
    )
    out += [unit_view(ledger, ledger.units[unit], catalogue) for unit in units]
    depots = sorted(depot for depot in ledger.stores if ledger.stores[depot].version > before)
    out += [stock_view(ledger, ledger.stores[depot]) for depot in depots]
    out += logbook.views(ledger, before)
    out += [feedback_view(one) for one in ledger.feedback.values() if one.version > before]
    return out


def closures_view(ledger: Ledger) -> ClosuresChanged:
    connectors = tuple(sorted(ledger.closures))
    return ClosuresChanged(version=ledger.seq, connectors=connectors, fire_mode=ledger.fire_mode)


def guests_view(ledger: Ledger) -> GuestGatewaysChanged:
    gateways = tuple(ledger.guests[gateway] for gateway in sorted(ledger.guests))
    return GuestGatewaysChanged(version=ledger.seq, gateways=gateways)
