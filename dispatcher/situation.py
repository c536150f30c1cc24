"""The moment as a planner sees it: who could go, what is wanted, and why each pair is possible or not.

Rows are all staff in the order of their ids, columns the tasks that may get an offer now. Nothing here
chooses.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import Instant, from_seconds, to_seconds
from dispatcher import states
from dispatcher.assignment import Problem
from dispatcher.deadlines import hedge_at
from dispatcher.eta import Arrival, Crowd, Ways
from dispatcher.ledger import Ledger, Task, Unit, live_offers, open_tasks, task_state
from dispatcher.rules import stocked
from dispatcher.settings import DispatcherSettings
from dispatcher.whereabouts import Whereabouts

Floats = NDArray[np.float64]

Part = Literal["free", "under_way", "finishing", "out"]
"""What a row may do: be offered, be moved from its task, be waited for, nothing."""
Kind = Literal["open", "hedge", "held"]
"""What a column is: nobody committed, asked and silent, somebody under way who may be replaced."""

ANSWER_SD_S: Final = 6.0
"""Spread of answers to offers."""
REMATCH_AFTER_S: Final = 8.0
"""A fresh assignment is left alone for so long."""
FINISHING_SHARE: Final = 0.2
"""Whoever overstays the usual time on scene is expected to need this share of it once more."""


@dataclass(frozen=True, eq=False)
class Column:
    task: Task
    kind: Kind
    priority: int
    cell: int
    depots: tuple[str, ...]
    """Stocked depots, empty where no item is needed or none is left."""


@dataclass(eq=False)
class Situation:
    """n staff, t columns."""

    now: Instant
    unit_ids: tuple[str, ...]
    columns: list[Column]
    crowd: Crowd
    part: list[Part]
    why: list[list[str]]
    """[t][n]: why not, empty = possible."""
    eta_s: Floats
    """(n, t): walking and fetching; inf = no way."""
    depot: NDArray[np.int16]
    """(n, t): index into the column's depots, -1 = straight."""
    fix_age_s: list[float | None]
    at_home: list[bool]
    """Assumed to be at home: not located yet."""
    problem: Problem


def survey(
    ledger: Ledger, ways: Ways, whereabouts: Whereabouts, settings: DispatcherSettings, now: Instant
) -> Situation:
    """The situation now. ``columns`` is empty where nothing is to be planned."""
    catalogue = ways.catalogue
    columns = columns_of(ledger, ways, settings, now)
    units = [ledger.units[unit_id] for unit_id in catalogue.staff]
    cells, weights = whereabouts.samples(now)
    speeds = np.array([staff.walk_mps for staff in catalogue.staff.values()], np.float64)
    crowd = Crowd(cells, weights, ways.travel.speed_mps / speeds)
    missing = whereabouts.missing(now)
    rows = [_row(ledger, ways, unit, gap, settings, now) for unit, gap in zip(units, missing, strict=True)]
    in_need = {ledger.calls[call].device_id for call in ledger.open_calls}
    for row, staff in enumerate(catalogue.staff.values()):
        if staff.device_id in in_need:
            rows[row] = ("out", "caller", 0.0)  # whoever asks for help is sent nowhere
    n, t = len(units), len(columns)
    eta_s, sd_s = np.full((n, t), np.inf), np.zeros((n, t))
    depot = np.full((n, t), -1, np.int16)
    why: list[list[str]] = []
    for j, column in enumerate(columns):
        arrival, short = _arrivals(ledger, ways, crowd, units, column)
        eta_s[:, j], sd_s[:, j], depot[:, j] = arrival.mean_s, arrival.sd_s, arrival.depot
        why.append(
            _reasons(ledger, ways, units, column, [row[1] for row in rows], short, eta_s[:, j], settings, now)
        )
    part: list[Part] = [row[0] for row in rows]
    ready_s = np.array([row[2] for row in rows])
    problem = _problem(
        ledger, tuple(catalogue.staff), columns, part, why, eta_s, sd_s, ready_s, settings, now
    )
    return Situation(
        now=now,
        unit_ids=tuple(catalogue.staff),
        columns=columns,
        crowd=crowd,
        part=part,
        why=why,
        eta_s=eta_s,
        depot=depot,
        fix_age_s=[whereabouts.age_s(row, now) for row in range(n)],
        at_home=[gap == "home" for gap in missing],
        problem=problem,
    )


def columns_of(ledger: Ledger, ways: Ways, settings: DispatcherSettings, now: Instant) -> list[Column]:
    """Tasks that may get an offer now, in the order of their calls."""
    columns = []
    for task in open_tasks(ledger):
        kind = _kind(task, settings, now)
        if kind is not None:
            call = ledger.calls[task.call_id]
            depots = () if task.need.item is None else stocked(ledger, task.need.item)
            if kind == "held" and task.depot is not None and task.depot not in depots:
                depots = (*depots, task.depot)  # its own reservation counts for its holder
            known = tuple(depot for depot in depots if depot in ways.depot_cells)
            columns.append(Column(task, kind, call.priority, ways.catalogue.cell_of(call.place), known))
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
        return "out", "silent", 0.0
    return "free", "", 0.0


def _holder(
    ledger: Ledger, ways: Ways, task: Task, settings: DispatcherSettings, now: Instant
) -> tuple[Part, str, float]:
    if settings.policy not in ("optimal", "full"):
        return "out", "busy", 0.0
    if task.on_scene_at is not None:
        need = ways.catalogue.need_of(task.need, ledger.calls[task.call_id].service)
        usual_s = 120.0 if need is None else need.on_scene_s
        left_s = max(FINISHING_SHARE * usual_s, usual_s - to_seconds(now - task.on_scene_at))
        return ("finishing", "", left_s) if left_s <= settings.finishing_horizon_s else ("out", "busy", 0.0)
    if live_offers(task):  # about to be replaced
        return "finishing", "", settings.answer_delay_s
    movable = task_state(task) in states.UNDER_WAY_STATES and task.picked_up_at is None and not task.told
    return ("under_way", "", 0.0) if movable else ("out", "busy", 0.0)


def _arrivals(
    ledger: Ledger, ways: Ways, crowd: Crowd, units: list[Unit], column: Column
) -> tuple[Arrival, NDArray[np.bool_]]:
    """Everybody's time to a task, and who would arrive without the item it needs (n,)."""
    item = column.task.need.item
    if item is None:
        return ways.straight(crowd, column.cell), np.zeros(len(units), bool)
    wheels = ways.catalogue.needs_wheels(item)
    staff = ways.catalogue.staff
    has_it = np.array(
        [
            item in staff[unit.unit_id].carries or (unit.carried is not None and unit.carried.item == item)
            for unit in units
        ],
        bool,
    )
    arrival = ways.by_depot(crowd, column.cell, column.depots, wheels)
    empty_handed = column.priority == 1 and not column.depots  # better somebody than nobody
    if has_it.any() or empty_handed:
        straight = ways.straight(crowd, column.cell, wheels and not empty_handed)
        use = has_it | empty_handed
        arrival = Arrival(
            np.where(use, straight.mean_s, arrival.mean_s),
            np.where(use, straight.sd_s, arrival.sd_s),
            np.where(use, straight.depot, arrival.depot),
        )
    return arrival, ~has_it & (not column.depots) & (not empty_handed)


def _reasons(
    ledger: Ledger,
    ways: Ways,
    units: list[Unit],
    column: Column,
    row_why: list[str],
    short: NDArray[np.bool_],
    eta_s: Floats,
    settings: DispatcherSettings,
    now: Instant,
) -> list[str]:
    """Why each unit cannot be offered this task, empty where it can. The first reason counts."""
    task = column.task
    block = from_seconds(settings.decline_block_s)
    asked = {offer.unit_id for offer in live_offers(task)}
    skilled = ways.catalogue.qualified(task.need).tolist()
    result = []
    for i, unit in enumerate(units):
        declined_at = task.declined.get(unit.unit_id)
        if not skilled[i]:
            why = "no_skill"
        elif row_why[i]:
            why = row_why[i]
        elif declined_at is not None and now - declined_at < block:
            why = "declined_before"
        elif unit.unit_id in asked:
            why = "offered"
        elif _returning(unit, column, settings, now):
            why = "returning_item"
        elif short[i]:
            why = "no_stock"
        else:
            why = "" if np.isfinite(eta_s[i]) else "no_route"
        result.append(why)
    return result


def _returning(unit: Unit, column: Column, settings: DispatcherSettings, now: Instant) -> bool:
    """Has something else to bring back first. Not before an emergency, and not for ever."""
    carried = unit.carried
    if carried is None or unit.task_id is not None or carried.item == column.task.need.item:
        return False
    return column.priority > 1 and now - carried.at < from_seconds(settings.return_grace_s)


def _problem(
    ledger: Ledger,
    unit_ids: tuple[str, ...],
    columns: list[Column],
    part: list[Part],
    why: list[list[str]],
    eta_s: Floats,
    sd_s: Floats,
    ready_s: Floats,
    settings: DispatcherSettings,
    now: Instant,
) -> Problem:
    n, t = eta_s.shape
    possible = np.array([[not reason for reason in column] for column in why], bool).reshape(t, n).T
    allowed, extra = possible.copy(), np.zeros((n, t))
    answer_s = np.full((n, t), settings.answer_delay_s)
    weights = [settings.priority_weights[min(max(column.priority, 1), 4) - 1] for column in columns]
    held_weight = {
        column.task.unit_id: w for column, w in zip(columns, weights, strict=True) if column.kind == "held"
    }
    for j, column in enumerate(columns):
        for i, role in enumerate(part):
            if not possible[i, j] or role == "free":
                continue
            own = column.kind == "held" and column.task.unit_id == unit_ids[i]
            if own:
                answer_s[i, j] = 0.0
            elif column.kind != "open" or (role == "under_way" and unit_ids[i] not in held_weight):
                allowed[i, j] = False  # second offers and replacements go to free people only
            elif role == "under_way":
                extra[i, j] = settings.interrupt_cost * held_weight[unit_ids[i]]
        if column.kind == "held":
            others = np.array([unit_id != column.task.unit_id for unit_id in unit_ids])
            extra[others, j] += settings.switch_cost * weights[j]
    received = [ledger.calls[column.task.call_id].received_at for column in columns]
    return Problem(
        unit_ids=unit_ids,
        task_ids=tuple(column.task.need.task_id for column in columns),
        arrive_s=eta_s + answer_s + ready_s[:, None],
        sd_s=np.sqrt(sd_s**2 + ANSWER_SD_S**2 + (0.5 * ready_s[:, None]) ** 2),
        allowed=allowed,
        extra=extra,
        waited_s=np.array([to_seconds(now - at) for at in received], np.float64),
        target_s=np.array([column.task.need.target_s for column in columns], np.float64),
        weight=np.array(weights, np.float64),
        oldest=_oldest(columns, received, settings, now),
    )


def _oldest(
    columns: list[Column], received: list[Instant], settings: DispatcherSettings, now: Instant
) -> NDArray[np.bool_]:
    """(t,): of each role the oldest open task, where it has waited past all patience."""
    oldest = np.zeros(len(columns), bool)
    seen: set[str] = set()
    for j in sorted(range(len(columns)), key=lambda j: (received[j], columns[j].task.need.task_id)):
        need = columns[j].task.need
        if columns[j].kind == "open" and need.role not in seen:
            seen.add(need.role)
            oldest[j] = now - received[j] > from_seconds(settings.oldest_factor * need.target_s)
    return oldest
