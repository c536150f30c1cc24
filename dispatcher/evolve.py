"""The fold of the facts: ``evolve(ledger, fact)`` is the only thing that changes a ledger.

A ledger has one owner, so it is changed in place for speed; tests hold it to "the fold of the journal is
the live state, byte for byte". Facts are trusted: an impossible step is our own fault and an assertion.
"""

import itertools
from collections.abc import Iterable
from typing import Final

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import DAY, Instant
from contracts.sitemap import Site
from dispatcher import evolve_calls, feedback, items, logbook, states, waits
from dispatcher.ledger import (
    Ledger,
    Offer,
    Task,
    Unit,
    new_ledger,
    offer_of,
    standby_walked_m,
    task_state,
    unit_of,
    unit_status,
)
from dispatcher.timeline import note, stepped

ANSWERS_MAX: Final = 20_000
"""Answers remembered for repeated commands; the oldest go first. A busy mall makes 20 000 in a day."""
ANSWERS_AGE: Final = DAY
"""Older answers are forgotten: no broker and no handheld keeps a command for longer."""
FORGET_AT_ONCE: Final = 4
"""Answers looked at for age with each new one: more go out than come in, without a pause."""
ASKED_MAX: Final = 40
"""Answers of one person that count: a month's habits, not a year's."""
OFFERS_KEPT_MAX: Final = 40
"""Offers remembered for one task, so that late answers can be arbitrated; the oldest ended go first."""
KEEPS_ASKING: Final = frozenset(
    ("replaced", "preempted", "reassigned", "someone_arrived", "cancelled", "held", "merged")
)
"""Reasons of ours to release a unit; any other is a refusal, and the pair is blocked for a while."""


def replay(site: Site, facts: Iterable[Fact]) -> Ledger:
    """The state after ``facts``, all of them from the first."""
    ledger = new_ledger(site)
    for fact in facts:
        evolve(ledger, fact)
    return ledger


def evolve(ledger: Ledger, fact: Fact) -> Ledger:
    """The ledger after ``fact``, which must be the next one; the same object, changed."""
    assert fact.seq == ledger.seq + 1, (fact.seq, ledger.seq)
    ledger.seq = fact.seq
    match fact:
        case m.CommandAnswered():
            _answered(ledger, fact)
        case m.CallReceived():
            evolve_calls.received(ledger, fact)
        case m.OfferMade():
            _offer_made(ledger, fact)
        case m.OfferAccepted() | m.OfferDeclined() | m.OfferExpired() | m.OfferWithdrawn():
            _offer_ended(ledger, fact)
        case m.OfferReceived():
            _offer_received(ledger, fact)
        case m.UnitAssigned() | m.UnitReleased() | m.ItemPickedUp() | m.UnitOnScene() | m.TaskCleared():
            _task_changed(ledger, fact)
        case m.ItemReturned():
            unit = unit_of(ledger, fact.unit_id)
            status = unit_status(ledger, unit)
            items.returned(ledger, unit, fact)
            unit.version = fact.seq
            assert states.unit_step_allowed(status, m.ItemReturned, unit_status(ledger, unit)), fact
        case m.SlaBreached() | m.NoUnitAvailable() | m.EtaRevised() | m.BreachForecast() | m.TaskEscalated():
            _noted(ledger, fact)
        case m.LoanOverdue() | m.LoanReturned() | m.LoanExtended() | m.LoanWrittenOff() | m.StockMoved():
            items.lending_changed(ledger, fact)
        case m.DutyChanged():
            _duty_changed(ledger, fact)
        case m.TextSent() | m.TextsSeen():
            logbook.evolve(ledger, fact)
        case _ if isinstance(fact, evolve_calls.FACTS):
            evolve_calls.changed(ledger, fact)
        case _ if isinstance(fact, feedback.FACTS):
            feedback.evolve(ledger, fact)
        case _:
            _site_changed(ledger, fact)
    return ledger


def _answered(ledger: Ledger, fact: m.CommandAnswered) -> None:
    """Remember the answer; a word from a unit ends its silence."""
    ledger.answers.setdefault(fact.command_id, fact)
    while len(ledger.answers) > ANSWERS_MAX:
        del ledger.answers[next(iter(ledger.answers))]
    for command_id, answer in list(itertools.islice(ledger.answers.items(), FORGET_AT_ONCE)):
        if answer.at < fact.at - ANSWERS_AGE:
            del ledger.answers[command_id]
    unit = ledger.units.get(fact.by.removeprefix("unit/"))
    if unit is not None and unit.silent_at is not None:
        unit.silent_at, unit.version = None, fact.seq


def _offer_made(ledger: Ledger, fact: m.OfferMade) -> None:
    task, unit = ledger.tasks[fact.task_id], unit_of(ledger, fact.unit_id)
    assert unit.offer_id is None, (fact.unit_id, unit.offer_id)
    assert unit.task_id is None, (fact.unit_id, unit.task_id)
    before, status = task_state(task), unit_status(ledger, unit)
    task.offers[fact.offer_id] = Offer(
        offer_id=fact.offer_id,
        call_id=fact.call_id,
        task_id=fact.task_id,
        unit_id=fact.unit_id,
        made_at=fact.at,
        expires_at=fact.expires_at,
        eta_s=fact.eta_s,
        p_on_time=fact.p_on_time,
        depot=fact.depot,
    )
    ledger.offers[fact.offer_id] = fact.task_id
    _forget_offers(ledger, task)
    unit.offer_id = fact.offer_id
    task.candidates = fact.candidates
    task.first_offer_at = task.first_offer_at or fact.at
    task.waiting_for = {}
    if fact.depot is not None and task.need.item is not None:
        items.reserve(ledger, fact.depot, task.need.item, fact)
    stepped(ledger, fact, task, before, unit, status)


def _offer_ended(
    ledger: Ledger, fact: m.OfferAccepted | m.OfferDeclined | m.OfferExpired | m.OfferWithdrawn
) -> None:
    task, unit = ledger.tasks[fact.task_id], unit_of(ledger, fact.unit_id)
    before, status = task_state(task), unit_status(ledger, unit)
    offer = task.offers[fact.offer_id]
    assert not offer.ended, fact
    assert unit.offer_id == offer.offer_id, fact
    unit.offer_id = None
    detail = ""
    match fact:
        case m.OfferAccepted():
            offer.ended = "accepted"
            task.acceptances += 1
            _hold(task, unit, offer.depot, fact.at)
            task.assigned_at = fact.at
            task.eta_at = fact.at + round(offer.eta_s * 1e6)
            task.p_on_time = offer.p_on_time
        case m.OfferDeclined():
            offer.ended, detail = "declined", fact.reason
            task.declined[unit.unit_id] = fact.at
            task.refusals += 1
        case m.OfferExpired():
            offer.ended = "expired"
            task.silences += 1
            unit.silent_at = fact.at
        case m.OfferWithdrawn():
            offer.ended, detail = "withdrawn", fact.reason
    if offer.ended != "withdrawn":
        _remember_answer(unit, offer, fact.at)
    if offer.ended != "accepted" and offer.depot is not None and task.need.item is not None:
        items.unreserve(ledger, offer.depot, task.need.item, fact)
    stepped(ledger, fact, task, before, unit, status, detail)


def _remember_answer(unit: Unit, offer: Offer, at: Instant) -> None:
    """How long this person lets people wait; half of the evidence is forgotten from time to time."""
    unit.asked += 1
    unit.waited += at - offer.made_at
    if unit.asked >= ASKED_MAX:
        unit.asked, unit.waited = unit.asked // 2, unit.waited // 2


def _offer_received(ledger: Ledger, fact: m.OfferReceived) -> None:
    offer = offer_of(ledger, fact.offer_id)
    assert offer is not None, fact
    if fact.receipt == "delivered":
        offer.delivered_at = fact.at
    else:
        offer.seen_at = fact.at
    ledger.calls[offer.call_id].version = fact.seq
    unit_of(ledger, fact.unit_id).version = fact.seq


def _task_changed(
    ledger: Ledger,
    fact: m.UnitAssigned | m.UnitReleased | m.ItemPickedUp | m.UnitOnScene | m.TaskCleared,
) -> None:
    task, unit = ledger.tasks[fact.task_id], unit_of(ledger, fact.unit_id)
    before, status = task_state(task), unit_status(ledger, unit)
    detail = ""
    match fact:
        case m.UnitAssigned():
            assert task.unit_id is None, fact
            _hold(task, unit, fact.depot, fact.at)
            task.told, task.assigned_at = True, fact.at
            if fact.depot is not None and task.need.item is not None:
                items.reserve(ledger, fact.depot, task.need.item, fact)
        case m.UnitReleased():
            _release(ledger, task, unit, fact)
            detail = fact.reason
        case m.ItemPickedUp():
            assert task.unit_id == unit.unit_id, fact
            items.picked_up(ledger, task, unit, fact)
            task.picked_up_at, task.told = fact.at, False
            detail = f"{fact.item} {fact.item_number}".strip()
        case m.UnitOnScene():
            if task.unit_id is None:  # turned up: holds the task from now on, nothing earlier is stamped
                _hold(task, unit, None, fact.at)
            assert task.unit_id == unit.unit_id, fact
            task.told, task.on_scene_at = False, fact.at
            task.reached_at = task.reached_at or fact.at
        case m.TaskCleared():
            assert task.unit_id == unit.unit_id, fact
            items.task_cleared(ledger, task, unit, fact)
            task.cleared_at, unit.task_id = fact.at, None
            logbook.finished(unit, ledger.calls[task.call_id], task, fact)
            detail = fact.outcome
    stepped(ledger, fact, task, before, unit, status, detail)


def _hold(task: Task, unit: Unit, depot: str | None, at: Instant) -> None:
    assert task.unit_id is None, (task.need.task_id, task.unit_id)
    assert unit.task_id is None, (unit.unit_id, unit.task_id)
    assert unit.offer_id is None, (unit.unit_id, unit.offer_id)
    task.unit_id, unit.task_id = unit.unit_id, task.need.task_id
    task.committed_at = task.committed_at or at
    unit.standby = None
    task.depot, task.told, task.waiting_for = depot, False, {}
    _new_holder(task)


def _release(ledger: Ledger, task: Task, unit: Unit, fact: m.UnitReleased) -> None:
    assert task.unit_id == unit.unit_id, fact
    items.give_back_reserved(ledger, task, fact)
    if fact.reason not in KEEPS_ASKING:
        task.declined[unit.unit_id] = fact.at
        task.given_back += 1
    task.unit_id = unit.task_id = None
    task.waiting_since = fact.at
    task.depot, task.told = None, False
    _new_holder(task)


def _new_holder(task: Task) -> None:
    """What was said about the last holder is void, and the ladder begins anew."""
    task.assigned_at = task.picked_up_at = task.eta_at = task.p_on_time = task.on_scene_at = None
    task.forecast_at = task.cure = None
    task.escalated, task.escalated_to = 0, ""


def _noted(
    ledger: Ledger,
    fact: m.SlaBreached | m.NoUnitAvailable | m.EtaRevised | m.BreachForecast | m.TaskEscalated,
) -> None:
    """Facts beside the state: they change no step."""
    task = ledger.tasks[fact.task_id]
    call = ledger.calls[task.call_id]
    call.planned, call.version = True, fact.seq
    match fact:
        case m.SlaBreached():
            assert task.breached_at is None, fact
            task.breached_at = fact.at
            note(call, fact, detail=task.need.role)
        case m.NoUnitAvailable():
            task.waiting_for = dict(sorted(fact.reasons.items()))
            lacked = {"no_stock", "no_route"} & set(fact.reasons)
            task.lacked = sorted({*task.lacked, *lacked})
            note(call, fact, detail=" ".join(f"{why}:{n}" for why, n in task.waiting_for.items()))
        case m.EtaRevised():
            assert task.unit_id == fact.unit_id, fact
            task.eta_at, task.p_on_time = fact.eta_at, fact.p_on_time
            ledger.units[fact.unit_id].version = fact.seq
        case m.BreachForecast():
            task.forecast_at, task.cure, task.p_on_time = fact.at, fact.cure, fact.p_on_time
            note(call, fact, task.unit_id, "" if fact.cure is None else fact.cure.unit_id)
        case m.TaskEscalated():
            assert fact.step == task.escalated + 1, fact
            task.escalated, task.escalated_to = fact.step, fact.to
            note(call, fact, detail=fact.to)


def _standby(ledger: Ledger, fact: m.StandbySuggested) -> None:
    unit = unit_of(ledger, fact.unit_id)
    unit.standby_m = standby_walked_m(unit, fact.at) + fact.walk_m
    unit.standby, unit.standby_at, unit.version = fact.place, fact.at, fact.seq


def _duty_changed(ledger: Ledger, fact: m.DutyChanged) -> None:
    unit = unit_of(ledger, fact.unit_id)
    status = unit_status(ledger, unit)
    unit.duty, unit.duty_at, unit.version, unit.silent_at = fact.duty, fact.at, fact.seq, None
    unit.standby = None
    assert states.unit_step_allowed(status, m.DutyChanged, unit_status(ledger, unit)), (status, fact)


def _site_changed(ledger: Ledger, fact: Fact) -> None:
    match fact:
        case m.StandbySuggested():
            _standby(ledger, fact)
        case m.LiftWaited():
            waits.note(ledger, fact)
        case m.ConnectorClosed():
            ledger.closures[fact.connector] = fact.reason
        case m.ConnectorOpened():
            ledger.closures.pop(fact.connector, None)
        case m.FireModeSet():
            ledger.fire_mode = fact.on
        case m.DevicesEnrolled():
            ledger.enrolled.update((device.device_id, device) for device in fact.devices)
        case m.DevicesReleased():
            for device_id in fact.device_ids:
                ledger.enrolled.pop(device_id, None)
        case m.GatewaysInstalled():
            ledger.guests.update((gateway.gateway, gateway) for gateway in fact.gateways)
        case m.GatewaysRemoved():
            for gateway in fact.gateways:
                ledger.guests.pop(gateway, None)
        case _:
            raise AssertionError(f"a fact that no ledger knows: {type(fact).__name__}")


# --- small ------------------------------------------------------------------------------------------


def _forget_offers(ledger: Ledger, task: Task) -> None:
    ended = [offer.offer_id for offer in task.offers.values() if offer.ended]
    for offer_id in ended[: max(0, len(task.offers) - OFFERS_KEPT_MAX)]:
        del task.offers[offer_id]
        ledger.offers.pop(offer_id, None)
