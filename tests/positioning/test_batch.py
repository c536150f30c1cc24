import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from positioning.batch import WIDTH, Readings, gather

GATEWAYS = 20
reading = st.tuples(
    st.integers(0, 4), st.integers(0, GATEWAYS - 1), st.integers(-100, -30), st.integers(0, 50)
)


def readings(rows: list[tuple[int, int, int, int]]) -> Readings:
    columns = np.array(rows).reshape(-1, 4)
    return Readings(columns[:, 0], columns[:, 1], columns[:, 2].astype(float), columns[:, 3] / 10)


@given(st.lists(reading, min_size=1, max_size=60), st.randoms())
def test_the_order_of_readings_does_not_matter(
    rows: list[tuple[int, int, int, int]], shuffler: object
) -> None:
    other = list(rows)
    shuffler.shuffle(other)  # type: ignore[attr-defined]
    one, two = gather(readings(rows), GATEWAYS), gather(readings(other), GATEWAYS)
    for name in ("row", "newest_s", "gateway", "rssi_dbm", "count", "heard_s"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


@given(st.lists(reading, min_size=1, max_size=60))
def test_means_counts_and_newest_are_those_of_each_pair(rows: list[tuple[int, int, int, int]]) -> None:
    batch = gather(readings(rows), GATEWAYS)
    assert list(batch.row) == sorted({row for row, *_ in rows})
    for i, row in enumerate(batch.row):
        own = [r for r in rows if r[0] == row]
        assert batch.newest_s[i] == max(r[3] for r in own) / 10
        for k in np.flatnonzero(batch.count[i]):
            pair = [r for r in own if r[1] == batch.gateway[i, k]]
            assert batch.count[i, k] == len(pair)
            assert np.isclose(batch.rssi_dbm[i, k], np.mean([r[2] for r in pair]))
            assert batch.heard_s[i, k] == max(r[3] for r in pair) / 10


def test_the_loudest_come_first_and_the_quietest_are_left_out() -> None:
    rows = [(0, gateway, -40 - gateway, 0) for gateway in range(GATEWAYS)]
    batch = gather(readings(rows), GATEWAYS)
    assert list(batch.gateway[0]) == list(range(WIDTH))
    assert (np.diff(batch.rssi_dbm[0]) < 0).all()
