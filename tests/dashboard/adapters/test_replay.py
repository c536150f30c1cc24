"""Replay over the real socket: the past, marked as such in every word, and no way to change anything."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import StorageError
from contracts.quantities import SECOND
from dashboard import frames
from dashboard.adapters import hub as hubs
from dashboard.adapters import replay
from dashboard.past import Past
from tests.dashboard.adapters.test_sockets import ended, said, shown
from tests.dashboard.builders import Core, served
from tests.kept import OPENED, Kept, keep


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return keep(tmp_path_factory.mktemp("kept"))


def core_with(folder: Path, kept: Kept) -> Core:
    core = Core(folder)
    core.past, core.clock = kept.past, kept.end
    return core


def wish(**fields: Any) -> str:
    return json.dumps({"t": "at", **fields})


async def snap(socket: Any, topic: str) -> Any:
    while True:
        found = await said(socket, "snap")
        if found["topic"] == topic:
            return found["data"]


def test_a_moment_is_shown_and_says_that_it_is_past(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        at = OPENED + 70 * SECOND
        async with (
            served(core_with(tmp_path, kept)) as opened,
            opened.socket("operator", f"/replay?at={at}&speed=0") as page,
        ):
            hello = await said(page, "welcome")
            assert (hello["replay"], hello["now"]) == (True, at)
            await page.send(json.dumps({"t": "sub", "topics": ["calls", "units", "pos:L1"]}))
            calls = await snap(page, "calls")
            assert [call["service"] for call in calls] == ["luggage", "medical"]
            whole = await shown(page)
            assert whole[0].flags == frames.FLAG_REPLAY
            assert whole[0].at_ms == at / 1000
            assert len(whole[0].records) > 0
            tick = await said(page, "tick")
            assert (tick["now"], tick["speed"]) == (at, 0)
        entry = next(one for one in opened.core.accounts.entries() if one.what == "replay")
        assert entry.who == "operator/operator"

    asyncio.run(scene())


def test_it_plays_at_the_speed_that_is_asked_for_and_stops_short_of_now(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        async with (
            served(core_with(tmp_path, kept)) as opened,
            opened.socket("operator", f"/replay?at={OPENED}&speed=32") as page,
        ):
            await said(page, "welcome")
            await page.send(json.dumps({"t": "sub", "topics": ["calls"]}))
            event = await said(page, "ev")
            assert event["kind"] == "CallChanged"
            assert OPENED + 10 * SECOND <= event["at"] < OPENED + 60 * SECOND
            await page.send(wish(at=kept.end + 3600 * SECOND))
            hello = await said(page, "welcome")
            assert hello["now"] == kept.end - replay.EDGE
            for _ in range(3):
                assert (await said(page, "tick"))["now"] == kept.end - replay.EDGE

    asyncio.run(scene())


def test_going_elsewhere_gives_the_whole_anew(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        async with (
            served(core_with(tmp_path, kept)) as opened,
            opened.socket("operator", f"/replay?at={OPENED}&speed=0") as page,
        ):
            first = await said(page, "welcome")
            await page.send(json.dumps({"t": "sub", "topics": ["calls", "pos:L1"]}))
            assert await snap(page, "calls") == []
            for second, calls in ((70, 2), (30, 1), (400, 4)):
                await page.send(wish(at=OPENED + second * SECOND))
                assert (await said(page, "welcome"))["boot"] != first["boot"]
                assert len(await snap(page, "calls")) == calls

    asyncio.run(scene())


def test_gateways_and_ways_are_those_of_then(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        async with (
            served(core_with(tmp_path, kept)) as opened,
            opened.socket("operator", f"/replay?at={OPENED + 64 * SECOND}&speed=0") as page,
        ):
            await said(page, "welcome")
            await page.send(json.dumps({"t": "sub", "topics": ["gw", "units"]}))
            gateways = await snap(page, "gw")
            assert {row["health"]["state"] for row in gateways} == {"ok"}
            units = await snap(page, "units")
            under_way = [unit["unit_id"] for unit in units if unit["status"].startswith("en_route")]
            assert under_way
            await page.send(json.dumps({"t": "routes", "units": [*under_way, "u-99"]}))
            found = await said(page, "routes")
            assert [route["unit_id"] for route in found["routes"]] == under_way
            assert all(route["legs"] for route in found["routes"])
            await page.send(wish(at=OPENED + 150 * SECOND))
            await said(page, "welcome")
            states = [row["health"]["state"] for row in await snap(page, "gw")]
            assert states.count("silent") == 1

    asyncio.run(scene())


def test_the_past_takes_no_commands(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        async with served(core_with(tmp_path, kept)) as opened:
            command = {"type": "CancelCall", "call_id": "c1", "reason": "mistake"}
            async with opened.client("operator") as client:
                headers = {"Idempotency-Key": "a-key-of-some-length", "Nearhand-Replay": "1"}
                answer = await client.post("/api/commands", json=command, headers=headers)
                assert answer.status_code == 409
                assert answer.json()["error"]["code"] == "in_replay"
            async with opened.socket("operator", f"/replay?at={OPENED}") as page:
                await said(page, "welcome")
                await page.send(json.dumps(command))
                await said(page, "tick")
            assert opened.core.sent == []

    asyncio.run(scene())


def test_who_may_not_look_and_who_comes_too_late_is_told(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "REPLAYS_LIMIT", 1)

    async def scene() -> None:
        async with served(core_with(tmp_path, kept)) as opened:
            async with opened.socket("technician", "/replay") as page:
                assert await ended(page) == hubs.FORBIDDEN
            async with opened.socket("operator", "/replay") as first:
                await said(first, "welcome")
                async with opened.socket("admin", "/replay") as second:
                    assert await ended(second) == hubs.NO_ROOM
            assert opened.core.service.desk.counters["replays_refused"] == 1

    asyncio.run(scene())


def test_a_disk_that_fails_ends_the_replay_and_nothing_else(tmp_path: Path, kept: Kept) -> None:
    class Broken(type(kept.past)):  # type: ignore[misc]
        def newest(self, *_window: object) -> list[Any]:
            raise StorageError("the disk is gone")

    async def scene() -> None:
        core = core_with(tmp_path, kept)
        broken: Past = Broken(kept.past.catalogue, kept.past._journal, tmp_path)
        core.past = broken
        async with served(core) as opened:
            async with opened.socket("operator", f"/replay?at={OPENED}") as page:
                assert await ended(page) == hubs.GOING_DOWN
            async with opened.socket("operator") as live:
                await said(live, "tick")
            assert core.service.desk.counters["replays_failed"] == 1

    asyncio.run(scene())
