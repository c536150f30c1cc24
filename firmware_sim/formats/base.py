"""What a format is: a name and two ways to write, what was heard and how the gateway is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contracts.messages import InstalledGateway
from contracts.quantities import Instant
from firmware_sim.adverts import SCAN_RESPONSE, advert, alarming
from firmware_sim.beacons import Beacons

Written: TypeAlias = list[tuple[str, bytes]]
"""MQTT topics and payloads, in the order sent."""


class Batch(NamedTuple):
    """What one gateway heard since its last message; columns of n observations in order of time."""

    site: str
    gateway: InstalledGateway
    boot: str
    seq: int
    since: Instant
    """True time at which the batch began."""
    sent: Instant
    """True time."""
    clock_error: int
    """Microseconds by which the gateway's clock is ahead now."""
    device: NDArray[np.int32]
    rssi_dbm: NDArray[np.int8]
    heard: NDArray[np.int64]
    """True times."""

    @property
    def sent_at(self) -> Instant:
        """By the gateway's clock."""
        return self.sent + self.clock_error

    @property
    def at(self) -> NDArray[np.int64]:
        """When each was heard by the gateway's clock."""
        return self.heard + self.clock_error


@dataclass(frozen=True, slots=True)
class Condition:
    """How a gateway is, for its status messages."""

    site: str
    gateway: InstalledGateway
    online: bool
    at: Instant
    """By the gateway's clock."""
    boot: str
    heard_per_s: float
    uptime_s: float


class Tags:
    """The devices as formats write them: adverts and texts are made once and kept until a device changes."""

    def __init__(self, beacons: Beacons, joined: frozenset[int], now: Instant = 0) -> None:
        """``joined``: devices whose scan response raw gateways join to the advert."""
        self.beacons = beacons
        self.joined = joined
        self.now = now
        self.filtered: dict[tuple[str, int], tuple[float, float, int]] = {}
        """(room, device) → filtered RSSI, and the value and time last told: nodes that smooth."""
        self._adverts: dict[int, bytes] = {}
        self._tables: dict[Maker, list[Texts]] = {}
        self._presses = beacons.presses.copy()
        self._signalling = beacons.alarm_until > now

    def refresh(self, now: Instant) -> None:
        """Take up what changed since the last time: buttons pressed, alarms that ended."""
        self.now = now
        signalling = self.beacons.alarm_until > now
        changed = (signalling != self._signalling) | (self.beacons.presses != self._presses)
        if changed.any():
            self._signalling, self._presses = signalling, self.beacons.presses.copy()
            for device in np.flatnonzero(changed).tolist():
                self.forget(device)

    def address(self, device: int) -> str:
        """Twelve hex digits: the device's own address, or for a beacon by id one made from it."""
        name = self.beacons.ids[device]
        if name[2:3] == ":" and len(name) == 17:
            return name.replace(":", "")
        return f"{0xD0_00_00_00_00_00 | device:012X}"

    def advert(self, device: int) -> bytes:
        data = self._adverts.get(device)
        if data is None:
            data = advert(self.beacons, device, alarming(self.beacons, device, self.now))
            if device in self.joined and len(data) + len(SCAN_RESPONSE) <= ADVERT_MAX:
                data += SCAN_RESPONSE
            self._adverts[device] = data
        return data

    def texts(self, make: "Maker") -> "list[Texts]":
        """By device, what ``make`` writes of it: what stays the same from advert to advert."""
        table = self._tables.get(make)
        if table is None:
            table = self._tables[make] = [make(self, device) for device in range(len(self.beacons))]
        return table

    def forget(self, device: int) -> None:
        """The device changed its address or its advert."""
        self._adverts.pop(device, None)
        for make, table in self._tables.items():
            table[device] = make(self, device)


Texts: TypeAlias = tuple[str, ...]
Maker: TypeAlias = Callable[[Tags, int], Texts]
ADVERT_MAX: Final = 62
"""Advert and scan response joined."""


@dataclass(frozen=True, slots=True)
class Format:
    """One family of gateways."""

    name: str
    encode: Callable[[Batch, Tags], Written]
    status: Callable[[Condition], Written]
    interval_s: float | None = None
    """From message to message; None = the scenario's."""
    status_interval_s: float = 30.0
    empty: bool = True
    """A message is sent even when nothing was heard."""


def hardware(gateway: InstalledGateway) -> str:
    """What the hardware calls itself."""
    return gateway.address or gateway.gateway


def hardware_hex(gateway: InstalledGateway) -> str:
    """The same without colons, as many vendors write addresses."""
    return hardware(gateway).replace(":", "")


def nothing(_condition: Condition) -> Written:
    return []
