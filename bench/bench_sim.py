"""What the simulator costs: CPU for one simulated second of the demo mall, encoding included.

    python -m bench.bench_sim [--site DIR] [--scenario FILE] [--seconds 120] [--json]

``reference_ms`` is the time of a fixed piece of work (Python and numpy) measured in between: on a machine
that others use too, compare ratios to it, not milliseconds.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np

from contracts import wire
from contracts.errors import WireError
from contracts.grid import build_grid
from contracts.messages import GatewayPayload, Message, ScanReport
from contracts.quantities import SECOND, Instant
from firmware_sim.service import FirmwareSimService
from runtime.scenarios import load_scenario
from runtime.settings import DEMO_SITE
from runtime.site_files import load_site

HOUR = Path(__file__).resolve().parent.parent / "config" / "scenarios" / "hour.toml"
START = 1_773_453_600 * SECOND
WARM_S = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--site", type=Path, default=DEMO_SITE)
    parser.add_argument("--scenario", type=Path, default=HOUR)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(arguments.site, arguments.scenario, arguments.seconds)
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:32} {value}")


def measure(site_dir: Path, scenario_file: Path, seconds: int) -> dict[str, float]:
    site, scenario = load_site(site_dir), load_scenario(scenario_file).scenario
    grid = build_grid(site)
    before = time.process_time()
    sim = FirmwareSimService(site, grid, scenario, np.random.default_rng(1))
    start_s = time.process_time() - before
    now, first_s, _ = _run(sim, START, WARM_S)
    reference = [_reference()]
    now, cpu_s, sent = _run(sim, now, seconds)
    reference.append(_reference())
    payloads = [message for message in sent if isinstance(message, GatewayPayload)]
    kinds = Counter(message.topic.split("/")[0] for message in payloads)
    return {
        "start_s": round(start_s, 3),
        "first_ms_per_s": round(1000 * first_s / WARM_S, 2),
        "ms_per_s": round(1000 * cpu_s / seconds, 2),
        "reference_ms": round(1000 * min(reference), 2),
        "messages_per_s": round(len(payloads) / seconds, 1),
        "bytes_per_s": round(sum(len(message.payload) for message in payloads) / seconds),
        "own_observations_per_s": round(sum(_observations(m) for m in payloads) / seconds, 1),
        **{f"messages_per_s on {kind}/": round(count / seconds, 1) for kind, count in sorted(kinds.items())},
    }


def _run(sim: FirmwareSimService, now: Instant, seconds: int) -> tuple[Instant, float, list[Message]]:
    """Time reached, CPU time used, everything sent."""
    sent: list[Message] = []
    until, before = now + seconds * SECOND, time.process_time()
    while now < until:
        sent += sim.wake(now)
        due = sim.wake_at()
        assert due is not None
        now = due
    return now, time.process_time() - before, sent


def _observations(message: GatewayPayload) -> int:
    """Of our own format; the vendors' are not read here."""
    if not message.topic.endswith("/scan"):
        return 0
    try:
        report = wire.decode(message.payload)
    except WireError:
        return 0
    return len(report.rssi_dbm) if isinstance(report, ScanReport) else 0


def _reference() -> float:
    """A fixed piece of work: small numpy calls and plain Python, as the simulator's own."""
    rng = np.random.default_rng(1)
    before = time.process_time()
    for _ in range(2000):
        block = rng.standard_normal((50, 24), dtype=np.float32)
        np.argsort((block * 2.0).sum(axis=1), kind="stable").tolist()
        "".join([f"{value:.2f}" for value in range(50)])
    return time.process_time() - before


if __name__ == "__main__":
    main()
