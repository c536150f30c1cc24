"""Position frames: the bytes on the wire."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import WireError
from dashboard import frames
from tests.sites import small_mall

ROW = st.tuples(
    st.integers(0, 65_535),
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 65_535),
    st.integers(0, 65_535),
    st.integers(-127, 127),
    st.integers(-127, 127),
    st.integers(0, 65_535),
)


def test_golden_bytes() -> None:
    """Made with struct.pack after docs/screens-api.md: the pages' decoder has the same bytes in its tests."""
    records = np.array([(412, 0b1001_1000, 23, 1000, 65_535, -12, 5, 7)], frames.RECORD)
    data = frames.encode(frames.CHANGES, 3, 9, 1_700_000_000_123_500, 2, records)
    assert data.hex(" ") == (
        "02 01 03 00 09 00 00 00 00 b8 87 56 fe bc 78 42 01 00 0c 00 02 00 00 00 "
        "9c 01 98 17 e8 03 ff ff f4 05 07 00"
    )


@given(st.lists(ROW, max_size=50), st.integers(0, 2**33), st.integers(0, 3), st.integers(0, 2**50))
def test_what_is_encoded_is_read_back(rows: list[tuple[int, ...]], number: int, floor: int, at: int) -> None:
    records = np.array(rows, frames.RECORD)
    left = np.array([row[0] for row in rows], "<u2")
    data = frames.encode(frames.KEY, floor, number, at, 7, records, frames.FLAG_REPLAY)
    data += frames.encode(frames.LEFT, floor, number, at, 7, left)
    key, gone = frames.decode(data)
    assert (key.kind, key.floor, key.flags, key.number, key.revision) == (1, floor, 1, number % 2**32, 7)
    assert key.at_ms == at / 1000
    assert key.records.tolist() == rows
    assert gone.records.tolist() == left.tolist()


@given(st.binary(max_size=100))
def test_rubbish_is_refused_or_read_but_never_worse(data: bytes) -> None:
    with contextlib.suppress(WireError):
        read = frames.decode(data)
        assert sum(24 + len(frame.records) for frame in read) <= len(data)


def test_a_longer_stride_is_stepped_over() -> None:
    """Fields may be added at the end of a record: old readers must still read the rest."""
    longer = np.dtype([*frames.RECORD.descr, ("later", "<u4")])
    records = np.zeros(2, longer)
    records["slot"] = [5, 6]
    records["later"] = 0xFFFF_FFFF
    (frame,) = frames.decode(frames.encode(frames.KEY, 0, 1, 0, 1, records))
    assert frame.records["slot"].tolist() == [5, 6]
    assert frame.records["age_ds"].tolist() == [0, 0]


def test_a_cut_frame_is_refused() -> None:
    data = frames.encode(frames.KEY, 0, 1, 0, 1, np.zeros(2, frames.RECORD))
    for end in range(1, len(data)):
        with pytest.raises(WireError):
            frames.decode(data[:end])


def test_the_scale_covers_the_floor_with_a_margin() -> None:
    floor = small_mall().floors[0]
    scale = frames.scale_of(floor)
    x0, y0, x1, y1 = frames.bounds(floor)
    assert scale.x0 < x0
    assert scale.y0 < y0
    assert scale.x0 + 65_535 * scale.sx == pytest.approx(x1 + frames.MARGIN_M, abs=0.01)
    assert scale.y0 + 65_535 * scale.sy == pytest.approx(y1 + frames.MARGIN_M, abs=0.01)
