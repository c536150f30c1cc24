"""What advertises: tags, phones and app beacons, their bytes and their timing."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contracts.messages import EnrolledDevice
from contracts.quantities import MILLISECOND, SECOND, Instant, from_seconds
from contracts.sitemap import Site
from firmware_sim.scenario import Scenario

Kind: TypeAlias = Literal["staff", "loan", "asset", "app", "stranger"]

NEVER: Final[Instant] = 2**62
JITTER: Final = 10 * MILLISECOND
"""Each advertising event comes 0 to 10 ms late at random (Core specification, Vol 6 Part B, 4.4.2.2)."""
ALARM: Final = 30 * SECOND
"""A tag repeats a press of its button in its advert for so long."""
APP_UUID: Final = "f7826da6-4fa2-4e98-8024-bc5b71e0893e"
"""Proximity UUID of the mall's app; major and minor tell the phones apart."""
ADVERTS_MAX: Final = 40
"""Adverts of one device in one step of the simulator; more are left out."""


@dataclass(eq=False)
class Beacons:
    """All devices, arrays of shape (n,). ``ids`` change only for strangers, whose addresses rotate."""

    ids: list[str]
    kind: list[Kind]
    subject: list[str]
    walker: NDArray[np.int32]
    """Who wears it; -1 for things that stand."""
    floor: NDArray[np.int8]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    """Of things that stand; worn ones are where their walker is."""
    offset_db: NDArray[np.float32]
    interval: NDArray[np.int64]
    """Microseconds."""
    next_at: NDArray[np.int64]
    battery_mv: NDArray[np.int16]
    phone: NDArray[np.bool_]
    stranger: NDArray[np.bool_]
    presses: NDArray[np.uint16]
    """Presses of the button since the battery was put in."""
    alarm_until: NDArray[np.int64]
    unheard: set[int] = field(default_factory=set)
    """Devices whose newest press no gateway has heard yet."""
    last_alarm: Instant = 0
    """The latest ``alarm_until``: before it somebody's button is signalling."""

    def __len__(self) -> int:
        return len(self.ids)

    def start(self, device: int, now: Instant, interval_s: float) -> None:
        """Begin to advertise (an app's beacon)."""
        self.interval[device] = from_seconds(interval_s)
        self.next_at[device] = now

    def press(self, device: int, now: Instant) -> None:
        """The tag counts the press and says so in its adverts, at once and then for a while."""
        self.next_at[device] = min(int(self.next_at[device]), now)
        self.presses[device] += 1
        self.alarm_until[device] = now + ALARM
        self.last_alarm = max(self.last_alarm, now + ALARM)
        self.unheard.add(device)

    def silence(self, device: int) -> None:
        self.next_at[device] = NEVER

    def silent(self, device: int) -> bool:
        return int(self.next_at[device]) == NEVER


def due(
    beacons: Beacons, until: Instant, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Adverts up to ``until``: devices and times, ordered by time."""
    who, when = [], []
    for _ in range(ADVERTS_MAX):
        now = np.flatnonzero(beacons.next_at <= until)
        if not len(now):
            break
        who.append(now)
        when.append(beacons.next_at[now])
        beacons.next_at[now] += beacons.interval[now] + rng.integers(0, JITTER + 1, len(now))
    if not who:
        return np.empty(0, np.intp), np.empty(0, np.int64)
    device, at = np.concatenate(who), np.concatenate(when)
    order = np.argsort(at, kind="stable")
    return device[order], at[order]


def static_address(number: int, vendor: int) -> str:
    """A static random address (two highest bits set), made from numbers: no two alike."""
    value = 0xC0_00_00_00_00_00 | (vendor & 0x3F_FF) << 32 | (number & 0xFF_FF_FF_FF)
    return ":".join(f"{byte:02X}" for byte in value.to_bytes(6, "big"))


def enrolled_of(site: Site, scenario: Scenario) -> tuple[list[EnrolledDevice], list[EnrolledDevice]]:
    """Loaned tags and assets of the scenario: the site's own first, and those still to be enrolled."""
    wanted = {"loan": scenario.crowd.visitors, "asset": scenario.crowd.assets}
    used: list[EnrolledDevice] = []
    extra: list[EnrolledDevice] = []
    for kind, count in wanted.items():
        own = [device for device in site.devices if device.kind == kind][:count]
        used += own
        for number in range(len(own), count):
            device = EnrolledDevice(
                static_address(number, 0x0A if kind == "loan" else 0x0B),
                "loan" if kind == "loan" else "asset",
                f"{kind}-{number + 1:03d}",
            )
            extra.append(device)
    return [*used, *extra], extra


def app_id(number: int) -> str:
    return f"ibeacon:{APP_UUID}:{number >> 16}:{number & 0xFFFF}"


def stranger_id(rng: np.random.Generator) -> str:
    """A resolvable private address (highest bits 01), as phones show it for a quarter of an hour."""
    value = int(rng.integers(0, 2**46)) | 0x4000_0000_0000
    return ":".join(f"{byte:02X}" for byte in value.to_bytes(6, "big"))
