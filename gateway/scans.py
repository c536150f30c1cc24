"""Scan reports as they leave the ingest: server time, enrolled devices, possible RSSI."""

from array import array
from typing import Any, Final

import msgspec
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


class Sample(msgspec.Struct, gc=False):
    """A row of a report to be. Mutable: near repeats are averaged into it."""

    device: str
    rssi_dbm: float
    at: Instant
    adv: bytes | None
    looks: int = 1
    """How many went into it."""


class Gathered:
    """Samples of one gateway that become one scan report. Mutable: a short-lived builder.

    Advert and scan response of one device, or a decoded and a raw entry of one advert, are two looks at
    the same fading: near repeats are averaged (in dB) into the sample before them.
    """

    def __init__(self) -> None:
        self.filtered = False
        self._rows: list[Sample] = []
        self._latest: dict[str, Sample] = {}
        """By device, in the order in which the devices first came."""

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self, device: str, rssi_dbm: float, at: Instant, adv: bytes | None, span: Duration | None
    ) -> bool:
        """Take a sample; False when it was merged into the device's latest.

        ``span`` is how near in time means the same; None = times are whole seconds or none at all, where
        another frame at the same time means the same.
        """
        latest = self._latest.get(device)
        if latest is not None and (
            at == latest.at and latest.looks == 1 and adv != latest.adv
            if span is None
            else -span <= at - latest.at <= span
        ):
            latest.looks += 1
            latest.rssi_dbm += (rssi_dbm - latest.rssi_dbm) / latest.looks
            return False
        self._latest[device] = sample = Sample(device, rssi_dbm, at, adv)
        self._rows.append(sample)
        return True

    def report(self, gateway: str, boot: str, seq: int, received_at: Instant) -> ScanReport:
        """The samples as columns. Times span less than 65 s, which the age limit sees to."""
        rows = self._rows
        assert rows
        started_at = min([row.at for row in rows])
        place = {device: index for index, device in enumerate(self._latest)}
        device = array("H", [place[row.device] for row in rows])
        rssi = array("b", [round(row.rssi_dbm) for row in rows])
        offset = array("H", [(row.at - started_at) // MILLISECOND for row in rows])
        if not _LITTLE_ENDIAN:
            device.byteswap()
            offset.byteswap()
        return ScanReport(
            gateway=gateway,
            boot=boot,
            seq=seq,
            started_at=started_at,
            device_ids=tuple(place),
            device=device.tobytes(),
            rssi_dbm=rssi.tobytes(),
            offset_ms=offset.tobytes(),
            received_at=received_at,
            filtered=self.filtered,
        )


_LITTLE_ENDIAN: Final = array("H", [1]).tobytes() == b"\x01\x00"
