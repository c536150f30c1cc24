"""Random shifts: any commands in any order, repeated, late and nonsensical; the laws hold after each step."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import SECOND
from dispatcher.ledger import running_tasks, task_state
from tests.dispatcher.builders import EAST, HALL, Control, encoded

PLACES = (EAST, HALL, Place("L2", 12.0, 27.0), Place("L1", 3.0, 18.0))
SERVICES = ("wheelchair", "power_bank", "luggage", "medical", "complaint", "cleaning", "reading_glasses")
UNITS = tuple(f"u-{n:02d}" for n in range(1, 13))
ROLES = ("service", "security", "cleaner")
DEPOTS = ("d-L1", "d-L2", "box-L1", "box-L2")


class ChanceShift(RuleBasedStateMachine):
    """``held`` are commands on their way: they arrive in any order, some twice."""

    def __init__(self) -> None:
        super().__init__()
        self.control = Control()
        self.held: list[m.Command] = []
        self.answers: dict[str, tuple[bool, str, str]] = {}
        self.seen = len(self.control.facts)

    @initialize()
    def begin(self) -> None:
        assert self.control.of(m.DutyChanged)

    def send(self, command: m.Command, how: int) -> None:
        """Now, later, or now and later again."""
        if how != 1:
            self.control.receive(command)
        if how != 0 and len(self.held) < 20:
            self.held.append(command)

    def make(self, kind: type[m.Command], how: int, by: str = "operator/lin", **fields: Any) -> None:
        self.send(self.control.make(kind, by, **fields), how)

    @rule(service=st.sampled_from(SERVICES), place=st.sampled_from(PLACES), how=st.integers(0, 2))
    def place(self, service: str, place: Place, how: int) -> None:
        self.make(m.PlaceCall, how, service=service, place=place)

    @precondition(lambda self: self.control.ledger.offers)
    @rule(data=st.data(), answer=st.sampled_from("aaaadrs"), own=st.booleans(), how=st.integers(0, 2))
    def answer(self, data: st.DataObject, answer: str, own: bool, how: int) -> None:
        ledger = self.control.ledger
        live = [unit.offer_id for unit in ledger.units.values() if unit.offer_id]
        offer_id = data.draw(st.sampled_from(live if live and own else sorted(ledger.offers)))
        offer = ledger.tasks[ledger.offers[offer_id]].offers[offer_id]
        unit_id = offer.unit_id if own else data.draw(st.sampled_from(UNITS))
        ids = {"offer_id": offer_id, "unit_id": unit_id}
        by = f"unit/{unit_id}"
        if answer == "a":
            self.make(m.AcceptOffer, how, by, **ids)
        elif answer == "d":
            self.make(m.DeclineOffer, how, by, **ids, reason="busy")
        else:
            self.make(m.ReportReceipt, how, by, **ids, receipt="seen" if answer == "s" else "delivered")

    @precondition(lambda self: self.control.ledger.tasks)
    @rule(
        data=st.data(),
        kind=st.sampled_from(
            [m.ReportItemPickedUp, m.ReportOnScene, m.ReportDone, m.AssignUnit, m.UnassignUnit]
        ),
        own=st.booleans(),
        outcome=st.sampled_from(["done", "done", "not_found", "handed_over"]),
        how=st.integers(0, 2),
    )
    def report(self, data: st.DataObject, kind: type[m.Command], own: bool, outcome: str, how: int) -> None:
        tasks = self.control.ledger.tasks
        held = [task_id for task_id in tasks if tasks[task_id].unit_id]
        task_id = data.draw(st.sampled_from(held if held and own else sorted(tasks)))
        unit_id = (own and tasks[task_id].unit_id) or data.draw(st.sampled_from(UNITS))
        extra: dict[str, Any] = {}
        if kind is m.ReportItemPickedUp:
            extra["spares"] = 3
        if kind is m.ReportDone:
            extra["outcome"] = outcome
        if kind is m.UnassignUnit:
            extra["reason"] = "no time"
        self.make(kind, how, task_id=task_id, unit_id=unit_id, **extra)

    @precondition(lambda self: self.control.ledger.calls)
    @rule(data=st.data(), kind=st.sampled_from("cmr"), place=st.sampled_from(PLACES), how=st.integers(0, 2))
    def change(self, data: st.DataObject, kind: str, place: Place, how: int) -> None:
        call_id = data.draw(st.sampled_from(sorted(self.control.ledger.calls)))
        if kind == "c":
            self.make(m.CancelCall, how, call_id=call_id, reason="left")
        elif kind == "m":
            self.make(m.MoveCall, how, call_id=call_id, place=place)
        else:
            self.make(m.RateCall, how, call_id=call_id, stars=2)

    @precondition(lambda self: self.control.ledger.calls)
    @rule(
        data=st.data(),
        kind=st.sampled_from("hhrmmuaAtx"),
        cause=st.sampled_from(["wants_it_later", "not_reachable"]),
        how=st.integers(0, 2),
    )
    def handle(self, data: st.DataObject, kind: str, cause: str, how: int) -> None:
        """What an operator does with whole calls."""
        ledger = self.control.ledger
        call_id = data.draw(st.sampled_from(sorted(ledger.calls)))
        match kind:
            case "h":
                self.make(m.HoldCall, how, call_id=call_id, cause=cause)
            case "r":
                self.make(m.ResumeCall, how, call_id=call_id)
            case "m":
                into = data.draw(st.sampled_from(sorted(ledger.calls)))
                self.make(m.MergeCalls, how, call_id=call_id, into=into)
            case "u":
                self.make(m.UnmergeCall, how, call_id=call_id)
            case "a":
                self.make(m.AddTask, how, call_id=call_id, role=data.draw(st.sampled_from(ROLES)))
            case "A":
                self.make(m.AbandonCall, how, call_id=call_id)
            case "t":
                self.make(m.TickChecklist, how, call_id=call_id, step=0, done=data.draw(st.booleans()))
            case _:
                self.make(m.CancelTask, how, task_id=data.draw(st.sampled_from(sorted(ledger.tasks))))

    @rule(
        unit_id=st.sampled_from(UNITS),
        heir=st.sampled_from((None, *UNITS)),
        duty=st.sampled_from(["on", "on", "break", "off"]),
        how=st.integers(0, 2),
    )
    def relieve(self, unit_id: str, heir: str | None, duty: str, how: int) -> None:
        busy = sorted(unit.unit_id for unit in self.control.ledger.units.values() if unit.task_id)
        unit_id = busy[0] if busy and how else unit_id
        self.make(m.RelieveUnit, how, unit_id=unit_id, to_unit_id=heir, duty=duty)

    @rule(
        data=st.data(),
        kind=st.sampled_from("rewmf"),
        depot=st.sampled_from(DEPOTS),
        other=st.sampled_from(DEPOTS),
        how=st.integers(0, 2),
    )
    def lend(self, data: st.DataObject, kind: str, depot: str, other: str, how: int) -> None:
        loans = sorted(self.control.ledger.loans) or ["c0-1-x"]
        task_id = data.draw(st.sampled_from(loans))
        match kind:
            case "r":
                self.make(m.ReturnLoan, how, task_id=task_id, depot=depot)
            case "e":
                self.make(m.ExtendLoan, how, task_id=task_id, due_at=self.control.now + 60 * SECOND)
            case "w":
                self.make(m.WriteOffLoan, how, task_id=task_id)
            case "m":
                fields = {"item": "power_bank", "from_depot": depot, "to_depot": other}
                self.make(m.MoveStock, how, count=2, **fields)
            case _:
                known = sorted(self.control.ledger.feedback)
                if known:
                    self.make(m.CloseFeedback, how, feedback_id=data.draw(st.sampled_from(known)))
                self.make(m.RaiseFeedback, how, grade="at_once", text="too slow")

    @rule(
        unit_id=st.sampled_from(UNITS),
        duty=st.sampled_from(["on", "on", "break", "off"]),
        how=st.integers(0, 2),
    )
    def duty(self, unit_id: str, duty: str, how: int) -> None:
        self.make(m.SetDuty, how, unit_id=unit_id, duty=duty)

    @rule(
        unit_id=st.sampled_from(UNITS),
        depot=st.sampled_from(DEPOTS),
        spare=st.booleans(),
        how=st.integers(0, 2),
    )
    def bring_back(self, unit_id: str, depot: str, spare: bool, how: int) -> None:
        self.make(m.ReportItemReturned, how, unit_id=unit_id, depot=depot, spare=spare)

    @rule(close=st.booleans(), how=st.integers(0, 2))
    def lift(self, close: bool, how: int) -> None:
        self.make(m.CloseConnector if close else m.OpenConnector, how, connector="lift-1")

    @rule(
        units=st.sets(st.sampled_from(UNITS), min_size=1),
        x=st.floats(1, 59),
        quality=st.sampled_from([1, 1, 2, 3]),
    )
    def locate(self, units: set[str], x: float, quality: int) -> None:
        places = {unit: (index % 2, x, 12.0 + index) for index, unit in enumerate(sorted(units))}
        self.control.locate(places, quality=quality)

    @rule(n=st.integers(1, 12))
    def press(self, n: int) -> None:
        self.control.receive(
            m.ButtonPressed(
                device_id=f"C3:00:00:25:00:{n:02X}",
                mode="long",
                counter=None,
                gateway="gw-L1-01",
                heard_at=self.control.now,
            )
        )

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.held) - 1))
        self.control.receive(self.held.pop(index))

    @rule(seconds=st.sampled_from([0.05, 1.0, 8.0, 30.0, 130.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.control.wait(seconds)

    @rule()
    def accept_everything(self) -> None:
        self.control.accept_all()

    @rule(steps=st.integers(1, 3))
    def work(self, steps: int) -> None:
        """Everybody who holds a task does what comes next."""
        ledger = self.control.ledger
        for _ in range(steps):
            for unit in [unit for unit in ledger.units.values() if unit.task_id]:
                task = ledger.tasks[unit.task_id or ""]
                kind: type[m.Command] = m.ReportDone if task.on_scene_at else m.ReportOnScene
                extra = {}
                if task.depot is not None and task.picked_up_at is None and task.on_scene_at is None:
                    kind, extra = m.ReportItemPickedUp, {"spares": 1}
                assert self.control.report(kind, unit.unit_id, **extra).accepted

    @rule()
    def crash(self) -> None:
        """A new process on the same journal knows the same, and goes on."""
        from dispatcher.service import DispatcherService

        control = self.control
        before = encoded(control.ledger)
        control.service = DispatcherService(control.site, control.grid, control.settings, control.facts)
        assert encoded(control.ledger) == before
        control.take(control.service.resumed(control.now))
        control.take(control.service.wake(control.now))

    @invariant()
    def each_command_has_one_answer(self) -> None:
        for fact in self.control.facts[self.seen :]:
            if isinstance(fact, m.CommandAnswered):
                said = (fact.accepted, fact.reason, fact.subject)
                assert self.answers.setdefault(fact.command_id, said) == said
        self.seen = len(self.control.facts)

    @invariant()
    def breaches_are_late_and_once(self) -> None:
        breaches = self.control.of(m.SlaBreached)
        assert len({fact.task_id for fact in breaches}) == len(breaches)
        unseen = {fact.call_id for fact in self.control.of(m.CallUnmerged)}
        for fact in breaches:
            assert fact.deadline_at < fact.at
            assert fact.at <= fact.deadline_at + SECOND or fact.call_id in unseen

    @invariant()
    def whoever_waits_knows_why(self) -> None:
        ledger = self.control.ledger
        if self.control.service._plan_wanted:
            return
        for task in running_tasks(ledger):
            assert task_state(task) != "pending" or task.waiting_for, task

    def teardown(self) -> None:
        assert encoded(self.control.replayed()) == encoded(self.control.ledger)
        wire = [msgspec.msgpack.encode(fact) for fact in self.control.facts]
        kinds = [type(fact) for fact in self.control.facts]
        back = [msgspec.msgpack.decode(data, type=kind) for data, kind in zip(wire, kinds, strict=True)]
        assert back == self.control.facts


ChanceShift.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestChanceShift = ChanceShift.TestCase
