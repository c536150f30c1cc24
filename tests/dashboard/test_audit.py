"""What people did, read from facts, put together with what they looked at."""

from hypothesis import given
from hypothesis import strategies as st

from contracts import facts as all_facts
from contracts import messages as m
from contracts.messages import Fact
from dashboard.access import AuditEntry
from dashboard.audit import DEEDS, NOT_DEEDS, deed_of, deeds, matches, page_of

PLACE = m.Place("L1", 30.0, 12.0, "L1-desk")


def stamp(seq: int, cause: str = "k1", by: str = "operator/lin") -> dict[str, object]:
    return {"seq": seq, "at": 105, "cause": cause, "by": by}


def test_every_kind_of_fact_is_a_deed_or_is_not() -> None:
    kinds = {kind for kind in vars(all_facts).values() if isinstance(kind, type) and issubclass(kind, Fact)}
    assert set(DEEDS) | set(NOT_DEEDS) == kinds - {Fact}
    assert not set(DEEDS) & set(NOT_DEEDS)


def test_a_command_is_one_entry_with_why() -> None:
    released = m.UnitReleased(task_id="c7-1-service", unit_id="u-01", reason="cancelled", **stamp(5))
    cancelled = m.CallCancelled(call_id="c7", reason="customer_left", **stamp(6))
    answer = m.CommandAnswered(command_id="k1", accepted=True, subject="c7", **stamp(7))
    (entry,) = deeds([answer, cancelled, released], "")
    assert entry == AuditEntry(105, "operator/lin", "CallCancelled", "c7", "customer_left")


def test_what_was_wanted_is_told_and_not_what_made_way_for_it() -> None:
    held_no_more = m.CallResumed(call_id="c7", **stamp(5))
    replaced = m.UnitReleased(task_id="c7-1-service", unit_id="u-01", reason="replaced", **stamp(6))
    sent = m.UnitAssigned(task_id="c7-1-service", unit_id="u-02", depot=None, **stamp(7))
    merged = m.CallMerged(call_id="c7", into="c3", **stamp(8))
    relieved = m.UnitReleased(task_id="c7-1-service", unit_id="u-01", reason="relieved", **stamp(6))
    groups = (
        [held_no_more],
        [replaced],
        [held_no_more, replaced, sent],
        [replaced, sent, merged],
        [relieved, sent],
    )
    assert [entry.what for entry in map(deed_of, groups) if entry is not None] == [
        "CallResumed",
        "UnitReleased",
        "UnitAssigned",
        "CallMerged",
        "UnitReleased",
    ]


def test_what_was_refused_is_told_with_its_reason() -> None:
    answer = m.CommandAnswered(command_id="k1", accepted=False, reason="unknown_call", **stamp(5))
    entry = deed_of([answer])
    assert entry == AuditEntry(105, "operator/lin", "CommandRefused", "", "unknown_call")


def test_what_follows_by_itself_is_nobodys_deed() -> None:
    resumed = m.CallResumed(call_id="c7", **stamp(5, "", "dispatcher"))
    walked = m.CallMoved(call_id="c7", place=PLACE, **stamp(6, "position", "device/D0:00:00:00:00:01"))
    assert list(deeds([walked, resumed], "")) == []


def test_places_and_numbers_of_things_are_told_shortly() -> None:
    moved = m.CallMoved(call_id="c7", place=PLACE, **stamp(5))
    enrolled = m.DevicesReleased(device_ids=("a", "b"), **stamp(6, "k2"))
    fire = m.FireModeSet(on=False, **stamp(7, "k3"))
    assert [entry.detail for entry in deeds([fire, enrolled, moved], "")] == [
        "on no",
        "2",
        "L1-desk",
    ]


def test_words_are_found_in_any_order_and_case() -> None:
    entry = AuditEntry(1, "operator/lin", "rules_published", "3", "Too slow")
    assert matches(entry, "SLOW lin")
    assert matches(entry, "rules published")
    assert not matches(entry, "slow wang")
    assert matches(entry, "")


moments = st.lists(st.lists(st.integers(0, 8)), min_size=1, max_size=3)


@given(moments, st.integers(1, 4))
def test_pages_hold_everything_once_and_in_order(parts: list[list[int]], limit: int) -> None:
    """Unless one instant has more entries than a page holds."""
    streams = [
        sorted(
            (AuditEntry(at, f"p{part}", "w", str(n), "") for n, at in enumerate(ats)),
            key=lambda one: -one.at,
        )
        for part, ats in enumerate(parts)
    ]
    whole = [entry for stream in streams for entry in stream]
    per_instant = max((sum(one.at == at for one in whole) for at in range(9)), default=0)
    limit = max(limit, per_instant)
    read: list[AuditEntry] = []
    before: int | None = 1_000
    while before is not None:
        entries, before_next = page_of(
            [[one for one in stream if one.at < before] for stream in streams], limit
        )
        assert len(entries) <= limit
        read += entries
        assert before_next is None or before_next < before
        before = before_next
    assert [one.at for one in read] == sorted((one.at for one in whole), reverse=True)
    assert sorted(map(repr, read)) == sorted(map(repr, whole))
