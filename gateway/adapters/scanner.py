"""The radio: BlueZ by way of bleak, passive where the system can, active where it cannot.

bleak gives fields, not bytes: the AD structures are put together again from them (without flags), so that
the one set of decoders reads them. BlueZ merges what it heard of a device earlier; nothing can be done
about that here. Errors of the radio are the world's: reported, retried.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, Literal

from bleak import BleakScanner
from bleak.args.bluez import OrPattern
from bleak.assigned_numbers import AdvertisementDataType as Ad
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError

log = logging.getLogger(__name__)

Hear = Callable[[str, int, bytes], None]
"""Address, RSSI in dBm, AD structures."""
Mode = Literal["auto", "passive", "active"]

RADIO_ERRORS: Final = (BleakError, DBusFastError, EOFError, OSError, KeyError, AssertionError)
"""What bleak and the bus raise when BlueZ is away, restarting or half there."""
STOP_TIMEOUT_S: Final = 5.0
POWER_OFF_S: Final = 1.0
BLUETOOTH_BASE: Final = "-0000-1000-8000-00805f9b34fb"
_BYTES_MAX: Final = 253

PATTERNS: Final = [
    OrPattern(0, Ad.MANUFACTURER_SPECIFIC_DATA, b"\x4c\x00\x02\x15"),
    OrPattern(0, Ad.MANUFACTURER_SPECIFIC_DATA, b"\x99\x04"),
    OrPattern(0, Ad.MANUFACTURER_SPECIFIC_DATA, b"\x39\x06"),
    OrPattern(0, Ad.MANUFACTURER_SPECIFIC_DATA, b"\x59\x00"),
    OrPattern(0, Ad.MANUFACTURER_SPECIFIC_DATA, b"\x2c\x08"),
    OrPattern(0, Ad.MANUFACTURER_SPECIFIC_DATA, b"\x0d\x00"),
    OrPattern(0, Ad.SERVICE_DATA_UUID16, b"\xaa\xfe"),
    OrPattern(0, Ad.SERVICE_DATA_UUID16, b"\xe1\xff"),
    OrPattern(0, Ad.SERVICE_DATA_UUID16, b"\xab\xfe"),
    OrPattern(0, Ad.SERVICE_DATA_UUID16, b"\xe0\xfe"),
    OrPattern(0, Ad.SERVICE_DATA_UUID16, b"\xd2\xfc"),
    OrPattern(0, Ad.FLAGS, b"\x06"),
    OrPattern(0, Ad.FLAGS, b"\x04"),
    OrPattern(0, Ad.FLAGS, b"\x05"),
    OrPattern(0, Ad.FLAGS, b"\x1a"),
]
"""What a passive scan reports, at most 16: tags without flags would be missed by flags alone."""


class Scanner:
    """One adapter's scanner. ``start`` and ``stop`` as often as needed."""

    def __init__(self, hear: Hear, adapter: str, mode: Mode) -> None:
        self._hear = hear
        self._adapter = adapter
        self._modes: tuple[Literal["passive", "active"], ...] = (
            ("passive", "active") if mode == "auto" else (mode,)
        )
        self._scanner: BleakScanner | None = None
        self.mode = "off"

    async def start(self) -> bool:
        """Begin to scan in the first mode that works; False when none does."""
        for mode in self._modes:
            try:
                scanner = BleakScanner(self._detected, scanning_mode=mode, bluez=self._arguments(mode))
                await scanner.start()
            except RADIO_ERRORS as error:
                log.warning("no %s scan: %s", mode, error or type(error).__name__)
                continue
            self._scanner, self.mode = scanner, mode
            log.info("scanning, %s", mode)
            return True
        self.mode = "off"
        return False

    async def stop(self) -> None:
        """Stop, whatever state BlueZ is in."""
        scanner, self._scanner, self.mode = self._scanner, None, "off"
        if scanner is None:
            return
        try:
            await asyncio.wait_for(scanner.stop(), STOP_TIMEOUT_S)
        except (*RADIO_ERRORS, TimeoutError) as error:
            log.warning("the scan did not stop cleanly: %s", error or type(error).__name__)

    async def power_cycle(self) -> None:
        """Switch the adapter off and on."""
        try:
            await set_powered(self._adapter or "hci0", on=False)
            await asyncio.sleep(POWER_OFF_S)
            await set_powered(self._adapter or "hci0", on=True)
        except RADIO_ERRORS as error:
            log.warning("the adapter could not be switched: %s", error or type(error).__name__)

    def _arguments(self, mode: Literal["passive", "active"]) -> Any:
        arguments: dict[str, Any] = {"filters": {"DuplicateData": True}} if mode == "active" else {}
        if mode == "passive":
            arguments["or_patterns"] = PATTERNS
        if self._adapter:
            arguments["adapter"] = self._adapter
        return arguments

    def _detected(self, device: BLEDevice, data: AdvertisementData) -> None:
        self._hear(device.address.upper(), data.rssi, advert_bytes(data))


def advert_bytes(data: AdvertisementData) -> bytes:
    """AD structures of the fields that bleak gives."""
    out = bytearray()
    for company, content in data.manufacturer_data.items():
        _put(out, 0xFF, company.to_bytes(2, "little") + content)
    for uuid, content in data.service_data.items():
        short = _short_uuid(uuid)
        if short is not None:
            _put(out, 0x16, short.to_bytes(2, "little") + content)
        else:
            _put(out, 0x21, bytes.fromhex(uuid.replace("-", ""))[::-1] + content)
    if data.local_name:
        _put(out, 0x09, data.local_name.encode()[:_BYTES_MAX])
    if data.tx_power is not None and -128 <= data.tx_power <= 127:
        _put(out, 0x0A, data.tx_power.to_bytes(1, "little", signed=True))
    return bytes(out)


def _put(out: bytearray, kind: int, content: bytes) -> None:
    if len(content) <= _BYTES_MAX:
        out += bytes((len(content) + 1, kind)) + content


def _short_uuid(uuid: str) -> int | None:
    """16 bits of a UUID of the Bluetooth base, else None."""
    if uuid.startswith("0000") and uuid.endswith(BLUETOOTH_BASE):
        return int(uuid[4:8], 16)
    return None


async def set_powered(adapter: str, on: bool) -> None:
    """Set the adapter's ``Powered`` property.

    Raises:
        OSError: BlueZ refuses or is away.
    """
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    try:
        reply = await bus.call(
            Message(
                destination="org.bluez",
                path=f"/org/bluez/{adapter}",
                interface="org.freedesktop.DBus.Properties",
                member="Set",
                signature="ssv",
                body=["org.bluez.Adapter1", "Powered", Variant("b", on)],
            )
        )
        if reply is None or reply.message_type is MessageType.ERROR:
            raise OSError(f"{adapter}: {reply.body if reply else 'no answer'}")
    finally:
        bus.disconnect()
