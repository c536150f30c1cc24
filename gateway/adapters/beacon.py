"""The agent's own beacon: an iBeacon by BlueZ's advertising manager, so that gateways hear each other."""

import logging
import uuid
import zlib
from typing import Annotated, Final

from dbus_fast import BusType, Message, MessageType, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from gateway.adapters.scanner import RADIO_ERRORS

log = logging.getLogger(__name__)

PATH: Final = "/nearhand/beacon"
POWER_AT_1M_DBM: Final = -59
APPLE: Final = 0x004C


def ibeacon_payload(beacon_uuid: str, gateway: str) -> bytes:
    """Apple manufacturer data of a gateway's beacon; major and minor are made from its name."""
    number = zlib.crc32(gateway.encode())
    power = POWER_AT_1M_DBM.to_bytes(1, "big", signed=True)
    return b"\x02\x15" + uuid.UUID(beacon_uuid).bytes + number.to_bytes(4, "big") + power


class Advertisement(ServiceInterface):
    """``org.bluez.LEAdvertisement1``: a broadcast, nobody can connect."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("org.bluez.LEAdvertisement1")
        self._payload = payload

    @dbus_property(access=PropertyAccess.READ)
    def Type(self) -> DBusStr:  # noqa: N802
        return "broadcast"

    @dbus_property(access=PropertyAccess.READ)
    def ManufacturerData(self) -> Annotated[dict[int, Variant], DBusSignature("a{qv}")]:  # noqa: N802
        return {APPLE: Variant("ay", self._payload)}

    @dbus_method()
    def Release(self) -> None:  # noqa: N802
        log.info("BlueZ released the beacon")


class Beacon:
    """Advertises while the bus connection is open."""

    def __init__(self, adapter: str, beacon_uuid: str, gateway: str) -> None:
        self._adapter = adapter or "hci0"
        self._payload = ibeacon_payload(beacon_uuid, gateway)
        self._bus: MessageBus | None = None

    async def start(self) -> bool:
        """Register the beacon; False where the adapter cannot (the agent does without)."""
        try:
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            bus.export(PATH, Advertisement(self._payload))
            reply = await bus.call(
                Message(
                    destination="org.bluez",
                    path=f"/org/bluez/{self._adapter}",
                    interface="org.bluez.LEAdvertisingManager1",
                    member="RegisterAdvertisement",
                    signature="oa{sv}",
                    body=[PATH, {}],
                )
            )
        except RADIO_ERRORS as error:
            log.warning("no beacon of our own: %s", error or type(error).__name__)
            return False
        self._bus = bus
        if reply is None or reply.message_type is MessageType.ERROR:
            log.warning("no beacon of our own: %s", reply.body if reply else "no answer")
            self.stop()
            return False
        return True

    def stop(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.disconnect()
