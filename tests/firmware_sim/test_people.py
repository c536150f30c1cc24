"""One person of the staff, moved by views alone."""

import msgspec
import pytest

from contracts import messages as m
from contracts.messages import Command, Place
from contracts.walking import Closures
from firmware_sim import people
from firmware_sim.calls import KnownCalls
from firmware_sim.outbox import Outbox, settle
from firmware_sim.people import Crew
from firmware_sim.population import populate
from firmware_sim.scenario import Staff
from tests.firmware_sim.builders import DESK, QUIET, SECOND, START, call, coarse_grid, rng, scenario, view
from tests.sites import small_mall

KIT = Place("L1", 45.0, 20.0)
SHOP = Place("L1", 55.0, 5.0)


class Day:
    """Runs a crew by the second and answers nothing unless told."""

    def __init__(self, staff: Staff | None = None) -> None:
        self.population = populate(small_mall(), coarse_grid(), QUIET, rng())
        self.calls = KnownCalls()
        self.outbox = Outbox("t")
        self.crew: Crew = people.new_crew(
            small_mall(),
            self.population.walkers,
            self.population.staff,
            scenario(staff=staff).staff,
            self.calls,
            self.outbox,
            rng(2),
        )
        self.now = START
        self.said: list[Command] = []

    def tell(self, **fields: object) -> None:
        self.said += people.told(self.crew, view(**fields), self.now)  # type: ignore[arg-type]

    def run(self, seconds: int) -> list[Command]:
        """What is said in that time."""
        before = len(self.said)
        for _ in range(seconds * 2):
            self.now += SECOND // 2
            for walker in self.population.walkers.advance(self.now):
                if walker < len(self.crew.by_walker):
                    people.arrive(self.crew, walker, self.now)
            self.said += people.work(self.crew, self.now)
        return self.said[before:]

    def answer(self, command: Command, accepted: bool = True) -> None:
        answer = m.CommandAnswered(seq=1, at=self.now, command_id=command.command_id, accepted=accepted)
        settled = settle(self.outbox, answer)
        assert settled is not None
        people.heard_answer(self.crew, settled, answer, self.now)

    def where(self, walker: int = 0) -> tuple[float, float]:
        walkers = self.population.walkers
        return float(walkers.x_m[walker]), float(walkers.y_m[walker])


def test_a_person_fetches_brings_serves_and_reports_each_step() -> None:
    day = Day()
    day.calls.note(
        call("c1", service="wheelchair", tasks=(m.TaskView("t1", "service", "wheelchair", "assigned", 0),))
    )
    common = {"task_id": "t1", "call_id": "c1", "item": "power_bank", "depot": "d-L1"}
    day.tell(version=1, status="en_route_to_item", target=DESK, **common)
    (picked,) = day.run(60)[:1]
    assert isinstance(picked, m.ReportItemPickedUp)
    assert picked.item_number.startswith("d-L1/power_bank-")
    day.answer(picked)
    day.tell(version=2, status="en_route", target=SHOP, carrying=True, **common)
    said = day.run(120)
    assert isinstance(said[0], m.ReportOnScene)
    assert day.where() == (SHOP.x_m, SHOP.y_m)
    day.answer(said[0])
    day.tell(version=3, status="on_scene", target=SHOP, carrying=True, **common)
    (done,) = day.run(300)[:1]
    assert isinstance(done, m.ReportDone)
    assert done.outcome == "done"
    day.answer(done)
    day.tell(version=4, status="available")
    day.run(90)
    assert day.where() == (30.0, 12.0), "home again"


def test_serving_takes_the_catalogues_time_more_or_less() -> None:
    times = []
    for person in range(1, 9):
        day = Day()
        day.calls.note(
            call("c1", service="lost_child", tasks=(m.TaskView("t1", "security", None, "on_scene", 0),))
        )
        day.tell(unit_id=f"u-{person:02d}", status="on_scene", task_id="t1", call_id="c1")
        day.run(1500)
        times.append((day.said[0].at - START) / SECOND)
    assert 350 < sorted(times)[4] < 900
    assert len(set(times)) > 4


def test_what_brings_no_change_is_said_again_but_not_while_unanswered() -> None:
    day = Day()
    day.tell(status="en_route", target=SHOP, task_id="t1", call_id="c1")
    said = [command for command in day.run(200) if isinstance(command, m.ReportOnScene)]
    assert len(said) == 1, "the outbox repeats it"
    day.answer(said[0], accepted=False)
    again = [command for command in day.run(60) if isinstance(command, m.ReportOnScene)]
    assert again
    assert again[0].command_id != said[0].command_id


def test_a_new_place_turns_the_person_round() -> None:
    day = Day()
    day.tell(version=1, status="en_route", target=SHOP, task_id="t1", call_id="c1")
    day.run(5)
    day.tell(version=2, status="en_route", target=KIT, task_id="t1", call_id="c1")
    day.run(60)
    assert day.where() == (KIT.x_m, KIT.y_m)


def test_an_item_is_returned_to_its_depot() -> None:
    day = Day()
    day.tell(status="returning_item", target=SHOP, depot="d-L2", carrying=True, item="stroller")
    (back,) = [command for command in day.run(120) if isinstance(command, m.ReportItemReturned)][:1]
    assert (back.unit_id, back.depot) == ("u-01", "d-L2")


def test_loans_come_back_where_they_came_from() -> None:
    day = Day(Staff(loan_mean_s=60.0))
    task = m.TaskView("t1", "service", "umbrella", "on_scene", 0, depot="d-L1")
    day.calls.note(call("c1", service="umbrella", tasks=(task,)))
    day.tell(version=1, status="on_scene", task_id="t1", call_id="c1", item="umbrella", carrying=True)
    (done,) = [command for command in day.run(400) if isinstance(command, m.ReportDone)][:1]
    assert done.item_number.startswith("d-L1/umbrella-")
    day.answer(done)
    day.tell(version=2, status="available")
    back = [command for command in day.run(600) if isinstance(command, m.ReportItemReturned)]
    assert [command.depot for command in back] == ["d-L1"]


def test_who_is_here_logs_on_once() -> None:
    day = Day()
    day.tell(version=1, status="off_duty")
    day.tell(version=2, status="off_duty")
    duties = [command for command in day.said if isinstance(command, m.SetDuty)]
    assert [(command.unit_id, command.duty) for command in duties] == [("u-01", "on")]
    day.tell(version=3, unit_id="somebody-else", status="off_duty")
    assert len(day.said) == 1


def test_who_is_not_at_work_is_logged_off() -> None:
    day = Day()
    day.crew.absent["u-99"] = None
    day.tell(unit_id="u-99", version=1, status="available")
    day.tell(unit_id="u-99", version=2, status="offered")
    day.tell(unit_id="u-98", version=2, status="available")
    (command,) = day.said
    assert isinstance(command, m.SetDuty)
    assert (command.unit_id, command.duty, command.by) == ("u-99", "off", "operator/front-desk")


def test_breaks_are_taken_when_free_and_end() -> None:
    day = Day(Staff(break_every_s=30.0, break_s=60.0))
    people.begin_shift(day.crew, day.now)
    day.tell(status="available")
    duties = [c.duty for c in day.run(600) if isinstance(c, m.SetDuty) and c.unit_id == "u-01"]
    assert duties[:2] == ["break", "on"]


def test_where_no_way_leads_the_task_is_given_back() -> None:
    day = Day()
    day.population.walkers.ways.close(Closures(frozenset({"lift-1"})))
    upstairs = Place("L2", 48.0, 27.0)
    day.tell(status="en_route", target=upstairs, task_id="t1", call_id="c1", item="wheelchair", carrying=True)
    given = [command for command in day.run(90) if isinstance(command, m.UnassignUnit)]
    assert [command.reason for command in given][:1] == ["no_route"]
    assert day.crew.no_way >= 3


def test_closures_send_those_under_way_another_way() -> None:
    day = Day()
    day.tell(status="en_route", target=Place("L2", 48.0, 27.0), task_id="t1", call_id="c1")
    day.run(2)
    before = int(day.population.walkers.row[0])
    day.population.walkers.ways.close(Closures(frozenset({"escalator-up"})))
    people.replan(day.crew, day.now)
    assert int(day.population.walkers.row[0]) != before
    day.run(200)
    assert day.where() == (48.0, 27.0)


def test_some_give_a_task_back_on_the_way() -> None:
    day = Day(msgspec.structs.replace(QUIET.staff, give_back_share=1.0))
    far = Place("L2", 5.0, 35.0)
    day.tell(status="en_route", target=far, task_id="t1", call_id="c1")
    given = [command for command in day.run(120) if isinstance(command, m.UnassignUnit)]
    assert [command.reason for command in given] == ["called_away"]


@pytest.mark.parametrize("status", ["available", "on_break", "offered"])
def test_without_a_task_people_go_home_or_where_they_are_posted(status: str) -> None:
    day = Day()
    day.tell(version=1, status="en_route", target=SHOP, task_id="t1", call_id="c1")
    day.run(60)
    day.tell(version=2, status=status, target=KIT)
    day.run(60)
    assert day.where() == (KIT.x_m, KIT.y_m)


def test_a_person_stands_back_while_somebody_real_holds_the_handheld() -> None:
    day = Day()
    people.stand_back(day.crew, "u-01", day.now)
    common = {"task_id": "t1", "call_id": "c1"}
    day.tell(version=1, status="en_route", target=SHOP, **common)
    assert day.run(50) == []
    assert day.where() == (SHOP.x_m, SHOP.y_m), "the body walks: the tag is what positioning hears"
    said = day.run(60)
    assert isinstance(said[0], m.ReportOnScene), "after a minute without a word the simulated one goes on"


def test_the_desk_does_not_log_off_whoever_came_after_all() -> None:
    day = Day()
    day.crew.absent["u-99"] = None
    people.stand_back(day.crew, "u-99", day.now)
    day.tell(unit_id="u-99", version=1, status="available")
    assert day.said == []
