from pathlib import Path

import pytest

from contracts.errors import StorageError
from gateway.adapters.disk import DiskStorage
from gateway.spool import Spool


def test_a_spool_on_disk_survives_its_process(tmp_path: Path) -> None:
    spool = Spool(DiskStorage(tmp_path / "spool"), 100_000)
    for number in range(20):
        spool.append(b"%d" % number, 1)
    again = Spool(DiskStorage(tmp_path / "spool"), 100_000)
    assert [message for _, message in again.take(100)] == [b"%d" % number for number in range(20)]
    for position, _ in [(p, m) for p, m in Spool(DiskStorage(tmp_path / "spool"), 100_000).take(100)]:
        again.acknowledge(position)
    assert list((tmp_path / "spool").iterdir()) == []


def test_files_are_the_owners_only_and_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    (tmp_path / "x.segment").write_text("mine")
    storage = DiskStorage(tmp_path)
    storage.append(3, b"a")
    storage.append(4, b"b")
    storage.sync()
    storage.append(3, b"c")
    assert sorted(storage.segments()) == [3, 4]
    assert storage.read(3) == b"ac"
    assert (tmp_path / "0000000003.segment").stat().st_mode & 0o077 == 0
    storage.delete(3)
    storage.delete(3)
    storage.close()
    storage.sync()
    assert storage.segments() == [4]


def test_a_disk_that_refuses_says_where(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StorageError, match="file"):
        DiskStorage(file)
    storage = DiskStorage(tmp_path)
    with pytest.raises(StorageError, match="0000000009"):
        storage.read(9)
