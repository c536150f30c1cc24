"""Files are known by what they begin with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from dashboard.attachments import JPEG, enclosed, file_type


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


def attached(file_id: str, seq: int = 1) -> m.FileAttached:
    return m.FileAttached(seq=seq, at=seq, by="unit/u-01", call_id="c-1", file_id=file_id, what="photo")


SIZES = st.lists(st.none() | st.integers(3, 60), max_size=12)
"""Of each file; None: it is no longer kept."""


@given(SIZES, st.integers(0, 200))
def test_every_file_of_an_incident_is_there_or_it_is_said_why_not(
    sizes: list[int | None], limit: int
) -> None:
    kept = {f"file-{n}": JPEG_START.ljust(size, b"x") for n, size in enumerate(sizes) if size is not None}
    facts = [attached(f"file-{n}", n) for n in range(len(sizes))]
    found = enclosed(facts, kept.get, limit)
    assert [one.file_id for one in found] == [fact.file_id for fact in facts]
    room = limit
    for one in found:
        content = kept.get(one.file_id)
        if content is None:
            assert (one.left_out, one.content) == ("gone", None)
        elif len(content) <= room:
            assert (one.left_out, one.content, one.media_type) == ("", content, "image/jpeg")
            room -= len(content)
        else:
            assert (one.left_out, one.content) == ("too_much", None)


def test_without_being_asked_files_are_named_only() -> None:
    asked_for = m.CallCleared(seq=2, at=2, by="dispatcher", call_id="c-1")
    (one,) = enclosed([attached("file-1"), asked_for], None)
    assert (one.file_id, one.left_out, one.content) == ("file-1", "not_asked", None)


JPEG_START = b"\xff\xd8\xff"
