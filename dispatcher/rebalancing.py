"""What should be carried from depot to depot before something runs out: proposals, no facts.

The site's file says how many of each item belong into each depot. Loans come back where it suits the
customer, so one desk runs dry while another overflows. A depot with less than ``LOW`` of its share is
filled up to ``FILL`` by those that have more than ``FILL`` of theirs.
"""

import math
from typing import Final

from contracts.messages import StockMove
from dispatcher.catalogue import Catalogue
from dispatcher.ledger import Ledger

LOW: Final = 1 / 3
"""A depot with a smaller share of what belongs there may run out before anybody notices."""
FILL: Final = 2 / 3
"""Filling to the brim would make the giver the next to run dry."""


def rebalance(ledger: Ledger, catalogue: Catalogue) -> tuple[StockMove, ...]:
    """Moves of free items, the neediest depot first; equal needs in the order of ids."""
    moves: list[StockMove] = []
    for item in sorted(ledger.loan_s):
        share = {depot.depot: depot.stock.get(item, 0) for depot in catalogue.depots.values()}
        free = {depot: ledger.stores[depot].free.get(item, 0) for depot in share}
        short = [depot for depot in share if free[depot] < LOW * share[depot]]
        for depot in sorted(short, key=lambda one: (free[one] / share[one], one)):
            moves += _filled(item, depot, share, free)
    return tuple(moves)


def _filled(item: str, depot: str, share: dict[str, int], free: dict[str, int]) -> list[StockMove]:
    """Moves into one depot, from whoever has most to spare; ``free`` is what is left after them."""
    moves = []
    while (missing := _level(share[depot]) - free[depot]) > 0:
        spare = {giver: free[giver] - _level(share[giver]) for giver in share if giver != depot}
        giver = max(sorted(spare), key=lambda one: spare[one], default="")
        if not giver or spare[giver] <= 0:
            break
        count = min(missing, spare[giver])
        free[giver] -= count
        free[depot] += count
        moves.append(StockMove(item, count, giver, depot))
    return moves


def _level(share: int) -> int:
    return math.ceil(FILL * share)
