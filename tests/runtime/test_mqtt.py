"""The bus against the real broker: what is acknowledged arrives, who may not publish does not."""

import asyncio
from collections.abc import Iterator

import pytest

from contracts import messages as m
from contracts.errors import ConfigError, LinkError
from runtime.bus import Received
from runtime.mqtt import Bus
from tests.runtime.brokers import RunningBroker, running_broker

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


def test_refuses_an_address_that_is_none() -> None:
    with pytest.raises(ConfigError, match="expected mqtt://"):
        Bus("localhost:1883", "demo", "c", 10)


def test_messages_travel_and_are_acknowledged(broker: RunningBroker) -> None:
    async def scenario() -> None:
        hearer = Bus(broker.url(), "demo", "hearer", 100)
        hearer.subscribe_types([m.RequestSnapshot])
        await hearer.connect()
        sayer = Bus(broker.url(), "demo", "sayer", 100)
        await sayer.connect()
        await asyncio.sleep(0.2)
        for number in range(20):
            sayer.publish(m.RequestSnapshot(by=f"test-{number}"))
        got = await take(hearer, 20)
        assert [received.message for received in got] == [
            m.RequestSnapshot(by=f"test-{number}") for number in range(20)
        ]
        hearer.acknowledge(got)
        hearer.close()
        sayer.close()

    asyncio.run(scenario())


def test_a_persistent_session_gets_what_came_while_it_was_away(broker: RunningBroker) -> None:
    async def scenario() -> None:
        first = Bus(broker.url(), "demo", "keeper", 100, persistent=True)
        first.subscribe_types([m.RequestSnapshot])
        await first.connect()
        await asyncio.sleep(0.3)
        sayer = Bus(broker.url(), "demo", "sayer2", 100)
        await sayer.connect()
        sayer.publish(m.RequestSnapshot(by="seen-not-acknowledged"))
        assert len(await take(first, 1)) == 1
        first.close()
        sayer.publish(m.RequestSnapshot(by="while-away"))
        await asyncio.sleep(0.3)
        broker.kill_and_restart()
        again = Bus(broker.url(), "demo", "keeper", 100, persistent=True)
        again.subscribe_types([m.RequestSnapshot])
        await again.connect()
        names = {received.message.by for received in await take(again, 2)}  # type: ignore[attr-defined]
        assert names == {"seen-not-acknowledged", "while-away"}
        again.close()
        sayer.close()

    asyncio.run(scenario())


def test_a_gateway_may_not_command(broker: RunningBroker) -> None:
    async def scenario() -> None:
        hearer = Bus(broker.url(), "demo", "hearer3", 100)
        hearer.subscribe_types([m.PlaceCall, m.GatewayPayload], ["#"])
        await hearer.connect()
        gateway = Bus(broker.url("gateways"), "demo", "gw", 100)
        await gateway.connect()
        await asyncio.sleep(0.2)
        place = m.Place("L1", 1, 2)
        call = m.PlaceCall(command_id="x", by="gw", at=1, service="medical", place=place)
        gateway.publish(call)
        gateway.publish_to("$MQTT/msgs/nearhand/v1/demo/commands", call)  # the broker's own store of it
        gateway.publish(m.GatewayPayload(topic="ruuvi/gw1/tag", payload=b"{}", received_at=1))
        got = await take(hearer, 1)
        assert [type(received.message) for received in got] == [m.GatewayPayload]
        await hearer.wait(0.3)
        assert not hearer.take(10)
        hearer.close()
        gateway.close()

    asyncio.run(scenario())


def test_a_handheld_speaks_for_its_own_unit_only(broker: RunningBroker) -> None:
    async def scenario() -> None:
        hearer = Bus(broker.url(), "demo", "hearer4", 100)
        hearer.subscribe_types([m.SetDuty])
        await hearer.connect()
        handheld = Bus(broker.url("handhelds"), "demo", "handheld", 100)
        await handheld.connect()
        await asyncio.sleep(0.2)
        for number, by in enumerate(("unit/u-02", "operator/x", "unit/u-01")):
            duty = m.SetDuty(command_id=f"d{number}", by=by, at=1, unit_id=by[5:], duty="on")
            handheld.publish_to("nearhand/v1/demo/units/u-01/commands", duty)
        got = await take(hearer, 1)
        assert [received.message.by for received in got] == ["unit/u-01"]  # type: ignore[attr-defined]
        assert hearer.counters["dropped_not_yours"] == 2
        hearer.close()
        handheld.close()

    asyncio.run(scenario())


def test_no_one_gets_in_without_a_password(broker: RunningBroker) -> None:
    async def scenario() -> None:
        bus = Bus(f"mqtt://127.0.0.1:{broker.settings.mqtt_port}", "demo", "nobody", 10)
        with pytest.raises(LinkError, match="no answer"):
            await bus.connect(timeout_s=1.5)
        assert bus.counters["refused"] + bus.counters["disconnects"] > 0

    asyncio.run(scenario())


async def take(bus: Bus, count: int) -> list[Received]:
    got: list[Received] = []
    async with asyncio.timeout(10):
        while len(got) < count:
            await bus.wait(1)
            got += bus.take(100)
    return got
