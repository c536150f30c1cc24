"""Waiting for answers."""

import asyncio
from pathlib import Path

import pytest

from contracts import messages as m
from contracts.errors import LinkError
from contracts.messages import Message
from dashboard.adapters import answers as module
from dashboard.adapters.failures import Failure
from tests.dashboard.builders import T0, Core, accepted


def a_command(key: str = "key-00001", by: str = "operator/lin") -> m.Command:
    return m.SetFireMode(command_id=key, by=by, at=T0, on=True)


def test_the_answer_is_found_and_a_repetition_gets_the_same(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        first = await core.hub.answers.ask(a_command(), core)
        assert first.accepted
        assert await core.hub.answers.ask(a_command(), core) is first
        assert len(core.sent) == 1

    asyncio.run(scenario())


def test_nobody_takes_over_a_key(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        await core.hub.answers.ask(a_command(), core)
        with pytest.raises(Failure) as caught:
            await core.hub.answers.ask(a_command(by="operator/mallory"), core)
        assert caught.value.code == "key_in_use"

    asyncio.run(scenario())


def test_an_answer_that_comes_late_is_kept_for_the_repetition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.02)

    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda _command: None
        with pytest.raises(Failure) as caught:
            await core.hub.answers.ask(a_command(), core)
        assert caught.value.code == "not_confirmed"
        core.hub.answered(accepted(a_command()))
        assert (await core.hub.answers.ask(a_command(), core)).accepted
        assert len(core.sent) == 1

    asyncio.run(scenario())


def test_two_who_ask_at_once_both_get_the_answer(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda _command: None
        both = [asyncio.create_task(core.hub.answers.ask(a_command(), core)) for _ in range(2)]
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(core.sent) == 2
        core.hub.answered(accepted(a_command()))
        assert [answer.accepted for answer in await asyncio.gather(*both)] == [True, True]

    asyncio.run(scenario())


def test_a_link_that_is_known_to_be_down_is_not_confirmed(tmp_path: Path) -> None:
    class Cut(Core):
        async def send(self, message: Message) -> None:
            raise LinkError("the broker is away")

    async def scenario() -> None:
        core = Cut(tmp_path)
        with pytest.raises(Failure) as caught:
            await core.hub.answers.ask(a_command(), core)
        assert caught.value.code == "not_confirmed"

    asyncio.run(scenario())


def test_who_waits_while_we_stop_is_told_to_come_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda _command: None
        waiting = asyncio.create_task(core.hub.answers.ask(a_command(), core))
        for _ in range(10):
            await asyncio.sleep(0)
        core.hub.go_down()
        for asking in (waiting, core.hub.answers.ask(a_command("key-00002"), core)):
            with pytest.raises(Failure) as caught:
                await asking
            assert caught.value.code == "going_down"
        assert len(core.sent) == 1

    asyncio.run(scenario())
