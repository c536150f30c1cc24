"""Scan reports as they leave the ingest: server time, enrolled devices, possible RSSI."""

from array import array
from collections import Counter
from typing import Final

import numpy as np

from contracts.columns import observations
from contracts.messages import ScanReport
from contracts.quantities import MILLISECOND, Duration, Instant
from gateway.enrolment import Enrolment
from gateway.readings import RSSI_MAX_DBM, RSSI_MIN_DBM

OFFSET_MS_MAX: Final = 65_535


def select_scan(
    report: ScanReport, enrolment: Enrolment, offset: Duration, received_at: Instant, drops: Counter[str]
) -> ScanReport | None:
    """A gateway's report in server time with enrolled devices only; None when nobody is left.

    ``offset`` is added to the gateway's time. Drops are counted as ``not_enrolled`` and ``bad_rssi``.

    Raises:
        WireError: ``bad_columns``.
    """
    columns = observations(report)
    n = len(columns.device)
    if not n:
        return None
    selection = enrolment.select(report.device_ids)
    rssi = columns.rssi_dbm
    possible = (rssi >= RSSI_MIN_DBM) & (rssi <= RSSI_MAX_DBM) & (rssi != 0)
    device, rssi_dbm, offset_ms = report.device, report.rssi_dbm, report.offset_ms
    if not (selection.everyone and possible.all()):
        index = selection.new_index[columns.device]
        enrolled = index >= 0
        keep = enrolled & possible
        n_enrolled, n_kept = int(np.count_nonzero(enrolled)), int(np.count_nonzero(keep))
        drops["not_enrolled"] += n - n_enrolled
        drops["bad_rssi"] += n_enrolled - n_kept
        if not n_kept:
            return None
        device = index[keep].astype("<u2").tobytes()
        rssi_dbm = rssi[keep].tobytes()
        offset_ms = columns.offset_ms[keep].tobytes()
    return ScanReport(
        gateway=report.gateway,
        boot=report.boot,
        seq=report.seq,
        started_at=report.started_at + offset,
        device_ids=selection.ids,
        device=device,
        rssi_dbm=rssi_dbm,
        offset_ms=offset_ms,
        received_at=received_at,
        filtered=report.filtered,
    )


def newest_of(report: ScanReport) -> Instant:
    """Time of the newest observation, or of the report where it is empty."""
    if not report.offset_ms:
        return report.started_at
    return report.started_at + int(np.frombuffer(report.offset_ms, "<u2").max()) * MILLISECOND


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
