"""History of positions and of gateways: one clustered SQLite file a day, deleted whole when its time is over.

Integers in centimetres and milliseconds; the primary key (floor, at, device) is the table itself, so a
floor's minute and a device's track are range scans. A lost tail of seconds after a power cut is
acceptable here, a slow writer is not: ``synchronous=NORMAL``.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from contracts.columns import unpack_positions
from contracts.messages import GatewayHealth, Message, PositionsEstimated
from contracts.quantities import MILLISECOND, MINUTE, SECOND, Instant
from contracts.wire import decode, encode

SCHEMA = """
CREATE TABLE IF NOT EXISTS device (slot INTEGER PRIMARY KEY, device_id TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS position (
    floor INTEGER NOT NULL, at_ms INTEGER NOT NULL, slot INTEGER NOT NULL,
    x_cm INTEGER NOT NULL, y_cm INTEGER NOT NULL, semi_major_cm INTEGER NOT NULL, quality INTEGER NOT NULL,
    PRIMARY KEY (floor, at_ms, slot)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gateway_health (
    at_ms INTEGER NOT NULL, gateway TEXT NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (at_ms, gateway)) WITHOUT ROWID;
"""
FLUSH_INTERVAL = 2 * SECOND
"""Rows wait at most this long for their transaction."""
HEALTH_INTERVAL = MINUTE
"""What a gateway is like is kept so often, and at once when its state or the finding changes."""
HEALTH_LOOK_BACK = 2 * HEALTH_INTERVAL
"""Of a gateway of which nothing was kept for so long before a moment, nothing is known at it."""


class PastPosition(NamedTuple):
    at_ms: int
    device_id: str
    floor: int
    x_cm: int
    y_cm: int
    semi_major_cm: int
    quality: int


class History:
    """Writes what positioning estimates, one row per device and ``interval``; keeps ``days`` days."""

    def __init__(self, folder: Path, days: int, interval: int = SECOND) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._days = days
        self._interval = interval
        self._rows: list[tuple[int, int, str, int, int, int, int]] = []
        self._latest: dict[str, Instant] = {}
        self._healths: list[GatewayHealth] = []
        self._latest_health: dict[str, GatewayHealth] = {}
        self._flushed_at: Instant = 0
        self._file: Path | None = None
        self._connection: sqlite3.Connection | None = None

    def tap(self, messages: Sequence[Message]) -> None:
        """Host tap: take the position estimates and the gateways' health among ``messages``."""
        for message in messages:
            if isinstance(message, PositionsEstimated):
                self.take(message)
            elif isinstance(message, GatewayHealth):
                self.take_health(message)

    def take(self, message: PositionsEstimated) -> None:
        p = unpack_positions(message)
        at = message.estimated_at
        columns = zip(
            message.device_ids,
            p.floor.tolist(),
            (p.x_m * 100).round().astype(int).tolist(),
            (p.y_m * 100).round().astype(int).tolist(),
            (p.semi_major_m * 100).round().astype(int).tolist(),
            p.quality.tolist(),
            strict=True,
        )
        for device_id, floor, x_cm, y_cm, semi_major_cm, quality in columns:
            if at - self._latest.get(device_id, 0) >= self._interval:
                self._latest[device_id] = at
                self._rows.append((floor, at // 1000, device_id, x_cm, y_cm, semi_major_cm, quality))
        if at - self._flushed_at >= FLUSH_INTERVAL:
            self.flush(at)

    def take_health(self, message: GatewayHealth) -> None:
        before = self._latest_health.get(message.gateway)
        if (
            before is None
            or (before.state, before.finding) != (message.state, message.finding)
            or message.at - before.at >= HEALTH_INTERVAL
        ):
            self._latest_health[message.gateway] = message
            self._healths.append(message)
        if message.at - self._flushed_at >= FLUSH_INTERVAL:
            self.flush(message.at)

    def flush(self, at: Instant) -> None:
        """Write what waits into the day file of ``at``; delete day files past their time."""
        self._flushed_at = at
        if not self._rows and not self._healths:
            return
        connection = self._day(at)
        with connection:
            connection.executemany(
                "INSERT OR REPLACE INTO gateway_health VALUES (?, ?, ?)",
                [(one.at // MILLISECOND, one.gateway, encode(one)) for one in self._healths],
            )
            ids = sorted({row[2] for row in self._rows})
            connection.executemany(
                "INSERT OR IGNORE INTO device (device_id) VALUES (?)", [(device_id,) for device_id in ids]
            )
            connection.executemany(
                "INSERT OR REPLACE INTO position"
                " SELECT ?, ?, slot, ?, ?, ?, ? FROM device WHERE device_id = ?",
                [
                    (floor, ms, x, y, major, quality, device)
                    for floor, ms, device, x, y, major, quality in self._rows
                ],
            )
        self._rows.clear()
        self._healths.clear()

    def close(self, at: Instant) -> None:
        self.flush(at)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._file = None

    def _day(self, at: Instant) -> sqlite3.Connection:
        file = self._folder / f"{datetime.fromtimestamp(at / SECOND, UTC):%Y-%m-%d}.db"
        if self._connection is None or file != self._file:
            if self._connection is not None:
                self._connection.close()
                self._latest.clear()
                self._latest_health.clear()
            expire(self._folder, self._days, at)
            self._connection = sqlite3.connect(file)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(SCHEMA)
            self._file = file
        return self._connection


def expire(folder: Path, days: int, at: Instant) -> list[Path]:
    """Delete the day files that are more than ``days`` days older than the day of ``at``; which they were."""
    oldest = f"{datetime.fromtimestamp(at / SECOND, UTC) - timedelta(days=days):%Y-%m-%d}"
    gone = [file for file in sorted(folder.glob("*.db")) if file.stem < oldest]
    for file in gone:
        for part in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            part.unlink(missing_ok=True)
    return gone


def read(
    folder: Path, since: Instant, until: Instant, device_id: str | None = None
) -> Iterator[PastPosition]:
    """What was estimated in [since, until), oldest first within each floor of each day file."""
    query = (
        "SELECT at_ms, device_id, floor, x_cm, y_cm, semi_major_cm, quality"
        " FROM position JOIN device USING (slot)"
        " WHERE floor = ? AND at_ms >= ? AND at_ms < ?"
        + (" AND device_id = ?" if device_id else "")
        + " ORDER BY at_ms, slot"
    )
    window = (since // 1000, until // 1000, *([device_id] if device_id else []))
    for file in _day_files(folder, since, until):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            for floor in _floors(connection):
                yield from map(PastPosition._make, connection.execute(query, (floor, *window)))


def newest(folder: Path, since: Instant, until: Instant) -> Iterator[PastPosition]:
    """The newest row of each device, floor and day file in [since, until).

    SQLite gives the other columns of the row that holds the maximum, so a crowd's half minute is
    reduced before it becomes objects.
    """
    query = (
        "SELECT MAX(at_ms), device_id, floor, x_cm, y_cm, semi_major_cm, quality"
        " FROM position JOIN device USING (slot)"
        " WHERE floor = ? AND at_ms >= ? AND at_ms < ? GROUP BY slot"
    )
    for file in _day_files(folder, since, until):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            for floor in _floors(connection):
                rows = connection.execute(query, (floor, since // 1000, until // 1000))
                yield from map(PastPosition._make, rows)


def health(folder: Path, since: Instant, until: Instant) -> list[GatewayHealth]:
    """What each gateway was like, by the newest that was kept of it in [since, until)."""
    found: dict[str, GatewayHealth] = {}
    for file in _day_files(folder, since, until):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'gateway_health'").fetchone():
                continue  # a day of before gateways were kept
            rows = connection.execute(
                "SELECT MAX(at_ms), payload FROM gateway_health"
                " WHERE at_ms >= ? AND at_ms < ? GROUP BY gateway",
                (since // MILLISECOND, until // MILLISECOND),
            )
            for _, payload in rows:
                message = decode(payload)
                assert isinstance(message, GatewayHealth), type(message)
                known = found.get(message.gateway)
                if known is None or message.at > known.at:
                    found[message.gateway] = message
    return list(found.values())


def oldest(folder: Path) -> Instant | None:
    """The instant of the oldest row that is kept, None without any."""
    for file in sorted(folder.glob("*.db")):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            firsts = [
                connection.execute("SELECT MIN(at_ms) FROM position WHERE floor = ?", (floor,)).fetchone()[0]
                for floor in _floors(connection)
            ]
            if firsts:
                return int(min(firsts)) * MILLISECOND
    return None


def _day_files(folder: Path, since: Instant, until: Instant) -> list[Path]:
    """The files that may hold rows of [since, until): rows wait for their transaction over midnight."""
    first, last = (f"{datetime.fromtimestamp(at / SECOND, UTC):%Y-%m-%d}" for at in (since, until + MINUTE))
    return [file for file in sorted(folder.glob("*.db")) if first <= file.stem <= last]


def _floors(connection: sqlite3.Connection) -> Iterator[int]:
    """The floors that have rows: each found in the primary key, without reading what lies between."""
    floor = -1_000
    while (
        row := connection.execute("SELECT MIN(floor) FROM position WHERE floor > ?", (floor,)).fetchone()[0]
    ) is not None:
        floor = row
        yield floor
