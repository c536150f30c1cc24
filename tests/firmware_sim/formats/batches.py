"""One batch as a simulated gateway collects it, and a look at it with the ingest's own readers."""

import numpy as np

from contracts.messages import InstalledGateway
from contracts.quantities import Instant
from firmware_sim.beacons import Beacons
from firmware_sim.formats.base import Batch, Condition, Tags
from firmware_sim.population import populate
from firmware_sim.scenario import Crowd, Scenario
from gateway.formats.base import Clue
from gateway.formats.table import format_named
from gateway.sightings import Sighting
from tests.firmware_sim.builders import SECOND, START, coarse_grid, rng
from tests.sites import small_mall

SCENARIO = Scenario(crowd=Crowd(visitors=6, app_customers=2, assets=3, strangers=2))
CLOCK_ERROR = 250_000
NAMED = ("nearhand", "openmqttgateway", "espresense")
"""Their hardware is named by people; the others by their address."""


def beacons() -> Beacons:
    return populate(small_mall(), coarse_grid(), SCENARIO, rng()).beacons


def installed(name: str = "", gateway: str = "gw-L1-01") -> InstalledGateway:
    address = "" if name in NAMED else "AC:23:3F:C0:36:41"
    return InstalledGateway(gateway, "L1", 10.0, 10.0, vendor_format=name, address=address)


def tags(joined: frozenset[int] = frozenset()) -> Tags:
    return Tags(beacons(), joined, START)


def batch(
    device: list[int] | None = None, rssi: list[int] | None = None, gateway: InstalledGateway | None = None
) -> Batch:
    """By default one advert of every device, 50 ms apart, in the second before ``START``."""
    devices = np.arange(len(beacons()), dtype=np.int32) if device is None else np.array(device, np.int32)
    n = len(devices)
    levels = np.arange(-60, -60 - n, -1) if rssi is None else np.array(rssi)
    return Batch(
        "small",
        gateway or installed(),
        "b1",
        7,
        START - SECOND,
        START,
        CLOCK_ERROR,
        devices,
        levels.astype(np.int8),
        START - SECOND + 20_000 * np.arange(n, dtype=np.int64),
    )


def condition(name: str, online: bool = True) -> Condition:
    return Condition("small", installed(name), online, START, "b1", 12.0, 60.0)


def read(name: str, written: list[tuple[str, bytes]]) -> list[tuple[str | None, Sighting]]:
    """Gateway and sighting, as the ingest reads them."""
    found = []
    for topic, payload in written:
        decoded = format_named(name).decode(Clue(topic, payload))
        assert decoded.drops == {}
        found += [(decoded.gateway, sighting) for sighting in decoded.sightings]
    return found


def heard_at(number: int) -> Instant:
    """By the gateway's clock."""
    return START - SECOND + 20_000 * number + CLOCK_ERROR
