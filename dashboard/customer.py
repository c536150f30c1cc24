"""What a customer may know about the own call: how far it is, who comes, and when."""

import math
from collections.abc import Iterable
from typing import Final

import msgspec

from contracts import messages as m
from contracts.quantities import MINUTE, Instant
from contracts.sitemap import Depot, Name, Site, StaffMember
from dashboard.radar import Seen
from dashboard.view import FINISHED

COMPOUND_SURNAMES: Final = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "夏侯",
    "司徒",
    "令狐",
)
COLLECT: Final = "collect_loan"
"""The site's service, if it has one, that fetches a lent item from the customer."""
RETURNS_MAX: Final = 3
"""Places named for a return: the nearest ones."""
ON_THE_WAY: Final = ("assigned", "en_route_to_item", "en_route")


class Helper(msgspec.Struct, frozen=True):
    """One who comes: role and a short name, never more."""

    role: Name
    name: Name
    state: str
    minutes_left: int | None


class PointOnFloor(msgspec.Struct, frozen=True):
    floor: str
    x_m: float
    y_m: float


class ReturnPlace(msgspec.Struct, frozen=True):
    floor: str
    name: Name


class Borrowed(msgspec.Struct, frozen=True):
    """What the customer still has, and where it can be given back."""

    item: Name
    item_number: str
    due_at: Instant
    timezone: str
    """The mall's, whatever the customer's phone is set to."""
    overdue: bool
    returns: tuple[ReturnPlace, ...]
    can_collect: bool
    """Somebody can be asked to fetch it."""


class CallStatus(msgspec.Struct, frozen=True):
    version: int
    now: Instant
    call_id: str
    service: str
    name: Name
    icon: str
    priority: int
    state: str
    minutes_left: int | None
    late: bool
    waiting: bool
    """Everybody is busy; then nobody knows how long."""
    waited_min: int
    """Whole minutes since the call."""
    helpers: tuple[Helper, ...]
    helper_place: PointOnFloor | None
    place: m.Place
    spot: Name | None
    item: Name | None
    can_cancel: bool
    can_move: bool
    can_rate: bool
    stars: int | None
    loan: Borrowed | None = None


def call_status(
    call: m.CallChanged,
    version: int,
    site: Site,
    places: dict[str, Seen],
    now: Instant,
    loans: Iterable[m.LoanView] = (),
) -> CallStatus:
    """``places``: where the call's units were last located, by unit id; ``loans``: all that is lent."""
    kind = next((kind for kind in site.services if kind.service == call.service), None)
    spot = next((spot.name for spot in site.spots if spot.spot == call.place.spot), None)
    coming = [task for task in call.tasks if task.unit_id is not None and task.state != "cleared"]
    open_ = call.state not in FINISHED
    return CallStatus(
        version=version,
        now=now,
        call_id=call.call_id,
        service=call.service,
        name=kind.name if kind else Name(zh=call.service, en=call.service),
        icon=kind.icon if kind else "",
        priority=call.priority,
        state=call.state,
        minutes_left=_first_minutes(call, now) if open_ else None,
        late=open_ and any(task.breached_at and not task.on_scene_at for task in call.tasks),
        waiting=open_ and any(task.waiting_for for task in call.tasks) and not coming,
        waited_min=max(0, now - call.received_at) // MINUTE,
        helpers=tuple(_helper(task, site, now) for task in coming) if open_ else (),
        helper_place=_helper_place(coming, site, places) if open_ else None,
        place=call.place,
        spot=spot,
        item=_item(call, site),
        can_cancel=open_ and call.state != "on_scene",
        can_move=open_ and call.state != "on_scene",
        can_rate=call.state == "cleared" and call.stars is None,
        stars=call.stars,
        loan=_borrowed(call, loan, site) if (loan := loan_of(call, loans)) is not None else None,
    )


def loan_of(call: m.CallChanged, loans: Iterable[m.LoanView]) -> m.LoanView | None:
    """What was lent with this call and is not back."""
    tasks = {task.task_id for task in call.tasks}
    return next((loan for loan in loans if loan.task_id in tasks), None)


def _borrowed(call: m.CallChanged, loan: m.LoanView, site: Site) -> Borrowed:
    desks = [depot for depot in site.depots if depot.kind == "depot" and loan.item in depot.stock]
    here = call.place

    def away(depot: Depot) -> tuple[int, float, str]:
        floors = abs(site.floor_index(depot.floor) - site.floor_index(here.floor))
        return floors, math.hypot(depot.x_m - here.x_m, depot.y_m - here.y_m), depot.depot

    nearest = sorted(desks, key=away)[:RETURNS_MAX]
    return Borrowed(
        item=next((item.name for item in site.items if item.item == loan.item), Name(loan.item, loan.item)),
        item_number=loan.item_number,
        due_at=loan.due_at,
        timezone=site.timezone,
        overdue=loan.overdue,
        returns=tuple(ReturnPlace(depot.floor, depot.name) for depot in nearest),
        can_collect=any(kind.service == COLLECT for kind in site.services),
    )


def short_name(member: StaffMember) -> Name:
    """A first or family name as customers may see it: ``李师傅``, ``Li``."""
    zh, en = member.name.zh.strip(), member.name.en.strip()
    surname = zh[:2] if zh[:2] in COMPOUND_SURNAMES else zh[:1]
    return Name(zh=f"{surname}师傅", en=en.split()[0] if en else "")


def minutes_until(at: Instant | None, now: Instant) -> int | None:
    """Whole minutes, rounded up: a promise that is kept early rather than late."""
    return None if at is None else max(0, -((now - at) // MINUTE))


def _first_minutes(call: m.CallChanged, now: Instant) -> int | None:
    if any(task.on_scene_at is not None for task in call.tasks):
        return 0
    etas = [task.eta_at for task in call.tasks if task.unit_id is not None and task.eta_at is not None]
    return minutes_until(min(etas), now) if etas else None


def _helper(task: m.TaskView, site: Site, now: Instant) -> Helper:
    role = next(
        (role.name for role in site.roles if role.role == task.role), Name(zh=task.role, en=task.role)
    )
    member = next((member for member in site.staff if member.unit_id == task.unit_id), None)
    arrived = task.on_scene_at is not None
    return Helper(
        role=role,
        name=short_name(member) if member else Name(zh="", en=""),
        state=task.state,
        minutes_left=0 if arrived else minutes_until(task.eta_at, now),
    )


def _helper_place(coming: list[m.TaskView], site: Site, places: dict[str, Seen]) -> PointOnFloor | None:
    on_the_way = [task for task in coming if task.state in ON_THE_WAY and task.unit_id in places]
    if not on_the_way:
        return None
    first = min(on_the_way, key=lambda task: (task.eta_at or 0, task.task_id))
    assert first.unit_id is not None
    seen = places[first.unit_id]
    return PointOnFloor(site.floors[seen.floor_i].floor, round(seen.x_m, 1), round(seen.y_m, 1))


def _item(call: m.CallChanged, site: Site) -> Name | None:
    wanted = next((task.item for task in call.tasks if task.item is not None), None)
    return next((item.name for item in site.items if item.item == wanted), None)
