"""From a situation to facts: offers, pre-emptions, and the word that nobody can go, each with its why.

Make before break: whoever is under way goes on until somebody else has accepted. Only an emergency takes
a person off a lesser task without a replacement (``preempted``).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts import messages as m
from contracts.grid import WalkableGrid
from contracts.messages import Candidate, Fact
from contracts.quantities import from_seconds
from dispatcher import assignment
from dispatcher.drafting import Draft
from dispatcher.eta import Ways, arrival_at
from dispatcher.ledger import Ledger
from dispatcher.settings import DispatcherSettings
from dispatcher.situation import CODE, REASONS, Situation

CANDIDATES_KEPT: Final = 5
SOLVES_MAX: Final = 4
"""Each solve forbids the pre-emptions that the one before it may not make; then they are left out."""

Pair = tuple[int, int]
"""Row and column of a situation."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The plan: pairs, and the matrices (n, t) that they were chosen by."""

    pairs: list[Pair]
    cost: assignment.Floats
    """inf where not allowed."""
    on_time: assignment.Floats
    taken: dict[int, int] = field(init=False)
    """The pairs by row."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "taken", dict(self.pairs))


def plan(ledger: Ledger, situation: Situation, ways: Ways, settings: DispatcherSettings) -> list[Fact]:
    """The facts that the best plan needs now."""
    draft = Draft(ledger.seq, situation.now, cause="plan")
    choice = choose(situation, ways.catalogue.grid, settings)
    pairs = choice.pairs
    stock = {depot: dict(store.free) for depot, store in ledger.stores.items()}
    served = set()
    lists = shortlists(situation, [pair for pair in pairs if _to_offer(situation, pair, pairs)], choice)
    for row, column in sorted(pairs, key=lambda pair: (situation.columns[pair[1]].priority, pair[1])):
        if (row, column) not in lists:
            continue
        if situation.part[row] == "under_way":
            held = ledger.units[situation.unit_ids[row]].task_id
            draft.add(m.UnitReleased, task_id=held, unit_id=situation.unit_ids[row], reason="preempted")
        if _offer(ledger, situation, ways, (row, column), choice, lists, stock, draft):
            served.add(column)
    reserved = {column: situation.part[row] for row, column in pairs}
    for column, wanted in enumerate(situation.columns):
        if wanted.kind == "open" and column not in served:
            _nobody(situation, column, reserved.get(column), draft)
    return draft.facts


def choose(situation: Situation, grid: WalkableGrid, settings: DispatcherSettings) -> Choice:
    """The plan of the policy."""
    problem = situation.problem
    cost, on_time = assignment.costs(problem), assignment.on_time(problem)
    if settings.policy in ("nearest", "eta"):
        order = sorted(range(len(situation.columns)), key=lambda j: (situation.columns[j].priority, j))
        measure = problem.arrive_s if settings.policy == "eta" else _distances(situation, grid)
        return Choice(
            assignment.first_come(np.where(np.isfinite(cost), measure, np.inf), order), cost, on_time
        )
    price = assignment.prices_of_not_serving(problem)
    legal = cost.copy()
    for _ in range(SOLVES_MAX):
        pairs = assignment.solve(legal, price)
        illegal = [pair for pair in pairs if not _may_move(situation, pair, pairs)]
        if not illegal:
            break
        for pair in illegal:
            legal[pair] = np.inf
    kept = [pair for pair in pairs if _may_move(situation, pair, pairs)]
    return Choice([pair for pair in kept if _worth_it(situation, pair, pairs, settings)], cost, on_time)


def _to_offer(situation: Situation, pair: Pair, pairs: list[Pair]) -> bool:
    """Whether a planned pair is asked now: the person is free, or taken off something for an emergency."""
    row, _ = pair
    if situation.part[row] == "under_way":
        return _preempts(situation, *pair, pairs)
    return situation.part[row] == "free"


def _may_move(situation: Situation, pair: Pair, pairs: list[Pair]) -> bool:
    """Nobody is taken off a task unless somebody else takes it over, or for an emergency."""
    row, column = pair
    held = situation.held.get(row)
    if situation.part[row] != "under_way" or held is None or held == column:
        return True
    return _replaced(held, row, pairs) or _preempts(situation, row, column, pairs)


def _preempts(situation: Situation, row: int, column: int, pairs: list[Pair]) -> bool:
    held = situation.held.get(row)
    if held is None or held == column or _replaced(held, row, pairs):
        return False
    return situation.columns[column].priority == 1 < situation.columns[held].priority


def _worth_it(situation: Situation, pair: Pair, pairs: list[Pair], settings: DispatcherSettings) -> bool:
    """A replacement must save real time, or free the holder for something else."""
    row, column = pair
    wanted = situation.columns[column]
    if wanted.kind != "held" or wanted.task.unit_id == situation.unit_ids[row]:
        return True
    holder = situation.unit_ids.index(wanted.task.unit_id or "")
    if any(other == holder for other, _ in pairs):
        return True
    arrive_s = situation.problem.arrive_s
    return bool(arrive_s[row, column] + settings.switch_gain_min_s <= arrive_s[holder, column])


def _replaced(held: int, row: int, pairs: list[Pair]) -> bool:
    return any(column == held and other != row for other, column in pairs)


def _distances(situation: Situation, grid: WalkableGrid) -> assignment.Floats:
    """(n, t) straight lines on the plan, floors ignored: what a map without ways offers."""
    here = situation.crowd.cells[:, 0]
    there = np.array([column.cell for column in situation.columns], np.int32)
    dx = grid.x_m[here][:, None] - grid.x_m[there][None, :]
    dy = grid.y_m[here][:, None] - grid.y_m[there][None, :]
    return np.asarray(np.hypot(dx, dy), np.float64)


# --- offers -------------------------------------------------------------------------------------------


def _offer(
    ledger: Ledger,
    situation: Situation,
    ways: Ways,
    pair: Pair,
    choice: Choice,
    lists: dict[Pair, tuple[Candidate, ...]],
    stock: dict[str, dict[str, int]],
    draft: Draft,
) -> bool:
    """Offer a task to a unit and reserve its item; False where the last item is gone already."""
    row, column = pair
    wanted = situation.columns[column]
    eta_s, depot = float(situation.eta_s[row, column]), _depot(situation, pair)
    item = wanted.task.need.item
    if depot is not None and item is not None and stock[depot].get(item, 0) < 1:
        left = tuple(other for other in wanted.depots if stock[other].get(item, 0) > 0)
        wheels = ways.catalogue.needs_wheels(item)
        arrival = arrival_at(ways, situation.crowd, wanted.cell, left, wheels)
        if not np.isfinite(arrival.mean_s[row]):
            return False
        eta_s, depot = float(arrival.mean_s[row]), left[int(arrival.depot[row])]
    if depot is not None and item is not None:
        stock[depot][item] -= 1
    timeout_s = ways.catalogue.offer_timeout_s(ledger.calls[wanted.task.call_id].service)
    draft.add(
        m.OfferMade,
        offer_id=f"o{draft.next_seq}",
        call_id=wanted.task.call_id,
        task_id=wanted.task.need.task_id,
        unit_id=situation.unit_ids[row],
        expires_at=situation.now + from_seconds(timeout_s),
        eta_s=round(eta_s, 1),
        p_on_time=round(float(choice.on_time[row, column]), 4),
        depot=depot,
        candidates=lists[pair],
    )
    return True


def shortlists(situation: Situation, pairs: list[Pair], choice: Choice) -> dict[Pair, tuple[Candidate, ...]]:
    """For each pair the chosen one and the nearest others that have the skill, nearest first, each with
    its reason. All pairs at once: one by one they took half of the time of a plan."""
    if not pairs:
        return {}
    chosen, columns = np.array(pairs, np.intp).T
    rows, eta_s = _nearest(situation, chosen, columns)
    beside = columns[:, None]
    lists = zip(
        pairs,
        rows.tolist(),
        assignment.cost_terms(situation.problem, rows, beside),
        np.round(eta_s, 1).tolist(),
        np.round(choice.on_time[rows, beside], 4).tolist(),
        np.round(choice.cost[rows, beside], 3).tolist(),
        strict=True,
    )
    return {
        pair: tuple(
            Candidate(
                unit_id=situation.unit_ids[i],
                eta_s=eta,
                p_on_time=p,
                cost=cost if cost < np.inf else None,
                reason=_chosen(situation, i)
                if i == pair[0]
                else _reason(situation, i, pair[1], choice.taken),
                depot=_depot(situation, (i, pair[1])),
                fix_age_s=situation.fix_age_s[i],
                terms=terms,
            )
            for i, terms, eta, p, cost in zip(*of_pair, strict=True)
            if eta < np.inf
        )
        for pair, *of_pair in lists
    }


def _nearest(
    situation: Situation, chosen: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[NDArray[np.intp], assignment.Floats]:
    """Of each column the rows of the nearest people with the skill, nearest first, the chosen one among
    them, and their times; both (pairs, kept)."""
    skilled = situation.why[:, columns] != CODE["no_skill"]
    eta_s = np.ascontiguousarray(np.where(skilled, situation.eta_s[:, columns], np.inf).T)
    kept = min(CANDIDATES_KEPT, eta_s.shape[1])
    nearest = np.sort(np.argpartition(eta_s, kept - 1, axis=1)[:, :kept], axis=1)
    order = np.take_along_axis(eta_s, nearest, 1).argsort(axis=1, kind="stable")
    rows = np.take_along_axis(nearest, order, 1)
    rows[:, -1] = np.where((rows == chosen[:, None]).any(axis=1), rows[:, -1], chosen)
    return rows, np.take_along_axis(eta_s, rows, 1)


def _chosen(situation: Situation, row: int) -> str:
    return "chosen_home" if situation.at_home[row] else "chosen"


def _reason(situation: Situation, row: int, column: int, taken: dict[int, int]) -> str:
    """Why somebody was not chosen."""
    why = REASONS[situation.why[row, column]]
    if why:
        return why
    if taken.get(row, column) != column:
        return "reserved"
    return "slower" if situation.part[row] == "free" else "busy"


def _depot(situation: Situation, pair: Pair) -> str | None:
    index = int(situation.depot[pair])
    return None if index < 0 else situation.columns[pair[1]].depots[index]


# --- nobody -------------------------------------------------------------------------------------------


def _nobody(situation: Situation, column: int, reserved: str | None, draft: Draft) -> None:
    """Say why nobody was asked, if the kinds of reasons have changed."""
    wanted = situation.columns[column]
    reasons = reasons_of(situation, column, reserved)
    if set(reasons) != set(wanted.task.waiting_for):
        draft.add(m.NoUnitAvailable, task_id=wanted.task.need.task_id, reasons=reasons)


def reasons_of(situation: Situation, column: int, reserved: str | None) -> dict[str, int]:
    """How many people cannot go, by reason. Those without the skill count only where nobody has it."""
    why = [REASONS[code] for code in situation.why[:, column].tolist()]
    counts = Counter(
        reason or ("reserved" if situation.part[row] == "free" else "busy") for row, reason in enumerate(why)
    )
    if set(counts) != {"no_skill"}:
        counts.pop("no_skill", None)
    if reserved == "finishing" or reserved == "under_way":
        counts["finishing"] += 1
    return dict(sorted(counts.items())) or {"no_staff": 1}
