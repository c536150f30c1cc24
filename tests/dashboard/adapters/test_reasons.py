"""Waiting for positioning to say why somebody is said to be there."""

import asyncio
from pathlib import Path

import pytest

from contracts import messages as m
from contracts.messages import Message
from dashboard.adapters import reasons
from dashboard.adapters.failures import Failure
from dashboard.adapters.reasons import Reasons
from tests.dashboard.builders import T0, Core, served

DEVICE = m.EnrolledDevice(device_id="tag-1", kind="staff", subject="u-01", device_class="tag")
WHY = m.PositionExplained(device_id="tag-1", at=T0, located=True, gateways=("gw-1",), heard_dbm=(-61.0,))


class Positioned(Core):
    """A core whose positioning answers, unless it is ``silent``."""

    silent = False

    async def send(self, message: Message) -> None:
        await super().send(message)
        if isinstance(message, m.ExplainPosition) and not self.silent:
            self.hub.explained(WHY)


def enrolled(folder: Path) -> Positioned:
    core = Positioned(folder)
    core.hear(m.EnrolmentChanged(version=1, devices=(DEVICE,)))
    return core


def test_the_evidence_is_for_the_control_room_and_is_audited(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = enrolled(tmp_path)
        async with served(core) as server, server.client("operator") as operator, server.client("u-01") as li:
            answer = await operator.get("/api/devices/tag-1/why")
            assert (answer.status_code, answer.json()["gateways"]) == (200, ["gw-1"])
            assert (await operator.get("/api/devices/stranger/why")).status_code == 404
            assert (await li.get("/api/devices/tag-1/why")).status_code == 403
        (wish,) = core.published
        assert wish == m.ExplainPosition(device_id="tag-1", by="operator/operator")
        looked = [
            (entry.who, entry.whom) for entry in core.accounts.entries() if entry.what == "position_why"
        ]
        assert looked == [("operator/operator", "tag-1")]

    asyncio.run(scenario())


def test_silence_is_504(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "PATIENCE_S", 0.05)

    async def scenario() -> None:
        core = enrolled(tmp_path)
        core.silent = True
        async with served(core) as server, server.client("operator") as operator:
            assert (await operator.get("/api/devices/tag-1/why")).status_code == 504
            core.away = True
            assert (await operator.get("/api/devices/tag-1/why")).status_code == 504
            core.away = core.silent = False
            assert (await operator.get("/api/devices/tag-1/why")).status_code == 200

    asyncio.run(scenario())


def test_one_answer_serves_all_who_wait_and_no_more_than_some_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reasons, "WAITING_LIMIT", 2)

    async def scenario() -> None:
        core, waiting = enrolled(tmp_path), Reasons()
        core.silent = True
        asked = [asyncio.create_task(waiting.ask("tag-1", "operator/o", core)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Failure, match="too_many_requests"):
            await waiting.ask("tag-1", "operator/o", core)
        waiting.explained(WHY)
        assert await asyncio.gather(*asked) == [WHY, WHY]
        assert waiting._waiting == {}

    asyncio.run(scenario())
