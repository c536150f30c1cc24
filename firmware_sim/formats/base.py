"""What a format is: a name and two ways to write, what was heard and how the gateway is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contracts.messages import InstalledGateway
from contracts.quantities import Instant
from firmware_sim.adverts import SCAN_RESPONSE, advert, alarming
from firmware_sim.beacons import Beacons

Written: TypeAlias = list[tuple[str, bytes]]
"""MQTT topics and payloads, in the order sent."""


@dataclass(frozen=True, slots=True)
class Batch:
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


@dataclass
class Tags:
    """The devices as formats write them: texts are made once and kept until a device changes."""

    beacons: Beacons
    joined: frozenset[int]
    """Devices whose scan response gateways join to the advert."""
    now: Instant = 0
    filtered: dict[tuple[str, int], tuple[float, float, int]] = field(default_factory=dict)
    """(room, device) → filtered RSSI, and the value and time last told: nodes that smooth."""
    _adverts: dict[int, tuple[tuple[bool, int], bytes]] = field(default_factory=dict)
    _texts: dict[str, dict[int, tuple[bytes, str]]] = field(default_factory=dict)

    def address(self, device: int) -> str:
        """Twelve hex digits: the device's own address, or for a beacon by id one made from it."""
        name = self.beacons.ids[device]
        if name[2:3] == ":" and len(name) == 17:
            return name.replace(":", "")
        return f"{0xD0_00_00_00_00_00 | device:012X}"

    def advert(self, device: int) -> bytes:
        alarm = alarming(self.beacons, device, self.now)
        state = (alarm, int(self.beacons.presses[device]))
        known = self._adverts.get(device)
        if known is None or known[0] != state:
            data = advert(self.beacons, device, alarm)
            if device in self.joined and len(data) + len(SCAN_RESPONSE) <= 62:
                data += SCAN_RESPONSE
            self._adverts[device] = known = (state, data)
        return known[1]

    def text(self, kind: str, device: int, make: Callable[["Tags", int], str]) -> str:
        """``make``'s text for a device, made anew only when its advert is another."""
        texts = self._texts.setdefault(kind, {})
        data = self.advert(device)
        known = texts.get(device)
        if known is None or known[0] is not data:
            texts[device] = known = (data, make(self, device))
        return known[1]

    def forget(self, device: int) -> None:
        """The device changed its address."""
        self._adverts.pop(device, None)


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
