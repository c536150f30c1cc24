"""Scan reports as they leave the ingest: server time, enrolled devices, possible RSSI."""

from array import array
from collections import Counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contracts.columns import Observations
from contracts.messages import ScanReport
from contracts.quantities import MILLISECOND, Duration, Instant
from gateway.enrolment import Enrolment
from gateway.readings import RSSI_MAX_DBM, RSSI_MIN_DBM

OFFSET_MS_MAX: Final = 65_535
POSSIBLE: Final = np.array(
    [RSSI_MIN_DBM <= value <= RSSI_MAX_DBM and value != 0 for value in (*range(128), *range(-128, 0))]
)
"""(256,) whether an RSSI can be one, by its byte."""


def select_scan(
    report: ScanReport,
    columns: Observations,
    enrolment: Enrolment,
    offset: Duration,
    received_at: Instant,
    drops: Counter[str],
) -> ScanReport | None:
    """A gateway's report in server time with enrolled devices only; None when nobody is left.

    ``columns`` are the report's; ``offset`` is added to the gateway's time. Drops are counted as
    ``not_enrolled`` and ``bad_rssi``.
    """
    n = len(columns.device)
    ids, new_index = enrolment.select(report.device_ids)
    keep = POSSIBLE[columns.rssi_dbm.view(np.uint8)]
    device, rssi_dbm, offset_ms = report.device, report.rssi_dbm, report.offset_ms
    if new_index is not None:
        index: NDArray[np.integer[Any]] = new_index[columns.device]
        enrolled = index >= 0
        n_enrolled = int(np.count_nonzero(enrolled))
        if n_enrolled < n:
            drops["not_enrolled"] += n - n_enrolled
            keep &= enrolled
        device = index.astype("<u2").tobytes()
    else:
        index, n_enrolled = columns.device, n
    n_kept = int(np.count_nonzero(keep))
    if n_kept < n_enrolled:
        drops["bad_rssi"] += n_enrolled - n_kept
    if not n_kept:
        return None
    if n_kept < n:
        device = index[keep].astype("<u2").tobytes()
        rssi_dbm = columns.rssi_dbm[keep].tobytes()
        offset_ms = columns.offset_ms[keep].tobytes()
    return ScanReport(
        gateway=report.gateway,
        boot=report.boot,
        seq=report.seq,
        started_at=report.started_at + offset,
        device_ids=ids,
        device=device,
        rssi_dbm=rssi_dbm,
        offset_ms=offset_ms,
        received_at=received_at,
        filtered=report.filtered,
    )


def newest_of(report: ScanReport, columns: Observations) -> Instant:
    """Gateway time of the newest observation, or of the report where it is empty."""
    if not len(columns.offset_ms):
        return report.started_at
    return report.started_at + int(columns.offset_ms.max()) * MILLISECOND


class Gathered:
    """Rows of one gateway that become one scan report. Mutable: a short-lived builder."""

    def __init__(self) -> None:
        self.devices: list[str] = []
        self.rssi_dbm: list[float] = []
        self.at: list[Instant] = []
        self.filtered = False

    def __len__(self) -> int:
        return len(self.devices)

    def add(self, device: str, rssi_dbm: float, at: Instant) -> None:
        self.devices.append(device)
        self.rssi_dbm.append(rssi_dbm)
        self.at.append(at)

    def report(self, gateway: str, boot: str, seq: int, received_at: Instant) -> ScanReport:
        """The rows as columns. Times span less than 65 s, which the age limit sees to."""
        assert self.devices
        started_at = min(self.at)
        index: dict[str, int] = {}
        device = array("H", [index.setdefault(name, len(index)) for name in self.devices])
        rssi = array("b", [round(value) for value in self.rssi_dbm])
        offset = array("H", [min((at - started_at) // MILLISECOND, OFFSET_MS_MAX) for at in self.at])
        if not _LITTLE_ENDIAN:
            device.byteswap()
            offset.byteswap()
        return ScanReport(
            gateway=gateway,
            boot=boot,
            seq=seq,
            started_at=started_at,
            device_ids=tuple(index),
            device=device.tobytes(),
            rssi_dbm=rssi.tobytes(),
            offset_ms=offset.tobytes(),
            received_at=received_at,
            filtered=self.filtered,
        )


_LITTLE_ENDIAN: Final = array("H", [1]).tobytes() == b"\x01\x00"
