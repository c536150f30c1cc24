"""Files are known by what they begin with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.attachments import JPEG, file_type


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x1aE\xdf\xa3\x01\x00\x00\x00", "audio/webm"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"\x00\x00\x00\x1cftypiso5", "audio/mp4"),
    ],
)
def test_what_recorders_and_canvases_make_is_taken(start: bytes, media_type: str) -> None:
    found = file_type(start)
    assert found is not None
    assert found.media_type == media_type
    assert (found.kind == "photo") == media_type.startswith("image/")


@pytest.mark.parametrize("start", [b"", b"\xff\xd8", b"<svg xmlns", b"<html>", b"GIF89a", b"%PDF-1.7", b"MZ"])
def test_whatever_else_is_not(start: bytes) -> None:
    assert file_type(start) is None


@given(st.binary(max_size=200))
def test_a_start_decides_whatever_follows(rest: bytes) -> None:
    assert file_type(b"\xff\xd8\xff" + rest) == JPEG
