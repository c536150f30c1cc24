"""The real bleak against a BlueZ look-alike."""

import asyncio
from pathlib import Path

import pytest
from bleak.backends.scanner import AdvertisementData

from gateway.adapters.scanner import PATTERNS, Scanner, advert_bytes, set_powered
from gateway.adverts.decode import decode_advert
from tests.gateway.adapters.bluez import Bluez, fake_bluez, needs_dbus, private_bus

IBEACON = bytes.fromhex("0215b5b182c7eab14988aa99b5c1517008d90001cf64c5")
BUTTON = bytes.fromhex("220200060000000000010000")
TAG = "C0:DE:00:00:00:07"


class Heard:
    """What the scanner passed on."""

    def __init__(self) -> None:
        self.adverts: list[tuple[str, int, bytes]] = []
        self._more = asyncio.Event()

    def __call__(self, address: str, rssi: int, adv: bytes) -> None:
        self.adverts.append((address, rssi, adv))
        self._more.set()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.adverts) < count:
                self._more.clear()
                await self._more.wait()


async def speak(fake: Bluez, count: int) -> None:
    for number in range(count):
        await fake.advertise(TAG, -60 - number, {0x004C: IBEACON})
        await asyncio.sleep(0.005)


@needs_dbus
@pytest.mark.parametrize(
    ("mode", "passive"), [("active", True), ("passive", True), ("auto", True), ("auto", False)]
)
def test_ibeacon_bytes_and_every_rssi_arrive(tmp_path: Path, mode: str, passive: bool) -> None:
    async def run(address: str) -> None:
        async with fake_bluez(address, passive) as fake:
            heard = Heard()
            scanner = Scanner(heard, "hci0", mode)  # type: ignore[arg-type]
            assert await scanner.start()
            wanted = "passive" if passive and mode != "active" else "active"
            assert scanner.mode == wanted
            await speak(fake, 20)
            await heard.wait_for(20)
            await scanner.stop()
            assert [rssi for _, rssi, _ in heard.adverts] == [-60 - number for number in range(20)]
            assert {address for address, *_ in heard.adverts} == {TAG}
            fields = decode_advert(heard.adverts[0][2])
            assert (fields["type"], fields["major"], fields["minor"]) == ("ibeacon", 1, 53092)
            if wanted == "active":
                assert fake.adapter.filters[0] == {"Transport": "le", "DuplicateData": True}

    with private_bus(tmp_path) as address:
        asyncio.run(run(address))


@needs_dbus
def test_a_scanner_can_be_restarted_and_the_adapter_switched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(address: str) -> None:
        async with fake_bluez(address) as fake:
            heard = Heard()
            scanner = Scanner(heard, "", "active")
            assert await scanner.start()
            await scanner.stop()
            await scanner.stop()
            monkeypatch.setattr("gateway.adapters.scanner.POWER_OFF_S", 0.01)
            await scanner.power_cycle()
            assert fake.adapter.power_changes == [False, True]
            assert await scanner.start()
            await speak(fake, 1)
            await heard.wait_for(1)
            await scanner.stop()
            assert fake.adapter.starts == 2
            with pytest.raises(OSError, match="hci9"):
                await set_powered("hci9", on=True)

    with private_bus(tmp_path) as address:
        asyncio.run(run(address))


def test_a_radio_that_is_away_is_no_exception(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
        scanner = Scanner(Heard(), "", "auto")
        assert not await scanner.start()
        assert scanner.mode == "off"
        await scanner.power_cycle()

    asyncio.run(run())


def test_bytes_are_put_together_again_from_bleaks_fields() -> None:
    data = AdvertisementData(
        local_name="MK Button",
        manufacturer_data={0x0499: b"\x05\x01"},
        service_data={
            "0000fee0-0000-1000-8000-00805f9b34fb": BUTTON,
            "e95d6100-251d-470a-a062-fa1922dfa9a8": b"\x01",
        },
        service_uuids=[],
        tx_power=-11,
        rssi=-60,
        platform_data=(),
    )
    fields = decode_advert(advert_bytes(data))
    assert (fields["type"], fields["press_mode"], fields["trigger_count"]) == ("moko_bxp_button", "long", 6)
    assert (fields["name"], fields["tx_power_dbm"]) == ("MK Button", -11)


def test_bluez_takes_sixteen_patterns() -> None:
    assert len(PATTERNS) <= 16
