import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positioning.batch import Batch
from positioning.news import SHARE_MIN, news
from tests.positioning.builders import SETTINGS

NOISE_DB = np.array([4.0, 6.0])


def batch(at_s: float, count: float = 1.0) -> Batch:
    """One device in row 1, heard by gateway 1 and, the column after, by nobody."""
    return Batch(
        row=np.array([1]),
        newest_s=np.array([at_s]),
        gateway=np.array([[1, 0]]),
        rssi_dbm=np.array([[-70.0, 0.0]]),
        count=np.array([[count, 0.0]]),
        heard_s=np.array([[at_s, 0.0]]),
    )


class Memory:
    def __init__(self) -> None:
        self.used_s = np.full((2, 2), -np.inf)
        self.packets = np.zeros((2, 2), np.float32)

    def share(self, at_s: float, speed_mps: float = 0.0, count: float = 1.0) -> float:
        speed = np.full(2, speed_mps, np.float32)
        said = news(batch(at_s, count), self.used_s, self.packets, NOISE_DB, speed, SETTINGS)
        assert said.share[0, 1] == 0.0
        assert said.variance_db2[0, 0] == pytest.approx(36 + SETTINGS.packet_db**2 / count)
        return float(said.share[0, 0])


def test_the_first_word_of_a_gateway_is_all_news_and_its_repetition_hardly_any() -> None:
    memory = Memory()
    shares = [memory.share(float(second)) for second in range(8)]
    assert shares[0] == pytest.approx(1.0)
    assert all(share < 0.35 for share in shares[1:])
    assert memory.used_s[1, 1] == 7.0
    assert np.isneginf(memory.used_s[0]).all(), "nobody else's memory changed"


def test_who_walks_brings_more_news_than_who_stands() -> None:
    standing, walking = Memory(), Memory()
    for memory, speed in ((standing, 0.0), (walking, 1.2)):
        memory.share(0.0, speed)
    assert walking.share(2.0, 1.2) > 2 * standing.share(2.0, 0.0)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0.0, 30.0), st.floats(0, 2), st.integers(1, 20)), min_size=1, max_size=12)
)
def test_a_share_is_never_nothing_nor_more_than_one_reading(spells: list[tuple[float, float, int]]) -> None:
    memory, now_s = Memory(), 0.0
    for seconds, speed, count in spells:
        now_s += seconds
        assert SHARE_MIN - 1e-6 <= memory.share(now_s, speed, count) <= 1.0
