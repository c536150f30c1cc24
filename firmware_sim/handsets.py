"""How people answer their handset: at once, late, with a no, or not at all."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from contracts import messages as m
from contracts.messages import Command, OfferView
from contracts.quantities import SECOND, Instant, from_seconds
from firmware_sim.agenda import Agenda
from firmware_sim.calls import KnownCalls
from firmware_sim.outbox import Outbox, post
from firmware_sim.scenario import Staff

DELIVERY_S: Final = (0.1, 0.8)
"""Until the handset has received an offer."""
LOOK_SHARE: Final = 0.6
"""Of the time to the answer until the person has looked at it."""
DECLINE_REASONS: Final = ("with_a_customer", "too_far", "on_break_soon")
URGENT: Final = 1

HELD_FOR: Final = 60 * SECOND
"""A real person's word that they hold the handheld counts so long; they repeat it each 20 s."""

Deed = Literal["delivered", "seen", "accept", "decline"]


@dataclass(eq=False)
class Handset:
    """One person's handset. It obeys the newest view only."""

    unit_id: str
    staff: Staff
    rng: np.random.Generator
    taps: "Taps"
    """Shared by all handsets."""
    view: m.UnitChanged | None = None
    known_offers: set[str] = field(default_factory=set)
    held_until: Instant = 0
    """Until then a real person holds it: the simulated one walks along and taps nothing."""

    @property
    def by(self) -> str:
        return f"unit/{self.unit_id}"


Taps: TypeAlias = Agenda[tuple[Handset, Deed, str]]
"""What people will tap, and on which offer."""


def show(handset: Handset, view: m.UnitChanged, calls: KnownCalls, now: Instant) -> bool:
    """A new view on the screen; new offers make the person decide. False for an old or repeated view."""
    if handset.view is not None and view.version <= handset.view.version:
        return False
    handset.view = view
    live = {offer.offer_id for offer in view.offers}
    for offer in view.offers:
        if offer.offer_id not in handset.known_offers:
            _ring(handset, offer, calls.priority(offer.call_id) <= URGENT, now)
    handset.known_offers = (handset.known_offers & live) | live
    return True


def act(taps: Taps, outbox: Outbox, now: Instant) -> list[Command]:
    """What people tap now, as long as their screen still shows the offer."""
    commands: list[Command] = []
    while (entry := taps.due(now)) is not None:
        _, (handset, deed, offer_id) = entry
        if offer_id not in handset.known_offers or now < handset.held_until:
            continue
        ids = {"offer_id": offer_id, "unit_id": handset.unit_id}
        match deed:
            case "delivered" | "seen":
                commands.append(post(outbox, m.ReportReceipt, handset.by, now, **ids, receipt=deed))
            case "accept":
                commands.append(post(outbox, m.AcceptOffer, handset.by, now, **ids))
            case "decline":
                reason = DECLINE_REASONS[int(handset.rng.integers(0, len(DECLINE_REASONS)))]
                commands.append(post(outbox, m.DeclineOffer, handset.by, now, **ids, reason=reason))
    return commands


def decide(staff: Staff, urgent: bool, rng: np.random.Generator) -> tuple[Deed | None, float]:
    """What a person will do with an offer, and in how many seconds; None = nothing at all."""
    silence = staff.urgent_silence_share if urgent else staff.silence_share
    decline = staff.urgent_decline_share if urgent else staff.decline_share
    choice = rng.random()
    answer_s = float(rng.lognormal(np.log(staff.answer_median_s), staff.answer_sigma))
    if choice < silence:
        return None, answer_s
    return ("decline" if choice < silence + decline else "accept"), answer_s


def _ring(handset: Handset, offer: OfferView, urgent: bool, now: Instant) -> None:
    """Decide at once what the person will do with an offer, and when."""
    delivered = now + from_seconds(handset.rng.uniform(*DELIVERY_S))
    handset.taps.add(delivered, (handset, "delivered", offer.offer_id))
    deed, answer_s = decide(handset.staff, urgent, handset.rng)
    if deed is not None:
        answer = from_seconds(answer_s)
        handset.taps.add(delivered + round(LOOK_SHARE * answer), (handset, "seen", offer.offer_id))
        handset.taps.add(delivered + answer, (handset, deed, offer.offer_id))
