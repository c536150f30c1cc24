"""What may be added to a call from a handheld: known by its first bytes, not by what is said about it."""

from typing import Final

import msgspec

from contracts.values import FileKind

SIZE_LIMIT: Final = 1_500_000
"""Bytes. The handheld makes a photo 1280 px wide (some 200 KB) and half a minute of speech 100 KB."""


class FileType(msgspec.Struct, frozen=True):
    kind: FileKind
    media_type: str


JPEG: Final = FileType("photo", "image/jpeg")
_STARTS: Final[tuple[tuple[int, bytes, FileType], ...]] = (
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"\x1aE\xdf\xa3", FileType("voice", "audio/webm")),
    (0, b"OggS", FileType("voice", "audio/ogg")),
    (4, b"ftyp", FileType("voice", "audio/mp4")),
)
"""Offset, the bytes that stand there, what it is: what browsers' recorders and canvases make."""


def file_type(content: bytes) -> FileType | None:
    """What a file is; None for anything that we do not take."""
    return next((kind for at, start, kind in _STARTS if content[at : at + len(start)] == start), None)
