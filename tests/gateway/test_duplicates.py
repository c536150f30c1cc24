from hypothesis import given
from hypothesis import strategies as st

from gateway.duplicates import BOOTS_MAX, WINDOW, Seen


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3000))))
def test_inside_the_window_each_batch_is_new_once(batches: list[tuple[str, int]]) -> None:
    seen, known = Seen(), set()
    for batch in batches:
        assert seen.note(*batch) == ("duplicate" if batch in known else "new")
        known.add(batch)


def test_a_far_older_number_is_refused_rather_than_guessed() -> None:
    seen = Seen()
    seen.note("b", WINDOW + 10)
    assert seen.note("b", 10) == "seq_out_of_window"
    assert seen.note("b", 11) == "new"


def test_a_leap_ahead_forgets_what_is_behind_the_window() -> None:
    seen = Seen()
    seen.note("b", 0)
    assert seen.note("b", 10 * WINDOW) == "new"
    assert seen.note("b", 10 * WINDOW) == "duplicate"


def test_boots_are_limited() -> None:
    seen = Seen()
    for boot in range(BOOTS_MAX + 3):
        seen.note(str(boot), 1)
    assert len(seen.boots) == BOOTS_MAX
    assert seen.note(str(BOOTS_MAX + 2), 1) == "duplicate"
