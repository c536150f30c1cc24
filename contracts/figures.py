"""How well people were helped: one definition for the console, reports and simulations.

Input are whole calls as the dispatcher shows them (live, or folded from the journal); nothing else is
known or guessed. Two clocks: what customers waited runs from asking to the first arrival; whether that was
in time is judged by our clock, which stands still while a call is held for a cause on the customer's side.
Percentiles are nearest-rank: the smallest wait that this share of people did not exceed.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from contracts.quantities import DAY, HOUR, SECOND, Instant, to_seconds
from contracts.sitemap import ServiceKind, Within
from contracts.views import CallChanged, TaskView

FIRST_RESPONSE_S: Final = 30.0
"""Within this time somebody should have committed."""
QUEUED_S: Final = 10.0
"""Whoever waits longer until anybody could be asked at all stood in a queue."""
UNDERSTAFFED_SHARE: Final = 0.2
UNDERSTAFFED_MIN: Final = 2
"""A role was short on a floor in an hour when so many, and this share, of its tasks stood in a queue."""

_K = TypeVar("_K", str, int)
NOT_WANTED: Final = ("cancelled", "abandoned", "merged")
"""Whoever is in these states was not needed in the end."""


class Kept(msgspec.Struct, frozen=True):
    """One promise, and the share of people for whom it was kept."""

    share: float
    within_s: float
    kept_share: float


class Waits(msgspec.Struct, frozen=True):
    """One group of tasks: everybody who was wanted and not called off."""

    tasks: int
    judged: int
    """Reached or overdue."""
    on_time: float | None
    """Share reached by the deadline, of those judged; None where there were none."""
    unserved: int
    """Nobody has come, and the deadline is over."""
    p50_s: float | None
    p80_s: float | None
    p90_s: float | None
    p99_s: float | None
    promises: tuple[Kept, ...] = ()


class Understaffed(msgspec.Struct, frozen=True):
    """A role that was short somewhere at some hour."""

    role: str
    floor: str
    hour: int
    """Local hour of the day, 0 to 23."""
    tasks: int
    queued: int
    """Tasks for which nobody could be asked within ``QUEUED_S``."""
    missed: int


class Figures(msgspec.Struct, frozen=True):
    """Of all calls received in [``since``, ``until``)."""

    since: Instant
    until: Instant
    calls: int
    states: dict[str, int]
    """How the calls ended or stand."""
    offers: int
    """Offers that ended with an answer or in silence; those that we took back say nothing about anybody."""
    timed_out_share: float | None
    """Response time-out rate: of these, the share that ended in silence."""
    declined_share: float | None
    first_response_p50_s: float | None
    first_response_p90_s: float | None
    first_response_on_time: float | None
    """Share of calls to which somebody committed within ``FIRST_RESPONSE_S``."""
    by_service: dict[str, Waits]
    """``service/role`` → waits."""
    by_floor: dict[str, Waits]
    by_hour: dict[int, Waits]
    """By the local hour in which the call came."""
    misses: dict[str, int]
    """Cause → tasks that missed their deadline."""
    understaffed: tuple[Understaffed, ...]
    """The worst first."""
    stars: dict[int, int]


def figures(
    calls: Iterable[CallChanged],
    services: Sequence[ServiceKind],
    since: Instant,
    until: Instant,
    utc_offset_s: int,
) -> Figures:
    """The figures of ``calls``, as they stood at ``until``. The order of the calls does not matter."""
    inside = [call for call in calls if since <= call.received_at < until]
    rows = [(call, task) for call in inside for task in call.tasks if task.state not in NOT_WANTED]
    promises = {
        f"{kind.service}/{need.role}": need.promises for kind in services for need in reversed(kind.needs)
    }
    ended = Counter[str]()
    for call in inside:
        for task in call.tasks:
            ended.update(accepted=task.accepted, declined=task.declined, timed_out=task.timed_out)
    offers = ended.total()
    firsts = sorted(first for call in inside if (first := _first_response_s(call)) is not None)
    return Figures(
        since=since,
        until=until,
        calls=len(inside),
        states=_counted(call.state for call in inside),
        offers=offers,
        timed_out_share=_share(ended["timed_out"], offers),
        declined_share=_share(ended["declined"], offers),
        first_response_p50_s=nearest_rank(firsts, 0.5),
        first_response_p90_s=nearest_rank(firsts, 0.9),
        first_response_on_time=_first_on_time(inside, until),
        by_service=_grouped(rows, until, lambda call, task: f"{call.service}/{task.role}", promises),
        by_floor=_grouped(rows, until, lambda call, task: call.place.floor, {}),
        by_hour=_grouped(rows, until, lambda call, task: local_hour(call.received_at, utc_offset_s), {}),
        misses=_counted(task.miss_cause for _, task in rows if task.breached_at is not None),
        understaffed=_understaffed(rows, until, utc_offset_s),
        stars=dict(sorted(Counter(call.stars for call in inside if call.stars is not None).items())),
    )


def waited_s(task: TaskView) -> float | None:
    """The customer's wait for this person, s; None while nobody has come."""
    return None if task.reached_at is None else to_seconds(task.reached_at - task.asked_at)


def in_time(task: TaskView, until: Instant) -> bool | None:
    """Whether the deadline was kept; None while it may still be. Done without a reported arrival counts
    as reached when it was done."""
    reached = task.reached_at if task.reached_at is not None else task.cleared_at
    if reached is not None:
        return reached <= task.deadline_at
    return False if task.breached_at is not None or task.deadline_at < until else None


def nearest_rank(ascending: Sequence[float], share: float) -> float | None:
    """The smallest value that ``share`` of all do not exceed; None of none."""
    if not ascending:
        return None
    return ascending[max(0, math.ceil(share * len(ascending) - 1e-9) - 1)]


def local_hour(at: Instant, utc_offset_s: int) -> int:
    return (at + utc_offset_s * SECOND) % DAY // HOUR


def _first_response_s(call: CallChanged) -> float | None:
    firsts = [task.committed_at for task in call.tasks if task.committed_at is not None]
    return to_seconds(min(firsts) - call.received_at) if firsts else None


def _first_on_time(calls: Sequence[CallChanged], until: Instant) -> float | None:
    """Calls that nobody committed to count once their time for it is over, unless they were called off."""
    judged = []
    for call in calls:
        first = _first_response_s(call)
        if first is not None:
            judged.append(first <= FIRST_RESPONSE_S)
        elif call.state not in NOT_WANTED and to_seconds(until - call.received_at) > FIRST_RESPONSE_S:
            judged.append(False)
    return _share(sum(judged), len(judged))


def _grouped(
    rows: Sequence[tuple[CallChanged, TaskView]],
    until: Instant,
    key: Callable[[CallChanged, TaskView], _K],
    promises: Mapping[_K, tuple[Within, ...]],
) -> dict[_K, Waits]:
    groups: dict[_K, list[TaskView]] = defaultdict(list)
    for call, task in rows:
        groups[key(call, task)].append(task)
    return {name: _waits(groups[name], until, promises.get(name, ())) for name in sorted(groups)}


def _waits(tasks: Sequence[TaskView], until: Instant, promises: tuple[Within, ...]) -> Waits:
    waits = sorted(wait for task in tasks if (wait := waited_s(task)) is not None)
    judged = [kept for task in tasks if (kept := in_time(task, until)) is not None]
    unserved = sum(in_time(task, until) is False and waited_s(task) is None for task in tasks)
    return Waits(
        tasks=len(tasks),
        judged=len(judged),
        on_time=_share(sum(judged), len(judged)),
        unserved=unserved,
        p50_s=nearest_rank(waits, 0.5),
        p80_s=nearest_rank(waits, 0.8),
        p90_s=nearest_rank(waits, 0.9),
        p99_s=nearest_rank(waits, 0.99),
        promises=tuple(_kept(one, waits, unserved) for one in promises if waits or unserved),
    )


def _kept(promise: Within, waits: Sequence[float], unserved: int) -> Kept:
    within = sum(wait <= promise.within_s for wait in waits)
    return Kept(promise.share, promise.within_s, round(within / (len(waits) + unserved), 4))


def _understaffed(
    rows: Sequence[tuple[CallChanged, TaskView]], until: Instant, utc_offset_s: int
) -> tuple[Understaffed, ...]:
    groups: dict[tuple[str, str, int], list[TaskView]] = defaultdict(list)
    for call, task in rows:
        groups[task.role, call.place.floor, local_hour(task.asked_at, utc_offset_s)].append(task)
    found = []
    for (role, floor, hour), tasks in groups.items():
        queued = sum(_queued(task, until) for task in tasks)
        if queued >= UNDERSTAFFED_MIN and queued >= UNDERSTAFFED_SHARE * len(tasks):
            missed = sum(task.breached_at is not None for task in tasks)
            found.append(Understaffed(role, floor, hour, len(tasks), queued, missed))
    return tuple(sorted(found, key=lambda one: (-one.queued, one.role, one.floor, one.hour)))


def _queued(task: TaskView, until: Instant) -> bool:
    asked = [at for at in (task.first_offer_at, task.committed_at, task.reached_at) if at is not None]
    return to_seconds(min(asked, default=until) - task.asked_at) > QUEUED_S


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
