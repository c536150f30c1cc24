"""Staff at work: they go where their handset's newest view sends them, and report what they did."""

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from contracts import messages as m
from contracts.grid import WalkableGrid
from contracts.messages import Command, Place
from contracts.quantities import Instant, from_seconds
from contracts.sitemap import Site, StaffMember
from firmware_sim.agenda import Agenda
from firmware_sim.calls import KnownCalls
from firmware_sim.handsets import HELD_FOR, Handset, Taps, act, show
from firmware_sim.outbox import Outbox, post
from firmware_sim.scenario import Staff
from firmware_sim.walkers import Walkers, seconds_later

TRY_AGAIN_S: Final = 20.0
"""A report that changed nothing is made once more after so long, and so is a way that was blocked."""
BLOCKED_MAX: Final = 3
"""Failed ways in a row after which a person gives the task back."""
DUTY_AGAIN_S: Final = 600.0
DESK: Final = "operator/front-desk"
"""Who hands out tags and keeps the roll."""
ONE_BREAK_S: Final = (1.5 * 3600, 10.0 * 3600)
"""When the one break of a long day begins, from the shift's beginning."""
ON_SCENE_S: Final = 120.0
"""Where the catalogue does not know the call."""

Errand = tuple[Literal["home", "fetch", "go", "serve", "return"], str, Place | None]
"""What to do, for which task, and where."""


@dataclass(eq=False)
class Person:
    """One member of the staff. ``errand`` is what the person does now."""

    member: StaffMember
    walker: int
    handset: Handset
    rng: np.random.Generator
    home: Place
    errand: Errand
    command_id: str = ""
    """The last report, for not saying a thing twice at once."""
    blocked: int = 0
    duty_at: Instant | None = None
    on_break: bool = False
    spares_from: str | None = None
    """Depot of what is in the pouch."""


@dataclass(eq=False)
class Crew:
    """Everybody on the staff, and what they share."""

    site: Site
    grid: WalkableGrid
    walkers: Walkers
    staff: Staff
    calls: KnownCalls
    outbox: Outbox
    people: dict[str, Person]
    by_walker: tuple[Person, ...]
    wheeled: frozenset[str]
    lasting: frozenset[str]
    """Items that come back."""
    on_scene_s: dict[tuple[str, str], float]
    """(service, role) → typical time from arriving to done."""
    taps: Taps
    absent: dict[str, Instant | None]
    """Units that are not at work, and when somebody logged them off."""
    agenda: Agenda[tuple[Person, str, Errand]] = field(default_factory=Agenda)
    """Who will do what, if the errand is still the same."""
    loans: Agenda[tuple[Person, str]] = field(default_factory=Agenda)
    """Who will book in an item that a customer brings back, and at which depot."""
    no_way: int = 0


def new_crew(
    site: Site,
    walkers: Walkers,
    members: tuple[StaffMember, ...],
    staff: Staff,
    calls: KnownCalls,
    outbox: Outbox,
    rng: np.random.Generator,
) -> Crew:
    """Everybody at home. Each person draws from a stream of their own."""
    taps: Taps = Agenda()
    people = {}
    for number, (member, stream) in enumerate(zip(members, rng.spawn(len(members)), strict=True)):
        home = Place(member.home_floor, *member.home)
        handset = Handset(member.unit_id, staff, stream, taps)
        people[member.unit_id] = Person(member, number, handset, stream, home, ("home", "", home))
    return Crew(
        site,
        walkers.grid,
        walkers,
        staff,
        calls,
        outbox,
        people,
        tuple(people.values()),
        frozenset(item.item for item in site.items if item.wheels),
        frozenset(item.item for item in site.items if item.loan_s is not None),
        {(s.service, need.role): need.on_scene_s for s in site.services for need in s.needs},
        taps,
        {member.unit_id: None for member in site.staff if member.unit_id not in people},
    )


def begin_shift(crew: Crew, now: Instant) -> None:
    for person in crew.people.values():
        if crew.staff.one_break:
            _later(crew, person, now, person.rng.uniform(*ONE_BREAK_S), "break")
        elif crew.staff.break_every_s > 0:
            _later(crew, person, now, person.rng.exponential(crew.staff.break_every_s), "break")


def told(crew: Crew, view: m.UnitChanged, now: Instant) -> list[Command]:
    """A unit's view reached its handset."""
    person = crew.people.get(view.unit_id)
    if person is None:
        return _log_off(crew, view, now)
    if not show(person.handset, view, crew.calls, now):
        return []
    errand = errand_of(view, person.errand, person.home)
    if errand != person.errand:
        _set_out(crew, person, errand, now)
    return _come_on_duty(crew, person, view, now)


def stand_back(crew: Crew, unit_id: str, now: Instant) -> None:
    """A real person holds this unit's handheld: only the body is simulated for a while."""
    person = crew.people.get(unit_id)
    if person is not None:
        person.handset.held_until = now + HELD_FOR
    elif unit_id in crew.absent:
        crew.absent[unit_id] = now  # the desk sees them and leaves them on duty


def errand_of(view: m.UnitChanged, errand: Errand, home: Place | None) -> Errand:
    """What a view asks of a person who is busy with ``errand``; ``home`` is where to stand by."""
    task = view.task_id or ""
    match view.status:
        case "on_scene":
            return ("serve", task, None)
        case "en_route_to_item":
            return ("fetch", task, view.target)
        case "en_route":
            return ("go", task, view.target)
        case "returning_item":
            return ("return", "", view.target or home)
        case "offered" if view.carrying:
            return errand
        case _:
            return ("home", "", view.standby or view.target or home)


def arrive(crew: Crew, walker: int, now: Instant) -> None:
    """A member of the staff is where they went."""
    person = crew.by_walker[walker]
    staff, rng = crew.staff, person.rng
    mean_s = {
        "fetch": staff.pick_up_mean_s,
        "go": staff.report_delay_mean_s,
        "return": staff.drop_off_mean_s,
    }.get(person.errand[0])
    if mean_s is not None:
        _later(crew, person, now, rng.gamma(4.0, mean_s / 4.0), "report")


def work(crew: Crew, now: Instant) -> list[Command]:
    """Everything that people tap and do by ``now``."""
    commands = act(crew.taps, crew.outbox, now)
    while (entry := crew.agenda.due(now)) is not None:
        _, (person, what, errand) = entry
        if what in ("break", "end_break") or errand == person.errand:
            commands += _do(crew, person, what, now)
    while (loan := crew.loans.due(now)) is not None:
        commands += _loan_back(crew, *loan[1], now)
    return commands


def heard_answer(crew: Crew, command: Command, answer: m.CommandAnswered, now: Instant) -> None:
    """A loaned item that was handed over comes back some day."""
    if not (isinstance(command, m.ReportDone) and answer.accepted and command.item_number):
        return
    person = crew.people.get(command.unit_id)
    if person is not None:
        depot = command.item_number.partition("/")[0]
        wait_s = person.rng.exponential(crew.staff.loan_mean_s)
        crew.loans.add(seconds_later(now, wait_s), (person, depot))


def replan(crew: Crew, now: Instant) -> None:
    """The building changed: everybody under way chooses a new way."""
    for person in crew.people.values():
        if crew.walkers.moving[person.walker]:
            _walk(crew, person, now)


# --- what one person does -------------------------------------------------------------------------------


def _set_out(crew: Crew, person: Person, errand: Errand, now: Instant) -> None:
    person.errand = errand
    person.command_id = ""
    person.blocked = 0
    if errand[0] == "serve":
        _later(crew, person, now, _serving_s(crew, person), "report")
        return
    if errand[0] == "go" and person.rng.random() < crew.staff.give_back_share:
        _later(crew, person, now, person.rng.exponential(30.0), "give_back")
    _walk(crew, person, now)


def _walk(crew: Crew, person: Person, now: Instant) -> None:
    """Set out for the errand's place, or try again later."""
    place = person.errand[2]
    if place is None:
        return
    view = person.handset.view
    wheels = view is not None and view.carrying and view.item in crew.wheeled
    cell = crew.grid.cell_at(crew.site.floor_index(place.floor), place.x_m, place.y_m)
    if not crew.walkers.go(person.walker, cell, (place.x_m, place.y_m), now, wheels):
        crew.no_way += 1
        person.blocked += 1
        _later(crew, person, now, TRY_AGAIN_S, "walk")


def _serving_s(crew: Crew, person: Person) -> float:
    view = person.handset.view
    assert view is not None
    task = crew.calls.task(view.call_id, view.task_id)
    service = crew.calls.service(view.call_id)
    typical_s = crew.on_scene_s.get((service, task.role), ON_SCENE_S) if task else ON_SCENE_S
    return float(typical_s * person.rng.lognormal(0.0, crew.staff.serve_sigma))


def _do(crew: Crew, person: Person, what: str, now: Instant) -> list[Command]:
    held = now < person.handset.held_until
    if held and what != "walk":
        _later(crew, person, now, TRY_AGAIN_S, what)
        return []
    match what:
        case "report":
            return _report(crew, person, now)
        case "walk" if person.blocked >= BLOCKED_MAX and person.errand[1] and not held:
            return _give_back(crew, person, "no_route", now)
        case "walk":
            _walk(crew, person, now)
            return []
        case "give_back":
            return _give_back(crew, person, "called_away", now)
        case _:
            return _break(crew, person, what, now)


def _report(crew: Crew, person: Person, now: Instant) -> list[Command]:
    """Say that the errand is done, and again later if nothing comes of it."""
    _later(crew, person, now, TRY_AGAIN_S, "report")
    if crew.outbox.holds(person.command_id):
        return []
    kind, task, place = person.errand
    view = person.handset.view
    assert view is not None
    who = {"unit_id": person.member.unit_id}
    by = person.handset.by
    command: Command
    match kind:
        case "fetch":
            number = f"{view.depot}/{view.item}-{int(person.rng.integers(1, 30)):02d}"
            person.spares_from = view.depot if view.spares else person.spares_from
            fields = {"task_id": task, "item_number": number, "spares": view.spares}
            command = post(crew.outbox, m.ReportItemPickedUp, by, now, **who, **fields)
        case "go":
            command = post(crew.outbox, m.ReportOnScene, by, now, task_id=task, **who)
        case "serve":
            command = post(crew.outbox, m.ReportDone, by, now, task_id=task, **who, **_outcome(crew, person))
        case "return":
            depot = view.depot or _nearest_depot(crew.site, place or person.home)
            command = post(crew.outbox, m.ReportItemReturned, by, now, **who, depot=depot)
        case _:
            return []
    person.command_id = command.command_id
    return [command]


def _outcome(crew: Crew, person: Person) -> dict[str, str]:
    """Mostly done; the number of a loaned item names the depot where it belongs."""
    view = person.handset.view
    assert view is not None
    if person.rng.random() < crew.staff.not_found_share:
        return {"outcome": "not_found"}
    task = crew.calls.task(view.call_id, view.task_id)
    depot = task and (task.depot or (person.spares_from if view.item in view.pouch else None))
    if view.item in crew.lasting and depot:
        return {"item_number": f"{depot}/{view.item}-{int(person.rng.integers(1, 30)):02d}"}
    return {}


def _give_back(crew: Crew, person: Person, reason: str, now: Instant) -> list[Command]:
    fields = {"task_id": person.errand[1], "unit_id": person.member.unit_id, "reason": reason}
    return [post(crew.outbox, m.UnassignUnit, person.handset.by, now, **fields)]


def _loan_back(crew: Crew, person: Person, depot: str, now: Instant) -> list[Command]:
    """A customer brings an item back; whoever lent it books it in, when the hands are free."""
    view = person.handset.view
    if view is None or view.carrying or now < person.handset.held_until:
        crew.loans.add(seconds_later(now, TRY_AGAIN_S), (person, depot))
        return []
    fields = {"unit_id": person.member.unit_id, "depot": depot}
    return [post(crew.outbox, m.ReportItemReturned, person.handset.by, now, **fields)]


def _come_on_duty(crew: Crew, person: Person, view: m.UnitChanged, now: Instant) -> list[Command]:
    """Who is here and shown as off duty logs on, but does not insist."""
    if now < person.handset.held_until:
        return []
    lately = person.duty_at is not None and now - person.duty_at < from_seconds(DUTY_AGAIN_S)
    if view.status != "off_duty" or lately:
        return []
    person.duty_at = now
    return [_duty(crew, person, "on", now)]


def _log_off(crew: Crew, view: m.UnitChanged, now: Instant) -> list[Command]:
    """Who is not at work is taken off duty by the desk, or would be offered calls in vain."""
    if view.unit_id not in crew.absent or view.status == "off_duty":
        return []
    lately = crew.absent[view.unit_id]
    if lately is not None and now - lately < from_seconds(DUTY_AGAIN_S):
        return []
    crew.absent[view.unit_id] = now
    return [post(crew.outbox, m.SetDuty, DESK, now, unit_id=view.unit_id, duty="off")]


def _break(crew: Crew, person: Person, what: str, now: Instant) -> list[Command]:
    """Breaks are taken when nothing is to be done."""
    view = person.handset.view
    if what == "end_break":
        person.on_break = False
        if not crew.staff.one_break:
            _later(crew, person, now, person.rng.exponential(crew.staff.break_every_s), "break")
        return [_duty(crew, person, "on", now)]
    if view is None or view.status != "available":
        _later(crew, person, now, 60.0, "break")
        return []
    person.on_break = True
    _later(crew, person, now, crew.staff.break_s, "end_break")
    return [_duty(crew, person, "break", now)]


def _duty(crew: Crew, person: Person, duty: str, now: Instant) -> Command:
    fields = {"unit_id": person.member.unit_id, "duty": duty}
    return post(crew.outbox, m.SetDuty, person.handset.by, now, **fields)


def _later(crew: Crew, person: Person, now: Instant, wait_s: float, what: str) -> None:
    crew.agenda.add(seconds_later(now, wait_s), (person, what, person.errand))


def _nearest_depot(site: Site, place: Place) -> str:
    def away(depot: str, floor: str, x_m: float, y_m: float) -> tuple[bool, float, str]:
        return (floor != place.floor, (x_m - place.x_m) ** 2 + (y_m - place.y_m) ** 2, depot)

    nearest = min(away(d.depot, d.floor, d.x_m, d.y_m) for d in site.depots)
    return nearest[2]
