"""Spoilt messages by the million through the ingest and ``nearhand decode``: stops at the first exception.

    python bench/fuzz_ingest.py [--count 1000000] [--seed N]

Needs the recorded samples. Prints what was dropped by cause; a failure prints the message and the seed.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from contracts import messages as m
from contracts.quantities import MILLISECOND
from gateway.adverts.decode import decode_advert
from tests.gateway import samples
from tests.gateway.builders import START
from tests.gateway.mutations import Sample, corpus, feed, knowing_service, mutate

ADVERT_SHARE = 0.3


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    found = corpus()
    adverts = [Sample("", bytes.fromhex(line["adv_hex"])) for line in samples.lines("adverts.jsonl")]
    service = knowing_service(found)
    at, began, n_adverts = START, time.process_time(), 0
    for number in range(args.count):
        at += 20 * MILLISECOND
        if rng.random() < ADVERT_SHARE:
            n_adverts += 1
            decode_advert(mutate(rng, rng.choice(adverts), adverts).payload)
            continue
        spoilt = mutate(rng, rng.choice(found), found)
        try:
            counted = feed(service, spoilt, at)
        except Exception:
            print(f"seed {args.seed}, number {number}: {spoilt!r}", file=sys.stderr)
            raise
        if not counted:
            print(
                f"neither understood nor counted, seed {args.seed}, number {number}: {spoilt!r}",
                file=sys.stderr,
            )
            return 1
        due = service.wake_at()
        if due is not None and due <= at:
            service.wake(at)
    totals = service.wake(at + 10**7)[-1]
    assert isinstance(totals, m.IngestCounted)
    spent_s = time.process_time() - began
    print(f"{args.count} spoilt: {n_adverts} adverts, {totals.payloads} messages; no exception")
    print(f"{spent_s:.0f} s of CPU time")
    print(f"{totals.observations} observations passed; dropped by cause:")
    for cause, count in sorted(totals.drops.items(), key=lambda item: -item[1]):
        print(f"  {cause:18} {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
