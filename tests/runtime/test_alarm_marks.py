"""What was done about alarms outlives the process, and is forgotten after its time."""

from pathlib import Path

from contracts.quantities import DAY, MINUTE
from dashboard.alarms import AlarmMark
from runtime.alarm_marks import AlarmMarks
from runtime.store import open_store

NOW = 1_772_000_000_000_000


def test_marks_outlive_a_restart_and_the_newest_counts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    marks = AlarmMarks(open_store(url))
    ack = AlarmMark("breach c1", "ack", "operator/lin", NOW)
    shelf = AlarmMark("gateway g1 5", "shelve", "operator/lin", NOW + 1, NOW + MINUTE, "known")
    marks.save([ack, shelf], [])
    again = AlarmMarks(open_store(url))
    assert again.load(NOW) == [ack, shelf]
    other = AlarmMark("breach c1", "shelve", "admin", NOW + 2, NOW + MINUTE, "test")
    again.save([other], ["gateway g1 5", "never there"])
    assert again.load(NOW) == [other]


def test_old_marks_are_dropped(tmp_path: Path) -> None:
    marks = AlarmMarks(open_store(f"sqlite:///{tmp_path / 'records.db'}"))
    marks.save([AlarmMark("a", "ack", "operator/lin", NOW)], [])
    assert marks.load(NOW + DAY) != []
    assert marks.load(NOW + DAY + 1) == []
