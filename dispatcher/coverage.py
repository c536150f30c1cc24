"""Where the free should stand by: the few moves that most raise the chance that the next call is in time.

For each kind of need, each place and each free person who could serve it: the probability of being there
in time, from a post. People answer or are taken independently, so a place is covered with probability
1 - product(1 - READY * p). Expected demand (``demand``) times the urgency of the service weighs the places.
One person's move changes the product in one factor, so the gain of every person at every post is one matrix
product; the best move is made, then the next (after Daskin's expected covering, 1983; few moves are nearly
as good as many: van Barneveld et al., EJOR 2016).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts import messages as m
from contracts.messages import Fact
from contracts.quantities import SECOND, Instant
from contracts.sitemap import RoleNeed, ServiceKind
from dispatcher.catalogue import qualified
from dispatcher.commitments import stocked
from dispatcher.demand import expected
from dispatcher.drafting import Draft
from dispatcher.eta import p_on_time
from dispatcher.ledger import Ledger, standby_walked_m
from dispatcher.posts import Posts
from dispatcher.settings import DispatcherSettings
from dispatcher.whereabouts import Whereabouts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

READY: Final = 0.8
"""How surely somebody who is free now will answer and not be taken just before."""
MOVES_MAX: Final = 3
"""In one pass."""
MOVE_MIN_S: Final = 30.0
"""Nobody is moved for less: it is near enough."""
REST: Final = 150 * SECOND
"""Between two suggestions to one person."""
TRUST: Final = 180 * SECOND
"""For so long somebody who was asked to stand by at a place counts as being there."""
UNDERSTAFFED: Final = 0.8
"""Below this chance of being in time a floor is named."""
STEP_SD_S: Final = 12.0
"""Spread of arrivals that does not depend on the way."""
WALK_MPS: Final = 1.2


@dataclass(frozen=True, eq=False)
class Need:
    """One kind of person wanted. n free people, p posts (the same as places)."""

    service: str
    role: str
    urgent: bool
    able: Bools
    """(n,)."""
    weight: Floats
    """(p,): expected demand times urgency."""
    by_post: Floats
    """(p, p): chance that somebody at the first post is at the second place in time."""
    here: Floats
    """(n, p): the same for the people where they are."""


@dataclass(eq=False)
class Scene:
    """Who is free and where, for one pass."""

    unit_ids: list[str]
    post: NDArray[np.intp]
    off_post_s: Floats
    budget_m: Floats
    """(n,): how far each may be walked now."""
    needs: list[Need]


def look(
    ledger: Ledger, posts: Posts, whereabouts: Whereabouts, settings: DispatcherSettings, now: Instant
) -> Scene:
    """Everybody who is free now, and how well each covers what is to be expected."""
    catalogue = posts.ways.catalogue
    cells, _ = whereabouts.samples(now)
    gaps = whereabouts.missing(now)
    rows = [
        row
        for row, unit_id in enumerate(catalogue.staff)
        if gaps[row] in ("", "home") and _free(ledger, unit_id) and cells[row, 0] >= 0
    ]
    unit_ids = [list(catalogue.staff)[row] for row in rows]
    post, away_m = posts.nearest(cells[rows, 0])
    off_s = away_m / WALK_MPS
    by_place = {place: i for i, place in enumerate(posts.places)}
    for i, unit_id in enumerate(unit_ids):
        unit = ledger.units[unit_id]
        if unit.standby in by_place and now - unit.standby_at < TRUST:
            post[i], off_s[i] = by_place[unit.standby], 0.0
    budget_m = np.array([_budget_m(ledger, unit_id, settings, now) for unit_id in unit_ids], np.float64)
    scene = Scene(unit_ids, post, off_s, budget_m, [])
    demand = expected(ledger, catalogue.site, now)
    for kind in catalogue.site.services:
        for need in kind.needs:
            scene.needs.append(_need(ledger, posts, scene, settings, kind, need, demand[kind.service]))
    return scene


def suggest(scene: Scene, posts: Posts, settings: DispatcherSettings, draft: Draft) -> list[Fact]:
    """The best moves, as facts; ``scene`` is changed by them."""
    for _ in range(MOVES_MAX):
        if not scene.unit_ids:
            break
        move_s = posts.walk_s[scene.post] + scene.off_post_s[:, None]
        worth = gains(scene) - settings.standby_price * move_s / 60.0
        worth[~(move_s >= MOVE_MIN_S) | (move_s * WALK_MPS > scene.budget_m[:, None])] = -np.inf
        i, p = divmod(int(worth.argmax()), worth.shape[1])
        if not worth[i, p] > 0:
            break
        draft.add(
            m.StandbySuggested,
            unit_id=scene.unit_ids[i],
            place=posts.places[p],
            gain=round(float(worth[i, p]), 5),
            walk_m=round(float(move_s[i, p]) * WALK_MPS, 1),
        )
        _move(scene, i, p)
    return draft.facts


def gains(scene: Scene) -> Floats:
    """(n, p): what each person's being at each post instead of where they are is worth, in the share of
    urgency-weighted calls that will be in time."""
    total = np.zeros((len(scene.unit_ids), scene.needs[0].by_post.shape[0]))
    for need in scene.needs:
        if not need.able.any():
            continue
        mine = READY * need.here[need.able]
        others = _missed(need)[None, :] / (1.0 - mine)
        others *= need.weight
        total[need.able] += others @ (READY * need.by_post).T - (others * mine).sum(axis=1)[:, None]
    return total


def losses(scene: Scene) -> dict[str, float]:
    """Unit → what emergencies would lose without that person: the first-aider reserve."""
    lost = np.zeros(len(scene.unit_ids))
    for need in scene.needs:
        if need.urgent and need.able.any() and need.weight.sum() > 0:
            mine = READY * need.here[need.able]
            share = need.weight / need.weight.sum()
            lost[need.able] += (_missed(need)[None, :] / (1.0 - mine) * mine * share).sum(axis=1)
    return dict(zip(scene.unit_ids, lost.tolist(), strict=True))


def view(
    ledger: Ledger, scene: Scene, posts: Posts, settings: DispatcherSettings, now: Instant
) -> m.CoverageChanged:
    """For the control room: by service, role and floor, how likely the next call is in time; whom the next
    emergency would miss; what standing by has cost whom."""
    floors = posts.ways.catalogue.site.floors
    rows = []
    for need in scene.needs:
        covered = 1.0 - _missed(need)
        for index, floor in enumerate(floors):
            here = posts.floor == index
            weight = need.weight[here]
            if not weight.sum() > 0:
                continue
            chance = float((covered[here] * weight).sum() / weight.sum())
            rows.append(
                m.FloorCoverage(
                    service=need.service,
                    role=need.role,
                    floor=floor.floor,
                    p_on_time=round(chance, 3),
                    understaffed=chance < UNDERSTAFFED,
                )
            )
    reserve = [m.Reserve(unit_id, round(lost, 3)) for unit_id, lost in losses(scene).items()]
    walks = [m.StandbyWalk(u.unit_id, round(standby_walked_m(u, now), -1)) for u in ledger.units.values()]
    return m.CoverageChanged(
        at=now,
        floors=tuple(rows),
        reserve=tuple(
            sorted((one for one in reserve if one.loss > 0), key=lambda one: (-one.loss, one.unit_id))
        ),
        walks=tuple(one for one in walks if one.walked_m > 0),
        walk_max_m=settings.standby_walk_max_m,
    )


def _need(
    ledger: Ledger,
    posts: Posts,
    scene: Scene,
    settings: DispatcherSettings,
    kind: ServiceKind,
    need: RoleNeed,
    by_floor: Floats,
) -> Need:
    catalogue = posts.ways.catalogue
    wanted = m.TaskNeed(
        task_id="", role=need.role, skills=need.skills, item=need.item, target_s=need.target_s, deadline_at=0
    )
    people = [catalogue.staff[unit_id] for unit_id in scene.unit_ids]
    able = np.array([qualified(person, wanted) for person in people], bool)
    wheels = catalogue.needs_wheels(need.item)
    depots = () if need.item is None else stocked(ledger, need.item)
    arrive_s = posts.arrive_s(need.item, depots, wheels)
    by_post = _chance(arrive_s, need.target_s, settings)
    here = _chance(arrive_s[scene.post] + scene.off_post_s[:, None], need.target_s, settings)
    # spares in a pouch do not count: they are gone with the next call, and would pin their bearer down
    has_it = np.array([need.item is not None and need.item in person.carries for person in people], bool)
    if has_it.any():
        straight = posts.walk_s[scene.post] + scene.off_post_s[:, None]
        here = np.where(has_it[:, None], _chance(straight, need.target_s, settings), here)
        if need.item is not None and has_it[able].all():
            by_post = _chance(posts.walk_s, need.target_s, settings)
    places = np.bincount(posts.floor, minlength=len(by_floor))[posts.floor]
    urgency = settings.priority_weights[min(max(kind.priority, 1), 4) - 1] / settings.priority_weights[2]
    weight = urgency * by_floor[posts.floor] / places
    return Need(kind.service, need.role, kind.priority == 1, able, weight, by_post, here)


def _chance(arrive_s: Floats, target_s: float, settings: DispatcherSettings) -> Floats:
    known = np.where(np.isfinite(arrive_s), arrive_s, 1e6)
    margin_s = target_s - settings.answer_delay_s - known
    return p_on_time(margin_s, np.sqrt((settings.walk_cv * known) ** 2 + STEP_SD_S**2))


def _missed(need: Need) -> Floats:
    """(p,): chance that nobody who is free is in time."""
    missed: Floats = np.prod(1.0 - READY * need.here[need.able], axis=0)
    return missed


def _move(scene: Scene, i: int, p: int) -> None:
    scene.post[i], scene.off_post_s[i], scene.budget_m[i] = p, 0.0, 0.0
    for need in scene.needs:
        need.here[i] = need.by_post[p]


def _free(ledger: Ledger, unit_id: str) -> bool:
    unit = ledger.units[unit_id]
    held = unit.task_id is not None or unit.offer_id is not None or unit.carried is not None
    return unit.duty == "on" and not held


def _budget_m(ledger: Ledger, unit_id: str, settings: DispatcherSettings, now: Instant) -> float:
    """Metres left in this hour, none while resting from the last suggestion."""
    unit = ledger.units[unit_id]
    if unit.standby_at >= 0 and now - unit.standby_at < REST:
        return 0.0
    return settings.standby_walk_max_m - standby_walked_m(unit, now)
