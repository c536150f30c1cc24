"""The host on the real broker: durable before sent, acknowledged last, awake in time."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from contracts import messages as m
from contracts.errors import StorageError
from contracts.messages import Fact, Message
from contracts.quantities import MILLISECOND, Instant
from runtime.clock import now
from runtime.host import Host
from runtime.journal import MemoryJournal
from runtime.mqtt import Bus
from runtime.settings import HostSettings
from tests.runtime.brokers import RunningBroker, running_broker
from tests.runtime.test_mqtt import take

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


class Counter:
    """Answers every SetDuty with a fact, and ticks every 50 ms."""

    name = "counter"
    topics: tuple[type[Message], ...] = (m.SetDuty,)

    def __init__(self) -> None:
        self.seq = 0
        self.ticks: list[Instant] = []
        self.due = now()

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        assert isinstance(message, m.SetDuty)
        self.seq += 1
        return [
            m.CommandAnswered(
                seq=self.seq, at=now, command_id=message.command_id, accepted=True, subject=str(self.seq)
            )
        ]

    def wake_at(self) -> Instant | None:
        return self.due

    def wake(self, now: Instant) -> Sequence[Message]:
        self.ticks.append(now)
        self.due = now + 50 * MILLISECOND
        return []


class Reluctant(MemoryJournal):
    """Refuses twice, then gives in."""

    refusals = 2

    def append(self, facts: Sequence[Fact]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StorageError("disk full")
        super().append(facts)


def test_decides_journals_sends_and_acknowledges(broker: RunningBroker) -> None:
    async def scenario() -> None:
        service, journal = Counter(), Reluctant()
        bus = Bus(broker.url(), "demo", "host-test", 100, persistent=True)
        seen: list[Message] = []
        host = Host("counter", [service], bus, HostSettings(health_interval_s=0.2), journal, ear=seen.append)
        await bus.connect()
        running = asyncio.create_task(host.run([m.RequestSnapshot(by="opening")]))
        client = Bus(broker.url(), "demo", "host-client", 100)
        client.subscribe_types([m.CommandAnswered, m.ServiceHealth])
        await client.connect()
        await asyncio.sleep(0.2)
        for number in range(3):
            client.publish(m.SetDuty(command_id=f"k{number}", by="t", at=1, unit_id="u", duty="on"))
        answers: list[str] = []
        reports: list[m.ServiceHealth] = []
        while len(answers) < 3 or not reports:
            for received in await take(client, 1):
                if isinstance(received.message, m.CommandAnswered):
                    answers.append(received.message.command_id)
                    assert len(journal.payloads) >= len(answers), "sent before it was durable"
                elif isinstance(received.message, m.ServiceHealth):
                    reports.append(received.message)
                client.acknowledge([received])
        assert answers == ["k0", "k1", "k2"]
        assert [message.command_id for message in seen if isinstance(message, m.SetDuty)] == answers
        assert host.counters["journal_retries"] == 2
        assert reports[-1].service == "counter"
        host.stop()
        await asyncio.wait_for(running, 5)
        assert len(service.ticks) >= 3
        bus.close()
        client.close()

    asyncio.run(scenario())
