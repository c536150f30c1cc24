"""The inbox: in order, limited, and awake when something comes from another thread."""

import asyncio
from collections import Counter

from contracts import messages as m
from runtime.bus import Inbox, Received, acknowledge


def payload(number: int) -> m.GatewayPayload:
    return m.GatewayPayload(topic=f"t/{number}", payload=b"", received_at=number)


def test_sheds_the_oldest_payload_and_acknowledges_it() -> None:
    counters: Counter[str] = Counter()
    inbox = Inbox(2, counters)
    done: list[int] = []
    command = m.RequestSnapshot(by="x")
    inbox.put(Received(command, None))
    for number in range(4):
        inbox.put(Received(payload(number), lambda number=number: done.append(number)))  # type: ignore[misc]
    assert counters == {"dropped_inbox_full": 2}
    assert done == [0, 1]
    kept = inbox.take(10)
    assert [received.message for received in kept] == [command, payload(2), payload(3)]
    acknowledge(kept)
    assert done == [0, 1, 2, 3]
    assert not inbox.take(10)


def test_keeps_what_may_not_be_dropped() -> None:
    inbox = Inbox(1, Counter())
    for number in range(3):
        inbox.put(Received(m.RequestSnapshot(by=str(number)), None))
    assert len(inbox.take(10)) == 3


def test_wakes_from_another_thread() -> None:
    async def scenario() -> None:
        inbox = Inbox(10, Counter())
        inbox.open(asyncio.get_running_loop())
        waiting = asyncio.create_task(inbox.wait(None))
        await asyncio.to_thread(inbox.put, Received(payload(1), None))
        await asyncio.wait_for(waiting, 5)
        assert len(inbox.take(1)) == 1
        await inbox.wait(0.01)
        waiting = asyncio.create_task(inbox.wait(None))
        await asyncio.sleep(0)
        inbox.interrupt()
        await asyncio.wait_for(waiting, 5)

    asyncio.run(scenario())
