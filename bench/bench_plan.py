"""How long the dispatcher thinks: plans, commands, positions, replay. CPU time of one core.

    .venv/bin/python bench/bench_plan.py            prints the table of bench/results/dispatch.md
    .venv/bin/python bench/bench_plan.py --quick    fewer rounds, for CI

A plan is everything from "look at the ledger" to "these offers": the survey of people and tasks, arrival
times from uncertain positions by way of depots, costs, exact assignment, the five best candidates.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import Place, PositionsEstimated
from contracts.quantities import SECOND, Instant
from contracts.sitemap import Site
from dispatcher import assignment, planner, situation
from dispatcher.evolve import replay
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from runtime.site_files import load_site

START: Instant = 1_773_453_600 * SECOND
SERVICES = ("wheelchair", "power_bank", "luggage", "cleaning", "security", "medical", "umbrella")


def crowd_site(site: Site, people: int) -> Site:
    """The demo mall with as many staff as wanted, roles as they come."""
    staff = [
        msgspec.structs.replace(
            site.staff[n % len(site.staff)], unit_id=f"u-{n:04d}", device_id=f"D:{n:04d}", shifts=()
        )
        for n in range(people)
    ]
    depots = tuple(
        msgspec.structs.replace(depot, stock=dict.fromkeys(depot.stock, 1000)) for depot in site.depots
    )
    return msgspec.structs.replace(site, staff=tuple(staff), depots=depots)


def positions(site: Site, grid: WalkableGrid, at: Instant, strangers: int, seed: int) -> PositionsEstimated:
    """Everybody somewhere, three metres unsure, among strangers."""
    rng = np.random.default_rng(seed)
    ids = [person.device_id for person in site.staff] + [f"S:{n:04d}" for n in range(strangers)]
    n = len(ids)
    cells = rng.integers(0, grid.n_cells, n)
    probability = np.zeros((n, len(site.floors)))
    probability[np.arange(n), grid.floor[cells]] = 1.0
    return pack_positions(
        Positions(
            estimated_at=at,
            device_ids=tuple(ids[i] for i in rng.permutation(n)),
            floor=grid.floor[cells],
            x_m=grid.x_m[cells].astype(np.float64),
            y_m=grid.y_m[cells].astype(np.float64),
            vx_mps=np.zeros(n),
            vy_mps=np.zeros(n),
            semi_major_m=np.full(n, 7.0),
            semi_minor_m=np.full(n, 5.0),
            heading_deg=np.zeros(n),
            floor_probability=probability,
            quality=np.ones(n, np.uint8),
            age_s=np.zeros(n),
        )
    )


def cpu_ms(work: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Median, 99th percentile and maximum of the CPU time in milliseconds."""
    times = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        times.append((time.process_time() - before) * 1000)
    return float(np.median(times)), float(np.percentile(times, 99)), max(times)


def waiting(site: Site, grid: WalkableGrid, tasks: int) -> tuple[DispatcherService, Instant]:
    """A service in which ``tasks`` tasks wait for their first offer."""
    service = DispatcherService(site, grid, DispatcherSettings())
    service.wake(START)
    service.receive(positions(site, grid, START, 0, 1), START)
    rng = np.random.default_rng(2)
    service._plan_wanted, service._planned_at = False, START + 10**12  # let calls pile up unplanned
    n = 0
    while len(situation.columns_of(service.ledger, service.ways, service.settings, START)) < tasks:
        cell = int(rng.integers(0, grid.n_cells))
        floor = site.floors[int(grid.floor[cell])].floor
        place = Place(floor, float(grid.x_m[cell]), float(grid.y_m[cell]))
        kind = SERVICES[n % len(SERVICES)]
        n += 1
        service.receive(
            m.PlaceCall(command_id=f"k{n}", by="bench", at=START, service=kind, place=place), START
        )
    return service, START + SECOND


def bench_plan(site: Site, grid: WalkableGrid, people: int, tasks: int, rounds: int) -> str:
    service, now = waiting(crowd_site(site, people), grid, tasks)

    def once() -> object:
        columns = situation.columns_of(service.ledger, service.ways, service.settings, now)
        seen = situation.survey(
            service.ledger, service.ways, service.whereabouts, service.settings, now, columns
        )
        return planner.plan(service.ledger, seen, service.ways, service.settings)

    before = time.process_time()
    once()
    cold = (time.process_time() - before) * 1000
    median, p99, worst = cpu_ms(once, rounds)
    return f"| plan {people} people x {tasks} tasks | {median:.2f} | {p99:.2f} | {worst:.2f} | {cold:.0f} |"


def bench_solver(size: int, rounds: int) -> str:
    rng = np.random.default_rng(3)
    square = (size, size)
    problem = assignment.Problem(
        unit_ids=tuple(f"u-{n:04d}" for n in range(size)),
        task_ids=tuple(f"c{n:04d}" for n in range(size)),
        arrive_s=rng.uniform(10, 400, square),
        sd_s=rng.uniform(5, 40, square),
        allowed=rng.random(square) < 0.65,
        extra=np.zeros(square),
        waited_s=rng.uniform(0, 300, size),
        target_s=rng.choice([180.0, 300.0, 600.0], size),
        weight=rng.choice([1.0, 2.0, 4.0, 20.0], size),
        past_patience=np.zeros(size, bool),
    )
    median, p99, worst = cpu_ms(lambda: assignment.plan(problem), rounds)
    return f"| costs and assignment {size} x {size} | {median:.2f} | {p99:.2f} | {worst:.2f} | |"


def bench_positions(site: Site, grid: WalkableGrid, rounds: int) -> str:
    service = DispatcherService(site, grid, DispatcherSettings())
    service.wake(START)
    batches = [positions(site, grid, START, 500 - len(site.staff), seed) for seed in range(8)]
    turn = iter(range(10**9))
    many = 200

    def burst() -> object:
        return [service.receive(batches[next(turn) % 8], START) for _ in range(many)]

    median, p99, worst = (value / many for value in cpu_ms(burst, max(3, rounds // 20)))
    return f"| one position message of 500 devices | {median:.4f} | {p99:.4f} | {worst:.4f} | |"


def bench_closure(site: Site, grid: WalkableGrid) -> str:
    """From the command to new offers by other ways: the first plan with nothing cached."""
    service, now = waiting(site, grid, 12)
    before = time.process_time()
    service.receive(m.SetFireMode(command_id="fire", by="bench", at=now, on=True), now)
    service._planned_at = 0
    made = [said for said in service.wake(now) if isinstance(said, m.OfferMade)]
    took = (time.process_time() - before) * 1000
    return f"| fire mode: new walking times, {len(made)} offers for 12 open tasks | {took:.0f} | | | |"


def bench_replay(site: Site, grid: WalkableGrid) -> str:
    service = DispatcherService(site, grid, DispatcherSettings())
    facts = [fact for fact in service.wake(START) if isinstance(fact, m.Fact)]
    now = START
    for n in range(3000):
        now += 10 * SECOND
        place = Place(site.floors[n % len(site.floors)].floor, 60.0, 60.0)
        command: m.Command = m.PlaceCall(
            command_id=f"k{n}", by="bench", at=now, service="cleaning", place=place
        )
        if n % 2:
            command = m.CancelCall(
                command_id=f"k{n}", by="bench", at=now, call_id=service.ledger.open_calls[0], reason="x"
            )
        facts += [said for said in service.receive(command, now) if isinstance(said, m.Fact)]
    before = time.process_time()
    replay(site, facts)
    took = time.process_time() - before
    return f"| replay of {len(facts)} facts, per 1 000 | {took / len(facts) * 1e6:.1f} | | | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    rounds = 30 if parser.parse_args().quick else 300
    site = load_site(Path(__file__).parent.parent / "config" / "sites" / "demo")
    grid = build_grid(site)
    print(f"Demo mall, {grid.n_cells} cells, {len(site.staff)} staff; CPU milliseconds, {rounds} rounds\n")
    print("| what | median | p99 | max | first, nothing cached |\n| --- | --- | --- | --- | --- |")
    print(bench_plan(site, grid, 40, 10, rounds), flush=True)
    print(bench_plan(site, grid, 40, 30, rounds), flush=True)
    print(bench_plan(site, grid, 300, 100, rounds), flush=True)
    print(bench_solver(300, rounds), flush=True)
    print(bench_solver(2000, max(3, rounds // 60)), flush=True)
    print(bench_positions(site, grid, rounds), flush=True)
    print(bench_closure(site, grid), flush=True)
    print(bench_replay(site, grid), flush=True)


if __name__ == "__main__":
    main()
