"""The hub: nobody waits for anybody, nothing grows without limit."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from contracts import messages as m
from contracts.messages import ScreenEvent, ScreenFrame
from dashboard.access import Session
from dashboard.adapters import hub as hubs
from dashboard.adapters.hub import Client
from tests.dashboard.builders import T0, Core, a_call, an_enrolment, enrolled, positions


def a_session(role: str = "operator", unit_id: str | None = None) -> Session:
    return Session(
        user="x", role=role, unit_id=unit_id, name_zh="", name_en="", language="zh", expires_at=0  # type: ignore[arg-type]
    )  # fmt: skip


def frame(number: int, key: bool = False) -> ScreenFrame:
    return ScreenFrame(topic="pos:L1", key_frame=key, data=bytes([number]))


def event(number: int) -> ScreenEvent:
    return ScreenEvent(topic="calls", seq=number, data=str(number).encode())


def drained(client: Client) -> list[Any]:
    out: list[Any] = []
    while (item := client.next()) is not None:
        out += item.items() if isinstance(item, dict) else [msgspec.json.decode(item)]
    return out


def joined(core: Core, *topics: str) -> Client:
    client = Client(a_session(), "token")
    assert core.hub.join(client)
    core.hub.subscribe(client, topics, "", {})
    return client


def test_a_waiting_frame_is_replaced_and_then_the_whole_floor_is_due(tmp_path: Path) -> None:
    core = Core(tmp_path)
    client = joined(core, "pos:L1")
    drained(client)
    core.hub.deliver([frame(1)])
    assert drained(client) == [("pos:L1", b"\x01")]
    core.hub.deliver([frame(2), frame(3)])
    assert drained(client) == [("pos:L1", None)]
    assert client.dropped == 1
    core.hub.deliver([frame(4), frame(5, key=True)])
    assert drained(client) == [("pos:L1", b"\x05")]


def test_a_subscription_begins_with_dictionary_and_whole_floor(tmp_path: Path) -> None:
    core = Core(tmp_path)
    core.hear(an_enrolment(*enrolled("a")))
    client = joined(core, "pos:L1", "pos:L2")
    dictionary, *frames = drained(client)
    assert dictionary["t"] == "dict"
    assert dictionary["whole"]
    assert frames == [("pos:L1", None), ("pos:L2", None)]


def test_a_new_slot_is_told_before_its_dot(tmp_path: Path) -> None:
    core = Core(tmp_path)
    client = joined(core, "pos:L1")
    drained(client)
    core.hear(an_enrolment(*enrolled("a")))
    core.hear(positions(T0, ("a", 0, 1.0, 1.0)))
    kinds = [item["t"] if isinstance(item, dict) else item[0] for item in drained(client)]
    assert kinds == ["dict", "pos:L1"]


def test_events_are_never_thinned_out_and_too_many_end_the_connection(tmp_path: Path) -> None:
    core = Core(tmp_path)
    client = joined(core, "calls")
    drained(client)
    core.hub.deliver([event(index) for index in range(hubs.EVENTS_LIMIT)])
    assert client.waiting == hubs.EVENTS_LIMIT
    assert client.closing is None
    core.hub.deliver([event(0)])
    assert client.closing == hubs.TOO_SLOW
    assert client.stopped.is_set()
    assert client.waiting == 0
    core.hub.deliver([event(1)])
    assert client.waiting == 0
    core.hub.leave(client)
    assert core.hub.desk.counters["clients_too_slow"] == 1


def test_ticks_do_not_pile_up(tmp_path: Path) -> None:
    client = joined(Core(tmp_path))
    client.set_tick('"a"')
    client.set_tick('"b"')
    assert drained(client) == ["b"]


def test_who_leaves_hears_nothing_more(tmp_path: Path) -> None:
    core = Core(tmp_path)
    client = joined(core, "calls", "pos:L1")
    core.hub.leave(client)
    drained(client)
    core.hub.deliver([event(1), frame(1)])
    assert drained(client) == []
    assert client not in core.hub.clients


def test_refusals_are_told_and_do_not_spoil_the_rest(tmp_path: Path) -> None:
    core = Core(tmp_path)
    client = Client(a_session("technician"), "token")
    core.hub.subscribe(client, ["calls", "pos:L9", "gw"], "", {})
    first, second, third = drained(client)
    assert first == {"t": "refused", "topic": "calls", "code": "forbidden"}
    assert second == {"t": "refused", "topic": "pos:L9", "code": "not_found"}
    assert (third["t"], third["topic"]) == ("snap", "gw")


def test_resuming_gives_what_was_missed_and_a_new_boot_the_whole(tmp_path: Path) -> None:
    core = Core(tmp_path)
    for version in (1, 2, 3):
        core.hear(a_call(version=version))
    boot = core.service.desk.boot
    for seqs, told_boot, kinds in [
        ({"calls": 1}, boot, [("ev", 2), ("ev", 3)]),
        ({"calls": 3}, boot, []),
        ({"calls": 4}, boot, [("snap", 3)]),
        ({"calls": 1}, "before", [("snap", 3)]),
        ({}, boot, [("snap", 3)]),
    ]:
        client = Client(a_session(), "token")
        core.hub.subscribe(client, ["calls"], told_boot, seqs)
        assert [(item["t"], item["seq"]) for item in drained(client)] == kinds, (seqs, told_boot)
        core.hub.leave(client)


def test_a_handheld_follows_its_own_unit(tmp_path: Path) -> None:
    core = Core(tmp_path)
    client = Client(a_session("staff", "u-02"), "token")
    core.hub.subscribe(client, ["me"], "", {})
    drained(client)
    core.hub.deliver(
        [
            ScreenEvent(topic="me:u-01", seq=1, data=b'"other"'),
            ScreenEvent(topic="me:u-02", seq=1, data=b'"mine"'),
        ]
    )
    assert drained(client) == ["mine"]


def test_only_so_many_topics_and_clients(tmp_path: Path) -> None:
    core = Core(tmp_path)
    for _ in range(hubs.CLIENTS_LIMIT):
        assert core.hub.join(Client(a_session(), ""))
    assert not core.hub.join(Client(a_session(), ""))
    assert core.hub.desk.counters["clients_refused"] == 1
    client = Client(a_session(), "")
    client.topics = dict.fromkeys(map(str, range(hubs.TOPICS_LIMIT)))
    core.hub.subscribe(client, ["calls"], "", {})
    assert drained(client)[0]["t"] == "refused"


def test_a_held_request_is_woken_by_its_own_call_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(a_call())
        version = core.service.desk.call_versions["c-1"]
        held = asyncio.create_task(core.hub.hold("c-1", version, 30.0))
        await asyncio.sleep(0)
        core.hear(a_call("c-2"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not held.done()
        core.hear(a_call(version=2))
        await asyncio.wait_for(held, 1.0)
        await asyncio.wait_for(core.hub.hold("c-1", version, 30.0), 1.0)
        await asyncio.wait_for(core.hub.hold("c-1", version + 2, 0.01), 1.0)

    asyncio.run(scenario())


def test_answers_reach_those_who_wait(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda _command: None
        command = m.SetFireMode(command_id="key-00001", by="operator/x", at=T0, on=True)
        waiting = asyncio.create_task(core.hub.answers.ask(command, core))
        await asyncio.sleep(0)
        core.hub.answered(
            m.CommandAnswered(seq=1, at=T0, command_id="key-00001", accepted=False, reason="no")
        )
        assert (await waiting).reason == "no"

    asyncio.run(scenario())
