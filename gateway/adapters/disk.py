"""Spool segments as files of one folder."""

import os
from pathlib import Path
from typing import Final

from contracts.errors import StorageError

SUFFIX: Final = ".segment"


class DiskStorage:
    """Written as it comes: what was appended survives the process, and a power cut after ``sync``."""

    def __init__(self, folder: Path) -> None:
        """Raises ``StorageError`` where the folder cannot be made."""
        self._folder = folder
        self._open: tuple[int, int] | None = None
        """(segment, file descriptor) being written."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror}") from error

    def segments(self) -> list[int]:
        return [int(file.stem) for file in self._folder.glob(f"*{SUFFIX}") if file.stem.isdecimal()]

    def read(self, segment: int) -> bytes:
        try:
            return self._path(segment).read_bytes()
        except OSError as error:
            raise StorageError(f"{self._path(segment)}: {error.strerror}") from error

    def append(self, segment: int, data: bytes) -> None:
        try:
            if self._open is None or self._open[0] != segment:
                self.close()
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
                self._open = (segment, os.open(self._path(segment), flags, 0o600))
            written = os.write(self._open[1], data)
            if written < len(data):
                raise StorageError(f"{self._path(segment)}: the disk is full")
        except OSError as error:
            raise StorageError(f"{self._path(segment)}: {error.strerror}") from error

    def delete(self, segment: int) -> None:
        if self._open is not None and self._open[0] == segment:
            self.close()
        self._path(segment).unlink(missing_ok=True)

    def sync(self) -> None:
        """Let what was written survive a power cut."""
        if self._open is not None:
            os.fsync(self._open[1])

    def close(self) -> None:
        if self._open is not None:
            os.close(self._open[1])
            self._open = None

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:010d}{SUFFIX}"
