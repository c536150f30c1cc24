"""Who is told on the handheld when colleagues stay silent or a ladder's step is theirs.

The control room and the duty manager see alarms on their screens; a zone lead is on the floor. A step of a
ladder may also name a role of the site or one person.
"""

from collections.abc import Sequence
from typing import Final

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import Instant
from dispatcher.catalogue import Catalogue
from dispatcher.drafting import Draft
from dispatcher.ledger import Ledger

ZONE_LEAD: Final = "zone_lead"
LEAD_ROLE: Final = "lead"
"""The role that a site gives its zone leads."""
SILENT: Final = "colleague_silent"
NOBODY: Final = "nobody_goes"
"""Phrases, in the words of each screen."""


def told(ledger: Ledger, catalogue: Catalogue, facts: Sequence[Fact], now: Instant) -> list[Fact]:
    """A text for each silence and each step of a ladder among ``facts`` that is some person's matter."""
    draft = Draft(ledger.seq, now, cause="ladder")
    for fact in facts:
        match fact:
            case m.OfferExpired() if fact.unit_id in catalogue.staff:
                silent = catalogue.staff[fact.unit_id]
                lead = _lead(ledger, catalogue, ZONE_LEAD, silent.home_floor, fact.unit_id)
                _tell(draft, lead, SILENT, f"{silent.name.zh} {silent.name.en} · {fact.task_id}")
            case m.TaskEscalated():
                call = ledger.calls[fact.call_id]
                lead = _lead(ledger, catalogue, fact.to, call.place.floor)
                _tell(draft, lead, NOBODY, f"{fact.task_id} · {call.place.floor}")
    return draft.facts


def _lead(ledger: Ledger, catalogue: Catalogue, to: str, floor: str, but: str = "") -> str | None:
    """Whoever of those meant is on duty and belongs to the nearest floor; the lower id of equals."""
    role = LEAD_ROLE if to == ZONE_LEAD else to
    here = catalogue.floors.get(floor, 0)
    people = [
        (abs(catalogue.floors[person.home_floor] - here), unit_id)
        for unit_id, person in catalogue.staff.items()
        if unit_id != but and ledger.units[unit_id].duty == "on" and (role in person.roles or to == unit_id)
    ]
    return min(people)[1] if people else None


def _tell(draft: Draft, unit_id: str | None, phrase: str, text: str) -> None:
    if unit_id is not None:
        draft.add(
            m.TextSent,
            text_id=f"x{draft.next_seq}",
            unit_id=unit_id,
            written_at=draft.at,
            phrase=phrase,
            text=text,
        )
