"""``nearhand simulate``: the whole system on a virtual clock. Demo, load, what-if and test in one.

    nearhand simulate --seed 7 --scenario config/scenarios/small.toml --speed 100
    nearhand simulate --scenario config/scenarios/heavy.toml --policy nearest,full --seeds 10

Prints what the calls came to and what held. A seed that breaks an invariant prints the last events and
the command that repeats it, and ends with status 1.
"""

import argparse
import dataclasses
import math
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from contracts.errors import ConfigError
from contracts.figures import figures
from contracts.messages import CallChanged
from contracts.quantities import MINUTE, SECOND, Instant, from_seconds, to_seconds
from contracts.sitemap import Site
from runtime import compose, policies, policy_report
from runtime.faults import FaultLimits, draw_faults
from runtime.invariants import settled
from runtime.memory import keep_for_good
from runtime.policies import POLICIES
from runtime.scenario_site import changed
from runtime.scenarios import ScenarioFile, load_scenario
from runtime.settings import CLONE, DEMO_SCENARIO, Settings, load_settings
from runtime.site_files import load_site
from runtime.site_versions import calibration_of
from runtime.world import BrokenInvariantError, World

SITES = CLONE / "config" / "sites"


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "simulate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--scenario", type=Path, default=DEMO_SCENARIO, help="scenario file (default: the demo)"
    )
    parser.add_argument("--site", type=Path, help="folder of the site (default: the scenario's)")
    parser.add_argument("--config", type=Path, help="settings file")
    parser.add_argument("--seed", type=int, default=1, help="the luck of this run; the first of --seeds")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--minutes", type=float, help="simulated minutes (default: the scenario's)")
    parser.add_argument("--speed", type=float, default=0, help="times real time; 0 = as fast as it goes")
    parser.add_argument("--no-faults", action="store_true", help="nothing breaks, whatever the scenario says")
    parser.add_argument("--journal", type=Path, help="write the journal's bytes to this file")
    parser.add_argument(
        "--policy",
        action="append",
        help="compare policies on the same calls and luck, without radio and faults: any of\n"
        f"{', '.join(POLICIES)}; repeat it or separate by commas",
    )
    parser.add_argument("--staff", type=float, default=1.0, help="with --policy: share of the staff on duty")
    parser.add_argument("--json", action="store_true", help="one JSON object (a seed) instead of text")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Outcome:
    """What one seed came to."""

    seed: int
    minutes: float
    cpu_s: float
    digest: str
    calls: int
    services: dict[str, dict[str, float]]
    accuracy: dict[str, float]
    counters: dict[str, int]
    failure: str = ""
    last: tuple[str, ...] = ()


def run(arguments: argparse.Namespace) -> int:
    file = load_scenario(arguments.scenario)
    folder = arguments.site or SITES / file.world.site
    settings = load_settings(arguments.config)
    if arguments.policy:
        keep_for_good()
        return _compare(arguments, file, load_site(folder), settings)
    site = changed(load_site(folder), file.changes)
    ground = compose.ground(site, settings, calibration_of(folder))
    keep_for_good()
    bad = 0
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        outcome, world = simulate(
            ground, file, seed, arguments.minutes, arguments.speed, not arguments.no_faults, _progress
        )
        if arguments.journal:
            arguments.journal.write_bytes(b"".join(world.journal.payloads))
        if arguments.json:
            print(msgspec.json.encode(outcome).decode(), flush=True)
        else:
            print(describe(outcome), flush=True)
        if outcome.failure:
            bad += 1
            print("\n".join(outcome.last), file=sys.stderr)
            print(
                f"seed {seed} fails: {outcome.failure}\nrepeat it with: {_command(arguments, seed)}",
                file=sys.stderr,
            )
    return 1 if bad else 0


def _compare(arguments: argparse.Namespace, file: ScenarioFile, site: Site, settings: Settings) -> int:
    """``--policy``: one table, or one JSON object, for all of them."""
    wanted = [name for given in arguments.policy for name in given.split(",") if name]
    unknown = [name for name in wanted if name not in POLICIES]
    if unknown or not wanted or arguments.seeds < 1:
        raise ConfigError(f"--policy: {unknown or 'nothing'}; expected of {', '.join(POLICIES)}")
    if arguments.minutes is not None:
        file = msgspec.structs.replace(
            file, world=msgspec.structs.replace(file.world, minutes=arguments.minutes)
        )
    stage = policies.stage(file, site, settings.dispatcher, arguments.staff)
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    tallies: dict[str, list[tuple[int, policies.Tally]]] = {policy: [] for policy in dict.fromkeys(wanted)}
    for policy, seed, tally in policies.compare(stage, list(tallies), seeds):
        tallies[policy].append((seed, tally))
        if sys.stderr.isatty():
            print(f"\r\033[Kseed {seed}, {policy}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    report = {
        "scenario": file.scenario.name,
        "seeds": arguments.seeds,
        "policies": [policy_report.summary(policy, of) for policy, of in tallies.items()],
    }
    print(msgspec.json.encode(report).decode() if arguments.json else policy_report.table(report))
    return 0


def simulate(
    ground: compose.Ground,
    file: ScenarioFile,
    seed: int,
    minutes: float | None = None,
    speed: float = 0,
    faults: bool = True,
    progress: Any = None,
) -> tuple[Outcome, World]:
    """Run one seed to its end; what it came to, and the world for a closer look."""
    start = from_seconds(datetime.fromisoformat(file.world.start).timestamp())
    length = round((minutes or file.world.minutes) * MINUTE)
    calm = start + length - round(file.world.settle_minutes * MINUTE)
    limits = file.faults if faults else FaultLimits()
    drawn = draw_faults(
        limits, compose.PROCESSES[:3], start + 20 * SECOND, calm, np.random.default_rng([seed, 17])
    )
    ground = paced(ground, file.world.positioning_wake_ms)
    world = World(ground, file.scenario, seed, start, drawn)
    before_cpu, failure = time.process_time(), ""
    last: tuple[str, ...] = ()
    try:
        _advance(world, start, start + length, speed, progress)
        service = world.dispatcher
        if service is not None and file.world.settle_minutes:
            hanging = settled(service.ledger, list(world.watch.calls.values()))
            if hanging:
                raise BrokenInvariantError(world.now, hanging, tuple(world.last))
    except BrokenInvariantError as error:
        failure, last = f"at {to_seconds(error.at - start):.3f} s: {error}", error.last
    outcome = Outcome(
        seed=seed,
        minutes=to_seconds(world.now - start) / 60,
        cpu_s=time.process_time() - before_cpu,
        digest=world.journal.digest(),
        calls=len(world.watch.calls),
        services=response_times(list(world.watch.calls.values()), world.now),
        accuracy=world.watch.accuracy.summary(),
        counters=dict(sorted(world.counters.items())),
        failure=failure,
        last=last,
    )
    return outcome, world


def paced(ground: compose.Ground, wake_ms: int | None) -> compose.Ground:
    """The ground with positioning's pace as the scenario wants it."""
    if wake_ms is None:
        return ground
    replace = msgspec.structs.replace
    positioning = replace(ground.settings.positioning, wake_interval_ms=wake_ms)
    return dataclasses.replace(ground, settings=replace(ground.settings, positioning=positioning))


def _advance(world: World, start: Instant, end: Instant, speed: float, progress: Any) -> None:
    """Second by second, so that it can be paced and shown."""
    began = time.monotonic()
    for until in range(start + SECOND, end + SECOND, SECOND):
        world.run(min(until, end))
        ahead_s = to_seconds(until - start) / speed - (time.monotonic() - began) if speed else 0
        if ahead_s > 0:
            time.sleep(ahead_s)
        if progress and (until - start) % MINUTE == 0:
            progress(to_seconds(until - start) / 60, to_seconds(end - start) / 60, world)


def _progress(minute: float, of: float, world: World) -> None:
    if sys.stderr.isatty():
        print(
            f"\r{minute:.0f} of {of:.0f} min, {len(world.watch.calls)} calls",
            end="",
            file=sys.stderr,
            flush=True,
        )
        if minute >= of:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def response_times(calls: Sequence[CallChanged], until: Instant) -> dict[str, dict[str, float]]:
    """By service and role, of those that were reached or are overdue: how many, share on time, median and
    90th percentile of what they waited (``contracts.figures``); nan where nobody came."""
    found = figures(calls, (), 0, until, 0).by_service
    return {
        key: {
            "calls": waits.judged,
            "on_time": waits.on_time,
            "p50_s": math.nan if waits.p50_s is None else waits.p50_s,
            "p90_s": math.nan if waits.p90_s is None else waits.p90_s,
        }
        for key, waits in found.items()
        if waits.on_time is not None
    }


def describe(outcome: Outcome) -> str:
    """The outcome for people."""
    lines = [
        f"seed {outcome.seed}: {outcome.minutes:.0f} min simulated in {outcome.cpu_s:.1f} s of CPU,"
        f" {outcome.calls} calls, journal {outcome.digest[:16]}"
    ]
    for key, row in outcome.services.items():
        lines.append(
            f"  {key:<28} {row['calls']:>4.0f} calls  {row['on_time']:>6.1%} on time"
            f"  median {row['p50_s']:>4.0f} s  p90 {row['p90_s']:>4.0f} s"
        )
    if outcome.accuracy.get("judged"):
        a = outcome.accuracy
        lines.append(
            f"  positions: mean {a['mean_m']:.2f} m, p90 {a['p90_m']:.2f} m, floor {a['floor_hit']:.1%},"
            f" inside the 95 % ellipse {a['inside_95_ellipse']:.1%},"
            f" without estimate {a['without_estimate']:.1%}"
        )
    broken = {key: value for key, value in outcome.counters.items() if key.startswith("crashes")}
    held = f"BROKEN: {outcome.failure}" if outcome.failure else "held"
    lines.append(f"  invariants {held}; {broken or 'no crashes'}")
    return "\n".join(lines)


def _command(arguments: argparse.Namespace, seed: int) -> str:
    words = ["nearhand", "simulate", "--seed", str(seed), "--scenario", str(arguments.scenario)]
    for option in ("site", "config", "minutes"):
        value = getattr(arguments, option)
        words += [f"--{option}", str(value)] if value is not None else []
    return shlex.join([*words, *(["--no-faults"] if arguments.no_faults else [])])
