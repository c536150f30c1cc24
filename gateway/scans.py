"""Scan reports as they leave the ingest: server time, enrolled devices, possible RSSI."""

from array import array
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contracts.columns import Observations
from contracts.messages import ScanReport
from contracts.quantities import MILLISECOND, Duration, Instant
from gateway.drops import Drops
from gateway.enrolment import Enrolment
from gateway.readings import RSSI_MAX_DBM, RSSI_MIN_DBM

POSSIBLE: Final = np.array(
    [RSSI_MIN_DBM <= value <= RSSI_MAX_DBM and value != 0 for value in (*range(128), *range(-128, 0))]
)
"""(256,) whether an RSSI can be one, by its byte."""
POSSIBLE_BYTES: Final = bytes(np.flatnonzero(POSSIBLE).tolist())


def select_scan(
    report: ScanReport,
    columns: Observations,
    enrolment: Enrolment,
    offset: Duration,
    received_at: Instant,
    drops: Drops,
) -> ScanReport | None:
    """A gateway's report in server time with enrolled devices only; None when nobody is left.

    ``columns`` are the report's; ``offset`` is added to the gateway's time. Drops are counted as
    ``not_enrolled`` and ``bad_rssi``.
    """
    ids, new_index = enrolment.select(report.device_ids)
    kept: _Bytes | None = (report.device, report.rssi_dbm, report.offset_ms)
    if new_index is not None or report.rssi_dbm.translate(None, POSSIBLE_BYTES):
        kept = _kept(columns, new_index, drops)
    if kept is None or not kept[1]:
        return None
    device, rssi_dbm, offset_ms = kept
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


_Bytes = tuple[bytes, bytes, bytes]


def _kept(columns: Observations, new_index: NDArray[np.int32] | None, drops: Drops) -> _Bytes | None:
    """The columns without strangers and impossible levels, which are counted; None when nothing is left."""
    n = len(columns.device)
    keep = POSSIBLE[columns.rssi_dbm.view(np.uint8)]
    index: NDArray[np.integer[Any]] = columns.device if new_index is None else new_index[columns.device]
    enrolled = index >= 0
    n_enrolled = int(np.count_nonzero(enrolled))
    if n_enrolled < n:
        drops["not_enrolled"] += n - n_enrolled
        keep &= enrolled
    n_kept = int(np.count_nonzero(keep))
    if n_kept < n_enrolled:
        drops["bad_rssi"] += n_enrolled - n_kept
    if not n_kept:
        return None
    device = index[keep].astype("<u2").tobytes()
    return device, columns.rssi_dbm[keep].tobytes(), columns.offset_ms[keep].tobytes()


def newest_of(report: ScanReport, columns: Observations) -> Instant:
    """Gateway time of the newest observation, or of the report where it is empty."""
    offset_ms = columns.offset_ms
    if not len(offset_ms):
        return report.started_at
    return report.started_at + offset_ms.item(offset_ms.argmax()) * MILLISECOND  # max() is slower on a few


class Gathered:
    """Samples of one gateway that become one scan report. Mutable: a short-lived builder.

    Advert and scan response of one device, or a decoded and a raw entry of one advert, are two looks at
    the same fading: near repeats are averaged (in dB) into the sample before them.
    """

    def __init__(self) -> None:
        self.filtered = False
        self.index: dict[str, int] = {}
        self.device: list[int] = []
        self.rssi_dbm: list[float] = []
        self.at: list[Instant] = []
        self._latest: dict[str, tuple[int, Instant, bytes | None, int]] = {}
        """Device → (row, time, advert, how many went into it)."""

    def __len__(self) -> int:
        return len(self.device)

    def add(
        self, device: str, rssi_dbm: float, at: Instant, adv: bytes | None, span: Duration | None
    ) -> bool:
        """Take a sample; False when it was merged into the device's latest.

        ``span`` is how near in time means the same; None = times are whole seconds or none at all, where
        another frame at the same time means the same.
        """
        latest = self._latest.get(device)
        if latest is not None:
            row, before, last_adv, merged = latest
            same = (
                at == before and merged == 1 and adv != last_adv
                if span is None
                else -span <= at - before <= span
            )
            if same:
                self.rssi_dbm[row] += (rssi_dbm - self.rssi_dbm[row]) / (merged + 1)
                self._latest[device] = (row, before, last_adv, merged + 1)
                return False
        self._latest[device] = (len(self.device), at, adv, 1)
        self.device.append(self.index.setdefault(device, len(self.index)))
        self.rssi_dbm.append(rssi_dbm)
        self.at.append(at)
        return True

    def report(self, gateway: str, boot: str, seq: int, received_at: Instant) -> ScanReport:
        """The samples as columns. Times span less than 65 s, which the age limit sees to."""
        assert self.device
        started_at = min(self.at)
        device = array("H", self.device)
        rssi = array("b", [round(value) for value in self.rssi_dbm])
        offset = array("H", [(at - started_at) // MILLISECOND for at in self.at])
        if not _LITTLE_ENDIAN:
            device.byteswap()
            offset.byteswap()
        return ScanReport(
            gateway=gateway,
            boot=boot,
            seq=seq,
            started_at=started_at,
            device_ids=tuple(self.index),
            device=device.tobytes(),
            rssi_dbm=rssi.tobytes(),
            offset_ms=offset.tobytes(),
            received_at=received_at,
            filtered=self.filtered,
        )


_LITTLE_ENDIAN: Final = array("H", [1]).tobytes() == b"\x01\x00"
