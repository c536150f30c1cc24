import msgspec
import numpy as np

from contracts.quantities import SECOND
from positioning.inbox import SEEN_LIMIT, Inbox
from tests.positioning.builders import START, report

ROWS, GATEWAYS = {"tag": 3}, {"a": 0, "b": 7}


def inbox(limit: int = 100) -> Inbox:
    return Inbox(3.0, limit)


def test_readings_come_out_with_their_rows_gateways_and_times() -> None:
    box = inbox()
    box.put(report("b", "tag", [-60, -64], START + SECOND, offset_ms=250), START + SECOND)
    box.put(report("a", "tag", [-70], START), START)
    assert len(box) == 3
    readings = box.take(ROWS, GATEWAYS, START)
    assert list(readings.row) == [3, 3, 3]
    assert list(readings.gateway) == [7, 7, 0]
    assert list(readings.rssi_dbm) == [-60, -64, -70]
    assert list(readings.heard_s) == [1.25, 1.25, 0.0]
    assert len(box) == 0
    assert not len(box.take(ROWS, GATEWAYS, START).row)


def test_what_is_dropped_is_counted_by_cause() -> None:
    box = inbox()
    box.put(report("a", "stranger", [-60], START, seq=1), START)
    box.put(report("nowhere", "tag", [-60, -61], START, seq=2), START)
    box.put(report("a", "tag", [62, 42, -60], START, seq=3), START)
    box.put(report("a", "tag", [-60], START - 10 * SECOND, seq=4), START)
    box.put(report("a", "tag", [-60], START + 10 * SECOND, seq=5), START)
    box.put(report("a", "tag", [-60], START, seq=3), START)
    bad = report("a", "tag", [-60], START, seq=6)
    box.put(msgspec.structs.replace(bad, offset_ms=b""), START)
    box.put(msgspec.structs.replace(bad, seq=7, device=np.array([9], "<u2").tobytes()), START)
    readings = box.take(ROWS, GATEWAYS, START)
    assert list(readings.rssi_dbm) == [-60]
    assert box.dropped == {
        "unknown_gateway": 2,
        "duplicate": 1,
        "bad_columns": 2,
        "overflow": 0,
        "not_enrolled": 1,
        "impossible": 2,
        "late": 1,
        "future": 1,
    }


def test_beyond_the_limit_the_oldest_go() -> None:
    box = inbox(limit=5)
    for seq in range(4):
        box.put(report("a", "tag", [-60 - seq, -60 - seq], START, seq=seq), START)
    assert list(box.take(ROWS, GATEWAYS, START).rssi_dbm) == [-62, -62, -63, -63]
    assert box.dropped["overflow"] == 4


def test_duplicates_are_remembered_for_a_bounded_while() -> None:
    box = inbox(limit=10_000)
    for seq in range(SEEN_LIMIT + 1):
        box.put(report("a", "tag", [-60], START, seq=seq), START)
    box.put(report("a", "tag", [-60], START, seq=5), START)
    assert box.dropped["duplicate"] == 1
    box.put(report("a", "tag", [-60], START, seq=0), START)
    assert box.dropped["duplicate"] == 1


def test_a_clock_that_is_set_moves_what_waits() -> None:
    box = inbox()
    box.put(report("a", "tag", [-60], START), START)
    box.shift(-100 * SECOND)
    assert list(box.take(ROWS, GATEWAYS, START - 100 * SECOND).heard_s) == [0.0]
