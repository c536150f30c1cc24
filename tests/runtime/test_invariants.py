"""The watch: it finds what it is there to find, and its sums are right."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import messages as m
from contracts.columns import Positions, pack_positions, pack_truth
from contracts.quantities import SECOND
from dispatcher.evolve_calls import CLOSED_CALLS_MAX
from dispatcher.ledger import new_ledger
from runtime.invariants import ANSWERS_LIMIT, CONTRADICTIONS_LIMIT, TRUTH_LAG, Accuracy, Watch, settled
from tests.dispatcher.builders import EAST, NOON, Control
from tests.sites import small_mall

SAMPLED = 7
"""One device in so many is judged each second, in turn."""
ZEROTH = 7 * 10**8 * SECOND
"""An instant at which the devices 0, 7, 14 … are judged."""


def placed(command_id: str = "k1") -> m.PlaceCall:
    return m.PlaceCall(command_id=command_id, by="operator/o", at=NOON, service="cleaning", place=EAST)


def answer(command_id: str = "k1", accepted: bool = True, subject: str = "c1") -> m.CommandAnswered:
    reason = "" if accepted else "unknown_service"
    return m.CommandAnswered(
        seq=1, at=NOON, command_id=command_id, accepted=accepted, reason=reason, subject=subject
    )


# --- answers and calls -------------------------------------------------------------------------------


def test_all_is_well_with_a_real_dispatcher() -> None:
    control, watch = Control(), Watch(small_mall())
    command = control.make(m.PlaceCall, service="wheelchair", place=EAST)
    watch.saw(command, control.now)
    for message in (*control.receive(command), *control.receive(command)):
        watch.saw(message, control.now)
    assert len(watch.accepted_calls) == 1
    assert watch.violations(control.ledger, control.now) == []


def test_an_accepted_call_that_the_ledger_does_not_know_is_lost() -> None:
    watch = Watch(small_mall())
    watch.saw(placed(), NOON)
    watch.saw(answer(), NOON)
    assert watch.violations(new_ledger(small_mall()), NOON) == ["acknowledged call c1 is lost"]


@pytest.mark.parametrize(
    "seen",
    [
        [placed()],
        [placed(), answer(accepted=False, subject="")],
        [m.CloseConnector(command_id="k1", by="operator/o", at=NOON, connector="c1"), answer()],
    ],
    ids=["unanswered", "refused", "of another command"],
)
def test_only_an_accepted_call_is_owed(seen: list[m.Message]) -> None:
    watch = Watch(small_mall())
    for message in seen:
        watch.saw(message, NOON)
    assert watch.violations(new_ledger(small_mall()), NOON) == []


@pytest.mark.parametrize("second", [answer(accepted=False, subject=""), answer(subject="c2")])
def test_two_different_answers_to_one_command_are_a_contradiction(second: m.CommandAnswered) -> None:
    watch, ledger = Watch(small_mall()), new_ledger(small_mall())
    watch.saw(answer(), NOON)
    watch.saw(answer(), NOON + SECOND)
    assert watch.violations(ledger, NOON) == []
    watch.saw(second, NOON + SECOND)
    (broken,) = watch.violations(ledger, NOON)
    assert broken.startswith("command k1 was answered ")
    assert watch.violations(ledger, NOON + SECOND) == [broken], "it stays broken"


def test_the_dispatchers_own_laws_are_asked_too() -> None:
    control, watch = Control(), Watch(small_mall())
    call_id = control.call("cleaning")
    assert watch.violations(control.ledger, control.now) == []
    control.ledger.open_calls.append(call_id)
    assert "a call is open twice" in watch.violations(control.ledger, control.now)


def test_answers_are_remembered_up_to_the_limit() -> None:
    watch = Watch(small_mall())
    for number in range(ANSWERS_LIMIT + 10):
        watch.saw(answer(f"k{number}"), NOON)
    assert len(watch.answers) == ANSWERS_LIMIT
    assert "k0" not in watch.answers
    assert f"k{ANSWERS_LIMIT + 9}" in watch.answers


def test_nothing_that_is_remembered_grows_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.invariants.ANSWERS_LIMIT", 500)
    watch = Watch(small_mall())
    for number in range(510):
        place = m.PlaceCall(command_id=f"k{number}", by="x", at=NOON, service="cleaning", place=EAST)
        watch.saw(place, NOON)
        watch.saw(answer(f"k{number}", subject=f"c{number}"), NOON)
        watch.saw(msgspec.structs.replace(a_call(), call_id=f"c{number}"), NOON)
    for number in range(200):
        watch.saw(answer("k509", subject=f"other-{number}"), NOON)
    sizes = {name: len(value) for name, value in vars(watch).items() if isinstance(value, dict | list | set)}
    assert sizes.pop("_contradictions") == CONTRADICTIONS_LIMIT
    assert set(sizes.values()) == {500}, sizes


def test_a_call_that_was_finished_long_ago_and_forgotten_by_limit_is_not_lost() -> None:
    """The ledger keeps its last closed calls only; a long run must not fail for that."""
    control, watch = Control(), Watch(small_mall())

    def see(command: m.Command) -> str:
        watch.saw(command, control.now)
        messages = control.receive(command)
        for message in messages:
            watch.saw(message, control.now)
        return next(said.subject for said in messages if isinstance(said, m.CommandAnswered))

    for _ in range(CLOSED_CALLS_MAX + 1):
        call_id = see(control.make(m.PlaceCall, service="cleaning", place=EAST))
        see(control.make(m.CancelCall, call_id=call_id, reason="not_needed"))
    assert len(control.ledger.calls) == CLOSED_CALLS_MAX
    assert watch.violations(control.ledger, control.now) == []


def a_call(version: int = 1, **changes: object) -> m.CallChanged:
    task = m.TaskView(task_id="t1", role="cleaner", item=None, state="pending", deadline_at=NOON)
    fields = {
        "call_id": "c1",
        "version": version,
        "service": "cleaning",
        "priority": 4,
        "state": "pending",
        "place": EAST,
        "device_id": None,
        "note": "",
        "by": "operator/o",
        "received_at": NOON,
        "deadline_at": NOON,
        "tasks": (task,),
    }
    return m.CallChanged(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_newest_view_of_a_call_wins_whatever_the_order() -> None:
    watch = Watch(small_mall())
    for version in (1, 3, 2):
        watch.saw(a_call(version, note=str(version)), NOON)
    assert watch.calls["c1"].note == "3"


# --- settled -----------------------------------------------------------------------------------------


def view_of(control: Control, call_id: str) -> m.CallChanged:
    views = [said for said in control.service.resumed(control.now) if isinstance(said, m.CallChanged)]
    return next(view for view in views if view.call_id == call_id)


def test_a_call_with_an_offer_a_holder_or_a_reason_does_not_hang() -> None:
    control = Control()
    call_id = control.call("wheelchair")
    offered = view_of(control, call_id)
    assert offered.tasks[0].offers
    control.accept_all()
    held = view_of(control, call_id)
    assert held.tasks[0].unit_id
    waiting = a_call(
        call_id=call_id,
        tasks=(
            m.TaskView(
                task_id="t",
                role="lead",
                item=None,
                state="pending",
                deadline_at=NOON,
                waiting_for={"busy": 2},
            ),
        ),
    )
    assert settled(control.ledger, [offered, held, waiting]) == []


def test_a_call_for_which_nothing_happens_hangs() -> None:
    control = Control()
    call_id = control.call("cleaning")
    assert settled(control.ledger, [a_call(call_id=call_id)]) == [
        f"call {call_id} hangs in pending without a reason"
    ]


@pytest.mark.parametrize("state", ["on_scene", "cleared", "cancelled"])
def test_who_is_helped_or_gone_does_not_hang(state: m.CallState) -> None:
    control = Control()
    call_id = control.call("cleaning")
    assert settled(control.ledger, [a_call(call_id=call_id, state=state)]) == []


# --- accuracy ----------------------------------------------------------------------------------------


def estimates(
    at: int, rows: list[tuple[int, float, float, float, float, float]], step: int = 1
) -> m.PositionsEstimated:
    """Rows (floor, x, y, semi-major, semi-minor, heading in degrees) of the devices d0, d<step> …"""
    columns = np.array(rows, float).reshape(-1, 6)
    n = len(columns)
    return pack_positions(
        Positions(
            estimated_at=at,
            device_ids=tuple(f"d{step * index}" for index in range(n)),
            floor=columns[:, 0].astype(np.int8),
            x_m=columns[:, 1],
            y_m=columns[:, 2],
            vx_mps=np.zeros(n),
            vy_mps=np.zeros(n),
            semi_major_m=columns[:, 3],
            semi_minor_m=columns[:, 4],
            heading_deg=columns[:, 5],
            floor_probability=np.ones((n, 1)),
            quality=np.ones(n, np.uint8),
            age_s=np.zeros(n),
        )
    )


def truth(at: int, places: list[tuple[int, float, float]]) -> m.GroundTruth:
    columns = np.array(places, float).reshape(-1, 3)
    ids = tuple(f"d{index}" for index in range(len(columns)))
    return pack_truth(at, ids, columns[:, 0].astype(np.int8), columns[:, 1], columns[:, 2])


def judge(
    true: tuple[int, float, float], estimate: tuple[int, float, float, float, float, float], late: int = 0
) -> Accuracy:
    accuracy = Accuracy()
    accuracy.estimate(estimates(ZEROTH - late, [estimate]))
    accuracy.truth(truth(ZEROTH, [true]))
    return accuracy


def test_the_summary_is_the_textbooks_on_made_up_truth() -> None:
    """Errors 0, 5, 10 and 1 m; three of four floors; two inside their ellipse; one not located."""
    accuracy = Accuracy()
    rows = [
        (0, 10.0, 10.0, 2.0, 1.0, 0.0),
        (1, 13.0, 14.0, 3.0, 3.0, 0.0),
        (0, 10.0, 10.0, 9.0, 9.0, 0.0),
        (1, 10.0, 10.0, 2.0, 0.5, 90.0),
    ]
    accuracy.estimate(estimates(ZEROTH, rows, step=SAMPLED))
    places = [(9, 0.0, 0.0)] * (4 * SAMPLED + 1)
    places[0], places[7] = (0, 10.0, 10.0), (1, 10.0, 10.0)
    places[14], places[21] = (1, 20.0, 10.0), (1, 10.0, 11.0)
    accuracy.truth(truth(ZEROTH, places))
    assert accuracy.summary() == pytest.approx(
        {
            "judged": 4,
            "mean_m": 4.0,
            "p90_m": np.percentile([0, 5, 10, 1], 90),
            "floor_hit": 0.75,
            "inside_95_ellipse": 0.5,
            "without_estimate": 0.2,
        }
    )


@pytest.mark.parametrize(
    ("dx", "dy", "heading_deg", "inside"),
    [
        (3.9, 0.0, 0, True),
        (4.1, 0.0, 0, False),
        (0.0, 0.9, 0, True),
        (0.0, 1.1, 0, False),
        (0.0, 3.9, 90, True),
        (1.1, 0.0, 90, False),
        (2.7, 2.7, 45, True),
        (2.7, -2.7, 45, False),
        (2.7, -2.7, -45, True),
    ],
)
def test_the_ellipse_is_turned_counter_clockwise_from_east(
    dx: float, dy: float, heading_deg: float, inside: bool
) -> None:
    accuracy = judge((0, 20 + dx, 20 + dy), (0, 20.0, 20.0, 4.0, 1.0, heading_deg))
    assert (accuracy.judged, accuracy.inside) == (1, inside)
    assert accuracy.errors_m == pytest.approx([math.hypot(dx, dy)])


def test_an_ellipse_of_no_size_holds_its_middle_and_nothing_else() -> None:
    assert judge((0, 5.0, 5.0), (0, 5.0, 5.0, 0.0, 0.0, 0.0)).inside == 1
    assert judge((0, 5.02, 5.0), (0, 5.0, 5.0, 0.0, 0.0, 0.0)).inside == 0


@pytest.mark.parametrize(
    ("late", "judged"), [(0, 1), (TRUTH_LAG, 1), (TRUTH_LAG + 1, 0), (-TRUTH_LAG, 1), (-TRUTH_LAG - 1, 0)]
)
def test_an_old_estimate_is_no_estimate(late: int, judged: int) -> None:
    accuracy = judge((0, 5.0, 5.0), (0, 5.0, 5.0, 1.0, 1.0, 0.0), late)
    assert (accuracy.judged, accuracy.missing) == (judged, 1 - judged)


def test_the_newest_estimate_counts() -> None:
    accuracy = Accuracy()
    accuracy.estimate(estimates(ZEROTH - SECOND, [(0, 50.0, 5.0, 1.0, 1.0, 0.0)]))
    accuracy.estimate(estimates(ZEROTH, [(0, 5.0, 5.0, 1.0, 1.0, 0.0)]))
    accuracy.truth(truth(ZEROTH, [(0, 5.0, 5.0)]))
    assert accuracy.errors_m == [0.0]


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 10**6))
def test_every_device_has_its_turn_once_in_seven_seconds(n: int, second: int) -> None:
    accuracy = Accuracy()
    for step in range(SAMPLED):
        at = ZEROTH + (second + step) * SECOND
        accuracy.estimate(estimates(at, [(0, float(index), 0.0, 1.0, 1.0, 0.0) for index in range(n)]))
        accuracy.truth(truth(at, [(0, float(index), 0.0) for index in range(n)]))
    assert accuracy.judged == n
    assert accuracy.errors_m == [0.0] * n


def test_nothing_judged_nothing_said() -> None:
    assert Accuracy().summary() == {}


def test_a_mall_in_which_nobody_is_located_is_not_hidden() -> None:
    accuracy = Accuracy()
    accuracy.truth(truth(ZEROTH, [(0, 5.0, 5.0)]))
    assert accuracy.summary()["without_estimate"] == 1.0
