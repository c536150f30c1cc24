"""A BlueZ look-alike on a private D-Bus: enough of ``org.bluez`` for bleak's unmodified backend.

Runs in the test's own loop. It owns ``org.bluez`` and exports an adapter that can scan actively and
passively and advertise; each beacon is a Device1 whose properties change with every advertisement.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from dbus_fast import Message, MessageType, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusDict, DBusInt16, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

DAEMON = shutil.which("dbus-daemon")
needs_dbus = pytest.mark.skipif(DAEMON is None, reason="dbus-daemon is not installed: no BlueZ look-alike")
ADAPTER = "/org/bluez/hci0"
Strings = Annotated[list[str], DBusSignature("as")]

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
"""


class Adapter(ServiceInterface):
    """Adapter1: remembers what was asked of it."""

    def __init__(self) -> None:
        super().__init__("org.bluez.Adapter1")
        self.powered = True
        self.discovering = False
        self.filters: list[dict[str, Any]] = []
        self.starts = 0
        self.power_changes: list[bool] = []
        self.scanning = asyncio.Event()

    @dbus_method()
    def SetDiscoveryFilter(self, properties: DBusDict) -> None:  # noqa: N802
        self.filters.append({name: variant.value for name, variant in properties.items()})

    @dbus_method()
    def StartDiscovery(self) -> None:  # noqa: N802
        self.starts += 1
        self.discovering = True
        self.scanning.set()
        self.emit_properties_changed({"Discovering": True})

    @dbus_method()
    def StopDiscovery(self) -> None:  # noqa: N802
        self.discovering = False
        self.emit_properties_changed({"Discovering": False})

    @dbus_method()
    def RemoveDevice(self, device: DBusObjectPath) -> None:  # noqa: N802
        pass

    @dbus_property(access=PropertyAccess.READ)
    def Address(self) -> DBusStr:  # noqa: N802
        return "00:00:00:00:00:01"

    @dbus_property()
    def Powered(self) -> DBusBool:  # noqa: N802
        return self.powered

    @Powered.setter  # type: ignore[no-redef]
    def Powered(self, value: DBusBool) -> None:  # noqa: N802
        self.powered = value
        self.power_changes.append(value)
        self.emit_properties_changed({"Powered": value})

    @dbus_property(access=PropertyAccess.READ)
    def Discovering(self) -> DBusBool:  # noqa: N802
        return self.discovering

    @dbus_property(access=PropertyAccess.READ)
    def UUIDs(self) -> Strings:  # noqa: N802
        return []

    @dbus_property(access=PropertyAccess.READ)
    def Roles(self) -> Strings:  # noqa: N802
        return ["central", "peripheral"]


class MonitorManager(ServiceInterface):
    """AdvertisementMonitorManager1: passive scanning."""

    def __init__(self, scanning: asyncio.Event) -> None:
        super().__init__("org.bluez.AdvertisementMonitorManager1")
        self.registered: list[str] = []
        self.scanning = scanning

    @dbus_method()
    def RegisterMonitor(self, application: DBusObjectPath) -> None:  # noqa: N802
        self.registered.append(application)
        self.scanning.set()

    @dbus_method()
    def UnregisterMonitor(self, application: DBusObjectPath) -> None:  # noqa: N802
        self.registered.remove(application)

    @dbus_property(access=PropertyAccess.READ)
    def SupportedMonitorTypes(self) -> Strings:  # noqa: N802
        return ["or_patterns"]


class AdvertisingManager(ServiceInterface):
    """LEAdvertisingManager1: remembers what was advertised."""

    def __init__(self) -> None:
        super().__init__("org.bluez.LEAdvertisingManager1")
        self.registered: list[str] = []

    @dbus_method()
    def RegisterAdvertisement(self, advertisement: DBusObjectPath, options: DBusDict) -> None:  # noqa: N802
        self.registered.append(advertisement)


class Device(ServiceInterface):
    """Device1: one beacon."""

    def __init__(self, address: str) -> None:
        super().__init__("org.bluez.Device1")
        self.address = address
        self.rssi = -127
        self.manufacturer: dict[int, Variant] = {}
        self.service: dict[str, Variant] = {}

    @dbus_property(access=PropertyAccess.READ)
    def Address(self) -> DBusStr:  # noqa: N802
        return self.address

    @dbus_property(access=PropertyAccess.READ)
    def AddressType(self) -> DBusStr:  # noqa: N802
        return "random"

    @dbus_property(access=PropertyAccess.READ)
    def Alias(self) -> DBusStr:  # noqa: N802
        return self.address.replace(":", "-")

    @dbus_property(access=PropertyAccess.READ)
    def Adapter(self) -> DBusObjectPath:  # noqa: N802
        return ADAPTER

    @dbus_property(access=PropertyAccess.READ)
    def Paired(self) -> DBusBool:  # noqa: N802
        return False

    @dbus_property(access=PropertyAccess.READ)
    def Connected(self) -> DBusBool:  # noqa: N802
        return False

    @dbus_property(access=PropertyAccess.READ)
    def ServicesResolved(self) -> DBusBool:  # noqa: N802
        return False

    @dbus_property(access=PropertyAccess.READ)
    def UUIDs(self) -> Strings:  # noqa: N802
        return []

    @dbus_property(access=PropertyAccess.READ)
    def RSSI(self) -> DBusInt16:  # noqa: N802
        return self.rssi

    @dbus_property(access=PropertyAccess.READ)
    def ManufacturerData(self) -> Annotated[dict[int, Variant], DBusSignature("a{qv}")]:  # noqa: N802
        return self.manufacturer

    @dbus_property(access=PropertyAccess.READ)
    def ServiceData(self) -> Annotated[dict[str, Variant], DBusSignature("a{sv}")]:  # noqa: N802
        return self.service


class Bluez:
    """The fake, and how a test makes its beacons speak."""

    def __init__(self, bus: MessageBus, passive: bool) -> None:
        self.bus = bus
        self.adapter = Adapter()
        self.monitors = MonitorManager(self.adapter.scanning)
        self.advertising = AdvertisingManager()
        self.devices: dict[str, Device] = {}
        bus.export(ADAPTER, self.adapter)
        bus.export(ADAPTER, self.advertising)
        if passive:
            bus.export(ADAPTER, self.monitors)

    async def until_scanning(self) -> None:
        """Wait for a scan that begins after the last call."""
        async with asyncio.timeout(30):
            await self.adapter.scanning.wait()
        self.adapter.scanning.clear()

    async def advertise(
        self,
        address: str,
        rssi: int,
        manufacturer: dict[int, bytes] | None = None,
        service: dict[str, bytes] | None = None,
    ) -> None:
        """One advertisement of a beacon; the first one makes it appear."""
        device = self.devices.get(address)
        fresh = device is None
        if device is None:
            device = self.devices[address] = Device(address)
        device.rssi = rssi
        device.manufacturer = {company: Variant("ay", data) for company, data in (manufacturer or {}).items()}
        device.service = {uuid: Variant("ay", data) for uuid, data in (service or {}).items()}
        if fresh:
            self.bus.export(f"{ADAPTER}/dev_{address.replace(':', '_')}", device)
        else:
            device.emit_properties_changed(
                {"RSSI": rssi, "ManufacturerData": device.manufacturer, "ServiceData": device.service}
            )
        await asyncio.sleep(0)

    async def property_of(self, owner: str, path: str, interface: str, name: str) -> Any:
        """A property of somebody else's object, as BlueZ would read it."""
        reply = await self.bus.call(
            Message(
                destination=owner,
                path=path,
                interface="org.freedesktop.DBus.Properties",
                member="Get",
                signature="ss",
                body=[interface, name],
            )
        )
        assert reply is not None
        assert reply.message_type is not MessageType.ERROR, reply.body
        return reply.body[0].value


@contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """A D-Bus of our own; yields its address, which is the system bus's meanwhile."""
    assert DAEMON is not None
    socket, config = folder / "bus", folder / "bus.conf"
    config.write_text(CONFIG.format(path=socket))
    daemon = subprocess.Popen(
        [DAEMON, f"--config-file={config}", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    before = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    try:
        assert daemon.stdout is not None
        assert daemon.stdout.readline(), "the bus did not come up"
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={socket}"
        yield f"unix:path={socket}"
    finally:
        os.environ.pop("DBUS_SYSTEM_BUS_ADDRESS")
        if before is not None:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before
        daemon.terminate()
        daemon.communicate(timeout=10)


@asynccontextmanager
async def fake_bluez(address: str, passive: bool = True) -> AsyncIterator[Bluez]:
    """The fake on a private bus; without ``passive`` it is too old for monitors."""
    bus = await MessageBus(bus_address=address).connect()
    try:
        fake = Bluez(bus, passive)
        await bus.request_name("org.bluez")
        yield fake
    finally:
        bus.disconnect()
