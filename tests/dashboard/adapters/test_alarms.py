"""Alarms over HTTP: one operator deals with them, all see it, and it is known who."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.dashboard.adapters.test_sockets import said
from tests.dashboard.builders import T0, Core, a_call, a_task, served


def with_alarms(folder: Path) -> Core:
    core = Core(folder)
    core.hear(a_call("c-1", tasks=(a_task("c-1-1", breached_at=T0),)))
    core.hear(a_call("c-2", service="medical", priority=1))
    return core


async def board(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        found = await said(socket, kind)
        if found["topic"] == "alarms":
            return {alarm["alarm_id"]: alarm for alarm in found["data"]["alarms"]}


def test_what_one_acknowledges_all_see_and_the_audit_keeps(tmp_path: Path) -> None:
    async def scene() -> None:
        core = with_alarms(tmp_path)
        async with (
            served(core) as opened,
            opened.client("operator") as client,
            opened.socket("admin") as page,
        ):
            await page.send(json.dumps({"t": "sub", "topics": ["alarms"]}))
            assert set(await board(page, "snap")) == {"breach c-1-1", "medical c-2"}
            answer = await client.post("/api/alarms", json={"act": "ack", "alarms": ["medical c-2", "gone"]})
            assert answer.json() == {"marked": 1}
            assert (await board(page, "ev"))["medical c-2"]["acknowledged_by"] == "operator/operator"
        entry = core.accounts.entries(limit=1)[0]
        assert (entry.who, entry.what, entry.whom) == ("operator/operator", "alarm_ack", "medical c-2")
        assert [mark.alarm_id for mark in core.alarms.load(T0)] == ["medical c-2"]

    asyncio.run(scene())


def test_shelving_needs_an_end_and_a_reason_and_no_emergency(tmp_path: Path) -> None:
    async def scene() -> None:
        core = with_alarms(tmp_path)
        async with served(core) as opened, opened.client("operator") as client:
            shelf = {"act": "shelve", "alarms": ["breach c-1-1"], "minutes": 15, "reason": "known"}
            for wrong in (
                {"minutes": 999},
                {"reason": ""},
                {"minutes": None},
                {"act": "x"},
                {"alarms": "all"},
            ):
                assert (await client.post("/api/alarms", json={**shelf, **wrong})).status_code == 400
            both = {**shelf, "alarms": ["breach c-1-1", "medical c-2"]}
            refused = await client.post("/api/alarms", json=both)
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_shelvable")
            assert core.alarms.load(T0) == []
            assert (await client.post("/api/alarms", json=shelf)).json() == {"marked": 1}
            [mark] = core.alarms.load(T0)
            assert (mark.act, mark.reason, mark.until) == ("shelve", "known", T0 + 15 * 60_000_000)
            back = {"act": "unshelve", "alarms": ["breach c-1-1"]}
            assert (await client.post("/api/alarms", json=back)).json() == {"marked": 1}
            assert core.alarms.load(T0) == []
        details = [entry.detail for entry in core.accounts.entries() if entry.what == "alarm_shelve"]
        assert details == [f"known until {mark.until}"]

    asyncio.run(scene())


def test_only_the_desk_deals_with_alarms(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(with_alarms(tmp_path)) as opened:
            for user, status in (("technician", 403), ("u-01", 403), ("", 401)):
                async with opened.client(user) as client:
                    wish = {"act": "ack", "alarms": ["breach c-1-1"]}
                    assert (await client.post("/api/alarms", json=wish)).status_code == status

    asyncio.run(scene())
