"""The moment as a planner sees it: who could go, what is wanted, and why each pair is possible or not.

Rows are all staff in the order of their ids, columns the tasks that may get an offer now. Nothing here
chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import SECOND, Instant, from_seconds, to_seconds
from dispatcher import states
from dispatcher.assignment import Problem, on_time
from dispatcher.catalogue import Catalogue
from dispatcher.commitments import stocked
from dispatcher.deadlines import hedge_at
from dispatcher.eta import Arrival, Crowd, Ways, by_depot, straight
from dispatcher.ledger import (
    Ledger,
    Task,
    Unit,
    clock_start,
    in_pouch,
    live_offers,
    running_tasks,
    task_state,
)
from dispatcher.patience import past_patience
from dispatcher.settings import DispatcherSettings
from dispatcher.whereabouts import Whereabouts

Floats = NDArray[np.float64]

Part = Literal["free", "under_way", "finishing", "out"]
"""What a row may do: be offered, be moved from its task, be waited for, nothing."""
Kind = Literal["open", "hedge", "held"]
"""What a column is: nobody committed, asked and silent, somebody under way who may be replaced."""

REASONS: Final = (
    *("", "no_skill", "off_shift", "on_break", "lost", "never_located", "caller", "offered", "busy"),
    *("silent", "declined_before", "returning_item", "no_stock", "no_route"),
)
"""Why somebody cannot be offered a task; texts on the screens."""
CODE: Final = {reason: code for code, reason in enumerate(REASONS)}
PRIOR_ANSWERS: Final = 8.0
"""What everybody's answer delay weighs, in answers, against a person's own."""
ANSWER_SD_S: Final = 6.0
"""Spread of answers to offers."""
ASK_AGAIN_S: Final = 5.0
"""Who let an offer expire is asked again after so long where there is nobody else."""
HEDGE_WORTH: Final = 0.4
"""What a second offer is worth, as a share of a first: most people answer after all."""
REMATCH_AFTER_S: Final = 8.0
"""A fresh assignment is left alone for so long."""
READY_CV: Final = 0.7
"""Spread of what is left on scene, as a share of its mean."""
WAIT_GAIN: Final = 0.2
"""Where free people suffice, somebody who is not free yet must be so much likelier to be in time."""


NO_RESERVE: Final[Mapping[str, float]] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Column:
    task: Task
    kind: Kind
    priority: int
    cell: int
    depots: tuple[str, ...]
    """Stocked depots, empty where no item is needed or none is left."""
    carried: bool
    """Somebody has the item on the belt or in the hands."""

    @property
    def empty_handed(self) -> bool:
        """No item is left and a life is at risk: better somebody than nobody."""
        return self.task.need.item is not None and self.priority == 1 and not self.depots


@dataclass(eq=False)
class Situation:
    """n staff, t columns."""

    now: Instant
    unit_ids: tuple[str, ...]
    columns: list[Column]
    crowd: Crowd
    part: list[Part]
    why: NDArray[np.int8]
    """(n, t): index into ``REASONS`` of why not, 0 = possible."""
    eta_s: Floats
    """(n, t): walking and fetching; inf = no way."""
    depot: NDArray[np.int16]
    """(n, t): index into the column's depots, -1 = straight."""
    fix_age_s: list[float | None]
    at_home: list[bool]
    """Assumed to be at home: not located yet."""
    held: dict[int, int]
    """Row → column of the task that it is under way to."""
    problem: Problem


def survey(
    ledger: Ledger,
    ways: Ways,
    whereabouts: Whereabouts,
    settings: DispatcherSettings,
    now: Instant,
    columns: list[Column],
    reserve: Mapping[str, float] = NO_RESERVE,
) -> Situation:
    """The situation now; ``columns`` are those of now (``columns_of``), ``reserve`` is what emergencies
    would lose without a unit (``coverage.losses``)."""
    catalogue = ways.catalogue
    units = [ledger.units[unit_id] for unit_id in catalogue.staff]
    missing = whereabouts.missing(now)
    rows = _rows(ledger, ways, units, missing, settings, now)
    cells, weights = whereabouts.samples(now)
    crowd = Crowd(cells, weights, ways.travel.speed_mps / catalogue.walk_mps)
    n, t = len(units), len(columns)
    eta_s, sd_s = np.full((n, t), np.inf), np.zeros((n, t))
    depot = np.full((n, t), -1, np.int16)
    why = np.full((n, t), CODE["no_skill"], np.int8)
    row_why = np.array([CODE[row[1]] for row in rows], np.int8)
    for alike in _alike(columns):
        wanted = [columns[j] for j in alike]
        able = np.flatnonzero(catalogue.qualified(wanted[0].task.need))
        those = [units[row] for row in able.tolist()]
        arrival, short = _arrivals(ways, _part_of(crowd, able), those, able, wanted)
        pairs = np.ix_(able, np.array(alike, np.intp))
        eta_s[pairs], sd_s[pairs], depot[pairs] = arrival.mean_s.T, arrival.sd_s.T, arrival.depot.T
        why[pairs] = _reasons(those, wanted, row_why[able], short, arrival.mean_s, settings, now).T
    sd_s = ways.spread(eta_s, sd_s)
    part: list[Part] = [row[0] for row in rows]
    short = _short(columns, part, why)
    _ask_again(units, short, why, now)
    ready_s = np.array([row[2] for row in rows])
    return Situation(
        now=now,
        unit_ids=tuple(catalogue.staff),
        columns=columns,
        crowd=crowd,
        part=part,
        why=why,
        eta_s=eta_s,
        depot=depot,
        fix_age_s=whereabouts.ages_s(now),
        at_home=[gap == "home" for gap in missing],
        held=_held(tuple(catalogue.staff), columns),
        problem=_problem(
            ledger,
            catalogue,
            tuple(catalogue.staff),
            columns,
            part,
            why,
            short,
            eta_s,
            sd_s,
            ready_s,
            settings,
            now,
            reserve,
        ),
    )


def _held(unit_ids: tuple[str, ...], columns: list[Column]) -> dict[int, int]:
    holders = {column.task.unit_id: j for j, column in enumerate(columns) if column.kind == "held"}
    return {row: holders[unit_id] for row, unit_id in enumerate(unit_ids) if unit_id in holders}


def _part_of(crowd: Crowd, rows: NDArray[np.intp]) -> Crowd:
    return Crowd(crowd.cells[rows], crowd.weights[rows], crowd.slowness[rows])


def columns_of(ledger: Ledger, ways: Ways, settings: DispatcherSettings, now: Instant) -> list[Column]:
    """Tasks that may get an offer now, in the order of their calls."""
    columns = []
    in_hands = set(ways.catalogue.on_belts)
    in_hands.update(unit.carried.item for unit in ledger.units.values() if unit.carried is not None)
    in_hands.update(spare.item for unit in ledger.units.values() for spare in unit.pouch)
    stocked_with: dict[str | None, tuple[str, ...]] = {None: ()}
    for task in running_tasks(ledger):
        kind = _kind(task, settings, now)
        if kind is not None:
            call, item = ledger.calls[task.call_id], task.need.item
            if item is not None and item not in stocked_with:
                stocked_with[item] = stocked(ledger, item)
            depots = stocked_with[item]
            if kind == "held" and task.depot is not None and task.depot not in depots:
                depots = (*depots, task.depot)  # its own reservation counts for its holder
            known = tuple(depot for depot in depots if depot in ways.depot_cells)
            cell = ways.catalogue.cell_of(call.place)
            carried = item is not None and item in in_hands
            columns.append(Column(task, kind, call.priority, cell, known, carried))
    return columns


def _kind(task: Task, settings: DispatcherSettings, now: Instant) -> Kind | None:
    state = task_state(task)
    if state == "pending":
        return "open"
    if state == "offered":
        at = hedge_at(task, settings)
        return "hedge" if at is not None and at <= now else None
    if settings.policy not in ("optimal", "full") or state not in ("en_route_to_item", "en_route"):
        return None  # whoever was told by an operator ("assigned") stays
    settled = task.assigned_at is not None and now - task.assigned_at >= from_seconds(REMATCH_AFTER_S)
    return "held" if settled and task.picked_up_at is None and not live_offers(task) else None


def _rows(
    ledger: Ledger,
    ways: Ways,
    units: list[Unit],
    missing: list[str],
    settings: DispatcherSettings,
    now: Instant,
) -> list[tuple[Part, str, float]]:
    """For each unit what it may do, why not (empty = may), and in how many seconds it is free."""
    in_need = {ledger.calls[call].device_id for call in ledger.open_calls}
    rows: list[tuple[Part, str, float]] = []
    for unit, staff, gap in zip(units, ways.catalogue.staff.values(), missing, strict=True):
        if staff.device_id in in_need:
            rows.append(("out", "caller", 0.0))  # whoever asks for help is sent nowhere
        else:
            rows.append(_row(ledger, ways, unit, gap, settings, now))
    return rows


def _row(
    ledger: Ledger, ways: Ways, unit: Unit, gap: str, settings: DispatcherSettings, now: Instant
) -> tuple[Part, str, float]:
    """What a unit may do, why not (empty = may), and in how many seconds it is free."""
    if unit.duty != "on":
        return "out", "off_shift" if unit.duty == "off" else "on_break", 0.0
    if gap not in ("", "home"):
        return "out", gap, 0.0
    if unit.offer_id is not None:
        return "out", "offered", 0.0
    if unit.task_id is not None:
        return _holder(ledger, ways, ledger.tasks[unit.task_id], settings, now)
    if unit.silent_at is not None and now - unit.silent_at < from_seconds(settings.silence_mute_s):
        return "free", "silent", 0.0  # see _ask_again
    return "free", "", 0.0


def _holder(
    ledger: Ledger, ways: Ways, task: Task, settings: DispatcherSettings, now: Instant
) -> tuple[Part, str, float]:
    if settings.policy not in ("optimal", "full"):
        return "out", "busy", 0.0
    if task.on_scene_at is not None:
        need = ways.catalogue.need_of(task.need, ledger.calls[task.call_id].service)
        usual_s = 120.0 if need is None else need.on_scene_s
        left_s = usual_s * _left_share(to_seconds(now - task.on_scene_at) / usual_s)
        return ("finishing", "", left_s) if left_s <= settings.finishing_horizon_s else ("out", "busy", 0.0)
    if live_offers(task):  # about to be replaced
        return "finishing", "", settings.answer_delay_s
    movable = task_state(task) in states.UNDER_WAY_STATES and task.picked_up_at is None and not task.told
    return ("under_way", "", 0.0) if movable else ("out", "busy", 0.0)


def _alike(columns: list[Column]) -> list[list[int]]:
    """Columns that ask for the same kind of person with the same item from the same depots: they are
    reckoned together."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for j, column in enumerate(columns):
        need = column.task.need
        key = (need.role, need.skills, need.item, column.depots, column.carried, column.priority == 1)
        groups.setdefault(key, []).append(j)
    return list(groups.values())


def _left_share(gone: float) -> float:
    """What is left of a time on scene, on average, after ``gone`` of its mean, as a share of the mean.

    Mean residual life of a gamma distribution of shape 4 (times of people with people spread by about half):
    whoever is overdue is not about to be done, but needs two fifths of the usual time once more.
    """
    left = 1 + gone * (3 + gone * (4 + gone * 8 / 3))
    return left / (1 + gone * (4 + gone * (8 + gone * 32 / 3)))


def _arrivals(
    ways: Ways, crowd: Crowd, units: list[Unit], rows: NDArray[np.intp], alike: list[Column]
) -> tuple[Arrival, NDArray[np.bool_]]:
    """Some people's times to tasks of one kind (k, n), and who would arrive without the item (n,)."""
    one, cells = alike[0], [column.cell for column in alike]
    item, nobody = one.task.need.item, np.zeros(len(units), bool)
    if item is None or one.empty_handed:
        return straight(ways, crowd, cells), nobody
    wheels = ways.catalogue.needs_wheels(item)
    arrival = by_depot(ways, crowd, cells, one.depots, wheels)
    if not one.carried:
        return arrival, nobody if one.depots else ~nobody
    has_it = ways.catalogue.carriers(item)[rows] | np.array(
        [in_pouch(u, item) or (u.carried is not None and u.carried.item == item) for u in units], bool
    )
    at_once = straight(ways, crowd, cells, wheels)
    return (
        Arrival(
            np.where(has_it, at_once.mean_s, arrival.mean_s),
            np.where(has_it, at_once.sd_s, arrival.sd_s),
            np.where(has_it, at_once.depot, arrival.depot),
        ),
        nobody if one.depots else ~has_it,
    )


def _reasons(
    units: list[Unit],
    alike: list[Column],
    row_why: NDArray[np.int8],
    short: NDArray[np.bool_],
    eta_s: Floats,
    settings: DispatcherSettings,
    now: Instant,
) -> NDArray[np.int8]:
    """(k, n) codes of why qualified units cannot be offered tasks of one kind, 0 where they can. The first
    reason counts."""
    why = np.where(np.isfinite(eta_s), 0, CODE["no_route"]).astype(np.int8)
    why[:, short] = CODE["no_stock"]
    for row, unit in enumerate(units):
        if unit.carried is not None and _returning(unit, alike[0], settings, now):
            why[:, row] = CODE["returning_item"]
    rows: dict[str, int] = {}
    if any(column.task.offers or column.task.declined for column in alike):
        rows = {unit.unit_id: row for row, unit in enumerate(units)}
    block = from_seconds(settings.decline_block_s)
    for of_task, column in zip(why, alike, strict=True):
        for offer in live_offers(column.task):
            if offer.unit_id in rows:
                of_task[rows[offer.unit_id]] = CODE["offered"]
        for unit_id, declined_at in column.task.declined.items():
            if now - declined_at < block and unit_id in rows:
                of_task[rows[unit_id]] = CODE["declined_before"]
    return np.where(row_why != 0, row_why, why).astype(np.int8)


def _short(columns: list[Column], part: list[Part], why: NDArray[np.int8]) -> NDArray[np.bool_]:
    """(t,): open tasks of roles of which more tasks wait than people are free."""
    short = np.zeros(len(columns), bool)
    free = np.array([role == "free" for role in part], bool)
    by_role: dict[str, list[int]] = {}
    for j, column in enumerate(columns):
        if column.kind == "open":
            by_role.setdefault(column.task.need.role, []).append(j)
    for of_role in by_role.values():
        short[of_role] = len(of_role) > int((free & (why[:, of_role] == 0).any(axis=1)).sum())
    return short


def _ask_again(units: list[Unit], short: NDArray[np.bool_], why: NDArray[np.int8], now: Instant) -> None:
    """Who stayed silent is left alone for the sake of those who answer. Where more tasks wait for a role
    than it has free people, asking once more is better than asking nobody (changes ``why``)."""
    waits = np.array([now - (unit.silent_at or 0) >= from_seconds(ASK_AGAIN_S) for unit in units], bool)
    pairs = np.ix_(waits, short)
    why[pairs] = np.where(why[pairs] == CODE["silent"], 0, why[pairs])


def _returning(unit: Unit, column: Column, settings: DispatcherSettings, now: Instant) -> bool:
    """Has something else to bring back first. Not before an emergency, and not for ever."""
    carried = unit.carried
    if carried is None or unit.task_id is not None or carried.item == column.task.need.item:
        return False
    return column.priority > 1 and now - carried.at < from_seconds(settings.return_grace_s)


def _problem(
    ledger: Ledger,
    catalogue: Catalogue,
    unit_ids: tuple[str, ...],
    columns: list[Column],
    part: list[Part],
    why: NDArray[np.int8],
    short: NDArray[np.bool_],
    eta_s: Floats,
    sd_s: Floats,
    ready_s: Floats,
    settings: DispatcherSettings,
    now: Instant,
    reserve: Mapping[str, float],
) -> Problem:
    t = eta_s.shape[1]
    possible = why == 0
    allowed, extra = possible.copy(), _reserved(unit_ids, columns, settings, reserve)
    answer_s = np.repeat(_answers_s(ledger, unit_ids, settings)[:, None], t, axis=1)
    weights = [
        settings.priority_weights[min(max(column.priority, 1), 4) - 1]
        * (HEDGE_WORTH if column.kind == "hedge" else 1.0)
        for column in columns
    ]
    kinds = np.array([column.kind == "open" for column in columns], bool)
    free = np.array([role == "free" for role in part], bool)
    allowed[~free] &= kinds  # second offers and replacements go to free people only
    moved = np.array([role == "under_way" for role in part], bool)
    allowed[moved] = False
    index = {unit_id: row for row, unit_id in enumerate(unit_ids)}
    for j, column in enumerate(columns):
        row = index.get(column.task.unit_id or "")
        if column.kind != "held" or row is None:
            continue
        extra[row] += settings.interrupt_cost * weights[j]
        extra[:, j] += settings.switch_cost * weights[j]
        allowed[row] = possible[row] & kinds
        allowed[row, j], extra[row, j], answer_s[row, j] = possible[row, j], 0.0, 0.0
        if to_seconds(now - clock_start(column.task)) > column.task.need.target_s:
            arrive_s = eta_s[:, j] + answer_s[:, j]
            slower = arrive_s + settings.switch_gain_min_s > arrive_s[row]
            slower[row] = False
            allowed[slower, j] = False  # what is late already is not made later for what is not
    received = [clock_start(column.task) for column in columns]
    problem = Problem(
        unit_ids=unit_ids,
        task_ids=tuple(column.task.need.task_id for column in columns),
        arrive_s=eta_s + answer_s + ready_s[:, None],
        sd_s=np.sqrt(sd_s**2 + ANSWER_SD_S**2 + (READY_CV * ready_s[:, None]) ** 2),
        allowed=allowed,
        extra=extra,
        waited_s=np.array([to_seconds(now - at) for at in received], np.float64),
        target_s=np.array([column.task.need.target_s for column in columns], np.float64),
        weight=np.array(weights, np.float64),
        past_patience=_past_patience(ledger, catalogue, columns, eta_s, settings, now),
        ageing=settings.ageing,
    )
    _wait_for_few(problem, free, ~free & ~moved, short)
    return problem


def _wait_for_few(
    problem: Problem, free: NDArray[np.bool_], busy: NDArray[np.bool_], short: NDArray[np.bool_]
) -> None:
    """Who is about to be free is waited for where free people are short, or come clearly less likely in
    time: a bird in the hand does not overstay. What is past all patience waits for nobody any more (changes
    ``allowed``)."""
    likely = np.where(problem.allowed, on_time(problem), 0.0)
    in_hand = likely[free].max(axis=0, initial=0.0)
    worth = (short | (likely >= in_hand + WAIT_GAIN)) & ~problem.past_patience
    problem.allowed[busy] &= worth[busy]


def _reserved(
    unit_ids: tuple[str, ...],
    columns: list[Column],
    settings: DispatcherSettings,
    reserve: Mapping[str, float],
) -> Floats:
    """(n, t) price of sending somebody whom the next emergency may need to anything else."""
    lost = np.array([reserve.get(unit_id, 0.0) for unit_id in unit_ids], np.float64)
    lesser = np.array([column.priority > 1 for column in columns], bool)
    price: Floats = settings.reserve_cost * lost[:, None] * lesser
    return price


def _answers_s(ledger: Ledger, unit_ids: tuple[str, ...], settings: DispatcherSettings) -> Floats:
    """(n,) expected time from an offer to each person's answer: their own, drawn to everybody's while
    little is known of them."""
    if settings.policy != "full":
        return np.full(len(unit_ids), settings.answer_delay_s)
    units = [ledger.units[unit_id] for unit_id in unit_ids]
    asked = np.array([unit.asked for unit in units], np.float64)
    waited_s = np.array([unit.waited for unit in units], np.float64) / SECOND
    learned: Floats = (PRIOR_ANSWERS * settings.answer_delay_s + waited_s) / (PRIOR_ANSWERS + asked)
    return learned


def _past_patience(
    ledger: Ledger,
    catalogue: Catalogue,
    columns: list[Column],
    eta_s: Floats,
    settings: DispatcherSettings,
    now: Instant,
) -> NDArray[np.bool_]:
    """(t,): open tasks that go first, because they have waited past all patience."""
    waiting = [j for j, column in enumerate(columns) if column.kind == "open"]
    tasks = [columns[j].task for j in waiting]
    known = np.isfinite(eta_s[:, waiting])
    ways_s = np.where(known, eta_s[:, waiting], 0.0).sum(axis=0) / np.maximum(1, known.sum(axis=0))
    first = np.zeros(len(columns), bool)
    first[waiting] = past_patience(ledger, catalogue, tasks, ways_s, settings, now)
    return first
