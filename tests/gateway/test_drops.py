from gateway.drops import count, no_drops


def test_counts_add_up_by_cause() -> None:
    totals = no_drops()
    count(totals, {"a": 1, "b": 2})
    count(totals, {"b": 3})
    assert totals == {"a": 1, "b": 5}
