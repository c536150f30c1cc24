"""Position history: thinned, read back by time and device, and gone when its time is over."""

import sqlite3
from pathlib import Path

import numpy as np

from contracts.columns import Positions, pack_positions
from contracts.messages import GatewayHealth, PositionsEstimated
from contracts.quantities import DAY, SECOND
from runtime.history import HEALTH_INTERVAL, History, expire, health, newest, read

NOON = 1_772_000_000 * SECOND


def estimate(at: int, ids: tuple[str, ...], x_m: float) -> PositionsEstimated:
    n = len(ids)
    column = np.full(n, x_m)
    zero = np.zeros(n)
    return pack_positions(
        Positions(
            at, ids, np.ones(n, np.int8), column, column, zero, zero, zero + 2, zero + 1, zero,
            np.ones((n, 1)), np.ones(n, np.uint8), zero,
        )
    )  # fmt: skip


def test_keeps_one_row_a_device_and_second_and_reads_it_back(tmp_path: Path) -> None:
    history = History(tmp_path, days=1)
    for step in range(40):
        history.tap([estimate(NOON + step * SECOND // 4, ("a", "b"), 10 + step)])
    history.close(NOON + 10 * SECOND)
    rows = list(read(tmp_path, NOON, NOON + 5 * SECOND, "b"))
    assert [(row.at_ms, row.x_cm) for row in rows] == [
        ((NOON + s * SECOND) // 1000, 1000 + 400 * s) for s in range(5)
    ]
    assert {row.device_id for row in read(tmp_path, NOON, NOON + DAY)} == {"a", "b"}
    assert list(read(tmp_path, NOON - 100, NOON)) == []


def test_the_newest_row_of_each_device_is_that_of_reading_all(tmp_path: Path) -> None:
    history = History(tmp_path, days=1)
    for step in range(12):
        history.take(estimate(NOON + step * SECOND, ("a", "b") if step < 7 else ("a",), 10 + step))
    history.close(NOON + 12 * SECOND)
    for until in (3, 8, 12):
        window = (NOON + SECOND, NOON + until * SECOND)
        last = {row.device_id: row for row in read(tmp_path, *window)}
        assert {row.device_id: row for row in newest(tmp_path, *window)} == last


def test_a_restart_goes_on_in_the_same_file(tmp_path: Path) -> None:
    for start in (0, 5):
        history = History(tmp_path, days=1)
        history.take(estimate(NOON + start * SECOND, ("a",), 1.0))
        history.close(NOON + start * SECOND)
    assert len(list(read(tmp_path, NOON, NOON + DAY))) == 2
    assert len(list(tmp_path.glob("*.db"))) == 1


def test_day_files_past_their_time_are_deleted(tmp_path: Path) -> None:
    for day in range(5):
        history = History(tmp_path, days=2)
        history.take(estimate(NOON + day * DAY, ("a",), 1.0))
        history.close(NOON + day * DAY)
    assert len(list(tmp_path.glob("*.db"))) == 3
    assert [file.suffix for file in expire(tmp_path, 0, NOON + 5 * DAY)] == [".db"] * 3
    assert list(tmp_path.iterdir()) == []


def said(second: int, state: str, gateway: str = "gw-1") -> GatewayHealth:
    return GatewayHealth(gateway=gateway, state=state, at=NOON + second * SECOND, adverts_per_s=float(second))


def test_gateways_are_kept_at_each_change_and_once_a_minute(tmp_path: Path) -> None:
    history = History(tmp_path, days=1)
    history.tap([said(second, "ok") for second in range(100)])
    history.tap([said(100, "silent"), said(101, "silent"), said(101, "ok", "gw-2")])
    history.close(NOON + 200 * SECOND)

    def known(since: int, until: int) -> list[tuple[str, str, float]]:
        found = health(tmp_path, NOON + since * SECOND, NOON + until * SECOND)
        return [(one.gateway, one.state, one.adverts_per_s) for one in found]

    assert known(0, 60) == [("gw-1", "ok", 0.0)]
    assert known(1, 100) == [("gw-1", "ok", HEALTH_INTERVAL / SECOND)]
    assert known(0, 200) == [("gw-1", "silent", 100.0), ("gw-2", "ok", 101.0)]
    assert known(102, 200) == []


def test_a_day_of_before_gateways_were_kept_has_none(tmp_path: Path) -> None:
    history = History(tmp_path, days=1)
    history.tap([estimate(NOON, ("a",), 1.0)])
    history.close(NOON + SECOND)
    (file,) = tmp_path.glob("*.db")
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE gateway_health")
    assert health(tmp_path, NOON, NOON + SECOND) == []
