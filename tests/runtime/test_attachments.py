"""Files of calls in the data folder: durable, bounded, gone after their time."""

import os
from pathlib import Path

import pytest

from contracts.errors import StorageError
from contracts.quantities import DAY, SECOND
from runtime.attachments import Attachments


def test_a_file_is_there_after_a_restart_and_gone_when_dropped(tmp_path: Path) -> None:
    Attachments(tmp_path / "a").keep("file-0001", b"one")
    files = Attachments(tmp_path / "a")
    files.keep("file-0001", b"other")
    assert files.read("file-0001") == b"one", "the same id again changes nothing"
    files.drop("file-0001")
    files.drop("file-0001")
    assert files.read("file-0001") is None
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_a_file_that_was_torn_by_a_power_cut_is_swept(tmp_path: Path) -> None:
    (tmp_path / "file-0001.part").write_bytes(b"ha")
    files = Attachments(tmp_path)
    assert list(tmp_path.iterdir()) == []
    files.keep("file-0001", b"whole")
    assert files.read("file-0001") == b"whole"


def test_there_is_room_for_so_much_and_no_more(tmp_path: Path) -> None:
    files = Attachments(tmp_path, room_bytes=10)
    files.keep("file-0001", bytes(6))
    with pytest.raises(StorageError, match="fill"):
        files.keep("file-0002", bytes(6))
    with pytest.raises(StorageError, match="fill"):
        Attachments(tmp_path, room_bytes=10).keep("file-0002", bytes(6))
    files.drop("file-0001")
    files.keep("file-0002", bytes(6))


def test_what_is_older_than_the_setting_is_deleted(tmp_path: Path) -> None:
    files = Attachments(tmp_path, room_bytes=10)
    now = 1_700_000_000 * SECOND
    for name, age_days in (("file-old0", 30.5), ("file-new0", 29.5)):
        files.keep(name, bytes(5))
        stamp = (now - age_days * DAY) / SECOND
        os.utime(tmp_path / name, (stamp, stamp))
    assert files.prune(now, days=30) == 1
    assert files.read("file-old0") is None
    assert files.read("file-new0") is not None
    files.keep("file-0003", bytes(5))


def test_a_disk_that_refuses_is_the_worlds_error(tmp_path: Path) -> None:
    files = Attachments(tmp_path / "a")
    (tmp_path / "a" / "file-0001").mkdir()
    with pytest.raises(StorageError):
        files.read("file-0001")
