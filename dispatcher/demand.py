"""What is usually asked for, where and when: counted from the journal by service, floor and hour of the day.

The first day knows little, so a service's floors are drawn towards where people call at all, and an hour
borrows from its neighbours. Old days fade.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts import messages as m
from contracts.quantities import HOUR, Instant
from contracts.sitemap import Site
from dispatcher.ledger import Ledger

HOURS: Final = 24
COUNT_MAX: Final = 400
"""A service's calls on a floor in one hour of the day, over all days; then half of them are forgotten."""
NEIGHBOUR: Final = 0.5
"""What the hours before and after weigh."""
PRIOR_CALLS: Final = 6.0
"""What the floors of all calls weigh against a service's own, in calls."""


def count(ledger: Ledger, fact: m.CallReceived) -> None:
    """One more call, filed under its hour (UTC)."""
    hours = ledger.demand.setdefault(f"{fact.service}/{fact.place.floor}", [0] * HOURS)
    hour = fact.at // HOUR % HOURS
    hours[hour] += 1
    if hours[hour] >= COUNT_MAX:
        hours[hour] //= 2


def expected(ledger: Ledger, site: Site, now: Instant) -> dict[str, NDArray[np.float64]]:
    """Service → (floors,) weights of the calls to expect about now; all together add up to 1."""
    hour = now // HOUR % HOURS
    shares = np.zeros(HOURS)
    shares[[hour - 1, hour, (hour + 1) % HOURS]] = NEIGHBOUR, 1.0, NEIGHBOUR
    own = {
        kind.service: np.array([_counted(ledger, f"{kind.service}/{f.floor}", shares) for f in site.floors])
        for kind in site.services
    }
    everywhere = sum(own.values(), start=np.ones(len(site.floors)))
    prior = PRIOR_CALLS * everywhere / everywhere.sum()
    calls = {service: (counts.sum() + 1.0) for service, counts in own.items()}
    whole = sum(calls.values())
    return {
        service: calls[service] / whole * (counts + prior) / (counts.sum() + PRIOR_CALLS)
        for service, counts in own.items()
    }


def _counted(ledger: Ledger, key: str, shares: NDArray[np.float64]) -> float:
    hours = ledger.demand.get(key)
    return 0.0 if hours is None else float(shares @ np.array(hours, np.float64))
