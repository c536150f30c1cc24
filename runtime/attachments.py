"""Photos and spoken notes of calls, a file each in the data folder, for as long as the setting says."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contracts.errors import StorageError
from contracts.quantities import DAY, SECOND, Instant

ROOM_BYTES: Final = 4_000_000_000
"""Thousands of photos: a month of a busy mall. Beyond it nothing more is taken until old ones go."""


class Attachments:
    """See ``dashboard.adapters.core.FileStore``. Safe to be called from several threads."""

    def __init__(self, folder: Path, room_bytes: int = ROOM_BYTES) -> None:
        self._folder = folder
        self._room_bytes = room_bytes
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for torn in folder.glob("*.part"):
            torn.unlink()
        self._used_bytes = sum(file.stat().st_size for file in folder.iterdir())

    def keep(self, file_id: str, content: bytes) -> None:
        """Durable when this returns; the same id again changes nothing.

        Raises:
            StorageError: no room, or the disk does not answer.
        """
        file = self._folder / file_id
        with self._lock, _as_storage_error():
            if file.exists():
                return
            if self._used_bytes + len(content) > self._room_bytes:
                raise StorageError(f"{self._folder}: photos and notes fill their {self._room_bytes} bytes")
            part = file.with_suffix(".part")
            with part.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
            self._used_bytes += len(content)

    def read(self, file_id: str) -> bytes | None:
        with _as_storage_error():
            try:
                return (self._folder / file_id).read_bytes()
            except FileNotFoundError:
                return None

    def drop(self, file_id: str) -> None:
        with self._lock, _as_storage_error():
            self._remove(self._folder / file_id)

    def prune(self, now: Instant, days: int) -> int:
        """Delete what is older; how many."""
        with self._lock, _as_storage_error():
            limit_s = (now - days * DAY) / SECOND
            old = [file for file in self._folder.iterdir() if file.stat().st_mtime < limit_s]
            for file in old:
                self._remove(file)
            return len(old)

    def _remove(self, file: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            size = file.stat().st_size
            file.unlink()
            self._used_bytes -= size


@contextlib.contextmanager
def _as_storage_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"photos and notes: {error}") from error
