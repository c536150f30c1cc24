"""The planner's optimum against brute force, ties, and the price of leaving somebody out."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher import assignment
from dispatcher.assignment import Problem


def a_problem(
    n: int, t: int, seed: int = 0, share: float = 0.8, waited_s: float = 100.0, weight: float = 2.0
) -> Problem:
    rng = np.random.default_rng(seed)
    return Problem(
        unit_ids=tuple(f"u-{i:02d}" for i in rng.permutation(n)),
        task_ids=tuple(f"c{j:02d}-1-service" for j in rng.permutation(t)),
        arrive_s=rng.uniform(10, 400, (n, t)),
        sd_s=rng.uniform(5, 40, (n, t)),
        allowed=rng.random((n, t)) < share,
        extra=np.where(rng.random((n, t)) < 0.2, rng.uniform(0, 1, (n, t)), 0.0),
        waited_s=rng.uniform(0, waited_s, t),
        target_s=rng.choice([180.0, 300.0, 600.0], t),
        weight=rng.choice([1.0, weight, 20.0], t),
        past_patience=np.zeros(t, bool),
    )


def price_of(cost: np.ndarray, price: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    served = {column for _, column in pairs}
    left = sum(price[column] for column in range(len(price)) if column not in served)
    return float(sum(cost[pair] for pair in pairs) + left)


def brute_force(cost: np.ndarray, price: np.ndarray) -> float:
    """Every way to give each task one person or nobody."""
    n, t = cost.shape
    best = np.inf
    for people in permutations([*range(n), *[-1] * t], t):
        pairs = [(row, column) for column, row in enumerate(people) if row >= 0]
        best = min(best, price_of(cost, price, pairs))
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10_000), st.floats(0.2, 1.0))
def test_the_plan_is_the_cheapest_of_all(n: int, t: int, seed: int, share: float) -> None:
    problem = a_problem(n, t, seed, share)
    cost, price = assignment.costs(problem), assignment.prices_of_not_serving(problem)
    found = price_of(cost, price, assignment.solve(cost, price))
    assert found == pytest.approx(brute_force(cost, price), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_is_the_cheapest_of_all_six_by_six(seed: int) -> None:
    problem = a_problem(6, 6, seed, share=1.0)
    cost, price = assignment.costs(problem), assignment.prices_of_not_serving(problem)
    best = min(sum(cost[i, j] for j, i in enumerate(order)) for order in permutations(range(6)))
    assert price_of(cost, price, assignment.solve(cost, price)) == pytest.approx(best, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(n: int, t: int, seed: int, random: object) -> None:
    problem = a_problem(n, t, seed)
    rng = np.random.default_rng(seed + 1)
    rows, columns = rng.permutation(n), rng.permutation(t)
    mixed = Problem(
        unit_ids=tuple(problem.unit_ids[i] for i in rows),
        task_ids=tuple(problem.task_ids[j] for j in columns),
        arrive_s=problem.arrive_s[np.ix_(rows, columns)],
        sd_s=problem.sd_s[np.ix_(rows, columns)],
        allowed=problem.allowed[np.ix_(rows, columns)],
        extra=problem.extra[np.ix_(rows, columns)],
        waited_s=problem.waited_s[columns],
        target_s=problem.target_s[columns],
        weight=problem.weight[columns],
        past_patience=problem.past_patience[columns],
    )
    assert assignment.plan(mixed) == assignment.plan(problem)


def test_equal_people_are_taken_in_the_order_of_their_ids() -> None:
    flat = np.full((5, 2), 60.0)
    problem = Problem(
        unit_ids=("u-05", "u-03", "u-01", "u-04", "u-02"),
        task_ids=("c2", "c1"),
        arrive_s=flat,
        sd_s=flat / 6,
        allowed=np.ones((5, 2), bool),
        extra=np.zeros((5, 2)),
        waited_s=np.zeros(2),
        target_s=np.full(2, 300.0),
        weight=np.ones(2),
        past_patience=np.zeros(2, bool),
    )
    assert assignment.plan(problem) == [("u-01", "c1"), ("u-02", "c2")]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10_000), st.floats(0, 100_000))
def test_leaving_a_task_out_always_costs_more_than_serving_it(
    n: int, t: int, seed: int, waited_s: float
) -> None:
    problem = a_problem(n, t, seed, waited_s=waited_s)
    cost, price = assignment.costs(problem), assignment.prices_of_not_serving(problem)
    assert (np.where(np.isfinite(cost), cost, -np.inf) < price).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10_000))
def test_nobody_possible_stands_idle_while_a_task_is_left_out(n: int, t: int, seed: int) -> None:
    problem = a_problem(n, t, seed)
    cost, price = assignment.costs(problem), assignment.prices_of_not_serving(problem)
    pairs = assignment.solve(cost, price)
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    idle = [(i, j) for i in range(n) for j in range(t) if i not in rows and j not in columns]
    assert not any(np.isfinite(cost[pair]) for pair in idle)


def test_age_alone_gives_no_task_up() -> None:
    """The trap of a fixed price: tasks older than hours were dropped for ever."""
    for hours in (0.1, 1, 10, 100):
        problem = Problem(
            unit_ids=("u-01",),
            task_ids=("new", "old"),
            arrive_s=np.array([[100.0, 60.0]]),
            sd_s=np.full((1, 2), 10.0),
            allowed=np.ones((1, 2), bool),
            extra=np.zeros((1, 2)),
            waited_s=np.array([400.0, hours * 3600]),
            target_s=np.full(2, 300.0),
            weight=np.ones(2),
            past_patience=np.zeros(2, bool),
        )
        assert assignment.plan(problem) == [("u-01", "old")], "equally late: the nearer one first"


@pytest.mark.parametrize("waited_s", [480.0, 2000.0])
def test_what_is_past_all_patience_goes_first_but_for_an_emergency(waited_s: float) -> None:
    arrive_s, common = np.array([[20.0, 250.0]]), np.ones(2)
    cases = ((False, 1.0, "easy"), (True, 1.0, "old"), (True, 20.0, "easy"))
    for past, weight, first in cases:
        problem = Problem(
            unit_ids=("u-01",),
            task_ids=("easy", "old"),
            arrive_s=arrive_s,
            sd_s=np.full((1, 2), 10.0),
            allowed=np.ones((1, 2), bool),
            extra=np.zeros((1, 2)),
            waited_s=np.array([0.0, waited_s]),
            target_s=300.0 * common,
            weight=np.array([weight, 1.0]),
            past_patience=np.array([False, past]),
        )
        assert assignment.plan(problem) == [("u-01", first)]


def test_nothing_to_plan_is_no_plan() -> None:
    assert assignment.plan(a_problem(3, 3, share=0.0)) == []
    assert assignment.solve(np.zeros((0, 2)), np.ones(2)) == []
    assert assignment.solve(np.zeros((2, 0)), np.ones(0)) == []


def test_first_come_takes_the_cheapest_left() -> None:
    cost = np.array([[1.0, 2.0], [3.0, np.inf]])
    assert assignment.first_come(cost, [0, 1]) == [(0, 0)]
    assert assignment.first_come(cost, [1, 0]) == [(0, 1), (1, 0)]


@given(st.integers(0, 10_000))
def test_the_terms_of_a_cost_add_up_to_it(seed: int) -> None:
    problem = a_problem(3, 3, seed, share=1.0)
    cost = assignment.costs(problem)
    for row, column in np.ndindex(3, 3):
        ((terms,),) = assignment.cost_terms(problem, np.array([[row]]), np.array([[column]]))
        assert sum(terms.values()) == pytest.approx(cost[row, column], abs=0.003)
        assert set(terms) <= {"waiting", "late", "overdue", "moving"}
    problem.arrive_s[0, 0] = np.inf
    assert assignment.cost_terms(problem, np.array([[0]]), np.array([[0]])) == [[{}]]


@pytest.mark.parametrize("targets", [2.0, 5.0, 50.0])
def test_what_is_late_does_not_outbid_what_can_be_in_time_however_old(targets: float) -> None:
    problem = Problem(
        unit_ids=("u-01",),
        task_ids=("fresh", "old"),
        arrive_s=np.full((1, 2), 60.0),
        sd_s=np.full((1, 2), 10.0),
        allowed=np.ones((1, 2), bool),
        extra=np.zeros((1, 2)),
        waited_s=np.array([30.0, 300.0 * targets]),
        target_s=np.full(2, 300.0),
        weight=np.ones(2),
        past_patience=np.zeros(2, bool),
        ageing=3.0,
    )
    assert assignment.plan(problem) == [("u-01", "fresh")]
