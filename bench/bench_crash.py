"""A simulated shift with the dispatcher killed at random instants, the real journal on the disk.

    .venv/bin/python bench/bench_crash.py                      1 000 deaths in four lunch hours
    .venv/bin/python bench/bench_crash.py --deaths 50 --minutes 20

Prints what bench/results/dispatch.md holds: lost calls, second holders and contradictions must be none.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from contracts.quantities import MINUTE
from dispatcher.settings import DispatcherSettings
from runtime.crash_trial import trial
from runtime.journal import StoredJournal
from runtime.policies import stage
from runtime.scenarios import load_scenario
from runtime.site_files import load_site
from runtime.store import open_store

CONFIG = Path(__file__).parent.parent / "config"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--deaths", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=240.0)
    parser.add_argument("--start", default="2026-03-14T11:00:00+08:00")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    file = load_scenario(CONFIG / "scenarios" / "heavy.toml")
    world = msgspec.structs.replace(file.world, start=args.start, minutes=args.minutes)
    site = load_site(CONFIG / "sites" / "demo")
    shift = stage(msgspec.structs.replace(file, world=world), site, DispatcherSettings())
    spare = 1.02  # several instants may fall into one pause
    moments = np.sort(
        np.random.default_rng(args.seed).uniform(0, args.minutes * MINUTE, round(args.deaths * spare))
    )
    before = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        journal = StoredJournal(open_store(f"sqlite:///{folder}/records.db"))
        outcome = trial(shift, journal, args.seed, [shift.start + int(moment) for moment in moments])
    print(f"deaths {outcome.deaths.total()}: {dict(sorted(outcome.deaths.items()))}")
    print(
        f"facts {outcome.facts}, acknowledged calls {outcome.calls}, of these open at the end {outcome.open}"
    )
    print(f"lost, held twice, contradicted: {outcome.broken or 'none'}")
    print(f"CPU {time.process_time() - before:.0f} s")
    sys.exit(bool(outcome.broken))


if __name__ == "__main__":
    main()
