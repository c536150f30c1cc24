"""Presses outlive a restart; a file that cannot be read costs nothing but their memory."""

import stat
from pathlib import Path

import pytest

from contracts import messages as m
from contracts.quantities import SECOND
from runtime.presses import KEPT, PressBook

NOW = 1_772_000_000 * SECOND


def press(number: int, at: int = NOW) -> m.ButtonPressed:
    return m.ButtonPressed(device_id="tag", mode="single", counter=number, gateway="gw-1", heard_at=at)


def test_what_was_sent_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "presses.json"
    book = PressBook(file)
    assert book.presses == ()
    book.tap([m.RequestSnapshot(by="x")])
    assert not file.exists(), "nothing to keep"
    book.tap([press(1), m.RequestSnapshot(by="x"), press(2)])
    book.tap([press(3)])
    again = PressBook(file)
    again.tap([press(3)])  # sent once more at the start
    assert again.presses == (press(1), press(2), press(3))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_young_ones_are_sent_again(tmp_path: Path) -> None:
    book = PressBook(tmp_path / "presses.json")
    book.tap(
        [press(1, NOW - 31 * SECOND), press(2, NOW - 29 * SECOND), press(3, NOW), press(4, NOW + SECOND)]
    )
    assert [one.counter for one in book.unsure(NOW)] == [2, 3]


def test_their_number_is_limited(tmp_path: Path) -> None:
    file = tmp_path / "presses.json"
    PressBook(file).tap([press(number) for number in range(KEPT + 7)])
    kept = PressBook(file).presses
    assert len(kept) == KEPT
    assert kept[-1].counter == KEPT + 6


@pytest.mark.parametrize("content", [b"", b"{", b'[{"type":"ScanReport"}]', b"\xff\x00"])
def test_a_spoilt_file_does_not_keep_positioning_from_starting(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "presses.json"
    file.write_bytes(content)
    book = PressBook(file)
    assert book.presses == ()
    book.tap([press(1)])
    assert PressBook(file).presses == (press(1),)


def test_a_disk_that_refuses_stops_no_press(tmp_path: Path) -> None:
    book = PressBook(tmp_path / "missing" / "presses.json")
    book.tap([press(1)])
    assert book.presses == (press(1),)
