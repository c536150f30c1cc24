"""The radar: newest wins, floors change cleanly, what is hidden stays hidden."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import ScreenFrame
from contracts.quantities import SECOND
from dashboard import frames
from dashboard.radar import Radar, column_lengths_fit
from tests.dashboard.builders import T0, positions
from tests.sites import small_mall

NAMES = tuple(f"d{index}" for index in range(300))


def a_radar(visible: int = 4) -> Radar:
    radar = Radar(small_mall(), 15 * SECOND)
    radar.reserve(visible)
    for slot in range(visible):
        radar.show(slot, 0, T0)
    return radar


def locate(radar: Radar, at: int, *places: tuple[int, int, float, float], now: int = 0) -> list[ScreenFrame]:
    message = positions(at, *((f"d{slot}", floor, x, y) for slot, floor, x, y in places))
    return radar.locate(np.array([place[0] for place in places]), message, now or at)


class Page:
    """What a page draws: slot → (floor, x, y, state), built from frames alone."""

    def __init__(self, radar: Radar) -> None:
        self.radar = radar
        self.dots: dict[int, tuple[int, int, int, int]] = {}

    def take(self, data: bytes) -> None:
        for frame in frames.decode(data):
            if frame.kind == frames.KEY:
                self.dots = {slot: dot for slot, dot in self.dots.items() if dot[0] != frame.floor}
            if frame.kind == frames.LEFT:
                for slot in frame.records.tolist():
                    if self.dots.get(slot, (frame.floor,))[0] == frame.floor:
                        self.dots.pop(slot, None)
                continue
            for record in frame.records:
                place = (frame.floor, int(record["x"]), int(record["y"]), int(record["state"]))
                self.dots[int(record["slot"])] = place

    def metres(self, slot: int) -> tuple[int, float, float]:
        floor, x, y, _ = self.dots[slot]
        scale = self.radar.scales[floor]
        return floor, scale.x0 + scale.sx * x, scale.y0 + scale.sy * y


def test_a_position_reaches_the_page_within_a_centimetre() -> None:
    radar = a_radar()
    page = Page(radar)
    for frame in locate(radar, T0, (2, 1, 12.34, 5.67)):
        assert frame.topic == "pos:L2"
        page.take(frame.data)
    floor, x, y = page.metres(2)
    assert floor == 1
    assert (x, y) == (pytest.approx(12.34, abs=0.01), pytest.approx(5.67, abs=0.01))


def test_who_changes_floors_leaves_the_old_one() -> None:
    radar = a_radar()
    locate(radar, T0, (0, 0, 1.0, 1.0))
    said = locate(radar, T0 + SECOND, (0, 1, 1.0, 1.0))
    kinds = {frame.topic: [part.kind for part in frames.decode(frame.data)] for frame in said}
    assert kinds == {"pos:L1": [frames.LEFT], "pos:L2": [frames.CHANGES]}


def test_an_older_estimate_changes_nothing() -> None:
    radar = a_radar()
    locate(radar, T0 + SECOND, (0, 0, 1.0, 1.0))
    assert locate(radar, T0, (0, 1, 9.0, 9.0)) == []
    seen = radar.seen(0)
    assert seen is not None
    assert (seen.floor_i, seen.x_m) == (0, 1.0)


def test_hidden_devices_leave_and_stay_away() -> None:
    radar = a_radar()
    locate(radar, T0, (0, 0, 1.0, 1.0))
    (frame,) = radar.hide([0], T0)
    assert frames.decode(frame.data)[0].records.tolist() == [0]
    assert locate(radar, T0 + SECOND, (0, 0, 1.0, 1.0)) == []
    assert radar.seen(0) is None
    assert radar.present == 0


def test_unknown_slots_and_floors_are_skipped() -> None:
    radar = a_radar()
    said = locate(radar, T0, (-1, 0, 1.0, 1.0), (0, -1, 1.0, 1.0), (1, 0, 2.0, 2.0))
    (frame,) = frames.decode(said[0].data)
    assert frame.records["slot"].tolist() == [1]


def test_a_new_state_is_told_at_once() -> None:
    radar = a_radar()
    locate(radar, T0, (0, 0, 1.0, 1.0))
    (frame,) = radar.show(0, 0b01_000, T0)
    assert frames.decode(frame.data)[0].records["state"].tolist() == [0b01_000]
    assert radar.show(0, 0b01_000, T0) == []


def test_a_dot_without_news_becomes_stale_and_then_goes() -> None:
    radar = a_radar()
    locate(radar, T0, (0, 0, 1.0, 1.0))
    (fresh,) = frames.decode(radar.key_frame("pos:L1", T0 + 14 * SECOND))
    assert fresh.records["state"].tolist() == [0]
    later = T0 + 16 * SECOND
    key = next(frame for frame in radar.key_frames(later) if frame.topic == "pos:L1")
    (stale,) = frames.decode(key.data)
    assert stale.records["state"].tolist() == [0x80]
    assert stale.records["age_ds"].tolist() == [160]
    assert radar.forget(T0, later) == []
    (gone,) = radar.forget(T0 + 1, later)
    assert frames.decode(gone.data)[0].kind == frames.LEFT


def test_coasting_is_stale_and_the_estimates_own_age_counts() -> None:
    radar = a_radar()
    message = positions(T0, ("d0", 0, 1.0, 1.0), quality=2, age_s=3.0)
    (said,) = radar.locate(np.array([0]), message, T0 + SECOND)
    (frame,) = frames.decode(said.data)
    assert frame.records["state"].tolist() == [0x80]
    assert frame.records["age_ds"].tolist() == [40]


def test_the_arrays_grow_and_keep_what_they_hold() -> None:
    radar = a_radar()
    locate(radar, T0, (3, 0, 7.0, 7.0))
    radar.reserve(5_000)
    radar.show(4_999, 1, T0)
    locate(radar, T0, (4_999, 1, 1.0, 1.0))
    seen = radar.seen(3)
    assert seen is not None
    assert seen.x_m == 7.0
    (frame,) = frames.decode(radar.key_frame("pos:L2", T0))
    assert frame.records["slot"].tolist() == [4_999]


def test_columns_that_do_not_fit_are_noticed() -> None:
    whole = positions(T0, ("a", 0, 1.0, 1.0))
    assert column_lengths_fit(whole)
    for field in ("floor", "x_cm", "y_cm", "vx_cm_s", "vy_cm_s", "semi_major_cm", "quality", "age_ms"):
        cut = type(whole)(**{**{f: getattr(whole, f) for f in whole.__struct_fields__}, field: b"\0"})
        assert column_lengths_fit(cut) is (len(getattr(whole, field)) == 1), field


STEP = st.lists(
    st.tuples(st.integers(0, 7), st.integers(-1, 1), st.floats(0, 60), st.floats(0, 40)), max_size=6
)


@given(st.lists(st.tuples(STEP, st.integers(-1, 7)), max_size=12))
def test_changes_alone_draw_the_same_picture_as_key_frames(
    steps: list[tuple[list[tuple[int, int, float, float]], int]],
) -> None:
    radar = a_radar(8)
    page, fresh = Page(radar), Page(radar)
    for index, (places, hidden) in enumerate(steps):
        now = T0 + index * SECOND
        unique = {place[0]: place for place in places}
        said = locate(radar, now, *unique.values()) if unique else []
        if hidden >= 0:
            said += radar.hide([hidden], now)
        for frame in said:
            page.take(frame.data)
    for topic in radar.topics:
        fresh.take(radar.key_frame(topic, now if steps else T0))
    assert {slot: dot[:3] for slot, dot in page.dots.items()} == {s: d[:3] for s, d in fresh.dots.items()}
