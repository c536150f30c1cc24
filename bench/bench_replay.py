"""How long a replay takes: going to a moment, and playing at 32 times its speed with 5 000 devices.

    PYTHONPATH=. .venv/bin/python bench/bench_replay.py

Writes ten minutes of positions and a long journal into a temporary folder, then reads them back as the
dashboard does. One table on standard output (kept in bench/results/replay.md).
"""

import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
import sqlalchemy as sa

from contracts.columns import Positions, pack_positions
from contracts.messages import Fact
from contracts.quantities import SECOND, Instant
from dispatcher.catalogue import catalogue_of
from runtime.history import History
from runtime.journal import StoredJournal
from runtime.past import JournalPast
from runtime.tables import metadata
from tests.dashboard.builders import small_grid
from tests.kept import LAST_S, OPENED, keep
from tests.sites import small_mall

DEVICES = 5_000
MINUTES = 10
ANSWERS = 100_000
"""Facts that follow the kept quarter of an hour: the cheapest kind, so decoding and reading dominate."""


def write_positions(folder: Path, since: Instant) -> None:
    rng = np.random.default_rng(1)
    ids = tuple(f"D0:00:00:00:{n >> 8:02X}:{n & 255:02X}" for n in range(DEVICES))
    history = History(folder, days=2)
    zeros, ones = np.zeros(DEVICES), np.ones(DEVICES)
    floor = (np.arange(DEVICES) % 2).astype(np.int8)
    for second in range(MINUTES * 60):
        x, y = rng.uniform(1, 59, DEVICES), rng.uniform(1, 39, DEVICES)
        history.take(
            pack_positions(
                Positions(
                    since + second * SECOND, ids, floor, x, y, zeros, zeros, 2 * ones, ones, zeros,
                    np.full((DEVICES, 2), 0.5), np.ones(DEVICES, np.uint8), zeros,
                )
            )
        )  # fmt: skip
    history.close(since + MINUTES * 60 * SECOND)


def lengthen(journal: StoredJournal, facts: list[Fact]) -> int:
    """The last answer again and again, under new numbers."""
    last = next(fact for fact in reversed(facts) if type(fact).__name__ == "CommandAnswered")
    seq = facts[-1].seq
    for start in range(0, ANSWERS, 5_000):
        journal.append(
            [
                msgspec.structs.replace(
                    last, seq=seq + n + 1, at=facts[-1].at + n * SECOND // 100, command_id=f"more-{n:08}"
                )
                for n in range(start, start + 5_000)
            ]
        )
    return seq + ANSWERS


def timed(name: str, work: object, times: int = 1) -> None:
    began = time.perf_counter()
    for _ in range(times):
        work()  # type: ignore[operator]
    print(f"| {name} | {(time.perf_counter() - began) / times * 1000:.0f} |")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = sa.create_engine(f"sqlite:///{folder / 'records.db'}")
        metadata.create_all(engine)
        facts = keep(folder).facts
        last = lengthen(StoredJournal(engine), facts)
        write_positions(folder / "crowd", OPENED)
        catalogue = catalogue_of(small_mall(), small_grid())
        past = JournalPast(catalogue, StoredJournal(engine), folder / "crowd")
        end = OPENED + LAST_S * SECOND
        print("| what | ms |\n|---|---|")
        timed(f"first jump, over {last} facts", lambda: past.ledger_at(last))
        timed("the same jump again", lambda: past.ledger_at(last), 5)
        timed(f"a moment with {DEVICES} devices", lambda: past.open(end).opening(), 3)
        for speed in (1, 32):
            playback = past.open(OPENED + 60 * SECOND)
            playback.opening()
            at = [OPENED + 60 * SECOND]

            def step(playback: object = playback, at: list[int] = at, speed: int = speed) -> None:
                at[0] += speed * SECOND // 4
                playback.advance(at[0])  # type: ignore[attr-defined]

            timed(f"a quarter of a second at {speed} x, {DEVICES} devices", step, 20)


if __name__ == "__main__":
    main()
