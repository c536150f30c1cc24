"""The contract with the broker's own stream: what a gateway's PUBACK vouches for reaches us, in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import paho.mqtt.client as paho
import pytest
from nats.js.errors import NotFoundError
from paho.mqtt.enums import CallbackAPIVersion

from contracts import messages as m
from contracts.errors import ConfigError, LinkError
from runtime.bus import Received
from runtime.clock import now
from runtime.jetstream import ACK_WAIT_S, DELIVERIES_MAX, PulledBus
from runtime.mqtt import Bus
from tests.runtime.brokers import RunningBroker, running_broker

pytestmark = [pytest.mark.broker, pytest.mark.timeout(120)]
SCAN = "nearhand/v1/{site}/gateways/gw-1/scan"
AGE_S = 100.0
"""Generous: a busy machine may take its time."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


def nats_url(broker: RunningBroker) -> str:
    return f"nats://services:{broker.credentials.services}@127.0.0.1:{broker.settings.nats_port}"


def pulled_bus(
    broker: RunningBroker, site: str, age_s: float = AGE_S, ack_wait_s: float = ACK_WAIT_S
) -> PulledBus:
    others = Bus(broker.url(), site, f"ingest-{site}", 1000, pulled=True)
    return PulledBus(others, nats_url(broker), age_s, ack_wait_s)


@contextlib.asynccontextmanager
async def open_bus(
    broker: RunningBroker,
    site: str,
    *vendors: str,
    age_s: float = AGE_S,
    ack_wait_s: float = ACK_WAIT_S,
) -> AsyncIterator[PulledBus]:
    bus = pulled_bus(broker, site, age_s, ack_wait_s)
    own = () if "#" in vendors else (f"nearhand/v1/{site}/gateways/#",)
    bus.subscribe_types([m.GatewayPayload, m.ClosuresChanged], [*own, *vendors])
    await bus.connect()
    try:
        yield bus
    finally:
        await bus.aclose()


class Gateway:
    """A paho client as a gateway has it, which knows what was acknowledged to it."""

    def __init__(self, broker: RunningBroker, name: str) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=False)
        self.client.username_pw_set("gateways", broker.credentials.gateways)
        self.client.reconnect_delay_set(1, 1)
        self.acknowledged: set[int] = set()
        self.client.on_publish = lambda *details: self.acknowledged.add(details[2])
        self.client.connect("127.0.0.1", broker.settings.mqtt_port)
        self.client.loop_start()

    def send(self, topic: str, content: bytes, qos: int = 1, retain: bool = False) -> int:
        return self.client.publish(topic, content, qos, retain).mid

    async def deliver(self, topic: str, content: bytes, retain: bool = False) -> None:
        """Send, and wait for the PUBACK."""
        number = self.send(topic, content, retain=retain)
        await until(lambda: number in self.acknowledged)

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()


async def take(bus: PulledBus, count: int) -> list[Received]:
    got: list[Received] = []
    async with asyncio.timeout(60):
        while len(got) < count:
            await bus.wait(1)
            got += bus.take(100)
    return got


async def take_all(bus: PulledBus, wanted: list[bytes]) -> list[bytes]:
    """Take and acknowledge until all that is wanted has come; some may come twice."""
    found: list[bytes] = []
    while not set(found).issuperset(wanted):
        batch = await take(bus, 1)
        found += contents(batch)
        bus.acknowledge(batch)
    return found


async def until_made(bus: PulledBus, consumer: str) -> None:
    """It is made in the next try when the broker was not ready in the first."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(NotFoundError):
                await bus._client.jsm().consumer_info("$MQTT_msgs", consumer)
                return
            await asyncio.sleep(0.02)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 (others make it true)
            await asyncio.sleep(0.02)


def contents(batch: list[Received]) -> list[bytes]:
    return [received.message.payload for received in batch if isinstance(received.message, m.GatewayPayload)]


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [b"%d" % number for number in range(start, start + count)]


def test_payloads_arrive_in_order_as_they_were_sent(broker: RunningBroker) -> None:
    async def scenario() -> None:
        async with open_bus(broker, "order", "vendor/#") as bus:
            with Gateway(broker, "g-order") as gateway:
                began = now()
                wanted = numbered(600)  # more than one request brings
                for content in wanted:
                    gateway.send(SCAN.format(site="order"), content)
                assert await take_all(bus, wanted) == wanted
                for topic in ("vendor/a.b/c", "vendor//x", "vendor/", "vendor"):
                    gateway.send(topic, b"v")
                    (received,) = await take(bus, 1)
                    assert isinstance(received.message, m.GatewayPayload)
                    assert received.message.topic == topic
                    assert began <= received.message.received_at <= now()
                    bus.acknowledge([received])
                await settled(bus)
                assert bus.connected

    asyncio.run(scenario())


def test_qos_0_and_retained_come_by_mqtt_and_nothing_comes_twice(broker: RunningBroker) -> None:
    async def scenario() -> None:
        status = "nearhand/v1/rest/gateways/gw-1/status"
        with Gateway(broker, "g-rest") as gateway:
            await gateway.deliver(status, b"kept", retain=True)
            async with open_bus(broker, "rest", "#") as bus:
                kept = [one.message for one in await take(bus, 1)]
                assert isinstance(kept[0], m.GatewayPayload)
                assert (kept[0].payload, kept[0].retained) == (b"kept", True)
                gateway.send(SCAN.format(site="rest"), b"unsure", qos=0)
                gateway.send(SCAN.format(site="rest"), b"sure")
                gateway.send("ruuvi/x/y", b"last")
                got = await take(bus, 3)
                assert sorted(contents(got)) == [b"last", b"sure", b"unsure"]
                bus.acknowledge(got)
                await settled(bus)
                await bus.wait(0.2)
                assert not bus.take(10)

    asyncio.run(scenario())


def test_other_messages_are_ignored_and_counted(broker: RunningBroker) -> None:
    async def scenario() -> None:
        sayer = Bus(broker.url(), "others", "sayer-others", 100)
        async with open_bus(broker, "others", "#") as bus:
            await sayer.connect()
            sayer.publish(m.RequestSnapshot(by="not for ingest"))
            closures = m.ClosuresChanged(version=1, connectors=(), fire_mode=False)
            sayer.publish(closures)
            got = await take(bus, 1)
            assert all(one.message == closures for one in got), "over MQTT, once for each filter that fits"
            bus.acknowledge(got)
            await until(lambda: bus.counters["ignored_not_a_payload"] == 2)
            await settled(bus)
            assert all(one.message == closures for one in bus.take(10))
            await sayer.aclose()

    asyncio.run(scenario())


def test_no_acknowledged_payload_is_lost_when_the_broker_is_killed(broker: RunningBroker) -> None:
    async def scenario() -> None:
        async with open_bus(broker, "kill") as bus:
            with Gateway(broker, "g-kill") as gateway:
                sent = [gateway.send(SCAN.format(site="kill"), content) for content in numbered(300)]
                await until(lambda: sent[149] in gateway.acknowledged)
                await asyncio.to_thread(broker.kill_and_restart)
                sent += [gateway.send(SCAN.format(site="kill"), content) for content in numbered(300, 300)]
                await until(lambda: gateway.acknowledged.issuperset(sent))
                await take_all(bus, numbered(600))
                assert bus.counters["disconnects"] >= 1
                await until(lambda: bus.connected)

    asyncio.run(scenario())


def test_what_a_dead_process_had_not_finished_comes_again(broker: RunningBroker) -> None:
    async def scenario() -> None:
        with Gateway(broker, "g-again") as gateway:
            async with open_bus(broker, "again") as first:
                for content in numbered(20):
                    gateway.send(SCAN.format(site="again"), content)
                got = await take(first, 20)
                first.acknowledge(got[:5])
            for content in numbered(5, 20):
                await gateway.deliver(SCAN.format(site="again"), content)
            async with open_bus(broker, "again") as second:
                assert set(await take_all(second, numbered(20, 5))) == set(numbered(20, 5))
                await settled(second)

    asyncio.run(scenario())


def test_the_old_is_dropped_at_once_and_what_kills_us_is_given_up(broker: RunningBroker) -> None:
    async def scenario() -> None:
        with Gateway(broker, "g-old") as gateway:
            async with open_bus(broker, "old", ack_wait_s=0.3) as bus:
                gateway.send(SCAN.format(site="old"), b"poison")
                for _delivery in range(DELIVERIES_MAX):
                    assert contents(await take(bus, 1)) == [b"poison"]
                await until(lambda: bus.counters["dropped_given_up"] == 1)
            await gateway.deliver(SCAN.format(site="old"), b"old")
            async with open_bus(broker, "old", age_s=0) as bus:
                await until(lambda: bus.counters["dropped_old"] == 1)
                assert not bus.take(1)
                await settled(bus)

    asyncio.run(scenario())


def test_a_lost_consumer_is_made_again(broker: RunningBroker) -> None:
    async def scenario() -> None:
        async with open_bus(broker, "gone") as bus:
            for time in (1, 2):  # while a request is under way it says so, before that it is silent
                await bus._client.jsm().delete_consumer("$MQTT_msgs", "nearhand-gone-ingest")
                await until(lambda time=time: bus.counters["pulls_failed"] >= time)  # type: ignore[misc]
                await until_made(bus, "nearhand-gone-ingest")
            with Gateway(broker, "g-gone") as gateway:
                gateway.send(SCAN.format(site="gone"), b"heard")
                assert contents(await take(bus, 1)) == [b"heard"]

    asyncio.run(scenario())


def test_operators_errors_are_named(broker: RunningBroker) -> None:
    async def scenario() -> None:
        with pytest.raises(ConfigError, match="expected nats://"):
            PulledBus(Bus(broker.url(), "x", "x", 10), "localhost:4222")
        with pytest.raises(ConfigError, match="topic_filters"):
            async with open_bus(broker, "overlap", "a/x", "a/+"):
                pass
        others = Bus(broker.url(), "x", "x2", 10, pulled=True)
        stranger = PulledBus(others, f"nats://services:wrong@127.0.0.1:{broker.settings.nats_port}")
        stranger.subscribe_types([m.GatewayPayload], ["a/#"])
        with pytest.raises(LinkError, match="does not answer"):
            await stranger.connect(timeout_s=2)

    asyncio.run(scenario())


async def settled(bus: PulledBus) -> None:
    """The broker has everything acknowledged: nothing would come again."""
    async with asyncio.timeout(60):
        while True:
            info = await bus._client.jsm().consumer_info("$MQTT_msgs", bus._name)
            if (info.num_pending, info.num_ack_pending) == (0, 0):
                return
            await asyncio.sleep(0.02)
