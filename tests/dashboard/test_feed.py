"""The text feed: no gaps, and pages that come back miss nothing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dashboard.feed import Feed, SlotEntry
from tests.dashboard.builders import T0


def test_events_are_numbered_per_topic() -> None:
    feed = Feed(10)
    seqs = [feed.event(topic, "K", {}, T0).seq for topic in ("calls", "units", "calls", "me:u-01")]
    assert seqs == [1, 1, 2, 1]


def test_an_event_says_what_the_page_expects() -> None:
    event = Feed(10).event("me:u-01", "Mine", {"a": 1}, T0)
    assert msgspec.json.decode(event.data) == {
        "t": "ev", "topic": "me", "seq": 1, "at": T0, "kind": "Mine", "data": {"a": 1}
    }  # fmt: skip
    assert event.topic == "me:u-01"


def test_snapshots_and_dictionaries_carry_the_number_they_stand_for() -> None:
    feed = Feed(10)
    feed.event("calls", "K", {}, T0)
    snap = msgspec.json.decode(feed.snap("calls", [1], T0))
    assert snap == {"t": "snap", "topic": "calls", "seq": 1, "at": T0, "data": [1]}
    entry = SlotEntry(4, "u-01", "staff", {"zh": "李", "en": "Li"}, "service")
    change = msgspec.json.decode(feed.dictionary([entry], [2]).data)
    assert change["seq"] == 1
    assert change["whole"] is False
    assert change["gone"] == [2]
    assert msgspec.json.decode(feed.whole_dictionary([entry]))["whole"] is True


@given(st.integers(0, 30), st.integers(-2, 35), st.integers(1, 10))
def test_resuming_gives_all_that_was_missed_or_says_that_it_cannot(sent: int, seen: int, keep: int) -> None:
    feed = Feed(keep)
    for _ in range(sent):
        feed.event("calls", "K", {}, T0)
    missed = feed.since("calls", seen)
    if missed is None:
        assert seen < 0 or seen > sent or sent - seen > keep
    else:
        assert [event.seq for event in missed] == list(range(seen + 1, sent + 1))


def test_whole_topics_keep_nothing() -> None:
    feed = Feed(10)
    feed.event("me:u-01", "Mine", {}, T0)
    assert feed.since("me:u-01", 0) is None
