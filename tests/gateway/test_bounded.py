from hypothesis import given
from hypothesis import strategies as st

from gateway.bounded import Bounded


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_it_never_holds_more_than_its_limit_and_counts_what_went(keys: list[int], limit: int) -> None:
    table: Bounded[int, str] = Bounded(limit)
    fresh = 0
    for key in keys:
        fresh += table.get(key) is None
        table.put(key, str(key))
        assert len(table) <= limit
        assert table.get(key) == str(key)
    assert fresh == table.evicted + len(table)


def test_the_longest_unused_goes_first() -> None:
    table: Bounded[str, int] = Bounded(2)
    table.put("a", 1)
    table.put("b", 2)
    assert table.get("a") == 1
    table.put("c", 3)
    assert table.get("b") is None
    assert table.values() == [1, 3]
    table.clear()
    assert len(table) == 0
