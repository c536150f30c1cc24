"""What breaks in a simulated world: rates and moments drawn from the seed, links that obey them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from contracts.quantities import MILLISECOND, Duration, Instant, from_seconds

QUIET_LATENCY: Final[Duration] = 2 * MILLISECOND
"""One hop over a healthy broker, measured at 0.2 to 2 ms."""


class FaultLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[faults]`` of a scenario: the worst that a seed may draw. All zero = nothing breaks."""

    loss: float = 0.0
    """Largest share of radio-side messages (scans, handheld commands, answers to them) that vanish."""
    duplicate: float = 0.0
    """Largest share of messages that come twice."""
    reorder: float = 0.0
    """Largest share of messages that are overtaken by later ones."""
    delay_s: float = 0.0
    """Largest mean of the extra delay (exponential)."""
    crashes: int = 0
    """Most crashes of any one process."""
    down_s: float = 8.0
    """Longest time a crashed process stays down."""
    partitions: int = 0
    """Most partitions between two processes."""
    partition_s: float = 30.0
    """Longest partition."""


@dataclass(frozen=True)
class Crash:
    """A process dies at the first moment after ``at`` that fits ``point`` and comes back ``down`` later."""

    at: Instant
    process: str
    down: Duration
    point: str
    """``idle``, or in the middle of a turn: ``before_journal``, ``after_journal``, ``half_sent``."""


@dataclass(frozen=True)
class Partition:
    """Between two instants nothing passes from one process to another; reliable messages wait."""

    since: Instant
    until: Instant
    pair: frozenset[str]


@dataclass(frozen=True)
class Faults:
    """What one seed drew."""

    loss: float
    duplicate: float
    reorder: float
    delay_s: float
    crashes: tuple[Crash, ...]
    partitions: tuple[Partition, ...]
    until: Instant
    """From here on nothing breaks any more, and everything must settle."""


CRASH_POINTS: Final = ("idle", "before_journal", "after_journal", "half_sent")


def draw_faults(
    limits: FaultLimits,
    processes: Sequence[str],
    since: Instant,
    until: Instant,
    rng: np.random.Generator,
) -> Faults:
    """Draw the rates themselves, then the moments: some seeds are calm, some are terrible."""

    def moments(most: int) -> list[Instant]:
        count = int(rng.integers(0, most + 1))
        return sorted(int(at) for at in rng.integers(since, max(since + 1, until), count))

    crashes = [
        Crash(at, name, from_seconds(float(rng.uniform(0.2, limits.down_s))), str(rng.choice(CRASH_POINTS)))
        for name in processes
        for at in moments(limits.crashes)
    ]
    partitions = []
    for at in moments(limits.partitions):
        pair = rng.choice(len(processes), 2, replace=False)
        length = from_seconds(float(rng.uniform(1.0, limits.partition_s)))
        partitions.append(
            Partition(at, min(at + length, until), frozenset(processes[int(index)] for index in pair))
        )
    return Faults(
        loss=float(rng.uniform(0, limits.loss)),
        duplicate=float(rng.uniform(0, limits.duplicate)),
        reorder=float(rng.uniform(0, limits.reorder)),
        delay_s=float(rng.uniform(0, limits.delay_s)),
        crashes=tuple(sorted(crashes, key=lambda crash: (crash.at, crash.process))),
        partitions=tuple(partitions),
        until=until,
    )


def arrivals(
    faults: Faults, sender: str, receiver: str, reliable: bool, at: Instant, rng: np.random.Generator
) -> list[Instant]:
    """When copies of one message arrive: none if lost, two if duplicated.

    Reliable messages (QoS 1 between servers) are never lost: what meets a partition waits for its end.
    """
    if at >= faults.until:
        return [at + QUIET_LATENCY]
    wall = next(
        (p for p in faults.partitions if p.since <= at < p.until and p.pair == {sender, receiver}), None
    )
    if wall is not None and not reliable:
        return []
    leaves = wall.until if wall is not None else at
    if not reliable and faults.loss and rng.random() < faults.loss:
        return []
    copies = 2 if faults.duplicate and rng.random() < faults.duplicate else 1
    return [leaves + QUIET_LATENCY + _extra_delay(faults, rng) for _ in range(copies)]


def _extra_delay(faults: Faults, rng: np.random.Generator) -> Duration:
    delay_s = float(rng.exponential(faults.delay_s)) if faults.delay_s else 0.0
    if faults.reorder and rng.random() < faults.reorder:
        delay_s += float(rng.uniform(0.05, 2.0))
    return from_seconds(min(delay_s, 30.0))
