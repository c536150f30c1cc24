"""Commissioning walks: nothing heard is lost, places lie between the marks."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import LinkError
from contracts.quantities import SECOND
from dashboard.walks import NewWalk, PlaceMark, WalkRefused, Waypoint
from runtime.listening import Row
from runtime.recordings import read_recording
from runtime.site_files import save_site
from runtime.site_versions import SiteVersions
from runtime.walks import TRUTH_S, Walks, places_of
from tests.sites import small_mall

AT = 1_700_000_000 * SECOND
TAG = "C3:00:00:A5:00:01"


class Clock:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> int:
        return self.at


def walks_in(folder: Path, clock: Clock, heard: "asyncio.Queue[list[Row] | None] | None" = None) -> Walks:
    if not (folder / "given").exists():
        save_site(small_mall(), folder / "given")

    async def listen(_device_id: str, _device_class: str) -> AsyncGenerator[list[Row], None]:
        while True:
            rows = None if heard is None else await heard.get()
            if heard is None:
                await asyncio.sleep(3600)
            if rows is None:
                raise LinkError("the broker is away")
            yield rows

    return Walks(folder, SiteVersions(folder, folder / "given"), listen, clock)


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 60))


def row(at_s: float, rssi: int = -60, gateway: str = "gw-L1-01", device: str = TAG) -> Row:
    return AT + round(at_s * SECOND), gateway, device, rssi


async def until(walks: Walks, walk_id: str, readings: int) -> None:
    while (await walks.state(walk_id)).readings < readings:  # noqa: ASYNC110 -- a page polls too
        await asyncio.sleep(0.01)


def test_what_was_heard_is_a_recording_with_the_places_between_the_marks(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock, heard = Clock(), asyncio.Queue[list[Row] | None]()
        walks = walks_in(tmp_path, clock, heard)
        walk = await walks.start(NewWalk(TAG, title="lobby"), "operator/t")
        with pytest.raises(WalkRefused, match="another_walk"):
            await walks.start(NewWalk(TAG), "operator/t")
        await walks.mark(walk.walk_id, Waypoint("L1", 10.0, 12.0), AT)
        await walks.mark(walk.walk_id, Waypoint("L1", 20.0, 12.0), AT + 10 * SECOND)
        await walks.mark(walk.walk_id, Waypoint("L1", 99.0, 12.0), AT + 11 * SECOND)
        await walks.unmark(walk.walk_id)
        heard.put_nowait([row(t) for t in range(10)] + [row(1, device="somebody else")])
        heard.put_nowait(None)  # the broker goes and comes back
        heard.put_nowait([row(10)])
        await until(walks, walk.walk_id, 11)
        state = await walks.state(walk.walk_id)
        assert state.gateways == {"gw-L1-01": 11}
        assert {spot.gateways for spot in state.coverage} == {1}
        clock.at = AT + 12 * SECOND
        stopped = await walks.stop(walk.walk_id)
        assert stopped.stopped_at == clock.at
        recording = read_recording(tmp_path / "walks" / walk.walk_id)
        assert (recording.title, recording.device_class, len(recording.at)) == ("lobby", "tag", 11)
        assert recording.truth.x_m.min() == 10.0
        assert recording.truth.x_m.max() == 20.0
        assert len(recording.truth.at) == 6
        with pytest.raises(WalkRefused, match="not_under_way"):
            await walks.mark(walk.walk_id, Waypoint("L1", 1.0, 1.0), AT)

    run(scenario)


def test_a_restart_ends_the_walk_and_loses_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        heard = asyncio.Queue[list[Row] | None]()
        walks = walks_in(tmp_path, Clock(), heard)
        walk = await walks.start(NewWalk(TAG), "operator/t")
        await walks.mark(walk.walk_id, Waypoint("L1", 10.0, 12.0), AT + SECOND)
        heard.put_nowait([row(1), row(1.1)])
        await until(walks, walk.walk_id, 2)
        again = walks_in(tmp_path, Clock())  # the first one is simply gone
        (kept,) = await again.listed()
        assert kept.stopped_at == AT + SECOND
        assert (await again.state(walk.walk_id)).readings == 2
        assert len(read_recording(tmp_path / "walks" / walk.walk_id).at) == 2
        await walks.close()
        await again.remove(walk.walk_id)
        assert await again.listed() == []

    run(scenario)


def test_what_cannot_be_is_refused_with_its_word(tmp_path: Path) -> None:
    async def scenario() -> None:
        walks = walks_in(tmp_path, Clock())
        for asking, word in [
            (walks.state("../given"), "no_such_walk"),
            (walks.stop("w1"), "no_such_walk"),
            (walks.roll_back(), "not_calibrated"),
        ]:
            with pytest.raises(WalkRefused, match=word):
                await asking
        walk = await walks.start(NewWalk(TAG), "operator/t")
        with pytest.raises(WalkRefused, match="under_way"):
            await walks.assess(walk.walk_id)
        with pytest.raises(WalkRefused, match="not_assessed"):
            await walks.accept(walk.walk_id)
        assert (await walks.assessment(walk.walk_id)).state == "none"
        await walks.close()

    run(scenario)


floors = st.sampled_from(["L1", "L2"])
metres = st.floats(0, 60)


@given(st.lists(st.tuples(st.integers(0, 60_000_000), floors, metres, metres), min_size=1, max_size=8))
def test_places_are_in_order_close_in_time_and_never_between_floors(
    steps: list[tuple[int, str, float, float]],
) -> None:
    at, marks = AT, []
    for wait, floor, x_m, y_m in steps:
        at += wait
        marks.append(PlaceMark(at, floor, x_m, y_m))
    places = list(places_of(marks))
    assert [place for place in places if place in marks] == [mark for mark in marks if mark in places]
    for before, after in pairwise(places):
        assert before.at <= after.at
        if before.floor == after.floor and {before.at, after.at} - {mark.at for mark in marks}:
            assert after.at - before.at <= 2 * TRUTH_S * SECOND
