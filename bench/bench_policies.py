"""How well people are sent: policies side by side on the same calls and the same luck. No radio.

    .venv/bin/python bench/bench_policies.py --load heavy --hours 4 --seeds 2 --policy nearest,eta,full

The dispatcher is the real one; staff, handsets and customers are the simulator's; positions are the
simulated truth with three metres of doubt. Staff and demand after the experiment in docs/dispatch.md.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import Message, PositionsEstimated
from contracts.quantities import HOUR, SECOND, Instant, to_seconds
from contracts.sitemap import Site, StaffMember
from dispatcher import invariants
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from firmware_sim.scenario import Crowd, Demand, Scenario, Staff
from firmware_sim.service import FirmwareSimService
from runtime.site_files import load_site

MIDNIGHT: Instant = 1_773_417_600 * SECOND
"""14 March 2026, 00:00 in Shanghai."""
FIVE_MINUTES = ("wheelchair", "power_bank")
SHAPE = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.55, 0.9, 1.7, 1.35, 0.8, 0.7, 0.7, 0.95, 1.5, 1.25, 0.9, 0.7, 0, 0)
"""By local hour: peaks at lunch and dinner."""
MIX = {
    "power_bank": 0.37,
    "wheelchair": 0.14,
    "luggage": 0.22,
    "security": 0.14,
    "cleaning": 0.12,
    "medical": 0.01,
}
"""Shares of services; cleaning stays below what six cleaners can do at all."""
LOADS = {"heavy": 170.0, "light": 45.0}


def cast(site: Site, share: float, pouch: bool, scene: float) -> Site:
    """Three medics with the kit on the belt, 10 security, 21 service (runners among them), 6 cleaners;
    seven of security and service are first-aiders who must fetch a kit."""
    roles = [("medic",)] * 3 + [("security",)] * 10 + [("service",)] * 21 + [("cleaner",)] * 6
    aiders = {4, 7, 10, 14, 18, 22, 26}
    homes = [(person.home_floor, person.home) for person in site.staff]
    people = []
    for n, role in enumerate(roles):
        floor, home = homes[(n * 7) % len(homes)]
        aid = n < 3 or n in aiders
        carries: tuple[str, ...] = ("first_aid_kit",) if n < 3 or (pouch and aid) else ()
        if pouch and role == ("service",):
            carries += ("power_bank",)
        person = StaffMember(
            unit_id=f"u-{n + 1:02d}",
            name=site.staff[0].name,
            roles=(*role, "medic") if aid and n >= 3 else role,
            device_id=f"C3:00:00:25:00:{n + 1:02X}",
            home_floor=floor,
            home=home,
            skills=("first_aid",) if aid else (),
            carries=carries,
        )
        people.append(person)
    services = tuple(
        msgspec.structs.replace(
            kind,
            needs=tuple(
                msgspec.structs.replace(need, on_scene_s=need.on_scene_s * scene) for need in kind.needs
            ),
        )
        for kind in site.services
    )
    kept = [person for n, person in enumerate(people) if n < 3 or (n * 37) % 100 < share * 100]
    depots = tuple(
        msgspec.structs.replace(depot, stock={item: 3 * n for item, n in depot.stock.items()})
        if depot.kind == "depot"
        else depot
        for depot in site.depots
    )
    return msgspec.structs.replace(site, staff=tuple(kept), services=services, depots=depots)


def scenario(load: float, hours: float, instant: bool) -> Scenario:
    return Scenario(
        name="policies",
        crowd=Crowd(visitors=150, app_customers=0, assets=0, destinations=100, dwell_mean_s=600.0),
        staff=Staff(
            answer_median_s=2.0 if instant else 8.0,
            silence_share=0.0 if instant else 0.07,
            decline_share=0.0 if instant else 0.03,
            urgent_silence_share=0.0 if instant else 0.04,
            urgent_decline_share=0.0 if instant else 0.01,
            give_back_share=0.0,
            not_found_share=0.0,
            loan_mean_s=2400.0,
        ),
        demand=Demand(
            calls_per_h={service: load * part for service, part in MIX.items()},
            by_hour=SHAPE,
            by_floor={"L3": 1.6, "L1": 1.2},
            stop_after_s=hours * 3600,
            tag_share=0.0,
            app_share=0.0,
            cancel_share=0.0,
            move_share=0.0,
            rate_share=0.0,
        ),
        vices_on=False,
        advertising_interval_s=1e7,
        asset_interval_s=1e7,
        gateway_interval_s=1e6,
        truth_interval_s=2.0,
        wake_interval_s=1.0,
    )


@dataclass
class Tally:
    """What one run came to."""

    calls: dict[str, m.CallChanged] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    walked_m: float = 0.0
    busy_s: float = 0.0
    staff_s: float = 0.0
    last: dict[str, tuple[float, float, int]] = field(default_factory=dict)
    misses: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def as_positions(
    truth: m.GroundTruth, staff: frozenset[str], floors: int, tally: Tally
) -> PositionsEstimated:
    """Estimates of the staff at the truth."""
    rows = [i for i, device in enumerate(truth.device_ids) if device in staff]
    floor = np.frombuffer(truth.floor, np.int8)[rows]
    xs, ys = (np.frombuffer(c, "<i4")[rows] / 100 for c in (truth.x_cm, truth.y_cm))
    ids = tuple(truth.device_ids[i] for i in rows)
    for device, x, y, level in zip(ids, xs.tolist(), ys.tolist(), floor.tolist(), strict=True):
        before = tally.last.get(device)
        if before is not None and before[2] == level:
            tally.walked_m += float(np.hypot(x - before[0], y - before[1]))
        tally.last[device] = (x, y, level)
    n = len(rows)
    probability = np.zeros((n, floors))
    probability[np.arange(n), floor] = 1.0
    flat = np.zeros(n)
    return pack_positions(
        Positions(
            truth.at,
            ids,
            floor,
            xs,
            ys,
            flat,
            flat,
            flat + 7.3,
            flat + 7.3,
            flat,
            probability,
            np.ones(n, np.uint8),
            flat,
        )
    )


def run(site: Site, grid: WalkableGrid, policy: str, args: argparse.Namespace, seed: int) -> Tally:
    begin = MIDNIGHT + round(args.start * HOUR)
    service = DispatcherService(
        site, grid, msgspec.convert({"policy": policy, **args.set}, DispatcherSettings)
    )
    sim = FirmwareSimService(
        site,
        grid,
        scenario(LOADS[args.load] * args.scale, args.hours, args.instant),
        np.random.default_rng([seed]),
    )
    tally = Tally()
    staff = frozenset(person.device_id for person in site.staff)
    pending: list[Message] = list(service.resumed(begin))
    now, end = begin, begin + round((args.hours + 0.75) * HOUR)
    while now < end:
        for said in exchange(service, sim, pending, now, staff, len(site.floors), tally):
            note(tally, said)
        due = [at for at in (service.wake_at(), sim.wake_at()) if at is not None]
        now = max(now + 1, min(due))
        pending = list(service.wake(now)) if (service.wake_at() or now + 1) <= now else []
        if (sim.wake_at() or now + 1) <= now:
            pending += sim.wake(now)
            count_busy(tally, service)
    broken = invariants.violations(service.ledger, now)
    assert not broken, broken
    return tally


def exchange(
    service: DispatcherService,
    sim: FirmwareSimService,
    pending: list[Message],
    now: Instant,
    staff: frozenset[str],
    floors: int,
    tally: Tally,
) -> list[Message]:
    """Let the two talk until nobody has anything to say."""
    every: list[Message] = []
    while pending:
        every += pending
        said: list[Message] = []
        for message in pending:
            if isinstance(message, m.GroundTruth):
                said += service.receive(as_positions(message, staff, floors, tally), now)
            elif type(message) in service.topics:
                said += service.receive(message, now)
            elif type(message) in sim.topics:
                said += sim.receive(message, now)
        pending = said
    return every


def note(tally: Tally, said: Message) -> None:
    if isinstance(said, m.CallChanged):
        tally.calls[said.call_id] = said
    elif isinstance(said, m.Fact):
        tally.facts[type(said).__name__] += 1


def count_busy(tally: Tally, service: DispatcherService) -> None:
    units = service.ledger.units.values()
    tally.staff_s += len(units)
    tally.busy_s += sum(unit.task_id is not None or unit.carried is not None for unit in units)


def summary(tallies: list[Tally]) -> dict[str, Any]:
    """Shares on time with standard errors over seeds, percentiles over all."""
    by_kind: dict[str, list[tuple[int, float | None, bool]]] = defaultdict(list)
    for seed, tally in enumerate(tallies):
        for call in tally.calls.values():
            for task in call.tasks:
                name = f"medical/{task.role}" if call.service == "medical" else call.service
                took = None if task.on_scene_at is None else to_seconds(task.on_scene_at - call.received_at)
                on_time = task.on_scene_at is not None and task.on_scene_at <= task.deadline_at
                for key in (name, "5 min") if call.service in FIVE_MINUTES else (name,):
                    by_kind[key].append((seed, took, on_time))
    kinds = {}
    for name, rows in sorted(by_kind.items()):
        shares = [np.mean([ok for s, _, ok in rows if s == seed]) for seed in sorted({s for s, _, _ in rows})]
        took_s = [took for _, took, _ in rows if took is not None] or [float("nan")]
        p50, p90, p99 = np.percentile(took_s, [50, 90, 99])
        kinds[name] = {
            "calls": len(rows),
            "on_time": round(100 * float(np.mean([ok for _, _, ok in rows])), 1),
            "on_time_se": round(100 * float(np.std(shares, ddof=1) / np.sqrt(len(shares))), 1)
            if len(shares) > 1
            else None,
            "p50_s": round(float(p50)),
            "p90_s": round(float(p90)),
            "p99_s": round(float(p99)),
            "unserved": sum(took is None for _, took, _ in rows),
        }
    facts: dict[str, int] = defaultdict(int)
    for tally in tallies:
        for kind, count in tally.facts.items():
            facts[kind] += count
    tasks = sum(len(call.tasks) for tally in tallies for call in tally.calls.values())
    staff_h = sum(tally.staff_s for tally in tallies) / 3600
    return {
        "kinds": kinds,
        "offers_per_task": round(facts["OfferMade"] / max(1, tasks), 2),
        "walked_m_per_staff_hour": round(sum(tally.walked_m for tally in tallies) / staff_h),
        "busy_share": round(sum(tally.busy_s for tally in tallies) / (3600 * staff_h), 3),
        "expired": facts["OfferExpired"],
        "declined": facts["OfferDeclined"],
        "withdrawn": facts["OfferWithdrawn"],
        "released": facts["UnitReleased"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--load", choices=sorted(LOADS), default="heavy")
    parser.add_argument("--scale", type=float, default=1.0, help="times the load")
    parser.add_argument("--scene", type=float, default=2.0, help="times the catalogue's time on scene")
    parser.add_argument("--start", type=float, default=11.0, help="local hour")
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--staff", type=float, default=1.0, help="share of the staff on duty; medics stay")
    parser.add_argument("--policy", default="nearest,eta,full")
    parser.add_argument(
        "--instant", action="store_true", help="handsets that answer in 2 s and never decline"
    )
    parser.add_argument("--pouch", action="store_true", help="kits and power banks are carried")
    parser.add_argument(
        "--set", type=json.loads, default={}, help="other settings of the dispatcher, as JSON"
    )
    args = parser.parse_args()
    site = cast(
        load_site(Path(__file__).parent.parent / "config/sites/demo"), args.staff, args.pouch, args.scene
    )
    grid = build_grid(site)
    for policy in args.policy.split(","):
        before = time.process_time()
        tallies = [run(site, grid, policy, args, seed) for seed in range(args.first, args.first + args.seeds)]
        result = {"policy": policy, "staff": len(site.staff), **summary(tallies)}
        result["cpu_s"] = round(time.process_time() - before, 1)
        kinds = result.pop("kinds")
        print(json.dumps(result))
        for kind, row in kinds.items():
            print(f"  {kind:18}", json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
