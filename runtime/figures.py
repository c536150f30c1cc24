"""The calls of a stretch of the journal, as the dispatcher showed them last: what figures are made of."""

from collections.abc import Iterable

from contracts import messages as m
from contracts.messages import CallChanged, Fact
from contracts.quantities import Instant
from dispatcher import views
from dispatcher.evolve import evolve
from dispatcher.ledger import Ledger


def calls_in(ledger: Ledger, facts: Iterable[Fact], since: Instant, until: Instant) -> list[CallChanged]:
    """All calls received in [``since``, ``until``), as they stand after ``facts``.

    ``ledger`` is the state before the first of the facts, and is changed. A call that the ledger has
    forgotten since counts as it stood when it was closed, or rated.
    """
    last: dict[str, CallChanged] = {}
    for fact in facts:
        evolve(ledger, fact)
        if isinstance(fact, _ENDS):
            call = ledger.calls.get(fact.call_id)
            if call is not None and since <= call.received_at < until:
                last[call.call_id] = views.call_view(ledger, call)
    for call in ledger.calls.values():
        if since <= call.received_at < until:
            last[call.call_id] = views.call_view(ledger, call)
    return list(last.values())


_ENDS = (m.CallCleared, m.CallCancelled, m.CallAbandoned, m.CallMerged, m.CallRated)
