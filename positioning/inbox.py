"""Scan reports wait here for the next wake, and come out as one batch of acceptable readings.

Receiving costs nearly nothing: a report is looked at only together with all others.
"""

from collections.abc import Mapping
from itertools import chain, repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.messages import ScanReport
from contracts.quantities import SECOND, Instant
from positioning.batch import Readings

LOWEST_DBM: Final = -120
HIGHEST_DBM: Final = -1
"""Levels outside are impossible for a Bluetooth receiver at any distance."""
SEEN_LIMIT: Final = 256
"""Batches remembered per gateway to know a duplicate: a minute of four batches a second."""
SEEN_GATEWAYS_LIMIT: Final = 10_000
FUTURE: Final = SECOND
"""Server stamps further ahead than this are wrong."""
CAUSES: Final = (
    *("unknown_gateway", "duplicate", "bad_columns", "overflow"),
    *("not_enrolled", "impossible", "late", "future"),
)
Ints = NDArray[np.int64]


class Inbox:
    """Holds reports; ``dropped`` counts readings by cause (reports for ``duplicate``, ``bad_columns``)."""

    def __init__(self, window_s: float, limit: int) -> None:
        self._window = round(window_s * SECOND)
        self._limit = limit
        self._reports: list[tuple[ScanReport, Instant]] = []
        self._count = 0
        self._seen: dict[str, dict[tuple[str, int], None]] = {}
        self.dropped = dict.fromkeys(CAUSES, 0)

    def __len__(self) -> int:
        """Readings waiting."""
        return self._count

    def put(self, report: ScanReport, now: Instant) -> None:
        """Keep a report, unless it is malformed or came before; beyond the limit the oldest go."""
        count = len(report.rssi_dbm)
        if len(report.device) != 2 * count or len(report.offset_ms) != 2 * count:
            self.dropped["bad_columns"] += 1
        elif self._is_duplicate(report):
            self.dropped["duplicate"] += 1
        else:
            self._reports.append((report, now))
            self._count += count
        while self._count > self._limit:
            lost = len(self._reports.pop(0)[0].rssi_dbm)
            self._count -= lost
            self.dropped["overflow"] += lost

    def shift(self, by: int) -> None:
        """The clock was set by so many microseconds: move what waits with it."""
        self._reports = [(_later(report, by), at + by) for report, at in self._reports]

    def take(self, rows: Mapping[str, int], gateways: Mapping[str, int], epoch: Instant) -> Readings:
        """All acceptable readings that wait; seconds count from ``epoch``."""
        waiting, self._reports, self._count = self._reports, [], 0
        known = [(report, at) for report, at in waiting if report.gateway in gateways]
        self.dropped["unknown_gateway"] += sum(len(r.rssi_dbm) for r, _ in waiting) - sum(
            len(r.rssi_dbm) for r, _ in known
        )
        sizes = np.array([len(report.rssi_dbm) for report, _ in known], np.int64)
        rssi = np.frombuffer(b"".join(report.rssi_dbm for report, _ in known), np.int8)
        offset_ms = np.frombuffer(b"".join(report.offset_ms for report, _ in known), "<u2")
        started = np.array([report.started_at for report, _ in known], np.int64)
        arrived = np.repeat(np.array([at for _, at in known], np.int64), sizes)
        heard = np.repeat(started, sizes) + offset_ms.astype(np.int64) * 1000
        row = _rows(known, sizes, rows)
        keep = self._acceptable(row, rssi, heard, arrived)
        gateway = np.repeat(np.array([gateways[report.gateway] for report, _ in known], np.int64), sizes)
        return Readings(
            row=row[keep],
            gateway=gateway[keep],
            rssi_dbm=rssi[keep].astype(np.float64),
            heard_s=(heard[keep] - epoch) / SECOND,
        )

    def _acceptable(
        self, row: Ints, rssi_dbm: NDArray[np.int8], heard: Ints, arrived: Ints
    ) -> NDArray[np.bool_]:
        """Which readings to use; the others are counted by the first cause that applies."""
        keep: NDArray[np.bool_] = row != _NOWHERE
        self.dropped["bad_columns"] += int((~keep).sum())
        causes = (
            ("not_enrolled", row < 0),
            ("impossible", (rssi_dbm < LOWEST_DBM) | (rssi_dbm > HIGHEST_DBM)),
            ("late", heard < arrived - self._window),
            ("future", heard > arrived + FUTURE),
        )
        for cause, bad in causes:
            if bad.any():
                self.dropped[cause] += int((bad & keep).sum())
                keep &= ~bad
        return keep

    def _is_duplicate(self, report: ScanReport) -> bool:
        seen = self._seen.setdefault(report.gateway, {})
        batch = (report.boot, report.seq)
        if batch in seen:
            return True
        seen[batch] = None
        if len(seen) > SEEN_LIMIT:
            del seen[next(iter(seen))]
        if len(self._seen) > SEEN_GATEWAYS_LIMIT:
            del self._seen[next(iter(self._seen))]
        return False


_NOWHERE: Final = -2
"""Row of a reading whose index points past its report's devices."""


def _rows(known: list[tuple[ScanReport, Instant]], sizes: Ints, rows: Mapping[str, int]) -> Ints:
    """Each reading's device row, -1 = not enrolled."""
    names = chain(*(report.device_ids for report, _ in known), ("",))  # one more: never empty
    table = np.fromiter(map(rows.get, names, repeat(-1)), np.int64)
    widths = np.array([len(report.device_ids) for report, _ in known], np.int64)
    begins = np.cumsum(widths) - widths
    index = np.frombuffer(b"".join(report.device for report, _ in known), "<u2").astype(np.int64)
    inside = index < np.repeat(widths, sizes)
    at = np.where(inside, index + np.repeat(begins, sizes), 0)
    return np.where(inside, table[at], _NOWHERE)


def _later(report: ScanReport, by: int) -> ScanReport:
    return ScanReport(
        gateway=report.gateway,
        boot=report.boot,
        seq=report.seq,
        started_at=report.started_at + by,
        device_ids=report.device_ids,
        device=report.device,
        rssi_dbm=report.rssi_dbm,
        offset_ms=report.offset_ms,
    )
