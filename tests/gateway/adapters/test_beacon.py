import asyncio
from pathlib import Path

import pytest

from gateway.adapters.beacon import PATH, Beacon, ibeacon_payload
from gateway.adverts.beacons import ibeacon
from tests.gateway.adapters.bluez import fake_bluez, needs_dbus, private_bus

UUID = "b5b182c7-eab1-4988-aa99-b5c1517008d9"


def test_gateways_have_beacons_of_their_own() -> None:
    one, other = ibeacon(ibeacon_payload(UUID, "gw-1")), ibeacon(ibeacon_payload(UUID, "gw-2"))
    assert one is not None
    assert other is not None
    assert one["uuid"] == other["uuid"] == UUID
    assert (one["major"], one["minor"]) != (other["major"], other["minor"])


@needs_dbus
def test_bluez_is_given_the_beacon(tmp_path: Path) -> None:
    async def run(address: str) -> None:
        async with fake_bluez(address) as fake:
            beacon = Beacon("", UUID, "gw-1")
            assert await beacon.start()
            assert fake.advertising.registered == [PATH]
            bus = beacon._bus
            assert bus is not None
            assert bus.unique_name is not None
            told = await fake.property_of(
                bus.unique_name, PATH, "org.bluez.LEAdvertisement1", "ManufacturerData"
            )
            assert bytes(told[0x004C].value) == ibeacon_payload(UUID, "gw-1")
            beacon.stop()
            beacon.stop()
            assert not await Beacon("hci9", UUID, "gw-1").start()

    with private_bus(tmp_path) as address:
        asyncio.run(run(address))


def test_without_bluez_the_agent_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert not asyncio.run(Beacon("", UUID, "gw-1").start())
