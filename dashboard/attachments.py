"""What may be added to a call from a handheld: known by its first bytes, not by what is said about it."""

from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from contracts.facts import FileAttached
from contracts.messages import Fact
from contracts.quantities import Instant
from contracts.values import FileKind

SIZE_LIMIT: Final = 1_500_000
"""Bytes. The handheld makes a photo 1280 px wide (some 200 KB) and half a minute of speech 100 KB."""


ENCLOSED_LIMIT: Final = 20_000_000
"""Bytes of photos and notes in one exported incident. A call may have twelve of ``SIZE_LIMIT``, which is
less; whatever should not fit all the same is named with its reason."""


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


class Enclosed(msgspec.Struct, frozen=True):
    """One photo or spoken note within an exported incident."""

    file_id: str
    kind: FileKind
    by: str
    at: Instant
    media_type: str = ""
    content: bytes | None = None
    """Base64 in JSON."""
    left_out: Literal["", "not_asked", "gone", "too_much"] = ""
    """Why there is no content; ``gone``: older than files are kept."""


def enclosed(
    facts: Iterable[Fact], read: Callable[[str], bytes | None] | None, limit: int = ENCLOSED_LIMIT
) -> tuple[Enclosed, ...]:
    """The files that these facts speak of, oldest first, until ``limit`` bytes are used up.

    Args:
        read: content by id, None when it is no longer kept; None: contents are not wanted.
        limit: bytes of content. A file that does not fit is left out, a smaller later one may fit.
    """
    room = limit
    found: list[Enclosed] = []
    for fact in facts:
        if not isinstance(fact, FileAttached):
            continue
        one = Enclosed(fact.file_id, fact.what, fact.by, fact.at, left_out="not_asked")
        if read is not None:
            one = _with_content(one, read(fact.file_id), room)
            room -= len(one.content or b"")
        found.append(one)
    return tuple(found)


def _with_content(one: Enclosed, content: bytes | None, room: int) -> Enclosed:
    if content is None:
        return msgspec.structs.replace(one, left_out="gone")
    kind = file_type(content)
    named = msgspec.structs.replace(one, media_type="" if kind is None else kind.media_type)
    if len(content) > room:
        return msgspec.structs.replace(named, left_out="too_much")
    return msgspec.structs.replace(named, content=content, left_out="")
