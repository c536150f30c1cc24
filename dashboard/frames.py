"""Binary position frames of the live map: 24 bytes of header, then records of 12 (docs/screens-api.md)."""

import struct
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.errors import WireError
from contracts.quantities import Instant
from contracts.sitemap import Floor

KEY: Final = 1
CHANGES: Final = 2
LEFT: Final = 3
VERSION: Final = 1

FLAG_REPLAY: Final = 1
FLAG_SIMULATED: Final = 2

HEADER: Final = np.dtype(
    [
        ("kind", "u1"),
        ("version", "u1"),
        ("floor", "u1"),
        ("flags", "u1"),
        ("number", "<u4"),
        ("at_ms", "<f8"),
        ("count", "<u2"),
        ("stride", "<u2"),
        ("revision", "<u4"),
    ]
)
RECORD: Final = np.dtype(
    [
        ("slot", "<u2"),
        ("state", "u1"),
        ("r95_dm", "u1"),
        ("x", "<u2"),
        ("y", "<u2"),
        ("vx_dm_s", "i1"),
        ("vy_dm_s", "i1"),
        ("age_ds", "<u2"),
    ]
)
PACK_HEADER: Final = struct.Struct("<4BIdHHI").pack
assert HEADER.itemsize == struct.calcsize("<4BIdHHI") == 24, "the header is 24 bytes on the wire"
assert RECORD.itemsize == 12, "a record is 12 bytes on the wire"

Records: TypeAlias = NDArray[np.void]
"""Structured array of ``RECORD``."""

MARGIN_M: Final = 5.0
"""Estimates may lie a little outside the outline; they must still fit the scale."""


class Scale(msgspec.Struct, frozen=True):
    """How a floor's u16 coordinates become metres: ``x_m = x0 + sx * x``."""

    x0: float
    y0: float
    sx: float
    sy: float


class Frame(msgspec.Struct, frozen=True):
    """One frame as read back; ``records`` is (n,) of ``RECORD``, or of u16 slots for kind 3."""

    kind: int
    floor: int
    flags: int
    number: int
    at_ms: float
    revision: int
    records: Records | NDArray[np.uint16]


def bounds(floor: Floor) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of the floor's outline in metres."""
    xs = [x for x, _ in floor.outline.outer]
    ys = [y for _, y in floor.outline.outer]
    return min(xs), min(ys), max(xs), max(ys)


def scale_of(floor: Floor) -> Scale:
    """Rounded to the micrometre, so that both sides compute with the very same numbers."""
    x0, y0, x1, y1 = bounds(floor)
    return Scale(
        x0=round(x0 - MARGIN_M, 3),
        y0=round(y0 - MARGIN_M, 3),
        sx=round((x1 - x0 + 2 * MARGIN_M) / 65_535, 9),
        sy=round((y1 - y0 + 2 * MARGIN_M) / 65_535, 9),
    )


def encode(
    kind: int,
    floor: int,
    number: int,
    at: Instant,
    revision: int,
    records: Records | NDArray[np.uint16],
    flags: int = 0,
) -> bytes:
    """One frame. ``records`` as in ``Frame``; at most 65 535 of them."""
    assert len(records) <= 0xFFFF, "slots are u16, so a floor cannot hold more"
    stride = records.dtype.itemsize
    head = PACK_HEADER(
        kind, VERSION, floor, flags, number & 0xFFFF_FFFF, at / 1000, len(records), stride, revision
    )
    return head + records.tobytes()


def decode(data: bytes) -> list[Frame]:
    """The frames of one binary message, as the pages read them (bigger strides are stepped over).

    Raises:
        WireError: ``bad_frame``.
    """
    frames: list[Frame] = []
    offset = 0
    while offset < len(data):
        if len(data) - offset < HEADER.itemsize:
            raise WireError("bad_frame", "short header")
        header = np.frombuffer(data, HEADER, 1, offset)[0]
        n, stride, kind = int(header["count"]), int(header["stride"]), int(header["kind"])
        wanted = np.dtype("<u2") if kind == LEFT else RECORD
        start = offset + HEADER.itemsize
        offset = start + n * stride
        if int(header["version"]) != VERSION or stride < wanted.itemsize or offset > len(data):
            raise WireError("bad_frame", f"version {header['version']}, stride {stride}, count {n}")
        rows = np.frombuffer(data, np.uint8, n * stride, start).reshape(n, stride)
        records: Any = np.ascontiguousarray(rows[:, : wanted.itemsize]).view(wanted).reshape(n)
        frames.append(
            Frame(
                kind=kind,
                floor=int(header["floor"]),
                flags=int(header["flags"]),
                number=int(header["number"]),
                at_ms=float(header["at_ms"]),
                revision=int(header["revision"]),
                records=records,
            )
        )
    return frames
