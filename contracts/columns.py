"""Packed columns of messages to numpy arrays and back. Not needed, nor importable, on a gateway."""

from dataclasses import dataclass, fields
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.errors import WireError
from contracts.messages import GroundTruth, PositionsEstimated, ScanReport
from contracts.quantities import Instant

ODD_FIELDS: Final = ("estimated_at", "zone")
"""Of ``Positions``: no columns of one entry a device."""
QUALITY = ("tentative", "confirmed", "coasting", "lost")
_UINT16: Final = np.dtype("<u2")
_INT8: Final = np.dtype("i1")


class Observations(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A scan report as arrays, all of shape (n,)."""

    device: NDArray[np.uint16]
    """Index into the report's ``device_ids``."""
    rssi_dbm: NDArray[np.int8]
    offset_ms: NDArray[np.uint16]


def observations(report: ScanReport) -> Observations:
    """The columns of a scan report, without copying.

    Raises:
        WireError: ``bad_columns`` when lengths differ or an index points nowhere.
    """
    n = len(report.rssi_dbm)
    if len(report.device) != 2 * n or len(report.offset_ms) != 2 * n:
        raise WireError("bad_columns", "column lengths differ")
    device = np.frombuffer(report.device, _UINT16)
    if n and device.item(device.argmax()) >= len(report.device_ids):  # max() is slower on a few
        raise WireError("bad_columns", "device index out of range")
    return Observations(
        device, np.frombuffer(report.rssi_dbm, _INT8), np.frombuffer(report.offset_ms, _UINT16)
    )


@dataclass(frozen=True, slots=True)
class Positions:
    """Position estimates as arrays; shapes (n,) but for ``floor_probability`` (n, floors)."""

    estimated_at: Instant
    device_ids: tuple[str, ...]
    floor: NDArray[np.int8]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    vx_mps: NDArray[np.float64]
    vy_mps: NDArray[np.float64]
    semi_major_m: NDArray[np.float64]
    semi_minor_m: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    floor_probability: NDArray[np.float64]
    """0 to 1."""
    quality: NDArray[np.uint8]
    """Index into ``QUALITY``."""
    age_s: NDArray[np.float64]
    zone: tuple[str | None, ...] = ()


def pack_positions(p: Positions) -> PositionsEstimated:
    """Rounded to the centimetre as they leave the filter, so that equal runs give equal bytes."""
    return PositionsEstimated(
        estimated_at=p.estimated_at,
        device_ids=p.device_ids,
        floor=p.floor.astype(np.int8).tobytes(),
        x_cm=_scaled(p.x_m, 100, "<i4"),
        y_cm=_scaled(p.y_m, 100, "<i4"),
        vx_cm_s=_scaled(p.vx_mps, 100, "<i2"),
        vy_cm_s=_scaled(p.vy_mps, 100, "<i2"),
        semi_major_cm=_scaled(p.semi_major_m, 100, "<u2"),
        semi_minor_cm=_scaled(p.semi_minor_m, 100, "<u2"),
        heading_deg=_scaled(p.heading_deg, 1, "<i2"),
        floor_probability=_scaled(p.floor_probability, 100, "u1"),
        quality=p.quality.astype(np.uint8).tobytes(),
        age_ms=_scaled(p.age_s, 1000, "<u4"),
        zone=p.zone,
    )


def unpack_positions(message: PositionsEstimated) -> Positions:
    """The inverse of ``pack_positions`` but for rounding.

    Raises:
        WireError: ``bad_columns`` when lengths do not fit.
    """
    n = len(message.device_ids)
    try:
        percent = np.frombuffer(message.floor_probability, np.uint8)
        columns = Positions(
            estimated_at=message.estimated_at,
            device_ids=message.device_ids,
            floor=np.frombuffer(message.floor, np.int8),
            x_m=np.frombuffer(message.x_cm, "<i4") / 100,
            y_m=np.frombuffer(message.y_cm, "<i4") / 100,
            vx_mps=np.frombuffer(message.vx_cm_s, "<i2") / 100,
            vy_mps=np.frombuffer(message.vy_cm_s, "<i2") / 100,
            semi_major_m=np.frombuffer(message.semi_major_cm, "<u2") / 100,
            semi_minor_m=np.frombuffer(message.semi_minor_cm, "<u2") / 100,
            heading_deg=np.frombuffer(message.heading_deg, "<i2").astype(np.float64),
            floor_probability=percent.reshape(n, -1 if n else 0) / 100,
            quality=np.frombuffer(message.quality, np.uint8),
            age_s=np.frombuffer(message.age_ms, "<u4") / 1000,
            zone=message.zone,
        )
    except ValueError as error:
        raise WireError("bad_columns", str(error)) from error
    lengths = {len(getattr(columns, field.name)) for field in fields(columns) if field.name not in ODD_FIELDS}
    if lengths - {n} or len(message.zone) not in (0, n):
        raise WireError("bad_columns", "column lengths differ")
    return columns


def pack_truth(
    at: Instant,
    device_ids: tuple[str, ...],
    floor: NDArray[np.int8],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> GroundTruth:
    return GroundTruth(
        at=at,
        device_ids=device_ids,
        floor=floor.astype(np.int8).tobytes(),
        x_cm=_scaled(x_m, 100, "<i4"),
        y_cm=_scaled(y_m, 100, "<i4"),
    )


def _scaled(values: NDArray[np.float64], factor: float, dtype: str) -> bytes:
    """Rounded and clipped to what the column's type holds."""
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values * factor), limits.min, limits.max).astype(dtype).tobytes()
